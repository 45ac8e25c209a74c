# SPDX-License-Identifier: MIT
#
#   make            build/liblxshim.so and build/lxshim
#   make check      install what the tests need, build, and pass every test: deps and test
#   make deps       name what the tests need and is missing, and install it
#   make test       build, and pass every test that can run here (LANES=preload: what goes by one lane)
#   make demo       the main job on a real project, and four WSL-only bugs
#   make bench      what it costs, beside native and other mechanisms (QUICK=1: in two minutes)
#   make lint       formatting, static analysis, shellcheck
#   make generate   write what follows from policy/rules.def, policy/axes.def and the commands
#   make musl       the library for programs of musl, too, by musl-gcc
#   make install    PREFIX=/usr/local DESTDIR=
#   make help       all targets

# V=1 shows the commands.
ifneq ($(V),1)
MAKEFLAGS += --silent
say = echo "  $(1)	$(patsubst $(CURDIR)/%,%,$@)";
endif

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.DEFAULT_GOAL := all

# cd prints where it went by it, and git, in a hook, looks at another repository by them.
unexport CDPATH GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE

VERSION := 0.1.0

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
DATADIR ?= $(PREFIX)/share
MANDIR  ?= $(DATADIR)/man
PCDIR   ?= $(DATADIR)/pkgconfig
DESTDIR ?=

# quoted: one word for a shell, whatever the directory of the clone is called.
quoted = '$(subst ','\'',$(1))'

ifeq ($(origin CC),default)
CC := $(firstword $(foreach c,gcc clang,$(if $(shell command -v $c),$c)) gcc)
endif
CFLAGS ?= -O2 -g
# psabi: gcc's note on a structure of <signal.h>, passed as every ABI has it since 2008.
WARN   := -Wno-psabi -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
B      ?= build

# What makes nothing does not mind where it is.
ifneq ($(filter-out help deps,$(or $(MAKECMDGOALS),all)),)
ifneq ($(words x$(abspath $(B))x x$(CURDIR)x)$(findstring :,$(abspath $(B))),2)
$(error $(CURDIR): ld.so takes spaces and colons for separators: clone lxshim to a path without)
endif
ifneq ($(shell printf %s $(call quoted,$(B)) | LC_ALL=C tr -d 'A-Za-z0-9_./+,@~\200-\377-'),)
$(error B=$(B): a rule of make or a shell takes some of these characters for something else: name it by letters, digits and _ . / + , @ ~ -)
endif
ifeq ($(shell mkdir -p $(B) 2>/dev/null && [ -w $(B) ] && echo yes),)
$(error nothing can be written to $(B): make B=/another/directory, for each target)
endif
endif

COMMON  := -std=c11 -D_GNU_SOURCE -I. -Ishim -I$(B) $(WARN) -DLXSHIM_VERSION='"$(VERSION)"' \
           -DLXSHIM_BINDIR='"$(BINDIR)"' -DLXSHIM_LIBDIR='"$(LIBDIR)"' -DLXSHIM_DATADIR='"$(DATADIR)"'
# The library lives in other programs: no fortified calls that abort, nothing exported by accident,
# no thread-local storage that needs a run-time call, no check of a pointer dropped for what libc's
# prototypes promise of it.
LIBFLAGS := -fPIC -fvisibility=hidden -U_FORTIFY_SOURCE -fno-stack-protector \
            -ftls-model=initial-exec -include shim/preload/x_nonnull.h
# What it takes from libc is bound as it is loaded: at a first call ld.so would look it up with the program's stack,
# below a wrapper's own, and programs that read what they have not written there find what ld.so has left.
LIBLINK  := -shared -Wl,-soname,liblxshim.so -Wl,-Bsymbolic -Wl,-z,noseparate-code -Wl,-z,relro -Wl,-z,now \
            -Wl,--hash-style=gnu -Wl,--as-needed

# Where the compiler's libc is musl, all is made by its headers, with what shim/preload/x_musl.h adds. The
# kernel's are not in musl's directory, where Debian has it.
IS_MUSL  := $(if $(findstring __GLIBC__,$(shell echo '#include <features.h>' | $(CC) -E -dM -xc - 2>/dev/null)),,yes)
MACHINE  := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine 2>/dev/null)))
KERNEL_H := $(B)/musl/include
IN_MUSL  := -idirafter $(KERNEL_H) -include shim/preload/x_musl.h
MUSL_OUT := $(addprefix shim/preload/,x_glob.c x_sanitizer.c sanitizer.c foreign.c)
ifeq ($(IS_MUSL),yes)
COMMON   += $(IN_MUSL)
LIBLINK  += -nostartfiles
KERNEL   := $(KERNEL_H)/made
endif

# Whether there is elfutils' library, for stacks of refused calls.
STACKS := $(shell mkdir -p $(B); [ -x $(B)/libdw ] || \
            echo 'int main(void) { return dwfl_begin(0) != 0; }' | \
            $(CC) -include elfutils/libdwfl.h -xc -o $(B)/libdw - -ldw 2>/dev/null; [ ! -x $(B)/libdw ] || echo yes)

# Of the policy, what the library has that asks the kernel.
POLICY_CALLS := policy/window.c

