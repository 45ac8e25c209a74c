# SPDX-License-Identifier: MIT
# A database synchronises a directory on a share.
# reported: WSL#2557, borgbackup/borg#5974 (J2)
# needs: python3

python3 "${0%/*}/write.py"
