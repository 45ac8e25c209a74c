#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Overrides: a policy's experiments on single calls.
# shellcheck disable=SC2016 # steps are single-quoted

load helpers

setup() {
  needs jq jq
  needs python3 python3
}

# What Python's calls on files answer, a line each: see ANSWER. d is a file of the drive, open.
CALLS="$ANSWER"'
d = os.open("d", os.O_CREAT | os.O_RDWR)
def write(n): return lambda: os.write(d, b"x" * n)
def read(n): return lambda: len(os.read(d, n))
'

# overridden JSON STEPS: runs steps with these overrides.
overridden() {
  DRIVE=$(fresh drive)
  policy_for "$DRIVE" | jq --argjson o "$1" '. + {overrides: $o}' >"$BATS_TEST_TMPDIR/p.json"
  run env -C "$DRIVE" LXSHIM_POLICY="$BATS_TEST_TMPDIR/p.json" LXSHIM_TRACE="$BATS_TEST_TMPDIR/trace.json" \
    "${SHIM[@]}" bash -uc "$2"
}

# told: what the trace says of calls that an override acted on.
told() {
  run jq -sr '.[] | select(.outcome == "overridden") | "\(.call) \(.result)"' "$BATS_TEST_TMPDIR/trace.json"
}

@test "overrides: an errno for one operation on some paths" {
  overridden '[{"when": {"op": "rename", "path": "**/*.lock"}, "then": {"errno": "EIO"}, "note": "try me"}]' '
    mkdir d; : >d/a.lock; : >b; : >c; mv b d/x.lock; mv c d/y; ls d'
  assert_output "mv: cannot move 'b' to 'd/x.lock': Input/output error
a.lock
y"
  run jq -sr '.[] | select(.outcome == "overridden") | [.call, .result, .note] | @tsv' "$BATS_TEST_TMPDIR/trace.json"
  assert_output "$(printf 'rename\tEIO\ttry me')"
}

@test "overrides: of two paths either is meant, and the first override that fits acts" {
  overridden '[{"when": {"op": "rename", "path": "new"}, "then": {"errno": "EIO"}},
               {"when": {"op": ["rename", "link"], "path": "*.tmp"}, "then": {"errno": "EDQUOT"}}]' '
    : >a.tmp; : >b; mv a.tmp c; mv b b.tmp; ln a.tmp d; mv a.tmp new; mv b e; ls'
  # What mv calls it, a move or an overwriting, depends on its version.
  output=$(sed -E 's/^(mv|ln): .*: /\1: /' <<<"$output")
  assert_output "mv: Disk quota exceeded
mv: Disk quota exceeded
ln: Disk quota exceeded
mv: Input/output error
a.tmp
e"
}

@test "overrides: times, every and after count over the whole tree of processes" {
  overridden '[{"when": {"op": "unlink"}, "then": {"errno": "EACCES"}, "times": 2}]' '
    for i in 1 2 3 4; do : >f$i; rm f$i 2>/dev/null && echo "$i ok" || echo "$i failed"; done'
  assert_output "1 failed
2 failed
3 ok
4 ok"
  overridden '[{"when": {"op": "mkdir"}, "then": {"errno": "ENOSPC"}, "every": 3, "after": 1}]' '
    for i in 1 2 3 4 5 6 7; do mkdir d$i 2>/dev/null && echo "$i ok" || echo "$i failed"; done'
  assert_output "1 ok
2 ok
3 ok
4 failed
5 ok
6 ok
7 failed"
}

@test "overrides: allow lets a call pass the rules; by errno it waits for the answer" {
  overridden '[{"when": {"op": ["mknod"], "path": "ok*"}, "then": {"allow": true}}]' 'mkfifo ok1; mkfifo no; ls'
  assert_output "mkfifo: cannot create fifo 'no': Operation not permitted
ok1"
  overridden '[{"when": {"op": "rename", "errno": "EACCES"}, "then": {"allow": true}, "times": 1}]' '
    mkdir a b; exec 3>a/f 4>b/f; mv a x && echo first; mv b y'
  assert_output "first
mv: cannot move 'b' to 'y': Permission denied"
  overridden '[{"when": {"op": "open", "errno": "ENOENT", "path": "cfg"}, "then": {"errno": "EIO"}}]' 'cat cfg; cat other'
  assert_output "cat: cfg: Input/output error
cat: other: No such file or directory"
}

