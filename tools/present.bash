# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What tools/deps, the tests and the demo ask alike: whether something is on this machine.

# A chroot has what was mounted in it. Neither the library nor bash (/dev/fd) does without /proc.
proc_or_stop() {
  [[ -e /proc/self/exe ]] || {
    echo "${0##*/}: /proc is not mounted here, and nothing works without: mount -t proc proc /proc" >&2
    exit 1
  }
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
