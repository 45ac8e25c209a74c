# SPDX-License-Identifier: MIT
# A file cannot be made smaller while it is mapped: rpm, LMDB, and whatever keeps a ring in a file.
# reported: WSL#902, WSL#11302, WSL#3939 (I3)
# needs: python3

python3 - <<'EOF'
import mmap, os
f = os.open("test_buffer", os.O_RDWR | os.O_CREAT)
os.ftruncate(f, 8102)
m = mmap.mmap(f, 8102)
try:
    os.ftruncate(f, 16)
except OSError as e:
    print("ftruncate:", e.strerror)
print(os.stat("test_buffer").st_size)
EOF
