# SPDX-License-Identifier: MIT
# The error is called EACCES.

python3 "${0%/*}/rename.py" EPERM EACCES
