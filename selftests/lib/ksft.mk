# SPDX-License-Identifier: GPL-2.0-only
# Builds a directory of kselftests for the test VM. A Makefile sets TEST_PROGS
# (scripts), TEST_GEN_PROGS (from X.c), TEST_FILES, TEST_GEN_FILES as
# kselftest's lib.mk documents them and then includes this file:
#
#	TEST_PROGS := lifecycle.sh
#	TEST_GEN_PROGS := guard_test
#	include ../lib/ksft.mk
#
# It is the kernel's own lib.mk (out of Debian's linux-source) with static
# linking, our headers, outputs below build/selftests/X/, and one target more:
# 'stage' collects in build/selftests/X/stage/ what goes into the guest.
TOP	:= $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../..)
OUTPUT	?= $(TOP)/build/selftests/$(notdir $(CURDIR))
ifeq ($(KSFT),)
KSFT	:= $(shell $(TOP)/selftests/vm/kernel ksft)
endif
CFLAGS	+= -static -O2 -g -Wall -ffile-prefix-map=$(TOP)/= \
	   -I$(KSFT) -I$(TOP)/include/uapi -I$(TOP)/selftests/lib \
	   -include $(TOP)/selftests/lib/slow.h -Wl,--wrap=alarm
# lib.mk makes 'all' out of these names; it is the first target, then.
include $(KSFT)/lib.mk

STAGE	:= $(OUTPUT)/stage

$(TEST_GEN_PROGS) $(TEST_GEN_PROGS_EXTENDED) $(TEST_GEN_FILES): | $(OUTPUT)
$(OUTPUT):
	@mkdir -p $@

# The list says what is run, in this order.
stage: all
	@rm -rf $(STAGE) && mkdir -p $(STAGE)
	@cp -r $(wildcard $(TEST_GEN_PROGS) $(TEST_GEN_PROGS_EXTENDED) \
		$(TEST_GEN_FILES) $(TEST_PROGS) $(TEST_PROGS_EXTENDED) \
		$(TEST_FILES) config settings modules) $(STAGE)/
	@for t in $(notdir $(TEST_GEN_PROGS) $(TEST_PROGS)); do \
		echo $$t; done > $(STAGE)/tests

.PHONY: stage
