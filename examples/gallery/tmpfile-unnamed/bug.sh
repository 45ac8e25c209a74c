# SPDX-License-Identifier: MIT
# A temporary file without a name cannot be made, and what programs do then has its own bug
# (ftruncate-unlinked).
# reported: inference (K5)
# needs: python3

python3 - <<'EOF'
import os
try:
    f = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600)
    print("opened")
except OSError as e:
    print(e.strerror)
EOF
