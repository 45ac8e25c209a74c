# SPDX-License-Identifier: MIT
"""What tests/programs/tour.c says, by Python."""
import errno
import os


def say(what, function, *args):
    try:
        function(*args)
        print(what, "ok")
        return True
    except OSError as error:
        print(what, errno.errorcode[error.errno])
        return False


os.umask(0o022)
fd = os.open("x:y", os.O_WRONLY | os.O_CREAT, 0o640)
print(f"mode {os.stat('x:y').st_mode & 0o777:o}")
say("fifo", os.mkfifo, "p", 0o600)
os.mkdir("d", 0o700)
inner = open("d/f", "w")
if say("rename", os.rename, "d", "e"):
    os.rename("e", "d")
say("unlink", os.remove, "x:y")
say("stat", os.stat, "x:y")
say("again", os.open, "x:y", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
names = [os.path.join(top, name)[2:] for top, dirs, files in os.walk(".") for name in dirs + files]
print("walk", *sorted(names))
inner.close()
os.close(fd)
say("rename", os.rename, "d", "e")
