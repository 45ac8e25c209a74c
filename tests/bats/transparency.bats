#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Outside every mount nothing changes: the same commands without the shim and with it, in the same
# place, say the same, leave the same behind and make the same changes by the same system calls.
# The shim may look where a path leads; how often is bounded here and shown as figures.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016

load helpers

# Calls that change something, or by which somebody else learns of us: exactly the same ones.
CHANGES="bind connect create execve fchmodat fchownat linkat lremovexattr lsetxattr mkdirat mknodat
removexattr renameat2 setxattr symlinkat truncate unlinkat utimensat"
# Calls that only look, or move the process about: the shim may make more of them.
LOOKS="chdir faccessat fchdir getcwd newfstatat openat openat2 readlinkat statfs statx"
# How many more, of what the command makes itself; and so many for a command that makes hardly any.
# One look at a directory and one at a descriptor for each call is the most there can be; most are
# remembered for a tick of the clock, so that a slow machine sees more of them.
BOUND=3
ALLOWANCE=100

setup_file() {
  # Somewhere else is a mount.
  export MOUNT=$BATS_FILE_TMPDIR/mount
  mkdir "$MOUNT"
  # Its state is at hand, so that nothing is traced of how the first process of a tree gets it.
  policy_for "$MOUNT" >"$BATS_FILE_TMPDIR/policy.json"
  export POLICY=$BATS_FILE_TMPDIR/policy.json
  STATE=$("$LXSHIM" policy state "$POLICY")
  export STATE
  # What programs ask of their surroundings.
  export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null PYTHONDONTWRITEBYTECODE=1
  export GIT_AUTHOR_DATE='1000000000 +0000' GIT_COMMITTER_DATE='1000000000 +0000'
  export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
  # After a commit git leaves a process that looks after the repository, and the next one's finds its lock, or not.
  export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=maintenance.auto GIT_CONFIG_VALUE_0=false
  # Calls that a supervisor makes for a program are not among the program's.
  TRACER=
  [[ $LXSHIM_TEST_LANE != preload ]] || ! present strace || ! strace -qq -o /dev/null true 2>/dev/null || TRACER=strace
  export TRACER
}

setup() {
  WORK=$BATS_TEST_TMPDIR/work
  RESULTS=$BATS_TEST_TMPDIR/results
  mkdir "$RESULTS"
  export HOME=$BATS_TEST_TMPDIR TMPDIR=$BATS_TEST_TMPDIR
}

# What a directory holds, read without the shim: types, modes, owners, sizes, targets, contents.
# Of git's index, which has inode numbers and times in it, only that it is there; of what this user
# cannot read, nothing.
snapshot() {
  (cd "$1" && find . ! -type d -printf '%p %y %m %U %G %s %n %l\n' -o \
    -printf '%p %y %m %U %G\n' | sort &&
    find . -type f -readable ! -path '*/.git/index' -exec sha256sum {} + | sort) 2>/dev/null
}

teardown() {
  # What was made unreadable must not be in the way of its removal.
  [[ ! -d $WORK ]] || chmod -R u+rwx "$WORK"
}

fresh_work() {
  [[ $1 != *python3* ]] || needs python3 python3
  teardown
  rm -rf "$WORK"
  mkdir "$WORK"
  env -C "$WORK" bash -euc "$1"
}

# run_as native|shim STEPS: runs them in $WORK; output, errors, status and calls go to $RESULTS.
run_as() {
  local command=(bash -uc "$2") kind=$1 status=0
  [[ $kind == native ]] || command=(env LXSHIM_POLICY="$POLICY" "${SHIM[@]}" "${command[@]}")
  if [[ -n $TRACER ]]; then
    [[ $kind == native ]] ||
      command=(-E LD_PRELOAD="$LIB" -E LXSHIM_STATE="$STATE" bash -uc "$2")
    command=("$TRACER" -f -qq -o "$RESULTS/$kind.trace" -e 'trace=%file,fchdir,bind,connect'
      "${command[@]}")
  fi
  env -C "$WORK" "${command[@]}" >"$RESULTS/$kind.out" 2>"$RESULTS/$kind.err" 3>&- || status=$?
  echo "$status" >"$RESULTS/$kind.status"
}

