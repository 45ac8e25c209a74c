#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules mode.*, chmod.*, chown.*, utimes.*, create.*, open.*, exec.*: permissions without metadata.

load helpers

@test "mode.fixed: 0777 whatever was asked for, and whatever the umask" {
  needs python3 python3
  steps='
    umask 077; : >f; mkdir d; ln -s f l
    python3 -c "import os; os.close(os.open(\"g\", os.O_CREAT | os.O_WRONLY, 0o200))"
    stat -c "%a %n" f g d; stat -c "%A" l'
  native "$steps"
  assert_output "600 f
200 g
700 d
lrwxrwxrwx"
  shimmed "$steps"
  assert_output "777 f
777 g
777 d
lrwxrwxrwx"
}

@test "mode.fixed: what is made stays usable for the program outside, whatever its umask took" {
  shimmed 'umask 0577; : >f; mkdir d; : >d/g; mkdir d/e'
  assert_success
  run stat -c %a "$DRIVE/f" "$DRIVE/d" "$DRIVE/d/g" "$DRIVE/d/e"
  assert_output "755
755
755
755"
}

@test "mode.fixed=off: the backing file's own mode" {
  steps='umask 022; : >f; mkdir d; stat -c %a f d'
  native "$steps"
  assert_output "644
755"
  shimmed mode.fixed=off "$steps"
  assert_output "644
755"
}

@test "mode.fixed: fmask, dmask and umask take bits away" {
  shimmed "drive.options=uid=$(id -u),gid=$(id -g),fmask=111,dmask=22" 'umask 0; : >f; mkdir d; stat -c %a f d .'
  assert_output "666
755
755"
  shimmed "drive.options=uid=$(id -u),gid=$(id -g),umask=077" ': >f; chmod a-w f; stat -c %a f .'
  assert_output "500
700"
}

@test "mode.owner: uid= and gid= of the mount, and the caller's by default" {
  steps=': >f; stat -c %u:%g f'
  native "$steps"
  assert_output "$(id -u):$(id -g)"
  shimmed "$steps"
  assert_output "$(id -u):$(id -g)"
  shimmed "drive.options=uid=1234,gid=567" "$steps"
  assert_output "1234:567"
  shimmed "drive.options=uid=1234,gid=567" mode.owner=native "$steps"
  assert_output "$(id -u):$(id -g)"
}

@test "chmod.readonly_bit: chmod sets and clears the read-only attribute and nothing else" {
  steps='
    umask 022; : >f; mkdir d
    for m in 600 444 0 200 111 755; do chmod $m f; echo "$m: $? $(stat -c %a f)"; done
    chmod 500 d; stat -c %a d'
  native "$steps"
  assert_output "600: 0 600
444: 0 444
0: 0 0
200: 0 200
111: 0 111
755: 0 755
500"
  shimmed "$steps"
  assert_output "600: 0 777
444: 0 555
0: 0 555
200: 0 777
111: 0 555
755: 0 777
777"
}

@test "chmod.readonly_bit: the attribute is the inode's write bits, seen by everyone" {
  shimmed ': >f; chmod a-w f'
  run stat -c %a "$DRIVE/f"
  assert_output 555
  chmod u+w "$DRIVE/f"
  IN=$DRIVE shimmed 'stat -c %a f'
  assert_output 777
}

@test "chmod.readonly_bit=off: chmod as on Linux" {
  shimmed chmod.readonly_bit=off mode.fixed=off ': >f; chmod 640 f; stat -c %a f'
  assert_output 640
}

@test "chmod.readonly_bit: fchmod on a file just made (copyFile, install) works for the owner" {
  steps='echo x >a; install -m 640 a b; stat -c %a b; cp -p b c; stat -c %a c'
  native "$steps"
  assert_output "640
640"
  shimmed "$steps"
  assert_success
  assert_output "777
777"
}

