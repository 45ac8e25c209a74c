# SPDX-License-Identifier: MIT
"""Runs COMMAND on a terminal of its own, with TYPED as what is typed there, and copies what it
writes there to standard output. Ends as it does.

    typed.py TYPED COMMAND [ARGUMENT]...

The command is no session's leader: when one ends, the kernel hangs its terminal up, and what was
written there and not yet read is lost.
"""

import os
import pty
import subprocess
import sys
import termios


def main():
    """Returns the command's exit status."""
    master, slave = pty.openpty()
    modes = termios.tcgetattr(slave)
    modes[1] &= ~termios.ONLCR  # lines end as they were written
    termios.tcsetattr(slave, termios.TCSANOW, modes)
    with subprocess.Popen(sys.argv[2:], stdin=slave, stdout=slave, stderr=slave) as command:
        os.close(slave)
        os.write(master, os.fsencode(sys.argv[1]))
        try:
            while data := os.read(master, 4096):
                sys.stdout.buffer.write(data)
        except OSError:  # nobody has the terminal any more
            pass
    sys.stdout.flush()
    return command.returncode


sys.exit(main())
