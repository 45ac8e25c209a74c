# SPDX-License-Identifier: MIT
# What distributions and machines are given: see docs/packaging.md. Nothing here is part of `make` or of
# `make check`.

# The tree as somebody gets it, without what was built.
STAGE := $(B)/stage
define stage
	rm -rf $(STAGE)/$(1) && mkdir -p $(STAGE)/$(1)
	tar -c --exclude='./build*' --exclude=./.git --exclude='*.pyc' . | tar -x -C $(STAGE)/$(1)
endef

# Debian's packages, in build/deb. DEB_BUILD_OPTIONS=nocheck leaves the unit tests out.
.PHONY: deb deb-root
deb:
	@tools/deps build packages
	rm -rf $(STAGE)/deb
	$(call stage,deb/lxshim-$(VERSION))
	cp -R packaging/debian $(STAGE)/deb/lxshim-$(VERSION)/debian
	cd $(STAGE)/deb/lxshim-$(VERSION) && dpkg-buildpackage -us -uc
	rm -rf $(B)/deb && mkdir -p $(B)/deb && find $(STAGE)/deb -maxdepth 1 -type f -exec mv {} $(B)/deb/ \;
	lintian --fail-on error,warning --info $(B)/deb/*.changes

# Installs them into a root that has nothing else, and runs their test there. As root.
deb-root:
	rm -rf $(STAGE)/root && mmdebstrap --variant=apt $(shell . /etc/os-release; echo $$VERSION_CODENAME) $(STAGE)/root
	unshare -m sh -c 'mount -t proc proc $(STAGE)/root/proc && autopkgtest -U $(B)/deb/*.deb $(B)/deb/*.dsc -- chroot $(abspath $(STAGE)/root)'

# The rpm, by this machine's rpmbuild, which knows nothing of Debian's packages; unpacked in build/rpm/root, where its
# files are compared with those that it lists, and its program runs a command.
.PHONY: rpm
RPM = $(abspath $(STAGE))/rpm
rpm:
	@tools/deps build packages
	rm -rf $(STAGE)/rpm $(B)/rpm
	$(call stage,rpm/lxshim-$(VERSION))
	tar -C $(STAGE)/rpm -czf $(STAGE)/rpm/lxshim-$(VERSION).tar.gz lxshim-$(VERSION)
	rpmlint -c packaging/rpm/rpmlint.toml packaging/rpm/lxshim.spec
	rpmbuild --quiet -bb --nodeps -D '_topdir $(RPM)' -D '_sourcedir $(RPM)' -D 'debug_package %{nil}' packaging/rpm/lxshim.spec
	mkdir -p $(B)/rpm/root && mv $(STAGE)/rpm/RPMS/*/*.rpm $(B)/rpm
	rpmlint -c packaging/rpm/rpmlint.toml $(B)/rpm/*.rpm
	rpm2cpio $(B)/rpm/*.rpm | cpio -id --quiet -D $(B)/rpm/root
	packaging/try-root $(B)/rpm/root preload supervisor both

# lxshim and its library by musl alone, as on Alpine: with jansson and libseccomp from their source packages.
# Tried by a program of each kind in each lane.
.PHONY: musl-whole
MUSL_WHOLE := $(B)/musl-whole
musl-whole: $(if $(wildcard /usr/bin/musl-gcc),$(B)/tests/programs/tour-musl) $(B)/tests/programs/tour-static
	@tools/deps build packages
	packaging/musl-deps $(B)/musl-deps >$(B)/musl-deps.log 2>&1 || { tail -5 $(B)/musl-deps.log; exit 1; }
	$(MAKE) --no-print-directory B=$(MUSL_WHOLE) CC=$(MUSL_CC) CFLAGS='-O2 -g -I$(abspath $(B))/musl-deps/include' \
	    LDFLAGS=-L$(abspath $(B))/musl-deps/lib all
	for lane in preload both supervisor; do for program in tour-musl tour-static; do \
	    [ $$lane-$$program != preload-tour-static ] || continue; \
	    rm -rf $(B)/tried && mkdir -p $(B)/tried && said=$$(cd $(B)/tried && \
	        $(abspath $(MUSL_WHOLE))/lxshim run -q --lane $$lane -- $(abspath $(B))/tests/programs/$$program) || exit 1; \
	    case $$said in "mode 777"*"fifo EPERM"*) echo "ok: $$lane $$program" ;; *) echo "not ok: $$lane $$program: $$said"; exit 1 ;; esac; \
	done; done

# Cross built, and tried by emulated programs under the library: see packaging/arm64-check.
.PHONY: arm64-check
arm64-check:
	@tools/deps build packages
	packaging/arm64-check $(B)/arm64

# The Dockerfile, and the feature of development containers, without a registry: see packaging/image-check. As root.
.PHONY: image-check
image-check:
	packaging/image-check $(B)/image

# SARIF, TAP, workflows, pipelines, the Dockerfile and the feature, read by packages of npm's: see packaging/readers-check.
.PHONY: readers-check
readers-check: all
	@tools/deps build packages
	packaging/readers-check $(B)/readers $(B)/lxshim

# Programs of npm's and Debian's that ask whether this is WSL: see packaging/detectors-check.
.PHONY: detectors-check
detectors-check: all
	@tools/deps build packages
	packaging/detectors-check $(B)/detectors $(B)

# What takes long, behind one word; CI does not call it.
.PHONY: release-check
release-check:
	$(MAKE) --no-print-directory lint NODES=225000
	$(MAKE) --no-print-directory readers-check
	$(MAKE) --no-print-directory detectors-check
	$(MAKE) --no-print-directory deb
	[ "$$(id -u)" != 0 ] || $(MAKE) --no-print-directory deb-root
	$(MAKE) --no-print-directory rpm
	$(MAKE) --no-print-directory musl-whole
	$(MAKE) --no-print-directory arm64-check
	[ "$$(id -u)" != 0 ] || $(MAKE) --no-print-directory image-check
