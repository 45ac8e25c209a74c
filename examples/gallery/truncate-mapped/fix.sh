# SPDX-License-Identifier: MIT
# The mapping goes first.

python3 - <<'EOF'
import mmap, os
f = os.open("test_buffer", os.O_RDWR | os.O_CREAT)
os.ftruncate(f, 8102)
m = mmap.mmap(f, 8102)
m.close()
try:
    os.ftruncate(f, 16)
except OSError as e:
    print("ftruncate:", e.strerror)
print(os.stat("test_buffer").st_size)
EOF
