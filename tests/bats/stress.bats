#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Many processes, one after the other and at once, and killed ones.
#   STRESS_OPERATIONS  of each process (400; 20000 take a minute)
#   STRESS_SEED        of what they do (1)
#   STRESS_SECONDS     until a run is given up (1000)
#   STRESS_PROCESSES   one after the other (1000; 10000 by hand)

load helpers

setup() {
  cd "$(fresh drive)" || return
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || skip "seccomp's listener cannot be had here"
}

# Compares the directory, as plain Linux shows it, with what `stress` has said of it.
compare() {
  local sign name
  while read -r sign name; do
    name=${name//:/$'\uF03A'}
    case $sign in
      +) [[ -e $name ]] || echo "missing: $name" ;;
      -) [[ ! -e $name ]] || echo "left: $name" ;;
      '?') ;;
      *) echo "$sign $name" ;;
    esac
  done <"$1"
}

# What is in the directory and was never in the log.
others() {
  local names=(*)
  printf '%s\n' "${names[@]//$'\uF03A'/:}" | grep -vxF -f <(cut -c3- "$1")
}

# settled LANE LOG: what was removed while somebody had it open, and was killed, goes when the next
# one looks.
settled() {
  "$LXSHIM" run -q --lane "$1" -- ls >/dev/null && [[ -z $(compare "$2") && -z $(others "$2") ]] &&
    stress unheld >/dev/null
}

@test "files made, renamed and removed by processes that are killed at random are what they should be" {
  seed=${STRESS_SEED-1}
  echo "STRESS_SEED=$seed"
  # The library and the supervisor together, each alone: what a static program calls is the supervisor's in any lane.
  for how in both:stress supervisor:stress-static preload:stress; do
    lane=${how%:*} program=${how#*:} alone=() complete=(--require-complete)
    # Calls that the library does not see are none of its lane's.
    [[ $lane != preload ]] || { alone=(libc) complete=(); }
    DRIVE=$(fresh "$lane")
    log=$BATS_TEST_TMPDIR/log
    run env -C "$DRIVE" timeout "${STRESS_SECONDS-1000}" "$LXSHIM" run -q "${complete[@]}" --lane "$lane" -- \
      "$program" "${STRESS_OPERATIONS-400}" "$seed" "${alone[@]}"
    assert_success
    refute_output --partial wrong
    echo "$output" >"$log"
    cd "$DRIVE"
    # For a moment, a worker may still be at the last call of somebody who was killed.
    until_true settled "$lane" "$log" || true
    run compare "$log"
    assert_output ""
    # There is nothing else, and nobody has any of it open.
    run others "$log"
    assert_output ""
    run stress unheld
    assert_success
  done
}

# $workers, how many there are, which is by luck, the most descriptors that one has, and kilobytes. By the shell alone: programs
# would be seen by the supervisor that is measured, and are many with many processes.
measured='
  children() {
    local stat said
    for stat in /proc/[0-9]*/stat; do
      { read -r said <"$stat"; } 2>/dev/null || continue
      said=${said##*) } said=${said#* }
      [[ ${said%% *} != "$1" ]] || echo "${stat%/stat}"
    done
  }
  for process in $(children "$PPID"); do
    [[ $(readlink "$process/cwd") != / ]] || master=${process##*/}
  done
  workers=0 most=0 largest=0
  for process in $(children "$master"); do
    descriptors=("$process"/fd/*)
    size=$(awk "/^Rss(Anon|Shmem)/ { sum += \$2 } END { print sum + 0 }" "$process/status" 2>/dev/null)
    workers=$((workers + 1)) largest=$((${size:-0} > largest ? size : largest)) most=$((${#descriptors[@]} > most ? ${#descriptors[@]} : most))
  done'

@test "thousands of processes: right exit statuses, and the supervisor does not grow" {
  printf '%s\n' "$measured" >"$BATS_TEST_TMPDIR/measured"
  for program in swarm swarm-static; do
    run timeout "${STRESS_SECONDS-1000}" "$LXSHIM" run -q --require-complete --lane supervisor -- bash -uc '
      # Those that are too many leave, as soon as the processor is theirs.
      measure() { until source "$0/measured"; ((workers <= 8)); do :; done; echo "$workers $most $largest"; }
      "$1" 50 1; measure; "$1" "$2" 1; "$1" 500 500; "$1" 50 1; measure' "$BATS_TEST_TMPDIR" \
      "$program" "${STRESS_PROCESSES-1000}"
    assert_success
    assert_equal "$(grep -cx ok <<<"$output")" 4
    read -r _ descriptors size <<<"${lines[1]}"
    read -r workers descriptors_after size_after <<<"${lines[5]}"
    echo "# $program: descriptors $descriptors, then $descriptors_after; memory $size kB, then $size_after kB in one of $workers processes" >&3
    ((descriptors_after <= descriptors + 2))
    ((size_after <= size + 500))
  done
}

@test "in both lanes together, too" {
  run timeout "${STRESS_SECONDS-1000}" "$LXSHIM" run -q --require-complete -- bash -uc 'swarm 500 1; swarm 300 300'
  assert_output $'ok\nok'
}