# Pure knowledge and the flat image: in the library, in lxshim and in the unit tests.
POLICY_FLAT := $(addprefix policy/,rules.c axes.c volumes.c image.c mount.c mount_check.c table.c policy.c builder.c condition.c latency.c tracelines.c glob.c scan.c scanner.c errnames.c options.c nearest.c debug.c wslmounts.c cgroups.c)
CORE_SRC := $(POLICY_FLAT) $(POLICY_CALLS) $(wildcard shim/sys/*.c shim/nt/*.c shim/store/*.c shim/mounts/*.c shim/fs/*.c shim/fs/*/*.c shim/vfs/*.c)
# Knowledge of Windows that only its view of a directory needs: lxshim, not the library.
WIN_ONLY := $(addprefix shim/nt/,ntstatus.c win32names.c accounts.c)
LIB_SRC  := $(filter-out $(WIN_ONLY),$(CORE_SRC)) $(wildcard shim/preload/*.c)
LIB_SRC  := $(if $(IS_MUSL),$(filter-out $(MUSL_OUT),$(LIB_SRC)),$(LIB_SRC))
# What every process runs at its start, then what most calls run, side by side in the library: each fault maps
# 16 pages of it, and is part of what a process costs.
STARTING := shim/preload/init.c shim/sys/sys.c \
            $(addprefix shim/preload/,environment.c adopt.c sanitizer.c x_exit.c) \
            $(addprefix policy/,image.c policy.c rules.c axes.c mount.c mount_check.c volumes.c) \
            $(addprefix shim/vfs/,finish.c tracefile.c) $(addprefix shim/store/,hidden.c identity.c pending.c cwds.c) \
            shim/fs/drvfs/pending.c
CALLING  := $(addprefix shim/vfs/,often.c run.c ops.c locate.c placement.c mounts.c names.c judge.c directory.c learn.c \
              descriptor.c walk.c walked.c handles.c caches.c conclude.c shown.c provided.c tags.c tables.c owntable.c \
              stale.c watch.c transfers.c) \
            $(addprefix shim/fs/,host.c native.c names.c stray.c madeup.c) $(addprefix shim/sys/,address.c clock.c room.c) \
            $(addprefix shim/preload/,next.c x_open.c x_stat.c x_dir.c x_fd.c x_names.c x_cwd.c x_transfer.c x_stdio.c \
              x_statfs.c ending.c)
LIB_SRC  := $(foreach f,$(STARTING) $(CALLING),$(filter $(f),$(LIB_SRC))) \
            $(filter-out $(STARTING) $(CALLING),$(LIB_SRC))
LIB_ASM  := $(wildcard shim/preload/*.S)
CLI_SRC  := $(filter-out $(POLICY_FLAT) $(POLICY_CALLS),$(wildcard policy/*.c)) $(CORE_SRC) \
            $(wildcard shim/supervisor/*.c shim/win/*.c shim/report/*.c shim/trial/*.c shim/bisect/*.c shim/matrix/*.c \
              shim/cli/*.c)

LIB_OBJ := $(LIB_SRC:%.c=$(B)/lib/%.o) $(LIB_ASM:%.S=$(B)/lib/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(B)/cli/%.o)

# Programs that WSL has and that stand in for its own: plain ones, which know of nothing but /proc.
WSL_SRC := $(addprefix shim/wsl/,drives.c translate.c table.c options.c) shim/sys/mountinfo.c \
           $(addprefix shim/nt/,names.c fold.c utf.c utf16.c)
WSL_OBJ := $(WSL_SRC:%.c=$(B)/wsl/%.o)
INTEROP_OBJ := $(addprefix $(B)/wsl/shim/,wsl/interop.o wsl/environment.o wsl/json.o sys/sys.o)
WSL     := $(B)/liblxshim/wsl/wslpath $(B)/liblxshim/wsl/mount.drvfs $(B)/liblxshim/wsl/interop

# Whether the compiler makes programs of 32-bit x86, too (Debian's gcc-multilib), with a libc that has
# times of 64 bits for them (glibc 2.34). What was there once is not tried again.
WIDE := -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
CC32 := $(if $(filter x86_64,$(MACHINE)),$(shell mkdir -p $(B); [ -x $(B)/cc32 ] || \
          echo 'int main(void) { return sizeof(char[sizeof(time_t) - 7]) - 1; }' | \
          $(CC) -m32 $(WIDE) -include time.h -xc -o $(B)/cc32 - 2>/dev/null; \
          [ ! -x $(B)/cc32 ] || echo yes))

# Said before the first file is compiled, and not after most of them.
HEADERS := $(B)/headers
$(HEADERS):
	@missing=; for h in stdio jansson seccomp; do \
	    echo "#include <$$h.h>" | $(CC) $(CFLAGS) -E -o /dev/null -xc - 2>/dev/null || missing="$$missing $$h.h"; \
	done; [ -z "$$missing" ] || { \
	    if command -v $(firstword $(CC)) >/dev/null; then echo "make: $(firstword $(CC)) does not find$$missing"; \
	    else echo "make: there is no $(firstword $(CC)) here"; fi; \
	    tools/deps -n build || echo "make deps installs it, with what the tests need"; exit 1; }; : >$@

.PHONY: all
all: $(B)/liblxshim.so $(B)/lxshim $(B)/liblxshim/made $(WSL) $(B)/gallery

# A linker writes piece by piece, and what is written so lies in the page cache in single pages, each of which
# every process that maps it pays for: a copy lies in large ones, as one that is installed does.
WHOLE = cp $@.linked $@.whole && mv -f $@.whole $@ && rm $@.linked

# By the flags of today: they are what keeps ld.so from a program's stack.
$(B)/liblxshim.so: $(LIB_OBJ) Makefile
	$(call say,LD)$(CC) $(CFLAGS) $(LIBLINK) $(LDFLAGS) -o $@.linked $(filter %.o,$^) -ldl && $(WHOLE)

# By way of $$LIB, which glibc's ld.so expands: liblxshim has a directory for each meaning that it may
# have, and there the library of that word size. `lib` is that of 64 bits only where there is no lib64
# beside it. Where none is built for 32 bits there is one with nothing in it, which needs no libc: of a
# library of the wrong size ld.so complains.
IS_LIB64  := $(shell [ -e /lib64 ] && ! [ /lib64 -ef /lib ] && echo yes)
LIBS_64   := lib64 lib/$(MACHINE)-linux-gnu $(if $(and $(filter x86_64,$(MACHINE)),$(IS_LIB64)),,lib)
LIBS_I386 := $(if $(filter x86_64,$(MACHINE)),lib32 lib/i386-linux-gnu $(if $(IS_LIB64),lib))
I386      := $(if $(CC32),liblxshim.so,none.so)

# Where gcc-multilib has come since, a library that is missing would not be made for that alone (.SECONDARY).
NARROW := $(B)/narrow
$(shell mkdir -p $(B); echo '$(I386)' | cmp -s - $(NARROW) || echo '$(I386)' >$(NARROW))

$(B)/liblxshim/made: $(B)/liblxshim.so $(if $(IS_MUSL),$(B)/liblxshim/none.so) $(if $(LIBS_I386),$(B)/liblxshim/i386/$(I386)) $(NARROW) Makefile
	@cd $(@D) && link() { mkdir -p $$2; ln -sf $$(echo $$2 | sed 's|[^/]*|..|g')/$$1 $$2/liblxshim.so; }; \
	    for lib in $(LIBS_64); do link $(if $(IS_MUSL),none.so,../liblxshim.so) $$lib; done; \
	    $(if $(IS_MUSL),mkdir -p '$$LIB'; ln -sf ../../liblxshim.so '$$LIB'/;) \
	    for lib in $(LIBS_I386); do [ ! -e i386/$(I386) ] || link i386/$(I386) $$lib; done; : >made

# The library once more, for 32-bit programs of x86: with all that libc has in several widths in the
# widest one, for which its headers have other names. What is made of names of libc's alone is compiled
# in each.
WIDTHS   := $(addprefix shim/preload/,x_ftw x_fts x_glob)
I386_OBJ := $(LIB_SRC:%.c=$(B)/lib32/%.o) $(LIB_ASM:%.S=$(B)/lib32/%.o) \
            $(WIDTHS:%=$(B)/lib32/%-64.o) $(WIDTHS:%=$(B)/lib32/%-32.o)

$(B)/liblxshim/i386/liblxshim.so: $(I386_OBJ) Makefile
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -m32 $(CFLAGS) $(LIBLINK) $(LDFLAGS) -o $@.linked $(filter %.o,$^) -ldl && $(WHOLE)

CC_I386 = $(CC) -m32 $(COMMON) $(CFLAGS) $(LIBFLAGS) -MMD -MP -c -o $@ $<

$(B)/lib32/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC_I386) $(WIDE)

$(B)/lib32/%-64.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC_I386) -D_FILE_OFFSET_BITS=64

$(B)/lib32/%-32.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC_I386)

$(B)/lib32/%.o: %.S
	@mkdir -p $(@D)
	$(call say,AS)$(CC) -m32 -Ishim $(CFLAGS) -fPIC -MMD -MP -c -o $@ $<

$(B)/liblxshim/i386/none.so:
	@mkdir -p $(@D)
	$(call say,LD)echo | as --32 -o $(@D)/none.o - && ld -m elf_i386 -shared -o $@ $(@D)/none.o || \
	    echo "no linker for 32-bit programs: their ld.so will complain of the library under lxshim run"
	@rm -f $(@D)/none.o

# And for programs of musl, by Debian's musl-gcc or another compiler that makes such programs. musl's loader
# expands nothing in LD_PRELOAD: it takes $LIB for the name of a directory, in which is what glibc's never
# sees there. Left out are functions that musl does not have, and what is about sanitizers and other libcs.
MUSL_CC  ?= $(if $(IS_MUSL),$(CC),musl-gcc)
MUSL_LIB := $(B)/liblxshim/$$LIB/liblxshim.so
MUSL_OBJ := $(patsubst %.c,$(B)/musl/%.o,$(filter-out $(MUSL_OUT),$(LIB_SRC))) $(LIB_ASM:%.S=$(B)/musl/%.o)

.PHONY: musl
musl: $(B)/musl/liblxshim.so
	@mkdir -p '$(B)/liblxshim/$$LIB' && ln -f $< '$(MUSL_LIB)'

$(B)/musl/liblxshim.so: $(MUSL_OBJ) Makefile
	$(call say,LD)$(MUSL_CC) $(CFLAGS) -nostartfiles $(filter-out -nostartfiles,$(LIBLINK)) $(LDFLAGS) -o $@.linked $(filter %.o,$^) && $(WHOLE)

$(KERNEL_H)/made:
	@mkdir -p $(@D)
	@for h in linux asm asm-generic; do \
	    for at in /usr/include/$(MACHINE)-linux-gnu/$$h /usr/include/$$h; do \
	        [ ! -d $$at ] || { ln -sfn $$at $(@D)/$$h; break; }; \
	    done; \
	done; : >$@

$(B)/musl/%.o: %.c $(KERNEL_H)/made
	@mkdir -p $(@D)
	$(call say,CC)$(MUSL_CC) $(COMMON) $(CFLAGS) $(LIBFLAGS) $(IN_MUSL) -MMD -MP -c -o $@ $<

$(B)/musl/%.o: %.S $(KERNEL_H)/made
	@mkdir -p $(@D)
	$(call say,AS)$(MUSL_CC) -Ishim $(CFLAGS) -fPIC -idirafter $(KERNEL_H) -MMD -MP -c -o $@ $<

# What a whole build by musl has for programs of glibc: nothing, of which ld.so does not complain.
$(B)/liblxshim/none.so:
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -nostdlib -shared -o $@ -xc /dev/null

# Bound at once: what `lxshim run` forks would look the same names up again, each for itself.
LIBS := -ljansson $(if $(STACKS),-ldw)
# Whoever starts it meanwhile has the old one, and not none.
$(B)/lxshim: $(CLI_OBJ)
	$(call say,LD)$(CC) $(CFLAGS) -Wl,-z,now $(LDFLAGS) -o $@.linked $^ $(LIBS) && mv -f $@.linked $@

# Where the library has come or gone since, the one object that needs it is made again.
WITH := $(B)/with
$(shell mkdir -p $(B); echo '$(STACKS)' | cmp -s - $(WITH) || echo '$(STACKS)' >$(WITH))
$(B)/cli/shim/supervisor/stack.o: $(WITH)
$(B)/cli/shim/supervisor/stack.o: COMMON += $(if $(STACKS),-DLXSHIM_STACKS)

# Beside the library, where it looks for them; and where somebody else would.
$(B)/liblxshim/wsl/wslpath: $(B)/wsl/shim/wsl/wslpath.o
$(B)/liblxshim/wsl/mount.drvfs: $(B)/wsl/shim/wsl/mount_drvfs.o
$(B)/liblxshim/wsl/interop: $(INTEROP_OBJ)
$(WSL): $(WSL_OBJ)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^
	@ln -sf liblxshim/wsl/$(@F) $(B)/$(@F)

# Beside the program, as the library is.
$(B)/gallery:
	@ln -sfn $(call quoted,$(CURDIR)/examples/gallery) $@

$(B)/wsl/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(COMMON) $(CFLAGS) -MMD -MP -c -o $@ $<

$(LIB_OBJ) $(CLI_OBJ) $(WSL_OBJ) $(B)/wsl/shim/wsl/wslpath.o $(B)/wsl/shim/wsl/mount_drvfs.o $(B)/filter: | $(KERNEL)
$(LIB_OBJ) $(I386_OBJ) $(CLI_OBJ) $(WSL_OBJ) $(INTEROP_OBJ) $(B)/filter: | $(HEADERS)

$(B)/lib/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(COMMON) $(CFLAGS) $(LIBFLAGS) -MMD -MP -c -o $@ $<

$(B)/lib/%.o: %.S
	@mkdir -p $(@D)
	$(call say,AS)$(CC) -Ishim $(CFLAGS) -fPIC -idirafter $(KERNEL_H) -MMD -MP -c -o $@ $<

$(B)/cli/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(COMMON) $(CFLAGS) -DLXSHIM_IS_PROGRAM -MMD -MP -c -o $@ $<

# The supervisor's filter is put together here and compiled in. RUN runs what is built for another
# machine: an emulator.
RUN ?=
$(B)/filter: tools/filter.c shim/supervisor/calls.c $(wildcard shim/supervisor/*.def) shim/sys/requests.def
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) $(CFLAGS) $(LDFLAGS) -MMD -MP -MF $@.d -o $@ $(filter %.c,$^) -lseccomp

$(B)/supervisor/filter.inc: $(B)/filter
	@mkdir -p $(@D)
	$(call say,GEN)$(RUN) $< >$@.new && mv $@.new $@

$(B)/supervisor/filter_shows.inc: $(B)/filter
	@mkdir -p $(@D)
	$(call say,GEN)$(RUN) $< shows >$@.new && mv $@.new $@

$(B)/supervisor/filter_writes.inc: $(B)/filter
	@mkdir -p $(@D)
	$(call say,GEN)$(RUN) $< writes >$@.new && mv $@.new $@

$(B)/supervisor/filter_moves.inc: $(B)/filter
	@mkdir -p $(@D)
	$(call say,GEN)$(RUN) $< moves >$@.new && mv $@.new $@

FILTERS := $(addprefix $(B)/supervisor/,filter.inc filter_shows.inc filter_writes.inc filter_moves.inc)
$(B)/cli/shim/supervisor/filter.o: $(FILTERS)

# Where things get installed is compiled in, too, as the last place to look.
PLACES := $(B)/places
$(shell mkdir -p $(B); echo '$(BINDIR) $(LIBDIR) $(DATADIR)' | cmp -s - $(PLACES) || echo '$(BINDIR) $(LIBDIR) $(DATADIR)' >$(PLACES))
$(B)/lib/shim/preload/first.o $(B)/lib32/shim/preload/first.o $(B)/musl/shim/preload/first.o $(B)/cli/shim/cli/library.o $(B)/cli/shim/cli/bug.o: $(PLACES)

# The profiles and the schema are compiled in.
$(B)/cli/policy/embedded.o: $(wildcard policy/profiles/*.json policy/schema/*.json)

# What follows from the registries of rules, options and commands is in the tree: the rules' part of the
# schema and of the manual, its pages of commands, the profile drvfs, completions, docs/fidelity.md and docs/rules. A test
# says when it is another.
$(B)/generate: tools/generate.c tools/generate_words.c tools/generate_fidelity.c tools/generate_pages.c tools/generate_man.c $(filter-out %/cli/main.o,$(CLI_OBJ))
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

.PHONY: generate
generate: $(B)/generate
	$(RUN) $< .

-include $(LIB_OBJ:.o=.d) $(I386_OBJ:.o=.d) $(MUSL_OBJ:.o=.d) $(CLI_OBJ:.o=.d) $(WSL_OBJ:.o=.d) $(B)/wsl/shim/wsl/wslpath.d \
    $(B)/wsl/shim/wsl/mount_drvfs.d $(INTEROP_OBJ:.o=.d) $(B)/filter.d

# --- tests -----------------------------------------------------------------------------------------

JOBS ?= $(shell nproc)

# The core as a plain program, under the sanitizers: they do not like to be preloaded.
SAN      := -fsanitize=address,undefined -fno-sanitize-recover=all -O1 -g
SAN_SRC  := $(CORE_SRC) $(wildcard shim/win/*.c shim/report/*.c shim/trial/*.c shim/bisect/*.c shim/matrix/*.c) shim/cli/elf.c \
            $(addprefix shim/wsl/,drives.c translate.c options.c) \
            $(filter-out $(POLICY_FLAT) $(POLICY_CALLS),$(wildcard policy/*.c))
SAN_OBJ  := $(SAN_SRC:%.c=$(B)/san/%.o)
UNIT     := $(patsubst %.c,$(B)/%,$(wildcard tests/unit/test_*.c))
FUZZ     := $(patsubst %.c,$(B)/%,$(wildcard tests/fuzz/fuzz_*.c))
# Of a probe its files are one program; what is to be preloaded is none.
PROGRAMS := $(patsubst %.c,$(B)/%,$(filter-out tests/programs/probe_% $(addprefix tests/programs/,yama.c still.c neighbour.c structures.c numbers.c), \
            $(wildcard tests/programs/*.c)))

$(B)/san/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(CC) $(COMMON) $(SAN) -MMD -MP -c -o $@ $<

$(SAN_OBJ): | $(HEADERS)
$(B)/san/policy/embedded.o: $(wildcard policy/profiles/*.json policy/schema/*.json)

$(B)/tests/unit/%: tests/unit/%.c $(SAN_OBJ)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) $(SAN) -o $@ $(filter %.c %.o,$^) -lcmocka -ljansson

# Of the supervisor, what is pure.
$(B)/tests/unit/test_compat: $(addprefix $(B)/san/shim/supervisor/,calls.o compat.o int80.o)
$(B)/tests/unit/test_scribe: $(B)/san/shim/supervisor/scribe.o

# A fuzz target with a driver of our own: the same inputs every time, for `make check`.
$(B)/tests/fuzz/%: tests/fuzz/%.c tests/fuzz/driver.c $(SAN_OBJ)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) $(SAN) -o $@ $< tests/fuzz/driver.c $(SAN_OBJ) -ljansson

$(B)/tests/programs/probe: $(wildcard tests/programs/probe*.c tests/programs/probe*.h)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) -O1 -g -o $@ $(filter %.c,$^) -ldl -lpthread

$(B)/tests/programs/%: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) -O1 -g -o $@ $< -ldl -lpthread

$(B)/tests/programs/faults $(B)/tests/programs/faults-static: tests/programs/faults.def

$(B)/tests/programs/%.so: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) -O1 -g -fPIC -shared -o $@ $< -ldl

# What the preloaded library does not see: no shared libraries, or those of another libc.
$(B)/tests/programs/%-static: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) -O1 -g -static -o $@ $< -lpthread

$(B)/tests/programs/%-musl: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)musl-gcc $(COMMON) -O1 -g -o $@ $<

$(B)/tests/programs/%-musl-static: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)musl-gcc $(COMMON) -O1 -g -static -o $@ $<

# Programs of 32-bit x86, where the compiler can make them.
$(B)/tests/programs/%-i386: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -m32 $(COMMON) -O1 -g -o $@ $< -lpthread

$(B)/tests/programs/%-i386-static: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -m32 $(COMMON) -O1 -g -static -o $@ $< -lpthread

$(B)/tests/programs/%-i386-lfs: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -m32 $(COMMON) -D_FILE_OFFSET_BITS=64 -O1 -g -o $@ $<

$(B)/tests/programs/%-i386-time64: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -m32 $(COMMON) $(WIDE) -O1 -g -o $@ $<

PROBES_I386 := $(addprefix $(B)/tests/programs/probe-,i386 i386-lfs i386-time64)
$(B)/tests/programs/probe-i386-lfs: WIDTH := -D_FILE_OFFSET_BITS=64
$(B)/tests/programs/probe-i386-time64: WIDTH := $(WIDE)
$(PROBES_I386): $(wildcard tests/programs/probe*.c tests/programs/probe*.h)
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -m32 $(COMMON) $(WIDTH) -O1 -g -o $@ $(filter %.c,$^) -ldl -lpthread

# With what musl lacks of what it uses: an errno's name.
$(B)/tests/programs/probe-musl: $(wildcard tests/programs/probe*.c tests/programs/probe*.h) policy/errnames.c $(KERNEL_H)/made
	@mkdir -p $(@D)
	$(call say,LD)$(MUSL_CC) $(COMMON) -O1 -g $(IN_MUSL) -include policy/errnames.h -Dstrerrorname_np=lx_errno_name -o $@ $(filter %.c,$^)

$(B)/tests/programs/%-vdso: tests/programs/%.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) -m32 -DBY_LIBC $(COMMON) -O1 -g -static -o $@ $< -lpthread

# And other languages: Go makes its system calls by itself.
$(B)/tests/programs/%-go: tests/matrix/%.go
	@mkdir -p $(@D)
	$(call say,GO)CGO_ENABLED=0 GOCACHE=$(call quoted,$(abspath $(B))/go) GO111MODULE=off go build -o $@ $<

$(B)/tests/programs/%-rust: tests/matrix/%.rs
	@mkdir -p $(@D)
	$(call say,RUST)rustc -O -o $@ $<

# Where a compiler is missing, the tests of its programs say so.
OTHERS := yama.so still.so neighbour.so tour-static tour-go wakes-go bare-static becomes-static itself-static mounting-static interrupt-static stress-static \
          swarm-static hold-static keep-static faults-static getfl-static strict-static confined-static outlive-static flip-static ring-static kernel-static wakes-static whose-static \
          $(if $(CC32),$(foreach p,tour bare becomes itself mounting kernel getfl,$(p)-i386 $(p)-i386-static) itself-vdso interrupt-i386-static confined-i386-static ring-i386-static \
            structures $(foreach w,i386 i386-lfs i386-time64,structures-$w probe-$w) structures-i386-static \
            numbers $(foreach w,i386 i386-lfs i386-static,numbers-$w)) \
          $(if $(shell command -v musl-gcc),tour-musl tour-musl-static libcs-musl getfl-musl probe-musl) \
          $(if $(shell command -v rustc),tour-rust)
OTHERS := $(addprefix $(B)/tests/programs/,$(if $(shell command -v go),$(OTHERS),$(filter-out %-go,$(OTHERS))))

-include $(SAN_OBJ:.o=.d) $(wildcard $(B)/san/shim/supervisor/*.d)

.PHONY: check deps test suite built unit corpus bats
check:
	@$(MAKE) --no-print-directory deps || { ! tools/deps -q build || echo "make check: make test goes on without"; exit 1; }
	@$(MAKE) --no-print-directory test

deps:
	@tools/deps build check

# Installs nothing: what is missing is named, and its tests are left out or skipped. Only failures count, but
# that nothing could be run is one. BATS= names the bats files to run, LANES= their lanes: LANES=preload is what the
# library's lane changes, LANES=once what none does.
test:
	@tools/deps -n build || { [ $$? = 3 ] || echo "make test: nothing can be built here; make deps installs what is missing"; exit 1; }
	@tools/deps -n check || echo "make test: goes on without; make deps installs it"
	@$(MAKE) --no-print-directory $(SPREAD) built
	@ran=; failed=; \
	if tools/deps -q unit; then \
	    ran="unit tests"; $(MAKE) --no-print-directory unit || failed=", unit tests"; \
	else \
	    echo "make test: the unit tests are not run: no libcmocka-dev"; \
	    $(MAKE) --no-print-directory corpus || failed=", fuzz corpus"; \
	fi; \
	if tools/deps -q bats; then \
	    ran="$${ran:+$$ran, }bats files"; $(MAKE) --no-print-directory suite || failed="$$failed, bats files"; \
	else \
	    echo "make test: the bats files are not run: no bats with its libraries"; \
	fi; \
	[ -n "$$ran" ] || failed=", neither the unit tests nor the bats files could be run"; \
	[ -z "$$failed" ] || { echo "make test: failed: $${failed#, }"; exit 1; }; \
	echo "make test: passed: $$ran"

suite:
	$(SUITE) $(LANES:%=-l %) $(BATS)

# Many files are compiled side by side, where make was not told how many.
SPREAD = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(JOBS))
MUSL := $(if $(shell command -v $(MUSL_CC)),musl)
built: all $(MUSL) $(B)/generate $(PROGRAMS) $(OTHERS) $(FUZZ) $(if $(wildcard /usr/include/cmocka.h),$(UNIT))

unit: $(UNIT) corpus
	@umask 022; printf '%s\n' $(UNIT) | xargs -P $(JOBS) -I{} sh -c 'echo {}; {} >{}.log 2>&1 || { cat {}.log; exit 1; }'

corpus: $(FUZZ)
	@printf '%s\n' $(FUZZ) | xargs -P $(JOBS) -I{} sh -c 'echo {}; exec {} tests/fuzz/corpus/"$${1##*/}"' - {}

