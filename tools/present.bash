# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What tools/deps, the tests and the demo ask alike: whether something is on this machine.

# A chroot has what was mounted in it. Neither the library nor bash (/dev/fd) does without /proc.
proc_or_stop() {
  [[ -e /proc/self/exe ]] || {
    echo "${0##*/}: /proc is not mounted here, and nothing works without: mount -t proc proc /proc" >&2
    exit 3
  }
}

# runs_in DIRECTORY: whether programs can be written there and started, which a mount may forbid (noexec).
runs_in() {
  local file status=0
  file=$(mktemp "$1/lxshim-runs.XXXXXX" 2>/dev/null) || return
  printf '#!/bin/sh\n' >"$file"
  chmod 700 "$file"
  "$file" 2>/dev/null || status=$?
  rm -f "$file"
  return "$status"
}

# choose_tmpdir SUITS DIRECTORY...: TMPDIR is what was asked for, or all ends here. By itself it is /tmp, or the first of
# these directories in which programs can be started, and for which SUITS ends well if there is such a one.
choose_tmpdir() {
  local dir suits
  if [[ -n ${TMPDIR-} ]]; then
    [[ $TMPDIR == /* ]] || export TMPDIR=$PWD/$TMPDIR
    runs_in "$TMPDIR" || {
      echo "${0##*/}: TMPDIR is $TMPDIR, and no program can be written there and started" >&2
      exit 1
    }
    return
  fi
  for suits in "$1" true; do
    for dir in /tmp "${@:2}"; do
      if runs_in "$dir" && "$suits" "$dir"; then
        [[ $dir != /tmp ]] || return 0
        echo "${0##*/}: in /tmp no program can be started, or there are no user xattrs: TMPDIR is $dir"
        export TMPDIR=$dir
        return
      fi
    done
  done
}

# present HOW: a command, /sbin's too; a file, which begins with / and may be a pattern; lib:NAME, a
# shared library; py:MODULE or perl:MODULE; cc:OPTION, what the compiler makes of it, on a machine that has such
# programs.
present() {
  local PATH=$PATH:/usr/sbin:/sbin
  case $1 in
    /*) compgen -G "$1" >/dev/null ;;
    lib:*) [[ $(ldconfig -p 2>/dev/null) == *[[:space:]]"${1#lib:} "* ]] ;;
    py:*) python3 -c "import ${1#py:}" 2>/dev/null ;;
    perl:*) perl "-M${1#perl:}" -e 1 2>/dev/null ;;
    cc:*)
      [[ $(uname -m) != x86_64 ]] || echo 'int main(void) { return 0; }' |
        cc "${1#cc:}" -xc -o /dev/null - 2>/dev/null
      ;;
    *) command -v "$1" >/dev/null ;;
  esac
}