@test "chmod.non_owner, chown.non_owner, utimes.non_owner: EPERM for who is not the shown owner" {
  (($(id -u) == 0)) || skip "needs two users: run as root"
  shared
  IN=$SHARED/drive
  mkdir -m 777 "$IN"
  touch "$IN/f"
  chmod 666 "$IN/f"
  steps='chmod 600 f; chown 65534 f; touch -d 2020-01-01 f; echo done'
  # The native bind_alias: the same user, who owns the file.
  chown 65534:65534 "$IN/f"
  run as_user env -C "$IN" bash -uc "$steps"
  assert_output "done"
  policy_for "$IN" "drive.options=uid=1000,gid=1000" >"$SHARED/p.json"
  chmod 644 "$SHARED/p.json"
  run as_user env -C "$IN" LXSHIM_POLICY="$SHARED/p.json" "${SHIM[@]}" bash -uc "$steps"
  assert_output "chmod: changing permissions of 'f': Operation not permitted
chown: changing ownership of 'f': Operation not permitted
touch: setting times of 'f': Operation not permitted
done"
  policy_for "$IN" "drive.options=uid=1000,gid=1000" chmod.non_owner=allow chown.non_owner=allow \
    utimes.non_owner=allow >"$SHARED/p.json"
  run as_user env -C "$IN" LXSHIM_POLICY="$SHARED/p.json" "${SHIM[@]}" bash -uc "$steps"
  assert_output "done"
}

@test "utimes.non_owner: now is for who may write, and nothing for everybody, as on Linux" {
  needs python3 python3
  (($(id -u) == 0)) || skip "needs two users: run as root"
  shared
  IN=$SHARED/drive
  mkdir -m 777 "$IN"
  touch "$IN/read" "$IN/write"
  chmod 666 "$IN/write"
  cat >"$SHARED/times.py" <<'PYTHON'
import ctypes, errno
libc = ctypes.CDLL(None, use_errno=True)
NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2
kinds = {"now": (0, NOW), "omit": (0, OMIT), "set": (1000, 0)}
for path in b"read", b"write":
    for a in kinds:
        for m in kinds:
            times = (ctypes.c_long * 4)(*kinds[a], *kinds[m])
            failed = libc.utimensat(-100, path, times, 0) != 0
            print(path.decode(), a, m, errno.errorcode[ctypes.get_errno()] if failed else "ok")
PYTHON
  run as_user env -C "$IN" python3 ../times.py
  assert_line "read now now EACCES"
  assert_line "write now now ok"
  assert_line "read omit omit ok"
  assert_line "write now omit EPERM"
  local expected=$output
  policy_for "$IN" "drive.options=uid=1000,gid=1000" >"$SHARED/p.json"
  chmod 644 "$SHARED/p.json" "$SHARED/times.py"
  run as_user env -C "$IN" LXSHIM_POLICY="$SHARED/p.json" "${SHIM[@]}" python3 ../times.py
  assert_output "$expected"
}

@test "chown.owner: root and the owner are told it worked, and nothing changes" {
  (($(id -u) == 0)) || skip "plain Linux's answer needs root"
  steps=': >f; chown 1234:567 f && stat -c %u:%g f'
  native "$steps"
  assert_output 1234:567
  shimmed "$steps"
  assert_output 0:0
  run stat -c %u:%g "$DRIVE/f"
  assert_output 0:0
}

@test "chown.owner=EPERM: an owner cannot give a file away, as on Linux" {
  shared
  IN=$SHARED/drive
  mkdir -m 777 "$IN"
  steps=': >f; chown 1234 f; rm f'
  run as_user env -C "$IN" bash -uc "$steps"
  assert_output "chown: changing ownership of 'f': Operation not permitted"
  run as_user env -C "$IN" "${SHIM[@]}" bash -uc "$steps"
  assert_output ""
  run as_user bash -c "id -u; id -g"
  policy_for "$IN" "drive.options=uid=${lines[0]},gid=${lines[1]}" chown.owner=EPERM >"$SHARED/p.json"
  chmod 644 "$SHARED/p.json"
  run as_user env -C "$IN" LXSHIM_POLICY="$SHARED/p.json" "${SHIM[@]}" bash -uc "$steps"
  assert_output "chown: changing ownership of 'f': Operation not permitted"
}

