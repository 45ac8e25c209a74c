# SPDX-License-Identifier: MIT
# That the mode cannot be set is no failure.

echo data >a
python3 "${0%/*}/copyfile.py" tolerant
