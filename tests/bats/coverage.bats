#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every name of libc's that takes a path, called by its own symbol, one by one (tests/programs/probe).
# What each check calls has a ':' in its path, and in the second half of the file the directory does
# not even exist but for the shim: a name that is not wrapped finds nothing.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016

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

# Names that take a path and are not wrapped (tests/symbols/known-gaps says why); and those about mounts,
# which by the library alone are the kernel's, by the kernel's names.
GAPS="chroot ENOENT
mount ENOENT
umount ENOENT
umount2 ENOENT
open_tree ENOENT
syscall:mount ENOENT
syscall:umount2 ENOENT
syscall:open_tree ENOENT
syscall:open_tree_attr ENOENT
fanotify_mark ENOENT"
# Those that want CAP_SYS_ADMIN say so before they look for the name.
(((0x$(awk '/^CapEff:/ { print $2 }' /proc/self/status) >> 21 & 1) == 0)) || GAPS+="
pivot_root ENOENT
fspick ENOENT
move_mount ENOENT
syscall:fspick ENOENT
syscall:move_mount ENOENT"
# A supervisor sees them all.
[[ $LXSHIM_TEST_LANE == preload ]] || GAPS=

# In a container a filter refuses these to everybody, or says that there are none, before anybody looks for the name.
FILTERED=
[[ $(</proc/self/status) != *$'\nSeccomp:\t2'* ]] || FILTERED="mount umount umount2 open_tree move_mount fspick pivot_root
unshare setns fanotify_mark syscall:mount syscall:umount2 syscall:open_tree syscall:open_tree_attr syscall:move_mount syscall:fspick
syscall:fchmodat2"

# With these rules DrvFs makes sockets and FIFOs, as with metadata.
SPECIAL=(special.fifo=allow special.socket=allow special.device=allow open.tmpfile=allow)

setup_file() {
  [[ -f $LIB && -x $PROGRAMS/probe ]]
}

setup() {
  # Its checks make files outside their directory, too.
  export TMPDIR=$BATS_TEST_TMPDIR
}

# Of what probe printed ($output): what this machine cannot try, shim or no shim. openat2 is a name of
# newer libcs, which the library has anyway.
lacking() {
  grep '^[^ ]* absent: ' <<<"$output" | grep -v '^openat2 absent' | sort || true
}

# Checks that fail in this lane by nature, by lanes.list.
unseen() {
  awk -F ' *[|] *' -v lane="$LXSHIM_TEST_LANE" \
    '$1 == "probe" && !index(" " $3 " ", " " lane " ") { print $2 }' "$BATS_TEST_DIRNAME/lanes.list"
}

# without_unseen: drops their lines, and those of FILTERED.
without_unseen() {
  awk 'NR == FNR { unseen[$1]; next } !($1 in unseen)' <(unseen && tr ' ' '\n' <<<"$FILTERED") -
}

# assert_others WHAT LIST...: every check is ok but those of the lists, which fail just as they say.
# The difference is shown: "<" is expected, ">" was seen.
assert_others() {
  local seen=$output what=$1 absent
  absent=$(awk '$2 == "absent:" { print $1 }' <<<"$output")
  local FILTERED="$FILTERED $absent"
  shift
  assert_success
  echo "# $what: $(grep -c ' ok$' <<<"$seen") of $(grep -c . <<<"$seen") checks answer as on" \
    "Linux" >&3
  if [[ $what == native ]]; then
    unseen() { :; }
  fi
  run diff <(printf '%s\n' "$@" | sed '/^$/d' | without_unseen | sort) \
    <(grep -v -e ' ok$' -e '^[^ ]* absent: ' <<<"$seen" | without_unseen | sort)
  assert_output ""
  # What works is not to be on the list.
  run awk 'NR == FNR { if ($2 == "ok") ok[$1]; next } $1 in ok' <(echo "$seen") <(unseen)
  assert_output ""
}

