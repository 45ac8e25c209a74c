#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Linux's answer first: what the kernel refuses for the sake of who asks, of what kind a file is, or of
# how a descriptor was opened, it refuses with the same errno inside a drive, though every rule that can
# refuse does. refusals.bats has what it refuses for the sake of paths.

load helpers

setup() {
  ((EUID == 0)) || skip "wants files of several users, and a mount that is read-only"
  needs_mounts
  needs jq jq
  shared
  cp "$PROGRAMS/denials" "$SHARED.bin"
  AT=$SHARED
  mkdir "$AT/d"
}

# refusing first|last: each rule that may refuse by a value that does, the first or the last such.
refusing() {
  "$LXSHIM" policy rules --json | jq -r --arg which "$1" '.[] | select(.id != "mount.options") |
    . as $rule | [.values[] | select(test("^(E[A-Z0-9]+|deny|reject|until-found)$"))] | select(length > 0) |
    "\($rule.id)=\(if $which == "first" then first else last end)"'
}

# in_place UID STEPS [ARGUMENT]...: what is asked for by that user is in d/, a file system which is too small for what
# is asked of it (a large one would give 5 GiB each time), ro/ is a mount of its own that is read-only, and nobody else
# sees that.
in_place() {
  run env -C "$AT" timeout 300 unshare -m bash -uc "mount -t tmpfs -o size=64m none d && denials furnish '$AT/d' $1 &&
    mount --bind d/ro d/ro && mount -o remount,ro,bind d/ro && $2" - "${@:3}"
}

# listed UID: what natively is refused to that user, in $AT/list.
listed() {
  in_place "$1" "denials list '$AT/d' $1 >list"
  assert_success
  (($(wc -l <"$AT/list") > 2000))
}

# asked UID OPTIONS first|last: what is refused otherwise in a drive.
asked() {
  local rules
  mapfile -t rules < <(refusing "$3")
  ((${#rules[@]} > 50))
  policy_for "$AT/d" "drive.options=$2uid=$1,gid=$1" "${rules[@]}" >"$AT/policy.json"
  in_place "$1" 'exec "$@"' setpriv --reuid="$1" --regid="$1" --clear-groups env LXSHIM_POLICY="$AT/policy.json" "${SHIM[@]}" \
    "$SHARED.bin/denials" ask "$AT/d" list
  assert_success
  assert_line --regexp '^[1-9][0-9]{3} asked$'
  # What a rule itself says in place of Linux: that no file has attributes, or holes; that a name of a directory's is
  # no target for symlink; that there are no such requests, nor room given in advance. Without metadata there are no
  # owners to be refused for, but what binds them, too, does; who writes by a descriptor (8) is not asked whether its
  # file only grows.
  run awk '/ -> / {
    own = $4 == "ENODATA" && $6 == "EOPNOTSUPP" && !($1 ~ /getxattr/ && $2 ~ /fifo|socket|device/) ||
      $1 == "symlink" && $4 == "EEXIST" && $6 == "EINVAL" || $1 ~ /^fd-seek-data/ && $4 == "ENXIO" ||
      $1 == "fd-getflags-nowhere" && $4 == "EFAULT" || $1 == "fd-fallocate-much" && $4 == "ENOSPC" && $6 == "EOPNOTSUPP" ||
      $6 == "ok" && $1 ~ /^(access|access-write|chmod|chmod-readonly|fchmodat2|fd-chmod|fd-chmod-writable|fd-chown|chown|lchown)$/ &&
        ($4 == "EACCES" || $4 == "EPERM" && $2 !~ /^(frozen-|append-|10$)/)
    if (!own) print }' <<<"$output"
  assert_output ""
}

@test "what another user may not do: as natively, whatever the rules refuse" {
  listed 65534
  asked 65534 "" first
  asked 65534 metadata, last
}

@test "what root may not do: as natively, whatever the rules refuse" {
  listed 0
  asked 0 "" last
  asked 0 metadata, first
}