# BATS= names the files to run, LANE= the lane: make bats BATS=tests/bats/names.bats LANE=supervisor
# By itself it is the library's, with what no lane changes.
BATS ?=
LANES ?= $(if $(filter command environment,$(firstword $(origin LANE))),$(LANE),once supervisor both preload)
LANE ?= once preload
# One more than there are processors, as tests wait as well.
SUITE := LXSHIM_BUILD=$(call quoted,$(abspath $(B))) tests/suite -j $$(($(JOBS) + 1))
bats: all $(MUSL) $(B)/generate $(PROGRAMS) $(OTHERS)
	$(SUITE) $(LANE:%=-l %) $(BATS)

# In all lanes of lxshim run: the answers are the same.
.PHONY: lanes
lanes: all $(MUSL) $(B)/generate $(PROGRAMS) $(OTHERS)
	$(SUITE) $(BATS)

# What a run of the suite does for seconds, for minutes: random operations and kills, by
# STRESS_SEED=1. What no call has removed is there afterwards.
STRESS_SEED ?= 1
.PHONY: stress
stress: all $(PROGRAMS) $(OTHERS)
	KEEP_SEED=$(STRESS_SEED) KEEP_OPERATIONS=20000 STRESS_SEED=$(STRESS_SEED) STRESS_OPERATIONS=20000 \
	    STRESS_SECONDS=10000 LXSHIM_BUILD=$(call quoted,$(abspath $(B))) SUITE_LIMIT=36000 tests/suite -j 1 -l once -l preload \
	    tests/bats/keeping.bats tests/bats/stress.bats