@test "overrides: a delay, alone and before an errno" {
  needs strace strace
  overridden '[{"when": {"op": "mkdir"}, "then": {"delay": 30, "errno": "EIO"}}, {"when": {"op": "rmdir"}, "then": {"delay": 30}}]' '
    mkdir a; strace -qq -e trace=clock_nanosleep,rmdir -o t rmdir b 2>/dev/null; grep -c "clock_nanosleep.*30000000" t'
  assert_output "mkdir: cannot create directory ‘a’: Input/output error
1"
}

@test "overrides do nothing outside the mounts" {
  overridden '[{"when": {"op": "*"}, "then": {"errno": "EIO"}}]' 'cat /etc/hostname >/dev/null && echo fine; [[ -e /etc ]] && echo there'
  assert_output "fine
there"
}


@test "overrides: after the call, which is made all the same" {
  steps='mkdir m; ls -d m; ln -s m l; readlink l; mkdir m; echo text >f; ln f g; cat g; dd of=new </dev/null status=none; ls'
  native "$steps"
  assert_output "m
m
mkdir: cannot create directory ‘m’: File exists
text
f
g
l
m
new"
  overridden '[{"when": {"op": ["mkdir", "symlink"]}, "then": {"errno": "ENOSYS", "after": true}},
               {"when": {"op": "link"}, "then": {"errno": "EIO", "after": true}},
               {"when": {"op": "open", "path": "new"}, "then": {"errno": "EIO", "after": true}}]' "$steps"
  # What fails by itself has its own errno.
  output=$(sed -E "s/^(mv|ln): .*: /\1: /" <<<"$output")
  assert_output "mkdir: cannot create directory ‘m’: Function not implemented
m
ln: Function not implemented
m
mkdir: cannot create directory ‘m’: File exists
ln: Input/output error
text
dd: failed to open 'new': Input/output error
f
g
l
m
new"
  told
  assert_line "mkdir ENOSYS"
  assert_line "open EIO"
}