@test "on Linux every check is ok" {
  native 'probe "$PWD"'
  lacking | sed 's/^/# native: /' >&3
  assert_others native "$NATIVE_ONLY"
}

@test "in a mount in place every check is ok but for what DrvFs refuses" {
  native 'probe "$PWD"'
  local without
  without=$(lacking)
  shimmed 'probe "$PWD"'
  assert_equal "$(lacking)" "$without"
  assert_others "in place" "$REFUSED" "$GAPS"
}

@test "in a mount in place with room for sockets and FIFOs every check is ok" {
  shimmed "${SPECIAL[@]}" 'probe "$PWD"'
  assert_others "in place, with sockets" "$GAPS"
}

# redirected [RULE=VALUE]...: probe in a mount at $TARGET, which does not exist, backed by $BACKING.
redirected() {
  TARGET=$(elsewhere)
  [[ -z ${TRANSLATED-} || ! -d $TARGET ]] || rmdir "$TARGET"
  BACKING=$(fresh backing)
  policy_for "$TARGET" drive.backing="$BACKING" "$@" >"$BATS_TEST_TMPDIR/policy.json"
  run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" probe "$TARGET"
}

@test "in a mount that is nowhere natively every check is ok but for what DrvFs refuses" {
  native 'probe "$PWD"'
  local without
  without=$(lacking)
  redirected
  # It was all done there, in the spelling of a Windows drive.
  assert_not_exists "$TARGET/t"$'\uF03A'"open"
  assert_exists "$BACKING/t"$'\uF03A'"open/f"$'\uF03A'"ile"
  assert_equal "$(lacking)" "$without"
  assert_others redirected "$REFUSED" "$GAPS"
}

@test "where the kernel mounts nothing there for lxshim run, every check is ok" {
  TRANSLATED=yes redirected "${SPECIAL[@]}"
  assert_not_exists "$TARGET"
  assert_others "translated, with sockets" "$GAPS"
}

@test "in a mount that is nowhere natively, with room for sockets and FIFOs, every check is ok" {
  redirected "${SPECIAL[@]}"
  assert_others "redirected, with sockets" "$GAPS"
}

# Nothing that these say differs from Linux, so that it takes an answer nobody else would give to see
# that they come by: EIO by an override of their operation.
@test "names that take nothing but a descriptor pass through the shim" {
  local target=$BATS_TEST_TMPDIR/drive policy=$BATS_TEST_TMPDIR/policy.json
  local names=(fchmod fchown ftruncate ftruncate64 futimens futimes fallocate fallocate64 fgetxattr
    flistxattr fremovexattr)
  mkdir "$target"
  # overriding OPS NAME...: runs the checks of the names where the operations answer EIO.
  overriding() {
    local all
    all=$(policy_for "$target")
    printf '%s, "overrides": [{"when": {"op": [%s]}, "then": {"errno": "EIO"}}]}\n' \
      "${all%\}}" "$1" >"$policy"
    run env LXSHIM_POLICY="$policy" "${SHIM[@]}" probe "$target" "${@:2}"
    assert_success
  }
  # Their checks set an attribute before.
  overriding '"chmod", "chown", "truncate", "utimes", "fallocate", "getxattr", "listxattr",
    "removexattr"' "${names[@]}"
  run grep -v -e '^[^ ]* EIO$' -e '^[^ ]* absent: ' <<<"$output"
  assert_output ""
  overriding '"setxattr"' fsetxattr
  assert_output --regexp '^fsetxattr (EIO|absent: .*)$'
}

@test "every exported name has a check" {
  needs nm binutils
  # Those of sanitizers have theirs in sanitizers.bats.
  run comm -23 <(nm -D --defined-only "$LIB" | awk '$NF !~ /san_default_options$/ { print $NF }' | sort) \
    <(probe --list | sort)
  assert_success
  assert_output ""
}

@test "every name of the surface has a check but those that are about no file" {
  needs nm binutils
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
