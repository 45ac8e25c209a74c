# SPDX-License-Identifier: MIT
# TMPDIR is not on the drive.

mkdir -p "$HOME/tmp" && TMPDIR=$HOME/tmp
mkfifo "$TMPDIR/clr-debug-pipe" 2>&1 | sed 's|/.*/||'
ls "$TMPDIR"
