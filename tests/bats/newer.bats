#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Calls that are newer than most programs: openat2 with what it promises, and those of attributes that
# take a directory. Outside every mount they are the kernel's, inside they answer as the older ones do.

load helpers

# What `resolves` and `newer` look at, and something around it to get out to.
TREE='mkdir -p base/d base/deep/er base/a:d; echo out >out; echo around >name; cd base
  echo base >name; echo f >f; echo g >d/g; echo d >d/name; echo ab >a:b; echo dab >d/a:b; : >a:d/x:y
  ln -s f in; ln -s f link; ln -s d dirlink; ln -s d linkdir; ln -s .. up; ln -s ../../out d/climb
  ln -s ../f d/back; ln -s "$PWD/f" absolute; ln -s nowhere dangling; ln -s loop loop; ln -s /f rooted
  ln -s a:b a:link; ln -s . self; ln -s /proc/self proc; cd ..'

has() {
  native "newer has $1"
  ((status == 0)) || skip "the kernel has no $1"
}

# answered PROGRAM...: natively, and the same outside every mount and inside a drive.
answered() {
  native "$TREE; $*"
  assert_success
  local expected=$output lines
  lines=$(wc -l <<<"$expected")
  ((lines > 150))
  echo "# $*: $lines answers" >&3
  run diff <(cat <<<"$expected") <(IN=$(fresh outside) && policy_for "$(fresh elsewhere)" >"$IN.json" &&
    env -C "$IN" LXSHIM_POLICY="$IN.json" "${SHIM[@]}" bash -uc "$TREE; $*")
  assert_output ""
  shimmed "$TREE; $*"
  run diff <(cat <<<"$expected") <(cat <<<"$output")
}

@test "openat2: what it promises it keeps, and its errnos are the kernel's" {
  answered resolves base
  assert_output ""
}

@test "openat2: nothing is made where it may not lead" {
  answered resolves base make
  assert_output ""
}

@test "openat2: structures, flags and modes that the kernel refuses" {
  answered resolves base refused
  assert_output ""
}

@test "openat2: RESOLVE_CACHED is for what needs no answer of a drive's: EAGAIN" {
  native "$TREE; cat base/f >/dev/null; resolves base cached"
  assert_output --regexp '^(ok|EAGAIN)$'
  shimmed "$TREE; cat base/f >/dev/null; resolves base cached"
  assert_output EAGAIN
}

@test "openat2: RESOLVE_NO_XDEV holds at a drive, which is a mount; nothing else does" {
  IN=$(fresh around)
  policy_for "$IN/d" >"$BATS_TEST_TMPDIR/border.json"
  run env -C "$IN" bash -uc 'mkdir d; echo d >d/name; resolves . | grep -E "^(cwd|fd)(,xdev)? d: "'
  assert_output "cwd d: directory d
fd d: directory d
cwd,xdev d: directory d
fd,xdev d: directory d"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/border.json" "${SHIM[@]}" \
    bash -uc 'resolves . | grep -E "^(cwd|fd)(,xdev)? d: "'
  assert_output "cwd d: directory d
fd d: directory d
cwd,xdev d: EXDEV
fd,xdev d: EXDEV"
}

@test "openat2: a promise to stay below, and a mount whose backing is elsewhere: ENOSYS" {
  IN=$(fresh around)
  mkdir "$IN/back" "$IN/d"
  echo there >"$IN/back/name"
  policy_for "$IN/d" drive.backing="$IN/back" >"$IN/p.json"
  run env -C "$IN" LXSHIM_POLICY="$IN/p.json" "${SHIM[@]}" bash -uc \
    'resolves . | grep -E "^fd(,beneath|,root)? d: "; resolves d | grep -E "^fd,(beneath|root) (\.|\.\.): "'
  # Where lxshim run has the kernel mount it there, that is below as well.
  entered=ENOSYS
  [[ ${lines[1]} != "fd,beneath d: directory there" || $LXSHIM_TEST_LANE == preload ]] ||
    entered="directory there"
  assert_output "fd d: directory there
fd,beneath d: $entered
fd,root d: $entered
fd,beneath .: directory there
fd,beneath ..: EXDEV
fd,root .: directory there
fd,root ..: directory there"
}

@test "attributes by setxattrat, getxattrat, listxattrat, removexattrat and file_getattr" {
  has getxattrat
  answered 'cd base; newer'
  assert_output ""
}

# Flags, sizes and addresses that are none, and a path that leads nowhere: Linux has an order of its own.
@test "two mistakes at once: the one is said that Linux says, of calls of mounts, fanotify, attributes, times" {
  answered 'cd base; arguments'
  assert_output ""
}

@test "move_mount tells who may not mount so at once, whatever the paths" {
  (($(id -u) == 0)) || skip "for root, who becomes another user"
  shared
  answered 'cd base; setpriv --reuid=65534 --regid=65534 --clear-groups arguments | grep ^move_mount'
  assert_output ""
}

# Each look of the supervisor's at a call that it makes itself would wait for another worker.
@test "what stands in a register that a call does not have changes nothing, and nobody looks at it once more" {
  needs python3 python3
  local sixth said=()
  # Python may compile something the first time.
  for sixth in 0 0 7; do
    run -0 --separate-stderr env -C "$(fresh sixth)" "$LXSHIM" run --lane "$LXSHIM_TEST_LANE" -- python3 -c '
import ctypes, sys
libc = ctypes.CDLL(None, use_errno=True)
for i in range(50):
    r = libc.syscall(*map(ctypes.c_long, (428, -100)), b"none/x", *map(ctypes.c_long, (0, 0, 0, int(sys.argv[1]))))
print("open_tree", r, ctypes.get_errno())' $sixth
    assert_output "open_tree -1 2"
    # shellcheck disable=SC2154 # run assigns it
    [[ $stderr =~ answered,\ ([0-9]+)\ passed\ on ]]
    said+=("${BASH_REMATCH[1]}")
  done
  # Python's own are some more or less each time; each of the fifty would be one.
  ((said[2] < said[1] + 25)) || fail "${said[*]}"
}
