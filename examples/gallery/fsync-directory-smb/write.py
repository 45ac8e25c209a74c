# SPDX-License-Identifier: MIT
# Writes a file so that it survives a crash: the file is synchronised, renamed, and its directory synchronised.
import os, sys
f = os.open("data.new", os.O_CREAT | os.O_WRONLY)
os.write(f, b"1")
os.fsync(f)
os.rename("data.new", "data")
d = os.open(".", os.O_RDONLY)
try:
    os.fsync(d)
except OSError as e:
    if "tolerant" not in sys.argv:
        sys.exit("cannot synchronise the directory: " + e.strerror)
print("written")
