# SPDX-License-Identifier: GPL-2.0-only
# What a person types. Every target is a thin line over a script or a Makefile
# further down; 'make help' lists them. Kbuild (the file) says what is built as
# a module.
VERSION := 0.1.0

vm := selftests/vm

.DEFAULT_GOAL := modules
.PHONY: modules clean setup vm-shell help FORCE

# One place for everything: all outputs are below build/.
KDIR ?= /lib/modules/$(shell uname -r)/build

# For the running kernel; KDIR= other headers; KERNEL=6.12 one of the matrix.
modules:
ifdef KERNEL
	@$(vm)/kernel modules $(KERNEL)
else
	@$(vm)/kernel modules-for $(KDIR)
endif

clean:
	rm -rf $(filter-out build/cache,$(wildcard build/*))
