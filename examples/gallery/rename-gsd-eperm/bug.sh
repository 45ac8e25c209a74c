# SPDX-License-Identifier: MIT
# A tool copies what it cannot rename for Windows' own errors, EPERM and EBUSY, and on WSL the error
# is EACCES.
# reported: open-gsd/gsd-pi#1179, open-gsd/gsd-pi#1180 (A17)
# needs: python3

python3 "${0%/*}/rename.py" EPERM EBUSY
