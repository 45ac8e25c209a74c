#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# In which directories a run shows nothing of itself is remembered, so that a name in them costs no look: here by each way to
# one where it does show something, with what is remembered at hand, as the clock stands still.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016

load helpers

# Of each directory: a file by no name that is shown, and twice two that are, of which the kernel has the first, and names
# it where it is opened; the other is there by its spelling.
WAYS='import os
def says(path, fd=None):
    try:
        with open(os.open(path, os.O_RDONLY, dir_fd=fd), "rb") as f: return "WSL" if b"icrosoft" in f.read() else "Linux"
    except OSError: return "missing"
def way(label, directory, fd=None):
    names = [os.path.join(directory, name) for name in ("file", "version", "version_signature")]
    print(label, *[says(name, fd) for name in names + names[1:]])
here, up = os.getcwd(), "../" * os.getcwd().count("/")
os.makedirs("plain/below"); os.symlink("/proc", "link"); os.symlink("/", "root"); os.symlink("/proc/version", "plain/cmdline")
for name in "plain/file", "plain/version": print("Linux", file=open(name, "w"))
fd = os.open("plain", os.O_DIRECTORY); way("plain", here + "/plain"); way("plain opened", "", fd); way("plain dots", "plain/below/..")
proc, root = os.open("/proc", os.O_DIRECTORY), os.open("/", os.O_DIRECTORY)
way("path", "/proc"); way("dots", "/usr/..//proc/."); way("up", up + "proc"); way("up from", up + "../proc", fd); way("opened", "", proc)
way("from opened", "proc", root); way("link", "link"); way("through link", here + "/root/proc"); way("links", "root" + here + "/link")
way("magic", "/proc/self/root/proc"); way("number", "/proc/self/fd/%d" % proc); way("device", "/dev/fd/%d" % proc)
os.stat("plain/cmdline"); print("last", says("plain/cmdline"), says("plain/cmdline")); os.dup2(proc, fd); way("same number", "", fd)
os.rename("plain", "away"); os.symlink("/proc", "plain"); way("replaced", here + "/plain"); os.chdir("plain"); way("gone to", "")
os.chdir(here); os.fchdir(fd); way("gone by", ""); way("gone", "/proc/self/cwd"); os.chdir("/"); way("from root", "proc")'

@test "identity.kernel: by every way to a directory, what is remembered of directories says no other" {
  needs python3 python3
  echo "$WAYS" >"$BATS_TEST_TMPDIR/ways"
  steps="LD_PRELOAD=\${LD_PRELOAD-}\${LD_PRELOAD:+:}\$PROGRAMS/still.so python3 '$BATS_TEST_TMPDIR/ways'"
  native "$steps"
  refute_output --partial WSL
  assert_line 'path missing Linux missing Linux missing'
  spelled='path|dots|up|up from|opened|from opened|same number|gone to|gone by|from root'
  expected=$(sed -E "/^plain/!s/Linux/WSL/g; /^($spelled) missing/s/WSL missing/WSL WSL/g" <<<"$output")
  mkdir "$BATS_TEST_TMPDIR/drive" "$BATS_TEST_TMPDIR/work"
  policy_for "$BATS_TEST_TMPDIR/drive" identity.kernel=on | sed 's/{/{"profile": "wsl1-1809", /' >"$BATS_TEST_TMPDIR/policy.json"
  run env -C "$BATS_TEST_TMPDIR/work" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$steps"
  assert_output "$expected"
  assert_line 'path missing WSL WSL WSL WSL'
}
