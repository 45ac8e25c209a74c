# SPDX-License-Identifier: MIT
#
#   make            build/liblxshim.so and build/lxshim
#   make check      build, and pass every test (installs what the tests need)
#   make demo       the main job on a real project, and four WSL-only bugs
#   make lint       formatting, static analysis, shellcheck
#   make install    PREFIX=/usr/local DESTDIR=
#   make help       all targets

.DELETE_ON_ERROR:
.SUFFIXES:

VERSION := 0.1.0

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
MANDIR  ?= $(PREFIX)/share/man
DESTDIR ?=

ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O2 -g
WARN   := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes
B      ?= build

COMMON  := -std=c11 -D_GNU_SOURCE -I. -Ishim $(WARN) -DLXSHIM_VERSION='"$(VERSION)"' \
           -DLXSHIM_BINDIR='"$(BINDIR)"' -DLXSHIM_LIBDIR='"$(LIBDIR)"'
# The library lives in other programs: no fortified calls that abort, nothing exported by accident,
# no thread-local storage that needs a run-time call.
LIBFLAGS := -fPIC -fvisibility=hidden -U_FORTIFY_SOURCE -fno-stack-protector \
            -ftls-model=initial-exec
LIBLINK  := -shared -Wl,-soname,liblxshim.so -Wl,-Bsymbolic -Wl,-z,noseparate-code -Wl,-z,relro \
            -Wl,--hash-style=gnu -Wl,--as-needed

# Pure knowledge and the flat image: in the library, in lxshim and in the unit tests.
POLICY_FLAT := $(addprefix policy/,rules.c image.c policy.c builder.c glob.c errnames.c)
CORE_SRC := $(POLICY_FLAT) $(wildcard shim/nt/*.c shim/store/*.c shim/fs/*.c shim/vfs/*.c)
LIB_SRC  := $(CORE_SRC) $(wildcard shim/preload/*.c)
LIB_ASM  := $(wildcard shim/preload/*.S)
CLI_SRC  := $(filter-out $(POLICY_FLAT),$(wildcard policy/*.c)) $(POLICY_FLAT) \
            $(wildcard shim/nt/*.c shim/cli/*.c)

LIB_OBJ := $(LIB_SRC:%.c=$(B)/lib/%.o) $(LIB_ASM:%.S=$(B)/lib/%.o)
CLI_OBJ := $(CLI_SRC:%.c=$(B)/cli/%.o)

.PHONY: all
all: $(B)/liblxshim.so $(B)/lxshim

$(B)/liblxshim.so: $(LIB_OBJ)
	$(CC) $(CFLAGS) $(LIBLINK) $(LDFLAGS) -o $@ $^ -ldl

$(B)/lxshim: $(CLI_OBJ)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ -ljansson

$(B)/lib/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(CFLAGS) $(LIBFLAGS) -MMD -MP -c -o $@ $<

$(B)/lib/%.o: %.S
	@mkdir -p $(@D)
	$(CC) -Ishim $(CFLAGS) -fPIC -MMD -MP -c -o $@ $<

$(B)/cli/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(COMMON) $(CFLAGS) -MMD -MP -c -o $@ $<

# The profiles and the schema are compiled in.
$(B)/cli/policy/embedded.o: $(wildcard policy/profiles/*.json policy/schema/*.json)

-include $(LIB_OBJ:.o=.d) $(CLI_OBJ:.o=.d)

.PHONY: clean
clean:
	rm -rf $(B)
