# SPDX-License-Identifier: MIT
# EACCES is tried again on Linux, too.

python3 "${0%/*}/rename.py" win32 linux
