#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A job-control shell for tests: runs COMMAND as a foreground job on a terminal of its own, acts on
it, and prints what becomes of it, one line per event.

    terminal.py ACTIONS COMMAND [ARGUMENT]...

The command says "ready" in a line on its terminal before every action (and nothing else but what
shall be printed). ACTIONS, separated by commas:

    intr, susp, enter press ^C, ^Z, the enter key
    kill-NAME         send a signal to the job's first process alone
    wait-stop         wait until that process stops, and print by which signal
    states            print the states of all processes of the job, sorted
    cont              go on, as the shell's fg does
    bg                go on in the background
    cont-first        send SIGCONT to the first process alone
    line              read a line from the terminal and print it
    ready             wait for a "ready"
    hangup            close the terminal; the job is then its session's leader
"""

import fcntl
import os
import pty
import signal
import sys
import termios


def states(group):
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            found.append("stopped" if fields[0] == "T" else "running")
    return " ".join(sorted(found))


class Terminal:
    def __init__(self, command, leader):
        self.master, slave = pty.openpty()
        attributes = termios.tcgetattr(slave)
        attributes[1] &= ~termios.OPOST
        attributes[3] &= ~termios.ECHO
        termios.tcsetattr(slave, termios.TCSANOW, attributes)
        self.text = b""
        self.leader = leader
        if not leader:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            signal.signal(signal.SIGTTOU, signal.SIG_IGN)
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
        self.slave = slave
        self.job = os.fork()
        if self.job == 0:
            signal.signal(signal.SIGHUP, signal.SIG_DFL)
            if leader:
                os.setsid()
                fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            else:
                os.setpgid(0, 0)
                os.tcsetpgrp(slave, os.getpid())
                signal.signal(signal.SIGTTOU, signal.SIG_DFL)
            for fd in (0, 1, 2):
                os.dup2(slave, fd)
            os.closerange(3, 64)
            os.execvp(command[0], command)
        if leader:
            os.close(slave)
        else:
            try:
                os.setpgid(self.job, self.job)
            except OSError:
                pass  # it has been faster

    def line(self):
        while b"\n" not in self.text:
            try:
                more = os.read(self.master, 4096)
            except OSError:
                more = b""
            if not more:
                sys.exit(f"the terminal is closed; it said {self.text!r}")
            self.text += more
        line, self.text = self.text.split(b"\n", 1)
        return line.decode().strip()

    def act(self, action):
        if action == "intr":
            os.write(self.master, b"\x03")
        elif action == "susp":
            os.write(self.master, b"\x1a")
        elif action == "enter":
            os.write(self.master, b"\n")
        elif action.startswith("kill-"):
            os.kill(self.job, signal.Signals["SIG" + action[5:]])
        elif action == "wait-stop":
            status = os.waitpid(self.job, os.WUNTRACED)[1]
            if not os.WIFSTOPPED(status):
                sys.exit(f"ended with status {status}, not stopped")
            print("stopped by", signal.Signals(os.WSTOPSIG(status)).name)
            os.tcsetpgrp(self.slave, os.getpgrp())
        elif action == "states":
            print(states(self.job))
        elif action == "cont":
            os.tcsetpgrp(self.slave, self.job)
            os.killpg(self.job, signal.SIGCONT)
        elif action == "bg":
            os.tcsetpgrp(self.slave, os.getpgrp())
            os.killpg(self.job, signal.SIGCONT)
        elif action == "cont-first":
            os.tcsetpgrp(self.slave, self.job)
            os.kill(self.job, signal.SIGCONT)
        elif action == "line":
            print(self.line())
        elif action == "ready":
            line = self.line()
            if line != "ready":
                sys.exit(f'"{line}" instead of "ready"')
        elif action == "hangup":
            os.close(self.master)
        else:
            sys.exit(f"unknown action {action}")

    def end(self):
        status = os.waitpid(self.job, 0)[1]
        if os.WIFSIGNALED(status):
            print("killed by", signal.Signals(os.WTERMSIG(status)).name)
        else:
            print("exit status", os.WEXITSTATUS(status))


def main():
    actions = sys.argv[1].split(",")
    if os.getpgrp() == os.getpid():
        # A group's leader cannot begin a session: let a child do it.
        child = os.fork()
        if child != 0:
            sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    terminal = Terminal(sys.argv[2:], "hangup" in actions)

    def give_up(*_):
        os.killpg(terminal.job, signal.SIGKILL)
        sys.exit("nothing has happened for too long")

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(100)  # for a broken test, not for timing
    for action in actions:
        terminal.act(action)
    terminal.end()


main()
