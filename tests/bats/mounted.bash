# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# Mounts while a run goes on: a file that loads this has a drive C: that is mounted at $M/c, a directory for
# more at $M/d, and runs steps in each lane. $M is the directory of all.

setup() {
  ((EUID == 0)) || skip "only root mounts"
  needs_mounts
  shared
  BASE=$SHARED
  mkdir -p "$BASE"/{drive/{sub,'Mixed Case'},c,d}
  echo text >"$BASE/drive/f"
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:", "target": "%s/c", "backing": "%s/drive",
    "options": "noatime"}]}' "$BASE" "$BASE" >"$BASE/policy.json"
  LANES=(preload)
  ! "$LXSHIM" run -q --require-complete --lane supervisor -- true 2>/dev/null || LANES+=(both supervisor)
}

# natively STEPS: without us, in a mount namespace of its own; $M is the directory of all.
natively() {
  rm -rf "$BASE.native" && mkdir -p "$BASE.native"/{c/sub,d,drive/sub}
  run env -C / M="$BASE.native" LC_ALL=C timeout 100 unshare -m bash -uc "$1"
}

# in_lanes STEPS: in every lane there is, one answer, after $PREPARE. PREFIX is put before the shell.
in_lanes() {
  local lane first=none
  for lane in "${LANES[@]}"; do
    cp -a "$BASE/drive" "$BASE.kept"
    run env -C / M="$BASE" LC_ALL=C timeout 300 unshare -m "$LXSHIM" run -q --lane "$lane" --policy "$BASE/policy.json" -- \
      "${PREFIX[@]}" bash -uc "${PREPARE+$PREPARE; }$1"
    rm -rf "$BASE/drive" "$BASE.native" && mv "$BASE.kept" "$BASE/drive"
    # shellcheck disable=SC2154 # run sets it
    [[ $first != none ]] || first=$output
    assert_output "$first"
  done
}
PREFIX=()