# The calls of a trace: CALL RESULT, one a line, old and new names of one call under one.
calls() {
  awk '
    BEGIN {
      n = split("open openat creat create stat newfstatat lstat newfstatat access faccessat " \
        "faccessat2 faccessat readlink readlinkat mkdir mkdirat rmdir unlinkat unlink unlinkat " \
        "rename renameat2 renameat renameat2 link linkat symlink symlinkat mknod mknodat " \
        "chmod fchmodat fchmodat2 fchmodat syscall_0x1c4 fchmodat chown fchownat lchown fchownat " \
        "utime utimensat utimes utimensat futimesat utimensat execveat execve", pairs, " ")
      for (i = 1; i < n; i += 2) name[pairs[i]] = pairs[i + 1]
    }
    / <unfinished \.\.\.>$/ { # the rest comes later, from the same process
      pending[$1] = $0
      next
    }
    {
      line = $0
      if ($2 == "<...") {
        line = pending[$1]
        sub(/ <unfinished \.\.\.>$/, "", line)
        sub(/^.* resumed>/, "", $0)
        line = line $0
      }
      sub(/^[0-9]+ +/, "", line)
      if (line !~ /^[a-z0-9_]+\(/) next # signals and exits
      call = line
      sub(/\(.*/, "", call)
      # A descriptor itself is no path.
      if (line ~ /^[a-z0-9]+\([0-9]+, "", .*AT_EMPTY_PATH/) next
      if (call in name) call = name[call]
      # Before Linux 6.6 there is none, and what it would do is done without.
      if (line ~ /^(fchmodat2|syscall_0x1c4)\(.* ENOSYS/) next
      # An open that follows no symlink; of "." in a directory it only asks whether there is one.
      if (call == "openat2" && line !~ /\/\.", /) call = "openat"
      if (call == "openat" && line ~ /O_CREAT/) call = "create"
      result = line
      while (match(result, /\) += /)) result = substr(result, RSTART + RLENGTH)
      if (result ~ /^-1 /) { sub(/^-1 /, "", result); sub(/ .*/, "", result) }
      else result = "ok"
      print call, result
    }' "$1"
}

# compare_calls WHAT: compares the calls of both, and says how many there were.
compare_calls() {
  local kind
  for kind in native shim; do
    calls "$RESULTS/$kind.trace" | sort | uniq -c >"$RESULTS/$kind.calls"
    [[ -s $RESULTS/$kind.calls ]]
  done
  run awk -v changes="$CHANGES" -v looks="$LOOKS" -v bound="$BOUND" -v allowance="$ALLOWANCE" '
    BEGIN {
      n = split(changes, list, /[ \n]+/); for (i = 1; i <= n; i++) is_change[list[i]]
      n = split(looks, list, /[ \n]+/); for (i = 1; i <= n; i++) is_look[list[i]]
    }
    { calls[$2 " " $3] }
    NR == FNR { native[$2 " " $3] = $1; before += $1; next }
    { shim[$2 " " $3] = $1; after += $1 }
    END {
      for (c in calls) {
        split(c, part, " ")
        more = shim[c] - native[c]
        # To be told that the last component is a symlink, the shim asks not to follow it, and it
        # need not try a program whose links lead in a circle; and of the mode of a symlink libc
        # knows without asking that it cannot be changed.
        if (c == "create ELOOP" || c == "execve ELOOP" || c == "fchmodat EOPNOTSUPP") continue
        if (part[1] in is_look) { if (more > 0) added[part[1]] += more; continue }
        if (more != 0)
          printf "! %s: %d for %d%s\n", c, shim[c], native[c],
            part[1] in is_change ? "" : " (neither a change nor a look)"
      }
      for (a in added) { sum += added[a]; words = words (words == "" ? "" : ", ") added[a] " " a }
      if (sum > bound * before + allowance)
        printf "! %d looks more for %d calls\n", sum, before
      printf "%d path calls natively, %d with the shim (%+.0f %%)%s%s\n", before, after,
        (after - before) * 100 / before, words == "" ? "" : ": more are ", words
    }' "$RESULTS/native.calls" "$RESULTS/shim.calls"
  assert_success
  echo "# $1: ${lines[${#lines[@]} - 1]}" >&3
  refute_line --regexp '^!'
}

# One of the results of both is the same.
same_file() {
  run diff -a "$RESULTS/native.$1" "$RESULTS/shim.$1"
  assert_output ""
}

# same WHAT BEFORE STEPS: runs the steps twice, each time after BEFORE in a new directory of the same
# name, and compares. With BEFORE empty, both in the one that is there.
same() {
  local kind
  for kind in native shim; do
    [[ -z $2 ]] || fresh_work "$2"
    run_as "$kind" "$3"
    snapshot "$WORK" >"$RESULTS/$kind.tree"
  done
  same_file out
  same_file err
  same_file status
  same_file tree
  [[ -z $TRACER ]] || compare_calls "$1"
}

# A tree of all that Linux has, names that DrvFs would change among it.
ALL_KINDS='
mkdir -p dir/sub/deeper sticky empty private
echo text >file; echo more >dir/sub/file; seq 2000 >dir/large; : >dir/nothing
ln -s file link; ln -s dir/sub dirlink; ln -s nowhere dangling; ln -s loop loop; ln file hard
ln -s ../.. dir/sub/up; ln -s "$PWD/dir" absolute
mkfifo fifo
python3 -c "import socket; socket.socket(socket.AF_UNIX).bind(\"socket\")"
touch a:b "what?" "back\\slash" "trailing." "trailing " con "dir/co*" $'"'"'new\nline'"'"' \
  $'"'"'inv\xFFalid'"'"' $'"'"'stored\xEF\x80\xBAhere'"'"' $'"'"'\xEF\x80\xA5'"'"' ünïcödé
chmod 4755 file; chmod 1777 sticky; chmod 0 private; chmod 0444 dir/nothing
touch -d "2001-09-09 01:46:40.123456789 UTC" dir/large
if ((EUID == 0)); then mknod null c 1 3; mknod disk b 7 0; chown 1:2 dir/large; fi
'

@test "listing" {
  fresh_work "$ALL_KINDS"
  same "ls -lR" "" 'ls -laR --full-time .; ls -lLR . 2>&1 | tail -n +2; ls -id *'
  same "find -ls" "" 'find . -ls; find -L . -name "f*" 2>&1; find . -type f -size -1k -print0'
  same "stat" "" 'stat *; stat -L *; stat -f -c %T .; stat dir/*; stat missing'
  same "du, test, readlink" "" 'du -a .; for f in * dir/*; do
      for t in -e -f -d -L -p -S -r -w -x -u -k; do test $t "$f" && echo "$f $t"; done
      readlink "$f"; readlink -f "$f"; realpath "$f"; done'
}

@test "libc's own walks, patterns, streams and temporary names" {
  local before='mkdir -p deep/er/est skipped/inside unreadable .hidden; echo hi >file; echo x >deep/f2
    echo y >deep/er/f3; ln -s deep/er followed; ln -s nowhere dangling; ln -s loop loop
    ln -s . rounds; touch "f?le" v10 v9 .hidden/x skipped/inside/y; mkfifo fifo; chmod 0 unreadable'
  # fts and nftw are made anew in the shim: each name of theirs is looked at as if a program had.
  local BOUND=5
  fresh_work "$before"
  same walks "" 'echo hi >file; walks .'
  ((EUID != 0)) || return 0
  # The unreadable directory is one only for others.
  chmod -R a+rX "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
  chmod a+rwx "$WORK" "$WORK/file"
  chmod 0 "$WORK/unreadable"
  same "walks as a user" "" \
    'echo hi >file; setpriv --reuid=65534 --regid=65534 --clear-groups walks .'
}

@test "a look at a symlink, and what means itself, leaves its access time" {
  local TRACER= # its calls are few, and each is made for its own sake
  same untouched true 'untouched'
  run grep -c ': kept$' "$RESULTS/native.out"
  ((output > 20))
}

@test "every check of probe, failures included" {
  # Of failures some are found by the shim itself, so that calls are not compared.
  local TRACER=
  # Calls the shim has no answer to, wherever: programs do without them.
  same probe 'true' 'probe "$PWD" |
    grep -v -e ^openat2
    # What has random names in it, or links to a directory that has one.
    rm -r t:mk*temp* t:wait* t:__wait* t:pclose t:view:link-to-outside'
  run grep -c ' ok$' "$RESULTS/shim.out"
  ((output > 340))
}

@test "programs started in every way that libc has" {
  same spawns '
    mkdir dir denied-dir; echo text >file; ln -s script link; ln -s loop loop
    printf "echo text \"\$0\" \"\$@\"\n" >text
    printf "#!/bin/sh\necho script \"\$0\" \"\$@\"\n" >script
    printf "#!/missing/interpreter\n" >no-interpreter
    printf "#! ./script an argument  \n" >deep-script
    printf "#! \t /bin/echo \t -n  x \n" >spaces
    printf "#!/bin/echo" >one-line
    cp script denied; cp script dir/other; cp script denied-dir
    chmod 755 text script no-interpreter deep-script spaces one-line
    chmod 644 denied; chmod 0 denied-dir' 'spawns .'
}

@test "copying" {
  same "cp -a" "$ALL_KINDS" 'cp -a . ../copy 2>&1 | sort; mv ../copy copy; cp -rL dir/sub/file x
    cp --reflink=auto dir/large y; cp -f file dir/nothing; install -D -m 0640 file new/dir/name
    mv file renamed; mv -n dir/large y; ln -sfn dir dirlink; rm -rf sticky "what?"'
}

@test "tar" {
  same "tar" "$ALL_KINDS" 'rm socket; tar cf ../x.tar . 2>&1; tar tf ../x.tar | sort
    mkdir out; tar xpf ../x.tar -C out; tar df ../x.tar; rm ../x.tar'
}

@test "removing" {
  same "rm -r" "$ALL_KINDS" 'rm -rv dir sticky; rmdir -v empty private; rm -f *; rmdir missing
    mkdir -p a/b/c; rmdir -p a/b/c; find . -delete'
}

@test "git" {
  needs git git
  # Files of this very second would be read again, or not, as the clock has it.
  local old='touch -hd "1 hour ago"'
  same git "mkdir d; echo one >a; seq 500 >d/b; ln -s a l; printf '#!/bin/sh\n' >x; chmod +x x
    $old a d/b l x" "export GIT_OPTIONAL_LOCKS=0
    git init -q -b main . && git add . && git commit -qm first && git status --short
    echo two >>a; $old a; git mv d/b d/c; git status --short; git diff; git commit -qam second
    git log --stat --format=%H%n%s; git checkout -qb side HEAD~1; git ls-files -s; git gc -q
    git fsck; git clone -q . ../clone; git -C ../clone log --oneline; mv ../clone .
    git stash list; git clean -nxd"
}

@test "make of a C program" {
  same make '
    printf "#include \"h.h\"\n#include <stdio.h>\nint main(void) { puts(TEXT); return 0; }\n" >main.c
    printf "#define TEXT \"built\"\n" >h.h
    printf "prog: main.o\n\tcc -o \$@ \$^\nmain.o: main.c h.h\n\tcc -c \$<\n" >Makefile' '
    make -j2 && ./prog && make && touch -d "1 hour ago" prog && make -s && rm h.h && make main.o; ls'
}

@test "python" {
  needs python3 python3
  cat >"$BATS_TEST_TMPDIR/script.py" <<'PYTHON'
import ctypes, errno, fcntl, glob, mmap, os, pathlib, shutil, socket, stat, subprocess, tempfile

def show(*words):
    print(*words, flush=True)

def fails(call, *args, **named):
    try:
        show(call.__name__, "succeeds", call(*args, **named))
    except OSError as e:
        show(call.__name__, errno.errorcode[e.errno])

def kind(st):
    return oct(st.st_mode), st.st_nlink, st.st_size if not stat.S_ISDIR(st.st_mode) else 0

os.umask(0o027)
os.makedirs("p/q/r")
with open("p/f", "x") as f:
    f.write("text\n")
    f.flush()
    show(kind(os.fstat(f.fileno())), os.readlink(f"/proc/self/fd/{f.fileno()}"))
fails(open, "p/f", "x")
fails(os.mkdir, "p")
fails(os.rmdir, "p")
fails(os.rename, "p", "p/q/r/s")
fails(os.open, "p/f/x", os.O_RDONLY)
os.symlink("f", "p/l")
os.link("p/f", "p/h")
show(sorted(os.listdir("p")), os.readlink("p/l"), kind(os.lstat("p/l")), kind(os.stat("p/l")))
show([(e.name, e.is_dir(), e.is_symlink()) for e in sorted(os.scandir("p"), key=lambda e: e.name)])
d = os.open("p", os.O_RDONLY | os.O_DIRECTORY)
with os.fdopen(os.open("g:x", os.O_CREAT | os.O_RDWR, 0o666, dir_fd=d), "wb") as f:
    f.write(b"0123456789")
os.rename("g:x", "g:y", src_dir_fd=d, dst_dir_fd=d)
os.chmod("g:y", 0o4751, dir_fd=d)
os.utime("g:y", ns=(123456789, 987654321), dir_fd=d)
st = os.stat("g:y", dir_fd=d)
show(kind(st), st.st_mtime_ns, os.access("g:y", os.X_OK, dir_fd=d))
os.truncate("p/g:y", 4)
show(pathlib.Path("p/g:y").read_bytes(), sorted(os.listdir(d)))
os.chown("p/f", os.getuid(), os.getgid())
os.mkfifo("p/fifo")
show(kind(os.stat("p/fifo")))
os.mknod("p/node")
fails(os.mkfifo, "p/fifo")
try:
    os.setxattr("p/f", "user.x", b"value")
    show(os.getxattr("p/f", "user.x"), os.listxattr("p/l"))
    os.removexattr("p/f", "user.x")
except OSError as e:
    show(errno.errorcode[e.errno])
fails(os.getxattr, "p/f", "user.none")
os.chdir("p")
show(os.getcwd(), os.path.realpath("l"), pathlib.Path("..").resolve())
os.fchdir(d)
os.chdir("..")
show(os.statvfs("p").f_namemax, os.pathconf("p", "PC_NAME_MAX"))
for root, dirs, files, fd in os.fwalk("p"):
    show(root, sorted(dirs), sorted(files))
show(sorted(glob.glob("p/**", recursive=True)))
with open("p/f", "r+b") as f:
    fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)
    m = mmap.mmap(f.fileno(), 0)
    m[0:4] = b"TEXT"
    m.close()
    os.replace("p/h", "p/h2")
    os.unlink("p/f")
    show(f.read(), os.fstat(f.fileno()).st_nlink)
try:
    t = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600)
    os.write(t, b"nameless")
    os.link(f"/proc/self/fd/{t}", "named", follow_symlinks=True)
    show(pathlib.Path("named").read_text())
except OSError as e:
    show(errno.errorcode[e.errno])
a = socket.socket(socket.AF_UNIX)
a.bind("s:ocket")
a.listen()
b = socket.socket(socket.AF_UNIX)
b.connect("s:ocket")
show(a.getsockname(), b.getpeername(), kind(os.stat("s:ocket")))
fails(b.connect, "missing")
shutil.copytree("p/q", "p/copy")
shutil.rmtree("p/q")
with tempfile.TemporaryDirectory(dir=".") as t:
    show(oct(os.stat(t).st_mode))
with tempfile.NamedTemporaryFile(dir=".") as t:
    show(oct(os.stat(t.name).st_mode))
show(subprocess.run(["pwd"], cwd="p", capture_output=True, env={}).stdout.decode())
pid = os.posix_spawn("/bin/cat", ["cat"], {}, file_actions=[(os.POSIX_SPAWN_OPEN, 0, "p/h2", 0, 0)])
show(os.waitpid(pid, 0)[1])
fails(os.posix_spawn, "/missing", ["x"], {})
fails(os.execv, "/missing", ["x"])
invalid = b"inv\xffalid"
open(invalid, "w").close()
show(invalid in os.listdir(b"."), os.fsencode(os.path.realpath(invalid)).endswith(invalid))
PYTHON
  same python 'true' 'python3 ../script.py'
  run cat "$RESULTS/native.status"
  assert_output 0
}

@test "pathconf: of a file, of one that is not there, and what libc knows without one" {
  needs python3 python3
  same pathconf ': >file' 'python3 -c "
import os
for path in (\"file\", \"nowhere\", \"file/x\", \"\", \".\"):
    for name in range(-1, 23):
        try:
            print(path, name, os.pathconf(path, name))
        except OSError as e:
            print(path, name, e)"'
}

@test "bash: redirections, documents, substitutions, descriptors" {
  same bash 'mkdir d; echo one >f; touch -d "1 hour ago" f' '
    exec 3<f 4>>g 5<>h; readlink /proc/self/fd/{3,4,5}; ls -l /proc/$$/fd >l; grep -c work l; rm l
    cat <&3; echo to-g >&4; cat <<X
here $(<f)
X
    cat <<<string; diff <(sort f) <(cat f; echo more); tee >(cat >t) <f >/dev/null; wait
    cd d; pwd; pwd -P; cd ..; (cd d && cat ../f); set -C; echo x >f; set +C
    echo $(cat missing 2>&1); [[ f -ef ./d/../f ]] && echo same-file; [[ h -nt f ]]; echo $?
    mv f f2; cat /proc/self/fd/0 <f2; exec 3<&- 4>&-; printf "#!%s/interp arg\n" "$PWD" >script
    printf "#!/bin/sh\necho \"\$0 \$@\"\n" >interp; chmod +x script interp; ./script x y
    umask 077; mkdir m; : >m/x; umask 000; : >m/y; chmod 604 m/x; sh -c "exec ./script z"
    env -i ./script; type -P cat; hash; trap "rm -f g" EXIT; ulimit -n; kill -l TERM'
}

@test "a FIFO between two processes" {
  same FIFO 'mkfifo p q' '
    (read -r line <p; echo "got $line"; echo answer >q) & echo question >p; cat q; wait
    exec 5<>p; echo both >&5; read -r -u 5 line; echo "$line"; exec 5>&-
    (echo waits >q; : <p) & cat q; kill $!; wait $!; echo $?'
}

@test "files that are renamed over, unlinked and moved while they are open" {
  needs setfattr attr
  same "open files" 'mkdir d; echo one >f; echo two >g; echo in >d/x' '
    exec 3<f; mv g f; cat <&3; cat f; exec 4<f; rm f; cat /proc/self/fd/4; [[ -e f ]]; echo $?
    exec 5<d/x; mv d e; cat e/x; readlink /proc/self/fd/5; cd e; mv ../e ../h; pwd -P; cat x
    cd ..; touch a; ln a b; mv a b; ls; mkdir -m 0 m; stat -c %a m; : >r; chmod 0 r; : >r; echo $?
    setfattr -n user.x -v 1 r 2>&1; getfattr -d r 2>&1; chown "$(id -u):$(id -g)" r; truncate -s 5 b
    fallocate -l 4096 b; stat -c %s b; touch -h -d @0 b; stat -c %Y b'
}

@test "a current directory that is gone" {
  same "gone directory" 'mkdir -p d/e; echo one >f' '
    cd d; rmdir e; rmdir ../d; ls -a .; pwd -P; stat -c %h .; cat ../f; ls ..; touch x; mkdir x
    cat /proc/self/cwd/../f; cd ..; ls; pwd -P'
}

@test "the first process of a tree, which reads the policy, is as the others" {
  local drive
  drive=$(fresh drive)
  fresh_work 'echo text >f:x; mkdir d'
  policy_for "$drive" >"$BATS_TEST_TMPDIR/policy.json"
  run env -C "$WORK" bash -uc 'stat -c "%n %a %s %i" f:x d; cat f:x; ls; umask; echo $$ >/dev/null'
  local native=$output
  run env -C "$WORK" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" \
    bash -uc 'stat -c "%n %a %s %i" f:x d; cat f:x; ls; umask; echo $$ >/dev/null'
  assert_success
  assert_output "$native"
}

@test "a mount whose target is redirected changes nothing outside either" {
  local drive target
  drive=$(fresh drive)
  target=$(elsewhere)
  policy_for "$target" drive.backing="$drive" >"$BATS_TEST_TMPDIR/policy.json"
  POLICY=$BATS_TEST_TMPDIR/policy.json
  STATE=$("$LXSHIM" policy state "$POLICY")
  [[ $STATE == 1-* ]]
  fresh_work "$ALL_KINDS"
  same "ls -lR, redirected mount" "" 'ls -laR --full-time .; find . -ls; cat file; cd dir; pwd -P
    readlink /proc/self/cwd; realpath ../link'
}

@test "a damaged file system is met once, and says so as natively" {
  needs mkfs.ext4 e2fsprogs
  needs_mounts
  cd "$(fresh)"
  truncate -s 16M image
  mkfs.ext4 -q image
  mkdir disk
  # ext4 counts what it has found wrong, some time later, but before it is unmounted.
  # shellcheck disable=SC2016 # of the steps
  steps='mounted() {
      mount -o loop,errors=continue image disk || exit 9
      device=$(findmnt -no SOURCE disk); count=$(<"/sys/fs/ext4/${device#/dev/}/errors_count")
    }
    mounted
    [[ $1 != make ]] || { mkdir disk/dir; echo text >disk/dir/bad; umount disk; exit; }
    before=$count; shift; "$@" "$PWD/disk/dir/bad"; umount disk; mounted; echo $((count - before))'
  run unshare -m bash -c "$steps" - make
  [[ $status != 9 ]] || skip "cannot mount here: $output"
  assert_success
  debugfs -w -R 'set_inode_field dir/bad mode 0' image
  run unshare -m bash -c "$steps" - use cat
  assert_output "cat: $PWD/disk/dir/bad: Structure needs cleaning
1"
  export LXSHIM_POLICY=$BATS_TEST_TMPDIR/elsewhere.json
  policy_for "$(fresh drive)" >"$LXSHIM_POLICY"
  run unshare -m bash -c "$steps" - use env "${SHIM[@]}" cat
  assert_output "cat: $PWD/disk/dir/bad: Structure needs cleaning
1"
}

# It compares NaNs by the bytes of two long doubles, of which six are nobody's, and goes round for ever where they differ
# each time: as ld.so leaves them natively they do not.
@test "sort that merges NaNs reads what nobody has written on its stack, and ends as natively" {
  steps='echo nan >n; for ((i = 0; i < 100; i++)); do timeout -s KILL 20 sort -g -m n n >/dev/null || exit; done; echo all'
  IN=$(fresh nans)
  native "$steps"
  [[ $output == all ]] || skip "natively this sort does not end each time"
  run in_directory "$IN" "$LXSHIM" run -q --lane "$LXSHIM_TEST_LANE" -- bash -uc "$steps"
  assert_output all
}