@test "open.readonly_file: EACCES on writing a read-only file, for root too" {
  needs python3 python3
  steps='
    echo x >f; chmod a-w f
    python3 - <<EOF
import os
for name, flags in [("wronly", os.O_WRONLY), ("rdwr", os.O_RDWR), ("trunc", os.O_RDONLY | os.O_TRUNC),
                    ("append", os.O_WRONLY | os.O_APPEND), ("creat", os.O_WRONLY | os.O_CREAT),
                    ("path", os.O_PATH), ("rdonly", os.O_RDONLY)]:
    try:
        os.close(os.open("f", flags)); print(name, "ok", os.path.getsize("f"))
    except OSError as e:
        print(name, e.strerror, os.path.getsize("f"))
try:
    os.truncate("f", 1); print("truncate ok")
except OSError as e:
    print("truncate", e.strerror)
print("access", os.access("f", os.W_OK))
EOF'
  native "$steps"
  natively=$output
  if (($(id -u) == 0)); then
    assert_output "wronly ok 2
rdwr ok 2
trunc ok 0
append ok 0
creat ok 0
path ok 0
rdonly ok 0
truncate ok
access True"
  fi
  shimmed "$steps"
  assert_output "wronly Permission denied 2
rdwr Permission denied 2
trunc Permission denied 2
append Permission denied 2
creat Permission denied 2
path ok 2
rdonly ok 2
truncate Permission denied
access False"
  shimmed open.readonly_file=native mode.access=native "$steps"
  assert_output "$natively"
}

