#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Linux's answer first: what the kernel refuses for the sake of a path, of what is there, or of a
# call's own arguments, it refuses with the same errno inside a mount, whatever the rules say, and
# across a mount's border.

load helpers

# What is open goes, so that the steps can clean up after themselves; and what refuses most.
GOES=(unlink.open_file=posix rmdir.open_directory=posix)
STRICT=(rename.readonly_target=EACCES link.create=EPERM mknod.regular=EPERM special.fifo=EOPNOTSUPP
  special.socket=EOPNOTSUPP special.device=EOPNOTSUPP)

# Inside of one directory it is asked once for several tests.
setup_file() {
  mkdir "$BATS_FILE_TMPDIR"/{here,there}
  env -C "$BATS_FILE_TMPDIR" refusals here >"$BATS_FILE_TMPDIR/said"
}

# told [STEPS]: what `refusals` says natively, or has said of one directory.
told() {
  local said
  said=$(fresh said)
  mkdir "$said"/{here,there}
  IN=$said native "${1:-cat "$BATS_FILE_TMPDIR/said"}"
  assert_success
  # What may be made in a directory that is gone is its file system's to say.
  expected=$(grep -v '^open-tmpfile gone:\.' <<<"$output")
  (($(grep -vc ' ok$' <<<"$expected") > 5000))
}

# answered DIRECTORIES POLICY...: `refusals` under the shim, the drive at here/.
answered() {
  local dirs=$1 at
  shift
  at=$(fresh at)
  mkdir "$at"/{here,there}
  [[ $* != *,ro* ]] || env -C "$at" refusals here >/dev/null
  policy_for "$at/here" "$@" >"$BATS_TEST_TMPDIR/policy.json"
  # shellcheck disable=SC2086 # one word or two
  run env -C "$at" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" refusals $dirs
  assert_success
}

# differing [ERRNO...]: the lines of calls that are refused natively, and not with one of these, but
# answered otherwise under the shim.
differing() {
  awk -v but=" $* " '
    { line = $0; sub(/ [^ ]*$/, "", line) }
    NR == FNR { want[line] = $NF; next }
    line in want && want[line] != "ok" && want[line] != $NF && index(but, " " want[line] " ") == 0 {
      print line, want[line] " -> " $NF
    }' <(cat <<<"$expected") <(cat <<<"$output")
}

same() {
  run differing
  assert_output ""
}

@test "a call's path and arguments: inside a drive as natively" {
  told
  answered here "${GOES[@]}"
  same
}

@test "the same where the rules refuse what they can" {
  told
  answered here "${GOES[@]}" "${STRICT[@]}"
  same
}

@test "the same where case does not matter and links are Windows' own" {
  told
  answered here "${GOES[@]}" case.directories=off case.inherit=on symlink.create=nt-if-possible
  same
}

# On a read-only mount the kernel says EROFS of some calls before, of others after what is wrong.
@test "the same on a read-only drive, as on a read-only mount of Linux" {
  local enter="unshare -m" options
  (($(id -u) == 0)) || enter="unshare -rm"
  $enter true 2>/dev/null || skip "no mount namespace can be made here: $enter"
  told "refusals here >/dev/null; $enter sh -c 'mount --bind here here && mount -o remount,ro,bind here && refusals here'"
  options="drive.options=uid=$(id -u),gid=$(id -g),ro"
  answered here "$options"
  same
}

# What a rename would meet at its new name the kernel does not look at across file systems, nor does
# it link a directory there.
@test "across a mount's border: EXDEV only of ends that can be" {
  told "refusals here there"
  answered "here there" "${GOES[@]}"
  run differing EEXIST EISDIR ENOTEMPTY EPERM
  assert_output ""
}

@test "a call that the kernel does not have: ENOSYS, inside a drive and elsewhere" {
  needs python3 python3
  refuse ENOSYS@fchmodat2 true || skip "no filter can be installed here"
  local steps='import ctypes, errno, os
open("f", "w").close()
chmod = lambda *a: ctypes.CDLL(None, use_errno=True).syscall(452, *a)
for path in b"f", b"missing", os.fsencode(sys.argv[1]):
    print(errno.errorcode[ctypes.get_errno()] if chmod(-100, path, 0o644, 0) < 0 else "ok")
    ctypes.set_errno(0)'
  : >"$BATS_TEST_TMPDIR/outside"
  make_fresh DRIVE drive
  cd "$DRIVE"
  run refuse ENOSYS@fchmodat2 env "${SHIM[@]}" python3 -c "import sys; $steps" "$BATS_TEST_TMPDIR/outside"
  assert_output $'ENOSYS\nENOSYS\nENOSYS'
  run python3 -c "import sys; $steps" "$BATS_TEST_TMPDIR/outside"
  local natively=$output
  run env "${SHIM[@]}" python3 -c "import sys; $steps" "$BATS_TEST_TMPDIR/outside"
  assert_output "$natively"
}
