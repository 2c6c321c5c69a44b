# SPDX-License-Identifier: GPL-2.0-only
# What a person types. Every target is a thin line over a script or a Makefile
# further down; 'make help' lists them. Kbuild (the file) says what is built as
# a module.
VERSION := 0.1.0

vm := selftests/vm

.DEFAULT_GOAL := modules
.PHONY: modules tools docs install uninstall dkms-install dkms-uninstall \
	deb sbom check-install demo demo-overcommit check matrix scenario \
	fuzz soak soak-balloon soak-credentials bench plot-guard lint setup vm-shell \
	clean distclean help

KDIR ?= /lib/modules/$(shell uname -r)/build

help:
	@cat $(vm)/help.txt

# For the running kernel; KDIR= other headers; KERNEL=6.12 one of the matrix.
modules:
ifdef KERNEL
	@$(vm)/kernel modules $(KERNEL)
else
	@$(vm)/kernel modules-for $(KDIR)
endif

tools:
	@$(MAKE) --no-print-directory -C userspace VERSION=$(VERSION)

docs:
	@$(MAKE) --no-print-directory -C Documentation html release=$(VERSION)

# The sources, and whether the checks themselves can fail.
lint: setup
	@selftests/lint/run

# Modules for the kernel of KDIR, tools, manual. PREFIX= and DESTDIR= as usual;
# INSTALL_MOD_PATH= puts the modules elsewhere than DESTDIR.
INSTALL_MOD_PATH ?= $(DESTDIR)
release = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null)

# Kbuild would sign with a key that only the kernel's builder has, and skips
# depmod because headers come without System.map; packagers run depmod later.
install: modules
	@$(MAKE) --no-print-directory -C userspace VERSION=$(VERSION) install
	@$(MAKE) --no-print-directory -C $(KDIR) M=$(CURDIR)/build/$(release) \
		INSTALL_MOD_PATH=$(INSTALL_MOD_PATH) CONFIG_MODULE_SIG_ALL= \
		cmd_depmod='$(if $(INSTALL_MOD_PATH),:,depmod $(release))' \
		modules_install

# For every kernel that has them; a loaded module stays until rmmod or reboot.
uninstall:
	@$(MAKE) --no-print-directory -C userspace VERSION=$(VERSION) uninstall
	@for dir in $(wildcard $(INSTALL_MOD_PATH)/lib/modules/*); do \
		find $$dir -name 'ringside*.ko*' -print -delete | \
			grep -q . || continue; \
		echo "  REMOVE  modules of $${dir##*/}"; \
		[ -n "$(INSTALL_MOD_PATH)" ] || depmod $${dir##*/}; \
	done

# The modules by DKMS, for this kernel now and for each one that comes.
dkms-install:
	@command -v dkms >/dev/null || \
		{ echo 'dkms not found (Debian: dkms)' >&2; exit 1; }
	@dkms remove ringside/$(VERSION) --all 2>/dev/null || :
	@DESTDIR= packaging/dkms $(VERSION)
	@dkms install ringside/$(VERSION)

dkms-uninstall:
	@dkms remove ringside/$(VERSION) --all
	@rm -rf /usr/src/ringside-$(VERSION)

# Debian's packages of the committed tree, in build/deb/.
deb:
	@$(vm)/setup packaging/packages
	@packaging/deb

# What the sources are and under which licence, in SPDX.
sbom:
	@$(vm)/setup
	@mkdir -p build
	@reuse spdx | sed -e 's/^DocumentName: .*/DocumentName: ringside-$(VERSION)/' \
		-e '/^Creator: Person: Anonymous/d' \
		-e 's/^\(Creator: Organization:\) .*/\1 Ringside ()/' \
		>build/ringside-$(VERSION).spdx
	@echo build/ringside-$(VERSION).spdx

# Those packages in a Debian root: built by DKMS, booted, upgraded, purged.
check-install: deb
	@$(vm)/setup selftests/install/packages
	@selftests/install/run $(SUITE)

setup:
	@$(vm)/setup

demo: setup
	@selftests/demo/run $(or $(KERNEL),6.12)

demo-overcommit: setup
	@selftests/overcommit/demo $(or $(KERNEL),6.12)

# RUNS=5 how often what must pass is repeated; ARMS= and MEMORY= limit it.
scenario: setup
	@selftests/overcommit/run --kernel $(or $(KERNEL),6.12) \
		--runs $(or $(RUNS),5) $(if $(ARMS),--arms $(ARMS)) \
		$(if $(MEMORY),--memory $(MEMORY))

# One JSON object a line in build/bench/results.jsonl. BENCH=balloon or
# BENCH=calls is one part, KERNELS="6.12" other kernels than the part's own.
bench:
	@$(vm)/setup selftests/bench/packages
	@KERNELS="$(KERNELS)" selftests/bench/run $(BENCH)

# What "make bench" measured last, as a picture for the manual.
plot-guard:
	@selftests/bench/plot_guard.py build/bench/results.jsonl \
		> build/bench/guard-scale.svg
	@mv build/bench/guard-scale.svg Documentation/admin-guide/

# KERNELS="6.1 7.3" and TESTS="core guard" limit what is run.
check: setup
	@$(vm)/check $(or $(KERNELS),6.1 6.12)

matrix: setup
	@SLOW=y $(vm)/check $(or $(KERNELS),6.1 6.12 6.12-rt 7.2 7.3 debug)

# Each fuzzer for a minute, or SECONDS; that of the guest on 6.12 or KERNEL.
fuzz: setup
	@$(vm)/setup selftests/fuzz/packages
	@selftests/fuzz/run $(or $(SECONDS),60) $(or $(KERNEL),6.12)

# HOURS of the guest's fuzzer, stress-ng and trinity; KILLS= controllers killed.
soak: setup
	@$(vm)/setup selftests/fuzz/soak.packages
	@selftests/fuzz/soak $(or $(HOURS),1) $(or $(KERNEL),6.12) $(KILLS)

# The balloon in and out CYCLES (1000) times while stress-ng uses memory.
soak-balloon:
	@$(vm)/setup selftests/balloon/packages
	@$(vm)/kernel modules $(or $(KERNEL),6.12) >/dev/null
	@python3 selftests/balloon/host.py soak $(or $(KERNEL),6.12)

# RETURNS (10 million) returns to user mode without an alarm of the guard.
soak-credentials: setup
	@selftests/trace/soak $(or $(KERNEL),6.12) $(or $(RETURNS),10000000)

vm-shell: setup
	@$(vm)/shell $(or $(KERNEL),6.12)

# What was downloaded stays; 'distclean' drops that as well.
clean:
	rm -rf $(filter-out build/cache,$(wildcard build/*))

distclean:
	rm -rf build
