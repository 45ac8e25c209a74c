# SPDX-License-Identifier: MIT
"""The Linux Test Project's tests of system calls on files."""

import re

import building
import suites

# What a unit's name begins with, before its number: calls that take a path or a descriptor, or tell a name.
FILES = """
access acct bind chdir chmod chown chroot close close_range connect copy_file_range creat dirtyc0w
dirtyc0w_shmem dup execl execle execlp execv execve execveat execvp faccessat fallocate fanotify fchdir
fchmod fchmodat fchown fchownat fcntl fdatasync fgetxattr file_attr flistxattr flock fork fpathconf
fremovexattr fsconfig fsetxattr fsmount fsopen fspick fstat fstatat fstatfs fsync ftruncate futimesat
getcwd getdents getpeername getsockname getxattr inotify inotify_init ioctl_ficlone ioctl_ficlonerange
ioctl_fiemap landlock lchown lgetxattr link linkat listmount listxattr llistxattr llseek lremovexattr
lseek lstat memfd_create mkdir mkdirat mknod mknodat mmap mount mount_setattr move_mount
name_to_handle_at nftw open open_by_handle_at open_tree openat pathconf pivot_root posix_fadvise prctl
pread preadv prot_hsymlinks pwrite pwritev read readahead readdir readlink readlinkat readv realpath
recvfrom recvmsg removexattr rename renameat rmdir seccomp sendfile sendmsg sendto setns setxattr socket
socketpair splice stat statfs statmount statvfs statx swapoff swapon symlink symlinkat sync
sync_file_range syncfs syscall sysfs tee truncate umask umount uname unlink unlinkat unshare ustat utime
utimensat utimes vfork vmsplice write writev
""".split()

PARTS = ("testcases/kernel/syscalls", "testcases/lib")
RESULT = re.compile(r"\b(TPASS|TFAIL|TBROK|TCONF|TWARN)\b *:? *(.*)")


class SUITE(suites.Suite):
    name = "ltp"
    about = "the Linux Test Project's system calls on files (needs root; --all: its list syscalls)"
    needs_root = True
    own_mounts = True
    others_write = True
    seconds = 180

    def build(self, log):
        # Parts of it need what a machine has not got, and are left out by themselves.
        building.make(self.source, log, "autotools")
        building.run(["./configure", f"--prefix={self.root}", "--disable-metadata"], self.source, log)
        for part in ("libs", "lib"):
            building.make(self.source, log, "-C", part, "all")
        for part in PARTS:
            building.make(self.source, log, "-C", part, "all")
            building.make(self.source, log, "-C", part, "install")

    @property
    def root(self):
        return self.source.parent / "installed"

    def commands(self):
        """{unit: command line}, as its list has them."""
        found = {}
        for line in (self.source / "runtest/syscalls").read_text(encoding="utf-8").splitlines():
            name, _, command = line.partition("#")[0].strip().partition(" ")
            if command and (self.root / "testcases/bin" / command.split()[0]).exists():
                found[name] = command.strip()
        return found

    def units(self, everything):
        return [n for n in self.commands() if everything or stem(n) in FILES]

    def command(self, unit, directory):
        environment = {
            "LTPROOT": str(self.root),
            "PATH": f"{self.root}/testcases/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LTP_COLORIZE_OUTPUT": "n",
            "KCONFIG_SKIP_CHECK": "1",
            # Of file systems on a loop device, one will do: lxshim does not come near it.
            "LTP_SINGLE_FS_TYPE": "ext4",
            # A busy machine is no fault; and races are not looked for as long as their authors do.
            "LTP_TIMEOUT_MUL": "3",
            "LTP_RUNTIME_MUL": "0.1",
        }
        return ["sh", "-c", self.commands()[unit]], environment

    def read(self, lines, status):
        number = 0
        for i, line in enumerate(lines):
            found = RESULT.search(line)
            if found and not line.startswith("Summary"):
                number += 1
                yield suites.Verdict(str(number), found[1], found[2].strip(), i)


def stem(unit):
    """Of "renameat201" or "fcntl01_64" what stands before the number."""
    if unit in FILES:
        return unit
    found = re.match(r"(.*?)(?:[0-9]|_[0-9A-Z])", unit)
    return found[1] if found else unit
