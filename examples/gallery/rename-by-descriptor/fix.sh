# SPDX-License-Identifier: MIT
# File and directory are closed for the rename, and opened again by the new name: over 9p a directory that is open is
# nowhere once it is renamed.

python3 - <<'EOF'
import os
os.mkdir("store")
d = os.open("store", os.O_DIRECTORY)
meta = os.open("meta", os.O_CREAT | os.O_RDWR, 0o644, dir_fd=d)
os.pwrite(meta, b"1", 0)
os.close(meta)
os.close(d)
os.rename("store", "store.0")
meta = os.open("store.0/meta", os.O_RDWR)
print(os.listdir("store.0"))
EOF
