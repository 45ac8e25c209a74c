#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# lxshim doctor: what it says of this machine, and of commands of every kind.

load helpers

setup() {
  cd "$(fresh clinic)" || return
}

# Compiles an empty program: compile OUTPUT [OPTION]...
compile() {
  needs gcc gcc
  echo 'int main(void) { return 0; }' | gcc -x c - -o "$@"
}

@test "the host: every check has its line, and leaves nothing behind" {
  run "$LXSHIM" doctor
  assert_success
  for what in kernel library /proc "write leases" "directory marks" "user xattrs" renameat2 \
    openat2 namespaces seccomp; do
    assert_line --regexp "^(ok|note) +$what "
  done
  assert_line --regexp "^ok +library +$(dirname "$LXSHIM")/liblxshim.so$"
  run find . -mindepth 1
  assert_output ""
}

@test "write leases that overlook a mapping, as on overlayfs, are named" {
  needs_mounts
  mkdir lower upper work merged
  # shellcheck disable=SC2016
  run unshare -m sh -c 'mount -t overlay -o lowerdir=lower,upperdir=upper,workdir=work none merged || exit 9
    cd merged && exec "$0" doctor' "$LXSHIM"
  ((status != 9)) || skip "no overlayfs can be mounted here: $output"
  assert_line --regexp '^note +write leases +tell on this directory .* but not of one that is only mapped'
}

@test "a directory that cannot be written to" {
  shared
  install -m 755 "$BUILD/lxshim" "$SHARED"
  mkdir -m 555 "$SHARED/closed"
  run as_user env -C "$SHARED/closed" "$SHARED/lxshim" doctor
  assert_line --regexp "^note +directory +cannot be written to \(Permission denied\)"
}

@test "no library is bad" {
  cp "$LXSHIM" alone
  [[ ! -e /usr/local/lib/liblxshim.so ]] || skip "a library is installed"
  run ./alone doctor
  assert_failure 1
  assert_line --regexp "^BAD +library +no liblxshim.so in $PWD, ../lib from there, nor in "
}

# assert_unseen KIND WHY: of a program the library does not see: fatal only without a supervisor.
assert_unseen() {
  if "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null; then
    assert_success
    assert_line --regexp "^note +$1 +$2: seen by lxshim run, not under LD_PRELOAD alone\$"
  else
    assert_failure 1
    assert_line --regexp "^BAD +$1 +$2: not covered\$"
  fi
}

@test "a filter of seccomp is noticed" {
  needs python3 python3
  # prctl(PR_SET_NO_NEW_PRIVS), then a filter of one instruction that allows everything.
  run python3 - "$LXSHIM" <<'EOF'
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
code = ctypes.create_string_buffer(struct.pack("HBBI", 0x06, 0, 0, 0x7FFF0000))
class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]
program = Program(1, ctypes.addressof(code))
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.byref(program), 0, 0) == 0
os.execv(sys.argv[1], [sys.argv[1], "doctor"])
EOF
  assert_success
  assert_line --regexp '^note +seccomp +a filter is active here'
}

@test "an ordinary program is covered" {
  compile dynamic
  run "$LXSHIM" doctor ./dynamic
  assert_success
  assert_line --regexp '^ok +program +\./dynamic$'
  assert_line --regexp "^ok +dynamic +glibc's /.*ld-linux.* will preload the library$"
}

@test "what doctor says of static programs is true" {
  echo '#include <unistd.h>
    int main(void) { return access("asked", F_OK) == 0; }' >asks.c
  needs gcc gcc
  for kind in static static-pie; do
    gcc "-$kind" asks.c -o "$kind"
    run env LXSHIM_TRACE=all:trace LD_PRELOAD="$LIB" "./$kind"
    assert_success
    assert_file_not_exist trace
    run "$LXSHIM" doctor "./$kind"
    assert_unseen static "no ld.so, nothing is preloaded"
  done
  gcc asks.c -o dynamic
  run env LXSHIM_TRACE=all:trace LD_PRELOAD="$LIB" ./dynamic
  assert_success
  run grep -c '"asked"' trace
  assert_output 1
  run "$LXSHIM" doctor ./dynamic
  assert_success
}

