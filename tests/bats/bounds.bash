# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# System calls per operation, held against the bounds of a table: $BOUNDS, a row for each operation of
# `steady` and a column for each place; "EMPTY" in it is replaced by $EMPTY. A file that loads this has
# `turns OPERATION|each [forget]`, which prints how many the cheapest turn took, of each operation in a line.

# columns PLACE: "OPERATION BOUND" of each row.
columns() {
  awk -v place="$1" '
    NF == 0 { next }
    column == "" { for (column = NF; $column != place; column--) if (column == 0) exit; next }
    { print $1, $column }' <<<"$BOUNDS"
}

# is_above FOUND BOUND: one of both figures, or no number came of it.
is_above() {
  [[ ! $1 =~ ^[1-9][0-9]*(/[1-9][0-9]*)?$ ]] || ((${1%/*} > ${2%/*} || ${1#*/} > ${2#*/}))
}

# hold_bounds PLACE [TRIES]: every operation against its column, all in one process; what is above it there
# alone, up to TRIES times, where a busy machine may have left no two turns in one tick of the clock.
# Natively nothing is remembered.
hold_bounds() {
  local operation bound found try checked=0 failed=0 remembered=() forgotten=()
  mapfile -t remembered < <(turns each)
  [[ $1 == native ]] || mapfile -t forgotten < <(turns each forget)
  while read -r operation bound; do
    bound=${bound//EMPTY/${EMPTY-}}
    found=${remembered[checked]}${forgotten:+/${forgotten[checked]}}
    for ((try = ${2-1}; try > 0; try--)); do
      is_above "$found" "$bound" || break
      found=$(turns "$operation")
      [[ $1 == native ]] || found+=/$(turns "$operation" forget)
    done
    if is_above "$found" "$bound"; then
      echo "$operation, $1: $found system calls, not $bound; the last turn:"
      awk '/getppid\(/ { turn = "" } { turn = turn substr($0, 1, 160) "\n" } /sched_yield\(/ { last = turn } END { printf "%s", last }' \
        "$BATS_TEST_TMPDIR/trace" | head -n 200
      failed=1
    fi
    checked=$((checked + 1))
  done < <(columns "$1")
  ((failed == 0 && checked > 10))
}

# assert_all_bounded: there is a row for every operation.
assert_all_bounded() {
  run steady list
  assert_output "$(awk 'NF > 1 && $1 != "operation" { print $1 }' <<<"$BOUNDS")"
}
