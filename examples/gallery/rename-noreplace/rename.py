# SPDX-License-Identifier: MIT
# Renames to a name that must not be there.
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
def rename_no_replace(old, new):
    if libc.renameat2(-100, old.encode(), -100, new.encode(), ctypes.c_uint(1)) != 0:
        e = ctypes.get_errno()
        raise OSError(e, os.strerror(e), old, None, new)
def link_and_unlink(old, new):
    os.link(old, new)
    os.unlink(old)
open("t.sql.tmp", "w").close()
try:
    try:
        rename_no_replace("t.sql.tmp", "t.sql")
    except OSError as e:
        if "fallback" not in sys.argv or e.errno != 22:
            raise
        link_and_unlink("t.sql.tmp", "t.sql")
except OSError as e:
    print("Cannot rename %s to %s: %s" % (e.filename, e.filename2, e.strerror))
print(os.listdir("."))