@test "a command is found as a shell finds it, or not" {
  run "$LXSHIM" doctor sh
  assert_success
  assert_line --regexp '^ok +program +/.*/sh$'
  run "$LXSHIM" doctor no-such-command-here
  assert_failure 1
  assert_line --regexp '^BAD +command +no-such-command-here is not found$'
  run "$LXSHIM" doctor ./
  assert_failure 1
  assert_line --regexp '^BAD +program +\./ is no file$'
}

@test "a script is followed to what runs it, through env as well" {
  printf '#!/usr/bin/env -S bash -u\n' >by-env
  printf '#! %s/by-env an argument\n' "$PWD" >by-script
  chmod +x by-env by-script
  run "$LXSHIM" doctor ./by-script
  assert_success
  assert_line --regexp "^ok +script +\./by-script, run by $PWD/by-env$"
  assert_line --regexp "^ok +script +$PWD/by-env, run by /usr/bin/env bash$"
  assert_line --regexp '^ok +program +/.*/bash$'
}

@test "a script without interpreter, with a missing one, and one that is its own" {
  echo 'echo plain' >plain
  run "$LXSHIM" doctor ./plain
  assert_success
  assert_line --regexp '^note +program +\./plain is no program and has no #! line: shells run it by /bin/sh$'
  echo '#!/no/such/thing' >missing
  run "$LXSHIM" doctor ./missing
  assert_failure 1
  assert_line --regexp '^BAD +interpreter +/no/such/thing is missing: the script cannot start$'
  echo "#!$PWD/loop" >loop
  run "$LXSHIM" doctor ./loop
  assert_failure 1
  assert_line --regexp '^BAD +script +its interpreters are scripts without end$'
  assert_equal "$(grep -c '^ok *script' <<<"$output")" 6
}

@test "setuid, setgid and capabilities make ld.so drop the library" {
  (($(id -u) == 0)) || skip "needs root"
  compile suid
  cp suid sgid
  cp suid capable
  cp "$LXSHIM" "$LIB" .
  chown 1:1 suid sgid
  chmod 4755 suid
  chmod 2755 sgid
  run "$LXSHIM" doctor ./suid
  assert_unseen setuid "ld.so drops LD_PRELOAD"
  run "$LXSHIM" doctor ./sgid
  assert_unseen setgid "ld.so drops LD_PRELOAD"
  needs setcap libcap2-bin
  shared
  install -m 755 capable "$BUILD/lxshim" "$SHARED"
  setcap cap_net_raw+ep "$SHARED/capable" || skip "no file capabilities here"
  run "$LXSHIM" doctor "$SHARED/capable"
  assert_success # root gains nothing by it
  run as_user env -C "$SHARED" ./lxshim doctor ./capable
  # (The status is that of a library that is missing there.)
  assert_line --regexp '^(BAD|note) +capabilities +the file has some, so ld.so drops LD_PRELOAD: '
}

@test "setuid of root is no privilege to root" {
  (($(id -u) == 0)) || skip "needs root"
  compile suid
  chmod 4755 suid
  run "$LXSHIM" doctor ./suid
  assert_success
}

@test "another machine, another word size, a damaged file" {
  compile program
  # e_machine of IBM S/390 at offset 18
  cp program foreign
  printf '\x16\x00' | dd of=foreign bs=1 seek=18 conv=notrunc status=none
  run "$LXSHIM" doctor ./foreign
  assert_failure 1
  assert_line --regexp '^BAD +machine +a 64-bit program for another machine \(ELF 22\)'
  cp program narrow
  printf '\x01' | dd of=narrow bs=1 seek=4 conv=notrunc status=none
  printf '\x16\x00' | dd of=narrow bs=1 seek=18 conv=notrunc status=none
  run "$LXSHIM" doctor ./narrow
  assert_failure 1
  assert_line --regexp '^BAD +machine +a 32-bit program for another machine \(ELF 22\)'
  head -c 40 program >short
  run "$LXSHIM" doctor ./short
  assert_line --regexp '^note +program +\./short is no program'
  # headers that lie outside the file
  cp program wild
  printf '\xff\xff\xff\xff\xff\xff\xff\x7f' | dd of=wild bs=1 seek=32 conv=notrunc status=none
  run "$LXSHIM" doctor ./wild
  assert_line --regexp '^note +program +\./wild is no program'
}

