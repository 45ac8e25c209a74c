# SPDX-License-Identifier: MIT
# As libuv's uv_fs_copyfile: the data, then the mode.
import os, sys
source = os.open("a", os.O_RDONLY)
target = os.open("b", os.O_WRONLY | os.O_CREAT, 0o644)
os.write(target, os.read(source, 100))
try:
    os.fchmod(target, 0o644)
except PermissionError as e:
    if "tolerant" not in sys.argv:
        os.unlink("b")
        sys.exit("EPERM: operation not permitted, copyfile 'a' -> 'b'")
print(open("b").read(), end="")
