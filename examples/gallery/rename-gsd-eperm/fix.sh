# SPDX-License-Identifier: MIT
# EACCES counts as well.

python3 "${0%/*}/rename.py" EPERM EBUSY EACCES