@test "programs of 32-bit x86 and of x32" {
  [[ $(uname -m) == x86_64 ]] || skip "another machine"
  # What is said of them is in their headers: a program that only has those.
  compile program
  cp program x32
  printf '\x01' | dd of=x32 bs=1 seek=4 conv=notrunc status=none
  dd if=/dev/zero of=x32 bs=1 seek=28 count=24 conv=notrunc status=none
  printf '\x20' | dd of=x32 bs=1 seek=42 conv=notrunc status=none
  printf '\x01' | dd of=x32 bs=1 seek=44 conv=notrunc status=none
  cp x32 i386
  printf '\x03' | dd of=i386 bs=1 seek=18 conv=notrunc status=none
  run "$LXSHIM" doctor ./x32
  assert_failure 1
  assert_line --regexp '^BAD +x32 +a program of the x32 ABI: lxshim run refuses its system calls, and it ends at once; with --lane=preload it runs: not covered$'
  run "$LXSHIM" doctor ./i386
  assert_unseen static "no ld.so, nothing is preloaded"
  why=$(runs_32_bits) || skip "the rest: $why"
  run "$LXSHIM" doctor tour-i386-static
  assert_unseen static "no ld.so, nothing is preloaded"
  run "$LXSHIM" doctor tour-i386
  if [[ -e $BUILD/liblxshim/i386/liblxshim.so ]]; then
    assert_success
    assert_line --regexp "^ok +dynamic +a 32-bit program: under lxshim run glibc's .*ld-linux.so.2 will preload the library of its size$"
  fi
  # Without such a library.
  mkdir other
  cp "$LXSHIM" "$LIB" other
  run other/lxshim doctor tour-i386
  assert_unseen 32-bit "the library was built for 64-bit programs only"
}

@test "a loader that is missing" {
  compile odd -Wl,--dynamic-linker=/lib64/ld-linux-missing.so.9
  run "$LXSHIM" doctor ./odd
  assert_failure 1
  assert_line --regexp '^BAD +loader +/lib64/ld-linux-missing.so.9 is missing'
}

@test "musl: said plainly, and true" {
  needs musl-gcc musl-tools
  echo 'int main(void) { return 0; }' | musl-gcc -x c - -o musl
  # Where no library was made for such programs.
  mkdir other
  cp "$LXSHIM" "$LIB" other
  run other/lxshim doctor ./musl
  assert_unseen musl "the library was built for programs of glibc .*, and says so where LD_PRELOAD names it: .*"
  run env LD_PRELOAD=other/liblxshim.so ./musl
  assert_success
  assert_output --partial "a program of musl"
}

@test "Go: known by its note and by its sections" {
  needs objcopy binutils
  compile static -static
  printf '\x04\0\0\0\x04\0\0\0\x04\0\0\0Go\0\0abcd' >note
  objcopy --add-section .note.go.buildid=note static go-static
  run "$LXSHIM" doctor ./go-static
  assert_unseen static "a Go program; no ld.so, nothing is preloaded"
  compile dynamic
  objcopy --add-section .go.buildinfo=note dynamic go-dynamic
  run "$LXSHIM" doctor ./go-dynamic
  assert_unseen go "Go makes its system calls itself, not by libc"
  # Without the sections' names, the note in its segment is left.
  cat >note.s <<'EOF'
.section .note.other, "a", @note
.align 4
.long 4, 4, 4
.ascii "Go\0\0"
.ascii "abcd"
EOF
  gcc -x c <(echo 'int main(void) { return 0; }') -x assembler note.s -o go-note
  run "$LXSHIM" doctor ./go-note
  assert_unseen go "Go makes its system calls itself, not by libc"
}

@test "under lxshim the doctor says so" {
  run "$LXSHIM" run -q -- "$LXSHIM" doctor
  assert_line --regexp '^note +lxshim +is active here already'
}

@test "a policy that cannot be loaded is bad" {
  cd "$(fresh drive)"
  echo '{"version": 1}' >.lxshim.json
  run "$LXSHIM" doctor true
  assert_success
  assert_line --regexp '^ok +policy +\.lxshim\.json, found in this directory: a guest$'
  echo '{"version": 1, "profil": "wsl1"}' >.lxshim.json
  run "$LXSHIM" doctor true
  assert_failure 1
  assert_line --regexp '^BAD +policy +\.lxshim\.json cannot be used$'
  assert_line --partial 'did you mean "profile"?'
}
