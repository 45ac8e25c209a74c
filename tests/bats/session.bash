# SPDX-License-Identifier: MIT
# Sessions of WSL (lxshim wsl), in every lane there is.

# session_lanes: to be called in setup, with the session's files in $BASE: policy.json, and wsl.conf in etc.
session_lanes() {
  LANES=(preload)
  ! "$LXSHIM" run -q --require-complete --lane supervisor -- true 2>/dev/null || LANES+=(both supervisor)
}

# session [OPTION...] STEPS: in each of them, one answer. What stands for $BASE is BASE in it. START, if a test has set
# it: what starts each of them.
session() {
  local lane first=none
  for lane in "${LANES[@]}"; do
    run env -C / BASE="$BASE" ${START[@]+"${START[@]}"} "$LXSHIM" wsl --lane "$lane" --policy "$BASE/policy.json" --etc "$BASE/etc" -q "${@:1:$#-1}" -- bash -uc "${!#}"
    # shellcheck disable=SC2154 # run sets it
    output=${output//"$BASE"/BASE}
    [[ $first != none ]] || first=$output
    assert_output "$first"
  done
}
