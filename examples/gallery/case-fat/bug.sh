# SPDX-License-Identifier: MIT
# On a stick a name keeps the case that it was made with, and a second spelling is the same file.
# reported: vendor test DrvFsTestFatCaseInsensitive (H5)
# needs: python3

mkdir src
cd src && echo 1 >makefile
(set -C && echo 2 >Makefile) 2>"$HOME/errors" || echo 'Makefile: exists'
python3 -c 'import os; os.rename("makefile", "MAKEFILE")'
ls
