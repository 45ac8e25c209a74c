# SPDX-License-Identifier: MIT
# Runs in which root mounts, in every lane that there is: $M has a drive, `drive`, which is mounted on `c`, and `d`,
# on which nothing is.

load helpers

setup() {
  ((EUID == 0)) || skip "only root mounts"
  needs_mounts
  shared
  BASE=$SHARED
  PREFIX=()
  mkdir -p "$BASE"/{drive/{sub,'Mixed Case'},c,d}
  echo text >"$BASE/drive/f"
  drive_policy ""
  LANES=(preload)
  ! "$LXSHIM" run -q --require-complete --lane supervisor -- true 2>/dev/null || LANES+=(both supervisor)
  ALL_LANES=("${LANES[@]}")
}

# drive_policy [JSON [OPTIONS]]: the policy of the runs, with more members, and the mount's options.
drive_policy() {
  printf '{"version": 1, %s "mounts": [{"type": "drvfs", "source": "C:", "target": "%s/c", "backing": "%s/drive",
    "options": "%s"}]}' "${1:+$1,}" "$BASE" "$BASE" "${2-noatime}" >"$BASE/policy.json"
}

# natively STEPS: without us, in a mount namespace of its own; $M is the directory of all.
natively() {
  rm -rf "$BASE.native" && mkdir -p "$BASE.native"/{c/sub,d,drive/sub}
  run env -C / M="$BASE.native" LC_ALL=C timeout 1000 unshare -m bash -uc "$1"
}

# From here on only the lanes that see what makes its calls by the instruction.
by_instruction() {
  LANES=(both supervisor)
  ((${#ALL_LANES[@]} > 1)) || LANES=()
}

# From here on only the lane that has no library.
by_supervisor() {
  by_instruction
  LANES=("${LANES[@]:1}")
}

# From here on only the lanes that have the library.
by_library() {
  LANES=("${ALL_LANES[@]:0:2}")
}

# From here on all of them, with a command before the shell.
in_all_by() {
  LANES=("${ALL_LANES[@]}")
  PREFIX=("$@")
}

# in_lanes STEPS: in every lane there is, one answer, after $PREPARE.
in_lanes() {
  local lane first=none
  for lane in "${LANES[@]}"; do
    cp -a "$BASE/drive" "$BASE.kept"
    run env -C / M="$BASE" LC_ALL=C timeout 1000 unshare -m "$LXSHIM" run -q --lane "$lane" --policy "$BASE/policy.json" -- \
      "${PREFIX[@]}" bash -uc "${PREPARE+$PREPARE; }$1"
    rm -rf "$BASE/drive" "$BASE.native" && mv "$BASE.kept" "$BASE/drive"
    # shellcheck disable=SC2154 # run sets it
    [[ $first != none ]] || first=$output
    assert_output "$first"
  done
}

# with_volumes: a policy that says volumes, and mounts none of them.
with_volumes() {
  mkdir -p "$BASE/stick" && echo fat >"$BASE/stick/f" && touch "$BASE/drive/sub/g"
  printf '{"version": 1, "volumes": {"C:": {"backing": "drive"},
    "fat": {"backing": "stick", "filesystem": "fat32", "folders": ["C:\\\\stick"]}},
    "shares": {"\\\\\\\\localhost\\\\C$": "C:"}, "mounts": []}' >"$BASE/policy.json"
}