# With clang's own fuzzer, for as long as one likes, or as often: make fuzz FUZZ_RUNS=10000000
# A name is 255 characters of three bytes at most; of longer ones nothing is learned, and each byte is compared a dozen
# times, which the fuzzer notes down.
FUZZ_SECONDS ?= 60
FUZZ_RUNS    ?= -1
FUZZ_CC      := clang $(COMMON) -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_OBJ     := $(SAN_SRC:%.c=$(B)/fuzz/%.o)

$(B)/fuzz/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)$(FUZZ_CC) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

$(B)/fuzz/policy/embedded.o: $(wildcard policy/profiles/*.json policy/schema/*.json)

$(B)/fuzz/%: tests/fuzz/%.c $(FUZZ_OBJ)
	$(call say,LD)$(FUZZ_CC) -fsanitize=fuzzer -o $@ $< $(FUZZ_OBJ) -ljansson

.PHONY: fuzz
fuzz: $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
	@tools/deps build lint
	@set -e; for f in $^; do \
	    n=$${f##*/}; mkdir -p $(B)/fuzz/corpus/$$n; longest=; \
	    if [ $$n = fuzz_names ]; then longest=-max_len=800; fi; \
	    $$f -runs=$(FUZZ_RUNS) $(if $(filter -1,$(FUZZ_RUNS)),-max_total_time=$(FUZZ_SECONDS)) $$longest -print_final_stats=1 \
	        $(B)/fuzz/corpus/$$n tests/fuzz/corpus/$$n; \
	done

