# SPDX-License-Identifier: MIT
# Node copies a file, cannot set its mode, and says that the copy has failed.
# reported: WSL#41519, libuv/libuv#5257 (D2)
# needs: python3
# user: ordinary

echo data >a
python3 "${0%/*}/copyfile.py"