@test "create.no_write_bit: a file made without a write bit is read-only, its descriptor is not" {
  needs python3 python3
  steps='python3 -c "
import os
fd = os.open(\"f\", os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o444)
print(os.write(fd, b\"x\"), oct(os.stat(\"f\").st_mode & 0o777))
"'
  native "umask 022; $steps"
  assert_output "1 0o444"
  shimmed "umask 022; $steps"
  assert_output "1 0o555"
  shimmed create.no_write_bit=ignore "umask 022; $steps"
  assert_output "1 0o777"
}

# Linux takes the umask from a mode before a drive has it. Of its own process the library knows what it took; a supervisor
# looks at its caller's once anybody in the run has one that takes an owner's write bit: by umask(2), or from the start.
@test "create.no_write_bit: a umask that leaves no write bit is heard of" {
  needs python3 python3
  steps='umask 222; : >f; umask 0200; : >g; umask 0700; : >h; python3 -c "
import os
def made(name, mask, mode):
    os.umask(mask)
    try: os.close(os.open(name, os.O_CREAT | os.O_RDWR | os.O_EXCL, mode))
    except OSError as e: print(name, os.strerror(e.errno))
made(\"s\", 0o700, 0o600); made(\"t\", 0o77, 0o600); os.umask(0o222); os.mknod(\"n\", 0o100666); os.mkdir(\"d\")
"; stat -c "%a %n" f g h s t n d'
  native "$steps"
  assert_output "444 f
466 g
66 h
0 s
600 t
444 n
555 d"
  shimmed create.no_write_bit=EACCES "${steps//: >f;/(: >f);}"
  assert_output --regexp "f: Permission denied
s Permission denied
555 f
777 g
777 h
555 s
777 t
555 n
777 d$"
  shimmed create.no_write_bit=ignore "$steps"
  assert_output "$(printf '777 %s\n' f g h s t n d)"
  shimmed "$steps"
  assert_output "555 f
777 g
777 h
555 s
777 t
555 n
777 d"
  steps='(umask 22; : >g); : >f; stat -c "%a %n" f g'
  # shellcheck disable=SC2016 # the inner shell's
  started() { run bash -c 'cd "$0" && umask 222 && exec env "$@"' "$(fresh umask)" "$@" bash -uc "$steps"; }
  started
  assert_output "444 f
644 g"
  started "${SHIM[@]}"
  assert_output "555 f
777 g"
}

@test "create.no_write_bit: on a share of WSL1's it is made, and refused to who has made it" {
  needs python3 python3
  steps="python3 -c '$ANSWER
made = lambda flags: os.close(os.open(\"f\", flags | os.O_CREAT, 0o444))
answer(\"write\", lambda: made(os.O_RDWR | os.O_EXCL))
print(os.path.exists(\"f\"))
answer(\"unlink\", lambda: os.unlink(\"f\"))
if os.path.exists(\"f\"): os.chmod(\"f\", 0o644); os.unlink(\"f\")
answer(\"append\", lambda: made(os.O_WRONLY | os.O_APPEND)); os.chmod(\"f\", 0o644); os.unlink(\"f\")
answer(\"read\", lambda: made(os.O_RDONLY)); os.chmod(\"f\", 0o644); os.unlink(\"f\")
'"
  native "$steps"
  assert_output "write None
True
unlink None
append None
read None"
  expected=$output
  refused="write Permission denied
True
unlink Permission denied
append Permission denied
read None"
  shimmed create.no_write_bit=EACCES unlink.readonly_file=EACCES "$steps"
  assert_output "$refused"
  # The vendor's own share lets it be removed.
  refused=${refused/unlink Permission denied/unlink None}
  IN=$(fresh drive)
  policy_for "$IN" drive.volume='{"filesystem": "smb"}' >"$BATS_TEST_TMPDIR/base.json"
  for profile in wsl1-current wsl2-9p; do
    sed "s/\"version\": 1,/\"version\": 1, \"profile\": \"$profile\",/" "$BATS_TEST_TMPDIR/base.json" \
      >"$BATS_TEST_TMPDIR/policy.json"
    run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$steps"
    assert_output "$refused"
    refused=$expected
  done
}

@test "exec.any_file: everything is executable" {
  steps='
    printf "#!/bin/sh\necho script \$0 \$1\n" >s; chmod 644 s; ./s arg
    cp /bin/true t; chmod 644 t; ./t; echo "binary $?"
    [[ -x s ]] && echo x'
  native "$steps"
  assert_output "bash: line 2: ./s: Permission denied
bash: line 3: ./t: Permission denied
binary 126"
  shimmed "$steps"
  assert_output "script ./s arg
binary 0
x"
}

@test "exec.any_file: a file that came without x bits, from outside" {
  IN=$(fresh drive)
  printf '#!/bin/sh\necho script $0\n' >"$IN/s"
  cp /bin/true "$IN/t"
  chmod 644 "$IN/s" "$IN/t"
  shimmed './s; ./t; echo $?'
  assert_output "script ./s
0"
  # The script needed nothing; the kernel itself had to be let run the binary.
  run stat -c %a "$IN/s" "$IN/t"
  assert_output "644
755"
  chmod 644 "$IN/t"
  shimmed exec.any_file=native './s; ./t; echo $?'
  assert_line --index 0 --partial 'Permission denied'
  assert_line 126
}

@test "a file that somebody writes is run by nobody, with an x bit on the disk or without" {
  needs python3 python3
  # shellcheck disable=SC2016 # for python
  steps='python3 -c "
import errno, os
def run(name, how, program):
    pid = os.fork()
    if pid == 0:
        try:
            os.execve(program, [name], {**os.environ})
        except OSError as e:
            print(name, how, errno.errorcode[e.errno], flush=True)
        os._exit(0)
    os.waitpid(pid, 0)
for name in \"text\", \"script\", \"s:h\", \"program\":
    fd = os.open(name, os.O_RDONLY)
    writer = os.open(name, os.O_WRONLY)
    run(name, \"path\", name)
    run(name, \"descriptor\", fd)
    os.close(writer)
    run(name, \"path\", name)
"'
  IN=$(fresh native)
  make_programs "$IN" 's:h'
  chmod 755 "$IN"/*
  native "$steps"
  wants_here "text path ETXTBSY" "ETXTBSY of a file that is written"
  assert_output "text path ETXTBSY
text descriptor ETXTBSY
text path ENOEXEC
script path ETXTBSY
script descriptor ETXTBSY
script ran
s:h path ETXTBSY
s:h descriptor ETXTBSY
s:h ran
program path ETXTBSY
program descriptor ETXTBSY"
  expected=$output
  for mode in 644 755; do
    IN=$(fresh drive)
    make_programs "$IN" $'s\uf03ah'
    chmod "$mode" "$IN"/*
    shimmed "$steps"
    assert_output "$expected"
  done
}

# A text, two scripts, one of them named $2, and a program that says nothing, without x bits in $1.
make_programs() {
  echo text >"$1/text"
  printf '#!/bin/sh\necho ${0##*/} ran\n' | tee "$1/script" >"$1/$2"
  cp /bin/true "$1/program"
  chmod 644 "$1"/*
}

@test "exec.any_file: fmask takes x away, for root too" {
  shimmed "drive.options=uid=$(id -u),gid=$(id -g),fmask=111" 'cp /bin/true t; ./t; echo $?'
  assert_line --partial 'Permission denied'
  assert_line 126
}

@test "mode.access: access() goes by the mode that is shown" {
  needs python3 python3
  steps=': >f; chmod 444 f; python3 -c "
import os
print([os.access(\"f\", m) for m in (os.F_OK, os.R_OK, os.W_OK, os.X_OK)])"'
  native "$steps"
  (($(id -u) != 0)) || assert_output "[True, True, True, False]"
  shimmed "$steps"
  assert_output "[True, True, False, True]"
  # The kernel's own answer, of the file that the drive has made: it has every x, and root may write.
  shimmed mode.access=native "$steps"
  assert_output "[True, True, $( (($(id -u) == 0)) && echo True || echo False), True]"
}

@test "mode.access: a link from outside, and one of /proc's, lead to the mode that is shown" {
  needs python3 python3
  links=$(fresh links)
  steps=': >f; chmod 755 f; ln -sf "$PWD/f" '"$links/l"'; python3 -c "
import os
paths = \"f\", \"'"$links/l"'\", \"/proc/self/fd/%d\" % os.open(\"f\", os.O_RDONLY)
print([[os.access(p, m) for m in (os.F_OK, os.R_OK, os.X_OK)] for p in paths])"'
  answers() {
    echo "[$1, $1, $1]"
  }
  native "$steps"
  assert_output "$(answers '[True, True, True]')"
  shimmed "drive.options=uid=$EUID,gid=${GROUPS[0]},fmask=111" "$steps"
  assert_output "$(answers '[True, True, False]')"
}

@test "mode.access: masks deny another user what they hide" {
  (($(id -u) == 0)) || skip "needs two users: run as root"
  shared
  IN=$SHARED/drive
  mkdir -m 777 "$IN"
  echo x >"$IN/f"
  chmod 666 "$IN/f"
  steps='cat f; : >g; [[ -r f ]] || echo unreadable'
  run as_user env -C "$IN" bash -uc "$steps"
  assert_output x
  rm "$IN/g"
  policy_for "$IN" "drive.options=uid=1000,gid=1000,umask=077" >"$SHARED/p.json"
  chmod 644 "$SHARED/p.json"
  run as_user env -C "$IN" LXSHIM_POLICY="$SHARED/p.json" "${SHIM[@]}" bash -uc "$steps"
  assert_output "cat: f: Permission denied
bash: line 1: g: Permission denied
unreadable"
}

@test "metadata: modes and owners are the inode's own" {
  steps='umask 027; : >f; mkdir d; chmod 4640 f; stat -c %a f d; mkfifo p; stat -c %F p'
  native "$steps"
  expected=$output
  shimmed "drive.options=metadata,uid=$(id -u),gid=$(id -g)" "$steps"
  assert_output "$expected"
  assert_output "4640
750
fifo"
}

@test "ro: a mount that is read-only refuses every change with EROFS" {
  IN=$(fresh drive)
  echo x >"$IN/f"
  steps='cat f; for c in "touch g" "rm f" "mv f h" "mkdir d" "ln -s a b" "chmod 600 f" "truncate -s 0 f"; do $c 2>&1 | grep -o "Read-only file system"; done'
  native "$steps"
  assert_output x
  # What is there already is EEXIST first, as on a mount of Linux.
  rm -r "${IN:?}"/*
  echo x >"$IN/f"
  shimmed "drive.options=ro" "$steps"
  assert_output "x
Read-only file system
Read-only file system
Read-only file system
Read-only file system
Read-only file system
Read-only file system
Read-only file system"
}

@test "exec.script: a script is not run on a share of 1709's, a program is" {
  steps='printf "#!/bin/sh\necho script\n" >s; cp /bin/true t; chmod 755 s t
    LC_ALL=C ./s; echo $?; ./t; echo $?; sh ./s; exec 3>>s; (exec ./s) 2>&1 | grep -o "busy\|Input/output error"'
  native "$steps"
  assert_output "script
0
0
script
busy"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
  shimmed exec.script=EIO "$steps"
  assert_line --partial "Input/output error"
  assert_line --index 1 126
  assert_line --index 2 0
  assert_line --index 3 script
  assert_line --index 4 busy
}
