#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# unlink.mapped_file, rename.mapped_target: what any process has mapped stays, in some eras.

load helpers

setup() {
  needs python3 python3
}

# by PROFILE STEPS: shimmed, by a profile.
by() {
  IN=$(fresh drive)
  policy_for "$IN" >"$BATS_TEST_TMPDIR/$1.json"
  sed -i "s/\"version\": 1,/\"version\": 1, \"profile\": \"$1\",/" "$BATS_TEST_TMPDIR/$1.json"
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/$1.json" "${SHIM[@]}" bash -uc "$2"
}

# What wget does to a page, and recordmcount to an object: the file is mapped, and no longer open.
MAPS="$ANSWER
import mmap
def mapped(name):
    with open(name, \"wb\") as f: f.write(b\"x\" * 8192)
    with open(name, \"rb\") as f: return mmap.mmap(f.fileno(), 8192, mmap.MAP_PRIVATE, mmap.PROT_READ)
def new(name):
    with open(name, \"w\") as f: f.write(\"new\")
def size(name): return os.stat(name).st_size
"

@test "unlink.mapped_file: a file that is mapped is not removed, in 1607 and 1703" {
  steps="python3 -c '$MAPS
m = mapped(\"page\")
answer(\"unlink\", lambda: os.unlink(\"page\"))
print(os.path.exists(\"page\"), sorted(os.listdir(\".\")), flush=True)
if os.path.exists(\"page\"):
    other = os.fork()
    if other == 0:
        m.close() # its parent has it still
        answer(\"another\", lambda: os.unlink(\"page\"))
        os._exit(0)
    os.waitpid(other, 0)
    m.close()
    answer(\"unmapped\", lambda: os.unlink(\"page\"))
'"
  gone="unlink None
False []"
  kept="unlink Input/output error
True ['page']
another Input/output error
unmapped None"
  native "$steps"
  assert_output "$gone"
  for profile in wsl1-1607 wsl1-1703; do
    by "$profile" "$steps"
    assert_output "$kept"
  done
  by wsl1-1709 "$steps"
  assert_output "$gone"
  # Where a removal goes on as on Linux a rule that is set counts as well.
  shimmed unlink.open_file=posix unlink.mapped_file=EIO "$steps"
  assert_output "$kept"
  # What is open and not mapped waits, as ever.
  steps='exec 3>f; rm f && echo removed; ls'
  native "$steps"
  assert_output removed
  by wsl1-1703 "$steps"
  assert_output "removed
f"
}

@test "rename.mapped_target: nothing takes the place of a file that is mapped, in 1709 to 1809" {
  steps="python3 -c '$MAPS
m = mapped(\"kbye.o\")
new(\"kbye.o.rc\")
answer(\"rename\", lambda: os.rename(\"kbye.o.rc\", \"kbye.o\"))
print(size(\"kbye.o\"), sorted(os.listdir(\".\")))
m.close()
if os.path.exists(\"kbye.o.rc\"): answer(\"unmapped\", lambda: os.rename(\"kbye.o.rc\", \"kbye.o\"))
'"
  done="rename None
3 ['kbye.o']"
  native "$steps"
  assert_output "$done"
  for profile in wsl1-1709 wsl1-1803 wsl1-1809; do
    by "$profile" "$steps"
    assert_output "rename Input/output error
8192 ['kbye.o', 'kbye.o.rc']
unmapped None"
  done
  by wsl1-1703 "$steps"
  assert_line --index 0 "rename Operation not permitted"
  by wsl1-1903 "$steps"
  assert_output "$done"
  shimmed rename.open_target=posix rename.mapped_target=EIO "$steps"
  assert_line --index 0 "rename Input/output error"
  # What is open and not mapped is another rule's.
  steps='echo a >a; echo b >b; exec 3<b; LC_ALL=C mv a b; cat b'
  native "$steps"
  assert_output a
  by wsl1-1709 "$steps"
  assert_output --partial "Operation not permitted"
}
