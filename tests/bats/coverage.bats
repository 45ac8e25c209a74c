#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every name of libc's that takes a path, called by its own symbol, one by one (tests/programs/probe).
# What each check calls has a ':' in its path, and in the second half of the file the directory does
# not even exist but for the shim: a name that is not wrapped finds nothing.

load helpers

SURFACE=$BATS_TEST_DIRNAME/../symbols/surface
SYSCALLS=$SOURCE_ROOT/shim/vfs/syscalls.c

# On Linux ':' and the character it is stored as are two names.
NATIVE_ONLY="names:one-file ENOENT
names:other-spelling ENOENT"

# What DrvFs has no room for, or the shim no answer to.
REFUSED="open:O_TMPFILE EOPNOTSUPP
mkfifo EPERM
mkfifoat EPERM
mknod:fifo EPERM
mknodat:fifo EPERM
mknod:socket EPERM
bind EPERM
getsockname EPERM
getpeername EPERM
accept EPERM
accept4 EPERM
recvfrom EPERM
__recvfrom_chk EPERM
recvmsg EPERM
socket:absolute-name EPERM
syscall:bind EPERM"

# The shim's own: who is told ENOSYS uses openat, and read and write.
NOT_EMULATED="syscall:openat2 ENOSYS
syscall:io_uring_setup ENOSYS"

# Names that take a path and are not wrapped (tests/symbols/known-gaps says why).
GAPS="chroot ENOENT
mount ENOENT
umount2 ENOENT
open_tree ENOENT
fanotify_mark ENOENT"
# Those for root only say so before they look for the name.
((EUID != 0)) || GAPS+="
pivot_root ENOENT
move_mount ENOENT"

# With these rules DrvFs makes sockets and FIFOs, as with metadata.
SPECIAL=(special.fifo=allow special.socket=allow special.device=allow open.tmpfile=allow)

setup() {
  # Its checks make files outside their directory, too.
  export TMPDIR=$BATS_TEST_TMPDIR
}

# The lines of $output that a check is not "ok" on, sorted; what this machine lacks apart.
others() {
  grep -v -e ' ok$' -e '^[^ ]* absent: ' <<<"$output" | sort || true
}

lacking() {
  grep '^[^ ]* absent: ' <<<"$output" | sort || true
}

# assert_others LIST...: nothing else than what the lists say.
assert_others() {
  local expected
  expected=$(printf '%s\n' "$@" | sed '/^$/d' | sort)
  assert_success
  assert_equal "$(others)" "$expected"
}

say() {
  local ok
  ok=$(grep -c ' ok$' <<<"$output")
  echo "# $1: $ok of $(grep -c . <<<"$output") checks answer as on Linux" >&3
}

@test "on Linux every check is ok" {
  native 'probe "$PWD"'
  say native
  assert_others "$NATIVE_ONLY"
  lacking | sed 's/^/# native: /' >&3
}

@test "in a mount in place every check is ok but for what DrvFs refuses" {
  native 'probe "$PWD"'
  local without
  without=$(lacking)
  shimmed 'probe "$PWD"'
  say "in place"
  assert_others "$REFUSED" "$NOT_EMULATED" "$GAPS"
  assert_equal "$(lacking)" "$without"
}

@test "in a mount in place with room for sockets and FIFOs every check is ok" {
  shimmed "${SPECIAL[@]}" 'probe "$PWD"'
  say "in place, with sockets"
  assert_others "$NOT_EMULATED" "$GAPS"
}

# redirected [RULE=VALUE]...: probe in a mount at $TARGET, which does not exist, backed by $BACKING.
redirected() {
  TARGET=$(fresh mnt)/c
  BACKING=$(fresh backing)
  policy_for "$TARGET" mount.backing="$BACKING" "$@" >"$BATS_TEST_TMPDIR/policy.json"
  run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" LD_PRELOAD="$LIB" probe "$TARGET"
}

@test "in a mount that is nowhere natively every check is ok but for what DrvFs refuses" {
  native 'probe "$PWD"'
  local without
  without=$(lacking)
  redirected
  say redirected
  assert_others "$REFUSED" "$NOT_EMULATED" "$GAPS"
  assert_equal "$(lacking)" "$without"
  assert_not_exists "$TARGET"
  # It was all done there, in the spelling of a Windows drive.
  assert_exists "$BACKING/t"$'\uF03A'"open/f"$'\uF03A'"ile"
}

@test "in a mount that is nowhere natively, with room for sockets and FIFOs, every check is ok" {
  redirected "${SPECIAL[@]}"
  say "redirected, with sockets"
  assert_others "$NOT_EMULATED" "$GAPS"
}

@test "a mount's target may lie in directories that do not exist either" {
  local target backing
  target=$(fresh none)/some/where/c
  backing=$(fresh backing)
  policy_for "$target" mount.backing="$backing" >"$BATS_TEST_TMPDIR/policy.json"
  run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" LD_PRELOAD="$LIB" \
    probe "$target" open mkdir rename chdir opendir realpath execve
  assert_others
}

@test "every exported name has a check" {
  run comm -23 <(nm -D --defined-only "$LIB" | awk '{ print $NF }' | sort) \
    <(probe --list | sort)
  assert_success
  assert_output ""
}

@test "every name of the surface has a check but those that are about no file" {
  run comm -23 <(grep -v '^#' "$SURFACE" | grep . | sort) <(probe --list | sort)
  assert_success
  assert_output "$(printf '%s\n' getegid geteuid getgid getuid setgid setgroups setuid)"
  echo "# $(comm -12 <(grep -v '^#' "$SURFACE" | sort) \
    <(nm -D --defined-only "$LIB" | awk '{ print $NF }' | sort) | grep -c .) names of the" \
    "surface's 222 are wrapped, $(comm -12 <(grep -v '^#' "$SURFACE" | sort) \
      <(probe --list | sort) | grep -c .) have a check, of $(probe --list | grep -c .) checks" >&3
}

@test "every system call that the shim answers by number has a check" {
  run grep -oP '^ *\[SYS_\K\w+(?=\] = call_)' "$SYSCALLS"
  assert_success
  ((${#lines[@]} > 70))
  run comm -23 <(sort -u <<<"$output") <(probe --list | sed -n 's/^syscall://p' | sort)
  assert_output ""
}

@test "probe says what it does not find" {
  # One wrapper less, by a mount of which the program knows nothing: the twin of all of the above.
  local drive
  drive=$(fresh drive)
  env -C "$drive" LD_PRELOAD="$LIB" mkdir "$drive/t:x"
  assert_not_exists "$drive/t:x"
  assert_exists "$drive/t"$'\uF03A'"x"
}
