# SPDX-License-Identifier: MIT
# A database makes files in a directory by its descriptor, keeps one open, and renames the
# directory.
# reported: WSL#12897 (A2), WSL#2665 (A9)
# needs: python3

python3 - <<'EOF'
import os
os.mkdir("store")
d = os.open("store", os.O_DIRECTORY)
meta = os.open("meta", os.O_CREAT | os.O_RDWR, 0o644, dir_fd=d)
os.pwrite(meta, b"1", 0)
try:
    os.rename("store", "store.0")
    print(os.listdir("store.0"))
except OSError as e:
    print(e)
EOF
