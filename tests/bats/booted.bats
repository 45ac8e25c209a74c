#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Who runs the machine: on WSL systemd does where boot.systemd says so (identity.systemd).
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016

load helpers
load session

setup() {
  ((EUID == 0)) || skip "only root mounts"
  unshare -m true 2>/dev/null || skip "no mount namespace can be made here"
  BASE=$(fresh session)
  mkdir -p "$BASE/etc" "$BASE/drive"
  printf '{"version": 1, "volumes": {"C:": {"backing": "drive"}}}' >"$BASE/policy.json"
  session_lanes
  # A machine that systemd runs, to all that asks by this directory.
  BOOTED=(unshare -m bash -c 'mount -t tmpfs none /run && mkdir -p /run/systemd/system/x.d && exec "$@"' -)
  # shellcheck disable=SC2034 # session starts by it
  START=("${BOOTED[@]}")
}

@test "identity.systemd: the directory is not there by any way to it; off, it is the machine's" {
  steps='D=/run/systemd; for path in $D/system $D/system/ $D/system/x.d $D/system/.. //run/./systemd/system; do
      stat -c "%F" $path || echo none; done 2>/dev/null
    ls -A $D; cd $D; stat -c %F system system/x.d 2>/dev/null || echo none; (cd system 2>/dev/null && ls -A) || echo no way
    mkdir system 2>/dev/null || echo not made; mkdir system/y 2>/dev/null || echo not made; find $D | wc -l'
  native() { run env -C / BASE="$BASE" "${BOOTED[@]}" bash -uc "$1"; }
  native "$steps"
  local machine='directory
directory
directory
directory
directory
system
directory
directory
x.d
not made
4'
  assert_output "$machine"
  for era in wsl1-1903 wsl2-9p; do
    session --era $era --set identity.systemd=off "$steps"
    assert_output "$machine"
    session --era $era "$steps"
    assert_output 'none
none
none
none
none
none
no way
not made
not made
1'
  done
}

@test "boot.systemd: WSL2 has systemd by it, WSL1 has none; what asks for systemd says so" {
  printf '[boot]\nsystemd = true\n' >"$BASE/etc/wsl.conf"
  steps='[[ ! -d /run/systemd/system ]] || echo booted'
  session --era wsl2-9p "$steps"
  assert_output booted
  session --era wsl1-1903 "$steps"
  assert_output ""
  printf '[boot]\nsystemd = false\n' >"$BASE/etc/wsl.conf"
  session --era wsl2-9p "$steps"
  assert_output ""
  type -P hostnamectl >/dev/null || skip "no hostnamectl here"
  # It has no bus to ask here; of a machine that was booted with systemd that is what it says.
  run env -C / LC_ALL=C "${BOOTED[@]}" hostnamectl
  refute_output --partial "has not been booted with systemd"
  for era in wsl1-current wsl2-9p; do
    LC_ALL=C session --era $era 'hostnamectl'
    # In systemd's words, older and newer.
    output=${output/system scope bus via local transport:/bus:}
    assert_output "System has not been booted with systemd as init system (PID 1). Can't operate."$'\n'"Failed to connect to bus: Host is down"
  done
}
