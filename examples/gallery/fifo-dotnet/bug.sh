# SPDX-License-Identifier: MIT
# The .NET command line makes a named pipe in TMPDIR.
# reported: WSL#3962, WSL#3195 (E1)

mkdir tmp && TMPDIR=$PWD/tmp
mkfifo "$TMPDIR/clr-debug-pipe" 2>&1 | sed 's|/.*/||'
ls "$TMPDIR"