# --- speed -----------------------------------------------------------------------------------------

.PHONY: bench
bench: all $(B)/bench/micro $(B)/bench/forward.so
	@tools/deps build bench || echo "bench: goes on without them"
	QUICK='$(QUICK)' python3 bench/run.py $(B)
	$(B)/lxshim run -q --lane supervisor -- true && python3 bench/lanes.py $(B) $(if $(QUICK),3,7)

# One call in each lane of lxshim run.
.PHONY: bench-lanes
bench-lanes: all $(B)/bench/micro
	python3 bench/lanes.py $(B)

$(B)/bench/micro: bench/micro.c bench/operations.c bench/floors.c bench/operations.h
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) $(CFLAGS) -o $@ $(filter %.c,$^) -lpthread

$(B)/bench/forward.so: bench/forward.c
	@mkdir -p $(@D)
	$(call say,LD)$(CC) $(COMMON) $(CFLAGS) -fPIC -shared -o $@ $< -ldl

# --- style -----------------------------------------------------------------------------------------

C_FILES  := $(wildcard shim/*/*.c shim/*/*.h shim/*/*/*.c shim/*/*/*.h policy/*.c policy/*.h tests/*/*.c tests/*/*.h \
            bench/*.c bench/*.h tools/*.c tools/*.h)
SH_FILES := packaging/github/run packaging/musl-deps packaging/pre-commit/check-names packaging/debian/tests/drive packaging/debian/tests/builds packaging/arm64-check packaging/image-check packaging/readers-check packaging/detectors-check packaging/try-root packaging/alpine/APKBUILD packaging/devcontainer/src/lxshim/install.sh tools/deps tools/present.bash tools/fetch-source tools/bisect-figures tools/latency-figures tests/suite tests/hanging examples/demo examples/two-worlds bench/profile .ci/run completions/lxshim.bash $(wildcard tests/bats/*.bash)

# How many states of a function clang's analyzer looks at, at most. By itself it would be 225000, which takes more than
# twice the time: make release-check does.
NODES ?= 50000

.PHONY: lint
lint: $(FILTERS)
	@tools/deps build check lint
	clang-format --dry-run -Werror $(C_FILES)
	shellcheck -x $(wildcard $(SH_FILES))
	# What ls prints is what is compared.
	shellcheck -s bash -e SC2012 $(wildcard examples/gallery/*/*.sh)
	# Steps stand in single quotes: the shell that runs them expands them.
	printf '%s\n' $(wildcard tests/bats/*.bats) | xargs -P $(JOBS) -n 8 shellcheck -s bats -x -e SC2016
	# clang's warnings do not depend on how much it optimises, gcc's do.
	$(MAKE) --no-print-directory $(SPREAD) B=$(B)/clang CC=clang CFLAGS='-O0 -Werror' all
	$(MAKE) --no-print-directory $(SPREAD) B=$(B)/gcc CC=gcc CFLAGS='-O2 -Werror' all
	# What it has to say is on its standard output; the other tells how much it keeps to itself.
	printf '%s\n' $(wildcard shim/*/*.c shim/*/*/*.c policy/*.c tools/*.c) | \
	    xargs -P $(JOBS) -I{} clang-tidy --quiet {} -- $(COMMON) \
	    -Xclang -analyzer-config -Xclang max-nodes=$(NODES) 2>/dev/null

.PHONY: format
format:
	clang-format -i $(C_FILES)

# --- installing ------------------------------------------------------------------------------------

# Where the shells look for what is installed: bash, zsh, fish.
COMPLETIONS := $(addprefix $(DESTDIR)$(DATADIR)/,bash-completion/completions/lxshim zsh/site-functions/_lxshim \
               fish/vendor_completions.d/lxshim.fish)

# For builds of others: where this is.
PKGCONFIG := $(DESTDIR)$(PCDIR)/lxshim.pc
CMAKE     := $(DESTDIR)$(DATADIR)/cmake/lxshim/lxshimConfig.cmake
AT = sed -e 's|@VERSION@|$(VERSION)|; s|@PREFIX@|$(PREFIX)|; s|@BINDIR@|$(BINDIR)|; s|@LIBDIR@|$(LIBDIR)|' \
    -e "s|@UP@|$$(realpath -m --relative-to=$(DATADIR)/cmake/lxshim $(PREFIX))|" \
    -e "s|@BIN@|$$(realpath -m --relative-to=$(PREFIX) $(BINDIR))|"

.PHONY: install uninstall
install: all
	install -d $(DESTDIR)$(LIBDIR) $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 \
	    $(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7 $(dir $(COMPLETIONS))
	install -m 755 $(B)/liblxshim.so $(DESTDIR)$(LIBDIR)/liblxshim.so
	rm -rf $(DESTDIR)$(LIBDIR)/liblxshim
	cp -RP $(B)/liblxshim $(DESTDIR)$(LIBDIR)/liblxshim
	rm $(DESTDIR)$(LIBDIR)/liblxshim/made
	chmod -R a+rX $(DESTDIR)$(LIBDIR)/liblxshim
	install -m 755 $(B)/lxshim $(DESTDIR)$(BINDIR)/lxshim
	install -m 644 man/lxshim.1 $(wildcard man/lxshim-*.1) $(DESTDIR)$(MANDIR)/man1
	install -m 644 man/lxshim-policy.5 $(DESTDIR)$(MANDIR)/man5/lxshim-policy.5
	install -m 644 man/liblxshim.7 $(DESTDIR)$(MANDIR)/man7/liblxshim.7
	rm -rf $(DESTDIR)$(DATADIR)/lxshim/gallery
	install -d $(DESTDIR)$(DATADIR)/lxshim
	cp -R examples/gallery $(DESTDIR)$(DATADIR)/lxshim/gallery
	chmod -R a+rX $(DESTDIR)$(DATADIR)/lxshim/gallery
	install -m 644 completions/lxshim.bash $(word 1,$(COMPLETIONS))
	install -m 644 completions/_lxshim $(word 2,$(COMPLETIONS))
	install -m 644 completions/lxshim.fish $(word 3,$(COMPLETIONS))
	install -d $(dir $(PKGCONFIG)) $(dir $(CMAKE))
	$(AT) packaging/pkgconfig/lxshim.pc.in >$(PKGCONFIG)
	$(AT) packaging/cmake/lxshimConfig.cmake.in >$(CMAKE)
	chmod a+r $(PKGCONFIG) $(CMAKE)

uninstall:
	rm -rf $(DESTDIR)$(LIBDIR)/liblxshim $(DESTDIR)$(DATADIR)/lxshim
	rm -f $(DESTDIR)$(LIBDIR)/liblxshim.so $(DESTDIR)$(BINDIR)/lxshim \
	    $(patsubst %,$(DESTDIR)$(MANDIR)/man1/%,$(notdir $(wildcard man/*.1))) $(DESTDIR)$(MANDIR)/man5/lxshim-policy.5 \
	    $(DESTDIR)$(MANDIR)/man7/liblxshim.7 $(COMPLETIONS) $(PKGCONFIG) $(CMAKE)
	rm -rf $(dir $(CMAKE))

include packaging/packaging.mk

.PHONY: demo
demo:
	@tools/deps build demo || { [ $$? != 3 ] && tools/deps -q build && echo "make demo: goes on without"; }
	@$(MAKE) --no-print-directory $(SPREAD) all >/dev/null
	@LXSHIM_BUILD=$(call quoted,$(abspath $(B))) examples/demo

.PHONY: help
help:
	@sed -n 's/^#   \(make .*\)/  \1/p' Makefile
	@echo "  make bats BATS=FILE LANE=LANE: some bats files in one lane; make unit: the unit tests"
	@echo "  make lanes | corpus | stress | fuzz | bench-lanes | format | clean | uninstall"

.PHONY: clean
clean:
	rm -rf $(B)
