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

# A root file system at $1, with a shell and what it needs.
make_root() {
  local program library
  mkdir -p "$1"/{proc,sys,dev,run,etc,tmp,bin,mnt/c}
  for program in bash ls cat id uname stat mkdir mv grep; do
    cp "$(type -P $program)" "$1/bin"
    for library in $(ldd "$(type -P $program)" | grep -o '/[^ ]*'); do
      mkdir -p "$1${library%/*}"
      cp -n "$library" "$1$library"
    done
  done
  printf '%s\n' 'root:x:0:0::/:/bin/bash' >"$1/etc/passwd"
  printf '[automount]\noptions = "umask=077"\n' >"$1/etc/wsl.conf"
}

# session_files: what most of them have: drives C: and D:, and a volume without a letter; automount.root is $BASE/at.
session_files() {
  BASE=$(fresh session)
  mkdir -p "$BASE"/{drive/src,data,etc,root,at}
  printf '{"version": 1, "volumes": {"C:": {"backing": "drive"}, "D:": {"backing": "data"}, "stick": {"backing": "root"}}}' \
    >"$BASE/policy.json"
  conf automount "root = $BASE/at"
  session_lanes
}

# conf SECTION LINE...: what wsl.conf says.
conf() {
  printf '[%s]\n' "$1" >"$BASE/etc/wsl.conf"
  printf '%s\n' "${@:2}" >>"$BASE/etc/wsl.conf"
}

# Whether a session's drives are mounts of the kernel's by themselves: root's, where a container does not forbid it.
can_bind() {
  ((EUID == 0)) && unshare -m true 2>/dev/null
}

# What of the mount table is of drives.
# shellcheck disable=SC2016,SC2034 # for the session to expand
DRIVES='grep -o "^[A-Z]:[^ ]* $BASE[^ ]* [^ ]* [^ ,]*" /proc/self/mounts | sort'
