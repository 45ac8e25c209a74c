#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What the kernel resolves by who asks: /proc/self and its like, to the first thread of a process and to another one.

load helpers

# In a drive, and where a run shows something of itself, whose files a supervisor opens for who asks.
@test "each thread is led by /proc/self to its process and by /proc/thread-self to itself, as natively" {
  local how program rule ways=("" alone apart) without=
  # A container's filter forbids unshare.
  run whose apart
  if ((status != 0)); then
    assert_output --regexp "^unshare: "
    ways=("" alone) without=$output
  fi
  for program in whose whose-static; do
    for how in "${ways[@]}"; do
      steps="$program $how 2>&1 </dev/null | sed \"s|\$PWD|HERE|g\""
      native "$steps"
      assert_success
      assert_line "-- ${how:-first}"
      assert_line --partial "/proc/thread-self: readlink PID/task/"
      natives=$output
      for rule in mount.line=drvfs identity.kernel=on; do
        shimmed "$rule" "$steps"
        run diff <(echo "$natives") - <<<"$output"
        assert_output ""
      done
    done
  done
  [[ -z $without ]] || skip "but for a thread with descriptors of its own: $without"
}