@test "overrides: a directory that was moved though that failed is found where it is" {
  overridden '[{"when": {"op": "rename"}, "then": {"errno": "EIO", "after": true}}]' "python3 -c '$ANSWER
os.mkdir(\"a\"); open(\"a/f\", \"w\").close(); os.stat(\"a/f\")
answer(\"rename\", lambda: os.rename(\"a\", \"b\"))
answer(\"old\", lambda: os.stat(\"a/f\").st_size)
answer(\"new\", lambda: os.stat(\"b/f\").st_size)
'"
  assert_output "rename Input/output error
old No such file or directory
new 0"
}

@test "overrides: a descriptor that an open does not answer is closed" {
  overridden '[{"when": {"op": "open", "path": "f"}, "then": {"errno": "EIO", "after": true}}]' "python3 -c '$ANSWER
before = os.listdir(\"/proc/self/fd\")
answer(\"open\", lambda: os.open(\"f\", os.O_CREAT | os.O_WRONLY))
print(os.path.exists(\"f\"), before == os.listdir(\"/proc/self/fd\"))
'"
  assert_output "open Input/output error
True True"
}

@test "overrides: short reads and short writes, by every call that has them" {
  steps="python3 -c '$CALLS
answer(\"write\", write(100))
answer(\"writev\", lambda: os.writev(d, [b\"\", b\"abc\", b\"d\" * 20]))
answer(\"pwrite\", lambda: os.pwrite(d, b\"p\" * 20, 3))
answer(\"pwritev\", lambda: os.pwritev(d, [b\"q\" * 4, b\"r\" * 20], 40))
os.lseek(d, 0, 0)
answer(\"read\", lambda: len(os.read(d, 100)))
answer(\"readv\", lambda: os.readv(d, [bytearray(5), bytearray(200)]))
answer(\"pread\", lambda: os.pread(d, 100, 2)[:9])
answer(\"preadv\", lambda: os.preadv(d, [bytearray(1), bytearray(99)], 1))
answer(\"end\", lambda: os.pread(d, 100, 1000))
answer(\"size\", lambda: os.fstat(d).st_size)
answer(\"little\", lambda: os.pread(d, 5, 0))
'"
  native "$steps"
  assert_output "write 100
writev 23
pwrite 20
pwritev 24
read 100
readv 23
pread b'xpppppppp'
preadv 100
end b''
size 123
little b'xxxpp'"
  overridden '[{"when": {"op": "write", "path": "d"}, "then": {"bytes": 10}},
               {"when": {"op": "read", "path": "d"}, "then": {"bytes": 7}}]' "$steps"
  assert_output "write 10
writev 10
pwrite 10
pwritev 10
read 7
readv 7
pread b'xpppppp'
preadv 7
end b''
size 50
little b'xxxpp'"
  told
  # Of five bytes there is nothing to take away.
  assert_output "$(printf 'write 10\n%.0s' 1 2 3 4)
$(printf 'read 7\n%.0s' 1 2 3 4)
read 0"
}

@test "overrides: ENOSPC once so many bytes were written, by whichever process" {
  steps='for i in 1 2 3; do head -c 40000 /dev/zero | dd of=f$i bs=40000 iflag=fullblock status=none; done; wc -c f1 f2 f3'
  native "$steps"
  assert_line --partial "120000 total"
  overridden '[{"when": {"op": "write", "path": "f*"}, "then": {"errno": "ENOSPC"}, "after_bytes": 100000}]' "$steps"
  assert_output "dd: error writing 'f3': No space left on device
 40000 f1
 40000 f2
 20000 f3
100000 total"
}

@test "overrides: EIO at an offset of a file; what is before it can be read" {
  steps='head -c 20000 /dev/zero >f; dd if=f of=out bs=8192 status=none; wc -c <out
    dd if=f of=out bs=4096 skip=2 status=none; wc -c <out'
  native "$steps"
  assert_output "20000
11808"
  overridden '[{"when": {"op": "read", "path": "f", "offset": [12288, 12288]}, "then": {"errno": "EIO"}}]' "$steps"
  assert_output "dd: error reading 'f': Input/output error
12288
dd: error reading 'f': Input/output error
4096"
}

@test "overrides: a copy in the kernel is refused, so that programs read and write" {
  steps="python3 -c '$CALLS
os.write(d, b\"text\")
to = os.open(\"$(fresh)/to\", os.O_CREAT | os.O_RDWR)
answer(\"range\", lambda: os.copy_file_range(d, to, 4, 0))
answer(\"sendfile\", lambda: os.sendfile(to, d, 0, 4))
answer(\"elsewhere\", lambda: os.sendfile(to, to, 0, 4))
'"
  native "$steps"
  assert_line "range 4"
  overridden '[{"when": {"op": "read", "path": "none"}, "then": {"errno": "EIO"}}]' "$steps"
  assert_output "range Invalid cross-device link
sendfile Invalid argument
elsewhere 4"
  overridden '[{"when": {"op": "read", "path": "a"}, "then": {"bytes": 3}}]' 'echo long text >a; cp a b; cat b'
  assert_output "long text"
}

@test "overrides: by size, by descriptor, by open flags, by name, by user" {
  overridden '[{"when": {"op": "write", "path": "d", "size": [10, 20]}, "then": {"errno": "EFBIG"}},
               {"when": {"op": ["write", "lseek", "truncate"], "fd": 42}, "then": {"errno": "EBADF"}},
               {"when": {"op": "open", "path": "o", "flags": ["O_WRONLY", "!O_CREAT"]}, "then": {"errno": "EROFS"}},
               {"when": {"op": ["mkdir", "chmod"], "fd": 43}, "then": {"errno": "EIO"}},
               {"when": {"op": "setxattr", "size": [3, 4]}, "then": {"errno": "ENOSPC"}},
               {"when": {"op": "truncate", "size": 0}, "then": {"errno": "ETXTBSY"}}]' "python3 -c '$CALLS
for n in 9, 10, 20, 21: answer(n, write(n))
os.dup2(d, 42)
answer(\"fd\", lambda: os.write(42, b\"x\"))
answer(\"truncate\", lambda: os.ftruncate(42, 3))
answer(\"size\", lambda: os.ftruncate(d, 0))
answer(\"more\", lambda: os.ftruncate(d, 1))
os.dup2(os.open(\".\", os.O_DIRECTORY), 43)
answer(\"mode\", lambda: os.chmod(43, 0o755))
answer(\"in it\", lambda: os.mkdir(\"m\", dir_fd=43))
for value in b\"12\", b\"123\": answer(len(value), lambda: os.setxattr(\"d\", \"user.a\", value))
for flags in os.O_WRONLY | os.O_CREAT, os.O_WRONLY, os.O_RDWR, os.O_RDONLY:
    answer(flags, lambda: os.close(os.open(\"o\", flags)))
'"
  assert_output "9 9
10 File too large
20 File too large
21 21
fd Bad file descriptor
truncate Bad file descriptor
size Text file busy
more None
mode Input/output error
in it None
2 None
3 No space left on device
65 None
1 Read-only file system
2 None
0 None"
  overridden '[{"when": {"op": "unlink", "comm": "r*m"}, "then": {"errno": "EIO"}},
               {"when": {"op": "mkdir", "uid": '$EUID'}, "then": {"errno": "EDQUOT"}},
               {"when": {"uid": [4000000000, 4000000001]}, "then": {"errno": "EIO"}}]' 'echo a >a; echo b >b; rm a; unlink b; ls; mkdir m'
  assert_output "rm: cannot remove 'a': Input/output error
a
mkdir: cannot create directory ‘m’: Disk quota exceeded"
}

@test "overrides: by chance, the same calls in each run, whatever comes between and in which order" {
  local overrides='[{"when": {"op": "unlink"}, "then": {"errno": "EIO"}, "chance": 0.3, "seed": 5}]'
  local names='for i in {1..40}; do : >f$i; done'
  overridden "$overrides" "$names"'; for i in {1..40}; do rm f$i 2>/dev/null || echo f$i; done'
  local drawn=$output
  ((${#lines[@]} > 4 && ${#lines[@]} < 24))
  overridden "$overrides" "$names"'; for i in {40..1}; do unlink f$i 2>/dev/null || echo f$i; done | tac'
  assert_output "$drawn"
  overridden "${overrides/: 5/: 6}" "$names"'; for i in {1..40}; do rm f$i 2>/dev/null || echo f$i; done'
  refute_output "$drawn"
  # What is not there, and is asked for again, is another call each time.
  overridden '[{"when": {"op": "unlink"}, "then": {"errno": "EIO"}, "chance": 0.5}]' "python3 -c '
import os, errno
def what():
    try: os.unlink(\"none\")
    except OSError as e: return errno.errorcode[e.errno]
print(*sorted({what() for i in range(40)}))'"
  assert_output "EIO ENOENT"
}

@test "overrides: reads and writes have to be named" {
  overridden '[{"when": {"op": "*", "path": "d"}, "then": {"errno": "EIO"}, "after": 1}]' "python3 -c '$CALLS
answer(\"write\", write(3))
answer(\"stat\", lambda: os.stat(\"d\").st_size)
'"
  assert_output "write 3
stat Input/output error"
}

@test "overrides: what streams of libc's read and write is seen where there is a supervisor" {
  overridden '[{"when": {"op": "write", "path": "f"}, "then": {"errno": "ENOSPC"}}]' 'echo text >f; wc -c <f'
  assert_output --partial "No space left on device
0"
}
