#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# io_uring: rings that the kernel holds to what takes no path.

load helpers

setup() {
  # A ring that is not enabled yet, which is what can be held to something: Linux 5.10.
  native 'ring 64'
  [[ $output == *"setup ok"* ]] || skip "no io_uring here, or none that can be held: $output"
}

# The program, and those that the library does not see.
programs() {
  echo ring
  [[ $LXSHIM_TEST_LANE == preload ]] || echo ring-static
  [[ $LXSHIM_TEST_LANE == preload ]] || ! runs_32_bits >/dev/null || echo ring-i386-static
}

# held FLAGS: what a ring with them answers natively, and what under the shim.
held() {
  echo "nowhere Bad address
setup ok
flags $(($1)), 4 entries
probe $2
nop ok
write ok
read ok
words
openat $3
unlinkat $3
mkdirat ${4:-$3}
fallocate ${4:-$3}
close ok
closed"
}

@test "a ring reads and writes; what takes a path is refused, and what there is not told" {
  # Plain; for one task alone, which is the one that makes it.
  local none="No such file or directory" denied="Permission denied" program flags
  for flags in 0 "0x3000 thread"; do
    native "ring $flags"
    # shellcheck disable=SC2086 # flags, without the thread
    [[ $output == *"setup Invalid argument"* ]] || assert_output "$(held ${flags% *} ok "$none" ok)"
    for program in $(programs); do
      shimmed "$program $flags; ls"
      [[ $output == *"setup Invalid argument"* ]] || assert_output "$(held "${flags% *}" "$denied" "$denied")
file"
    done
  done
}

@test "a ring that the kernel polls is not there, and one that its program enables is of a later kernel" {
  for program in $(programs); do
    shimmed "$program 2"
    assert_output "nowhere Bad address
setup Function not implemented"
    shimmed "$program 64"
    assert_output "nowhere Bad address
setup Invalid argument"
  done
}

@test "under a filter of its own, which may end it for another call, a program has no ring" {
  steps='refuse EPERM@unshare ring'
  native "$steps"
  assert_line "setup ok"
  shimmed "$steps"
  assert_line "setup Function not implemented"
}
