# SPDX-License-Identifier: GPL-2.0-only
# Asks the kernel's headers one question a file: probes/NAME.c compiles with the
# kernel's own flags => -DRS_HAVE_NAME. Version numbers are never compared,
# since distributions backport. sanity.c goes first: when it fails, the tree or
# the compiler is broken and every other answer would be a wrong "no".
# ('make clean' reads this file too, without compiler flags.)
ifdef CONFIG_MODULES
rs-probe-dir := $(dir $(lastword $(MAKEFILE_LIST)))probes
rs-probes := $(sort $(patsubst $(rs-probe-dir)/%.c,%,$(wildcard $(rs-probe-dir)/*.c)))
rs-probe-cflags = $(NOSTDINC_FLAGS) $(LINUXINCLUDE) $(KBUILD_CPPFLAGS) \
	$(KBUILD_CFLAGS) $(KBUILD_CFLAGS_MODULE) -DMODULE \
	-DKBUILD_MODNAME='"rs_probe"' -D__KBUILD_MODNAME=kmod_rs_probe \
	-Wno-missing-prototypes -Wno-missing-declarations \
	-Werror=implicit-function-declaration \
	-Werror=incompatible-pointer-types
rs-probe-try = $(shell $(CC) $(rs-probe-cflags) -fsyntax-only -x c \
	$(rs-probe-dir)/$(1).c >/dev/null 2>&1 && echo y)

$(if $(call rs-probe-try,sanity),,\
	$(error ringside: the sanity probe does not compile: headers or compiler are broken))
rs-compat-flags := $(foreach p,$(filter-out sanity,$(rs-probes)),\
	$(if $(call rs-probe-try,$(p)),-DRS_HAVE_$(p)))
endif
