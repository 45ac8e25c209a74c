#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# access.*: what security descriptors grant to the token of the run, to root as to everybody.

load helpers

# A drive with what the vendor's access test has, by lxshim win icacls; and a file without a descriptor.
setup() {
  IN=$(fresh drive)
  cd "$IN" || return
  mkdir executeonlydir noexecutedir
  echo text | tee rwx readonly writeonly executeonlydir/child plain >/dev/null
  printf '#!/bin/sh\nexit 123\n' | tee executeonly >noexecute
  chmod 755 -- * executeonlydir/child
}

# grants NAME RIGHTS: these and no others, to everybody.
grants() {
  run "$LXSHIM" win icacls "${1//\//\\}" /inheritance:r /grant:r "Everyone:($2)"
  assert_success
}

vendors_files() {
  grants rwx R,W,X,DE
  grants readonly R,DE
  grants writeonly W,Rc,RA,REA,DE
  grants executeonly X,RD,RA,REA,Rc,S,DE
  grants noexecute R,DE
  grants executeonlydir/child R,DE
  grants executeonlydir X,DC,WD,RA,REA,Rc,S,DE
  grants noexecutedir R,DE
}

@test "access.mode: r, w and x are what is granted, and a directory has x in any case" {
  steps='stat -c "%a %n" rwx readonly writeonly executeonly executeonlydir executeonlydir/child noexecutedir plain'
  native "$steps"
  assert_output "755 rwx
755 readonly
755 writeonly
755 executeonly
755 executeonlydir
755 executeonlydir/child
755 noexecutedir
755 plain"
  vendors_files
  shimmed "$steps"
  assert_output "777 rwx
444 readonly
222 writeonly
555 executeonly
333 executeonlydir
444 executeonlydir/child
555 noexecutedir
777 plain"
  shimmed access.mode=off 'stat -c %a readonly executeonlydir; : >>readonly'
  assert_output --partial "777
777"
  assert_output --partial 'readonly: Permission denied'
  # With metadata what nobody has changed the mode of is Windows' own; what somebody has is as on Linux.
  shimmed drive.options="uid=$(id -u),gid=$(id -g),metadata" \
    'stat -c "%a %n" readonly executeonlydir; chmod 600 rwx && stat -c "%a %n" rwx; echo more >>rwx; : >>readonly'
  assert_output "444 readonly
333 executeonlydir
600 rwx
bash: line 1: readonly: Permission denied"
}

@test "access.granted: open by every flag, access(2) and changes, of root as well" {
  steps='rights rwx readonly writeonly executeonly executeonlydir executeonlydir/child noexecutedir plain'
  native "$steps"
  refute_output --partial EACCES
  vendors_files
  # umask and options of the mount are not asked: an owner of Linux's has no more rights than another.
  shimmed "$steps"
  assert_output "rwx 0777 access=rwx
readonly 0444 w=EACCES rw=EACCES a=EACCES rt=EACCES access=r-- chmod=EACCES touch=EACCES utimes=EACCES truncate=EACCES setxattr=EACCES removexattr=EACCES
writeonly 0222 r=EACCES rw=EACCES rt=EACCES access=-w-
executeonly 0555 w=EACCES rw=EACCES a=EACCES rt=EACCES access=r-x chmod=EACCES touch=EACCES utimes=EACCES truncate=EACCES setxattr=EACCES removexattr=EACCES
executeonlydir 0333 r=EACCES access=-wx chmod=EACCES touch=EACCES utimes=EACCES setxattr=EACCES removexattr=EACCES
executeonlydir/child 0444 w=EACCES rw=EACCES a=EACCES rt=EACCES access=r-- chmod=EACCES touch=EACCES utimes=EACCES truncate=EACCES setxattr=EACCES removexattr=EACCES
noexecutedir 0555 access=r-x chmod=EACCES touch=EACCES utimes=EACCES setxattr=EACCES removexattr=EACCES
plain 0777 access=rwx"
  shimmed access.granted=allow "$steps"
  refute_output --partial EACCES
}

@test "access.granted: no other way to open a file gives more: by handle, by its descriptor's link, by openat2" {
  needs python3 python3
  ((EUID == 0)) || skip "only root may open a file by its handle"
  vendors_files
  cat >"$BATS_TEST_TMPDIR/ways.py" <<'PYTHON'
import ctypes, errno, os, platform, struct
libc = ctypes.CDLL(None, use_errno=True)
how = {"r": os.O_RDONLY, "w": os.O_WRONLY, "rw": os.O_RDWR}
number = {"x86_64": 304}.get(platform.machine(), 265)

def said(fd):
    if fd < 0:
        return errno.errorcode[ctypes.get_errno()]
    os.close(fd)
    return "ok"

def handle_of(name):
    handle = ctypes.create_string_buffer(struct.pack("I", 128), 136)
    here = os.open(name, os.O_PATH)
    assert libc.name_to_handle_at(here, b"", handle, ctypes.byref(ctypes.c_int()), 0x1000) == 0, "no handles here"
    os.close(here)
    return handle

here = os.open(".", os.O_RDONLY)
for name in "readonly", "writeonly", "executeonlydir/child", "plain":
    handle = handle_of(name)
    for word, flags in how.items():
        named = os.open(name, os.O_PATH)
        print(name, word, said(libc.open_by_handle_at(here, handle, flags)), said(libc.syscall(number, here, handle, flags)),
              said(libc.open(b"/proc/self/fd/%d" % named, flags)),
              said(libc.syscall(437, here, name.encode(), struct.pack("QQQ", flags, 0, 0), 24)))
        os.close(named)
print("no handle", said(libc.open_by_handle_at(here, None, 0)), said(libc.open_by_handle_at(here, bytes(8), 0)),
      said(libc.open_by_handle_at(-1, handle, 0)))
PYTHON
  steps="python3 $BATS_TEST_TMPDIR/ways.py"
  native "$steps"
  [[ $output != *"no handles here"* ]] || skip "no handles on $(stat -f -c %T .)"
  assert_output "$(for name in readonly writeonly executeonlydir/child plain; do
    printf "$name %s ok ok ok ok\n" r w rw
  done)
no handle EFAULT EINVAL EBADF"
  shimmed "$steps"
  assert_output "readonly r ok ok ok ok
readonly w EACCES EACCES EACCES EACCES
readonly rw EACCES EACCES EACCES EACCES
writeonly r EACCES EACCES EACCES EACCES
writeonly w ok ok ok ok
writeonly rw EACCES EACCES EACCES EACCES
executeonlydir/child r ok ok ok ok
executeonlydir/child w EACCES EACCES EACCES EACCES
executeonlydir/child rw EACCES EACCES EACCES EACCES
plain r ok ok ok ok
plain w ok ok ok ok
plain rw ok ok ok ok
no handle EFAULT EINVAL EBADF"
}

@test "access.granted: entries of directories are made, removed and renamed by theirs and the files' own rights" {
  steps='
    : >executeonlydir/new && echo made
    ln -s child executeonlydir/link && echo linked
    LC_ALL=C mkdir executeonlydir/sub && echo directory
    cat executeonlydir/child
    rm -f executeonlydir/new executeonlydir/link && echo removed
    : >noexecutedir/new && echo made
    ln -f plain noexecutedir/plain && echo linked
    mv -f plain noexecutedir/plain2 && echo moved
    mv executeonlydir/child executeonlydir/kid && echo renamed
    ls executeonlydir'
  native "$steps"
  assert_output "made
linked
directory
text
removed
made
linked
moved
renamed
kid
sub"
  rm -rf executeonlydir/* noexecutedir/*
  echo text | tee executeonlydir/child plain >/dev/null
  vendors_files
  shimmed "$steps"
  assert_output "made
linked
mkdir: cannot create directory 'executeonlydir/sub': Permission denied
text
removed
bash: line 7: noexecutedir/new: Permission denied
ln: failed to create hard link 'noexecutedir/plain' => 'plain': Permission denied
mv: cannot move 'plain' to 'noexecutedir/plain2': Permission denied
renamed
ls: cannot open directory 'executeonlydir': Permission denied"
}

@test "access.granted: delete, or delete child of the directory; replacing asks for it, too" {
  steps='rm -f d/kept && echo removed; mv -f other d/kept && echo replaced; mv -f d/kept gone && echo moved; rmdir e/d && echo gone'
  mkdir d e e/d
  echo text | tee d/kept other >/dev/null
  native "$steps"
  assert_output "removed
replaced
moved
gone"
  mkdir e/d
  echo text | tee d/kept other >/dev/null
  grants d/kept R,W
  grants e/d R
  grants d R,W,X
  grants e R,W,X
  shimmed "$steps"
  assert_output "rm: cannot remove 'd/kept': Permission denied
mv: cannot move 'other' to 'd/kept': Permission denied
mv: cannot move 'd/kept' to 'gone': Permission denied
rmdir: failed to remove 'e/d': Permission denied"
  grants d R,W,X,DC
  grants e R,W,X,DC
  shimmed "$steps"
  assert_output "removed
replaced
moved
gone"
}

@test "access.granted: what is denied counts before what is granted; exec; a directory that is not listed" {
  steps='cat plain; ./noexecute; echo $?; ./executeonly; echo $?; ls noexecutedir && echo listed; cd noexecutedir && echo inside'
  native "$steps"
  assert_output "text
123
123
listed
inside"
  vendors_files
  run "$LXSHIM" win icacls plain /deny 'Everyone:(RD)'
  run "$LXSHIM" win icacls noexecutedir /deny 'Everyone:(RD)'
  shimmed "$steps"
  assert_output --partial "cat: plain: Permission denied"
  assert_output --partial "./noexecute: Permission denied
126
123"
  assert_output --partial "ls: cannot open directory 'noexecutedir': Permission denied
inside"
}

@test "access.granted: listed, and not found: what grants nobody anything" {
  mkdir Information
  steps='ls; stat pagefile.sys; stat -c %a Information; rm -f pagefile.sys; ls Information; cat Information/below; (cd Information)'
  echo text | tee pagefile.sys Information/below >/dev/null
  rm -rf rwx readonly writeonly execut* noexec* plain
  native "$steps; : >pagefile.sys"
  refute_output --partial denied
  grants pagefile.sys F
  for name in pagefile.sys Information; do
    run "$LXSHIM" win icacls "$name" /inheritance:r /remove Everyone /grant SYSTEM:F
    assert_success
  done
  # By list of the directory everybody reads attributes, but not EAs.
  shimmed "$steps"
  assert_output "Information
pagefile.sys
stat: cannot statx 'pagefile.sys': Permission denied
stat: cannot statx 'Information': Permission denied
rm: cannot remove 'pagefile.sys': Permission denied
ls: cannot access 'Information': Permission denied
cat: Information/below: Permission denied
bash: line 1: cd: Information: Permission denied"
}

@test "access.granted: sudo changes no token, elevated does" {
  steps='cat plain; : >>plain'
  native "$steps"
  assert_output text
  run "$LXSHIM" win icacls plain /inheritance:r /grant 'Users:(R)' /grant 'Administrators:(F)'
  assert_success
  shimmed "$steps"
  assert_output "text
bash: line 1: plain: Permission denied"
  policy_for "$IN" >policy.json
  sed -i 's/{"version": 1,/&"windows": {"elevated": true},/' policy.json
  run env LXSHIM_POLICY="$IN/policy.json" "${SHIM[@]}" bash -c "$steps"
  assert_output text
}

# A process for each call learns, by a mkdir, that the drive has no descriptor so far; then it gets two, and each makes its
# call. Under lxshim run no time passes for them in between: their clock stands still. To a preloaded library alone nobody
# can say it, and it is of the past a tick of the clock later.
FIRST='
import os, subprocess, sys, time
owner = os.geteuid()
calls = {
    "unlink": lambda: os.unlink("d/old"),
    "rmdir": lambda: os.rmdir("d/sub"),
    "rename from": lambda: os.rename("d/moved", "moved"),
    "rename to": lambda: os.rename("source", "d/new"),
    "rename over": lambda: os.rename("other", "d/over"),
    "create": lambda: os.close(os.open("d/created", os.O_CREAT | os.O_WRONLY)),
    "mkdir": lambda: os.mkdir("d/made"),
    "symlink": lambda: os.symlink("x", "d/link"),
    "link": lambda: os.link("plain", "link"),
    "utime": lambda: os.utime("plain", (5, 5)),
    "setxattr": lambda: os.setxattr("plain", "user.x", b"text"),
    "chmod": lambda: os.chmod("plain", 0o600),
    "chown": lambda: os.chown("plain", owner, -1),
    "truncate": lambda: os.truncate("plain", 1),
}
for name in ("d", "d/sub"): os.mkdir(name)
for name in ("plain", "source", "other", "d/old", "d/moved", "d/over"):
    with open(name, "w") as f: f.write("text")
def under_way(word):
    go, told = os.pipe(), os.pipe()
    if os.fork() != 0:
        os.read(told[0], 1)
        return go[1], told[0]
    os.close(go[1])
    os.mkdir(word + " learns")
    os.write(told[1], b"x")
    os.read(go[0], 1)
    try:
        calls[word]()
        os.write(told[1], b"done")
    except OSError as e:
        os.write(told[1], os.strerror(e.errno).encode())
    os._exit(0)
processes = {word: under_way(word) for word in calls}
for name in ("plain", "d"):
    subprocess.run([sys.argv[1], "win", "icacls", name, "/inheritance:r", "/grant", "Everyone:(RX)"], stdout=subprocess.DEVNULL, check=True)
COARSE = 6 # the clock that ticks, CLOCK_MONOTONIC_COARSE
begin = time.clock_gettime(time.CLOCK_MONOTONIC)
while sys.argv[2] == "preload" and time.clock_gettime(COARSE) < begin + 0.005:
    pass
for word, (go, told) in processes.items():
    os.write(go, b"x")
    print(word + ":", os.read(told, 99).decode())
'

# bound_by_first [RULE=VALUE...]: what those calls answer on a drive.
bound_by_first() {
  local SHIM=("${SHIM[@]}")
  [[ $LXSHIM_TEST_LANE == preload ]] || SHIM=("LD_PRELOAD=$PROGRAMS/still.so" "${SHIM[@]}")
  shimmed "$@" "python3 '$BATS_TEST_TMPDIR/first.py' '$LXSHIM' $LXSHIM_TEST_LANE"
}

@test "access.granted: a drive's first descriptor binds whom it finds under way" {
  needs python3 python3
  unset IN # for fresh drives
  printf '%s' "$FIRST" >"$BATS_TEST_TMPDIR/first.py"
  native "python3 '$BATS_TEST_TMPDIR/first.py' '$LXSHIM' native"
  assert_equal "$(grep -c ': done$' <<<"$output")" 14
  bound_by_first drive.options="uid=$(id -u),gid=$(id -g),metadata"
  refute_line --partial "done"
  assert_equal "$(grep -c ': Permission denied$' <<<"$output")" 14
  # Without metadata there is no owner to write.
  bound_by_first
  assert_line "chown: done"
  assert_equal "$(grep -c ': Permission denied$' <<<"$output")" 13
  bound_by_first chmod.readonly_bit=off
  assert_line "chmod: Permission denied"
}

@test "what is made inherits, and what is below a directory has what that hands on" {
  mkdir -p d/old
  echo text >d/old/f
  steps='umask 0; : >d/new; mkdir d/sub; : >d/sub/f; stat -c "%a %n" d/new d/sub d/sub/f d/old d/old/f; : >>d/old/f; : >>d/new'
  native "$steps"
  assert_output "666 d/new
777 d/sub
666 d/sub/f
755 d/old
644 d/old/f"
  rm -rf d/new d/sub
  chmod 755 d/old/f
  run "$LXSHIM" win icacls d /inheritance:r /grant 'Everyone:(OI)(CI)(RX)' /grant 'Everyone:(WD,AD)'
  assert_success
  shimmed "$steps"
  assert_output "555 d/new
777 d/sub
555 d/sub/f
555 d/old
555 d/old/f
bash: line 1: d/old/f: Permission denied
bash: line 1: d/new: Permission denied" || true
  run "$LXSHIM" win icacls 'd\new'
  assert_line --index 0 'd\new Everyone:(I)(RX)'
  run "$LXSHIM" win icacls 'd\old\f'
  assert_line --index 0 'd\old\f Everyone:(I)(RX)'
  # Back to what everything has: nothing is left to be refused.
  run "$LXSHIM" win icacls d /reset /t
  assert_success
  shimmed ': >>d/old/f; : >>d/new; stat -c %a d d/new'
  assert_output "777
777"
}

@test "Windows' side: the same answer, in its own words, with the prompt's token" {
  vendors_files
  grants rwx R
  grants readonly R
  grants executeonlydir RX
  denied='Access is denied.'
  run "$LXSHIM" win type writeonly
  assert_output "$denied"
  run "$LXSHIM" win write readonly x
  assert_output "$denied"
  run "$LXSHIM" win copy plain readonly /y
  assert_line --index 0 "$denied"
  run "$LXSHIM" win copy plain 'executeonlydir\x'
  assert_line --index 0 "$denied"
  run "$LXSHIM" win md 'executeonlydir\x'
  assert_output "$denied"
  run "$LXSHIM" win ren 'executeonlydir\child' x
  assert_output "$denied"
  run "$LXSHIM" win attrib +h readonly
  assert_output --partial 'Access denied - '
  run "$LXSHIM" win mklink /h l readonly
  assert_output "$denied"
  # The drive grants everybody to delete its entries, and that is enough.
  run "$LXSHIM" win del readonly
  assert_success
  run "$LXSHIM" win type plain
  assert_output text
  # An administrator's prompt counts Administrators; the policy can say that it is none.
  run "$LXSHIM" win icacls plain /inheritance:r /grant Administrators:F
  run "$LXSHIM" win type plain
  assert_output text
  policy_for "$IN" >policy.json
  sed -i 's/{"version": 1,/&"windows": {"elevated": false},/' policy.json
  run "$LXSHIM" win --policy policy.json type plain
  assert_output "$denied"
  run "$LXSHIM" win --policy policy.json --elevated type plain
  assert_output text
}

@test "icacls shows and changes, takeown and dir /q" {
  win() { run "$LXSHIM" win "$@"; }
  win icacls plain
  assert_output 'plain Everyone:(I)(F)

Successfully processed 1 files; Failed processing 0 files'
  win icacls plain /grant 'Users:(RX)' '*S-1-5-32-546:(R,W)' /deny 'BUILTIN\Guests:W'
  assert_success
  win icacls plain
  assert_output 'plain BUILTIN\Guests:(DENY)(W)
      BUILTIN\Users:(RX)
      BUILTIN\Guests:(R,W)
      Everyone:(I)(F)

Successfully processed 1 files; Failed processing 0 files'
  win icacls plain /remove Guests /grant:r 'Users:(M)' /inheritance:d
  win icacls plain
  assert_line --index 0 'plain Everyone:(F)'
  assert_line --index 1 '      BUILTIN\Users:(M)'
  win icacls plain /reset
  win icacls plain
  assert_line --index 0 'plain Everyone:(I)(F)'
  win icacls noexecutedir /grant 'SYSTEM:(OI)(CI)(IO)(F)'
  win icacls noexecutedir
  assert_line --index 0 'noexecutedir NT AUTHORITY\SYSTEM:(OI)(CI)(IO)(F)'
  win icacls nowhere
  assert_failure
  assert_line --index 0 'nowhere: The system cannot find the file specified.'
  assert_line --index 1 'Successfully processed 0 files; Failed processing 1 files'
  win icacls plain /grant 'Nobody:(R)'
  assert_failure
  assert_output 'Invalid parameter "Nobody:(R)"'
  win icacls plain /setowner SYSTEM
  assert_success
  win dir /q plain
  assert_output --partial ' NT AUTHORITY\SYSTEM    plain'
  # Nobody but the owner may change what grants him nothing, but he may take it.
  win icacls plain /inheritance:r
  win icacls plain /grant Everyone:F
  assert_failure
  assert_line --index 0 'plain: Access is denied.'
  win takeown /f plain
  assert_success
  assert_output --partial 'now owned by user "LXSHIM\user".'
  win icacls plain /grant Everyone:F
  assert_success
}

@test "takeown: of a file or of all that is below, by an administrator or who is granted it; programs meet what it gives" {
  mkdir -p dir/sub
  echo text | tee secret dir/a dir/sub/b >/dev/null
  ln -s a dir/link
  steps='cat secret dir/a dir/sub/b; ls dir'
  all="text
text
text
a
link
sub"
  denied="cat: secret: Permission denied
cat: dir/a: Permission denied
cat: dir/sub/b: Permission denied
ls: cannot access 'dir': Permission denied"
  native "$steps"
  assert_output "$all"
  shimmed "$steps"
  assert_output "$all"
  for name in secret dir; do
    run "$LXSHIM" win icacls "$name" /inheritance:r /grant 'SYSTEM:(OI)(CI)F'
    assert_success
  done
  for name in secret dir 'dir\a' 'dir\sub' 'dir\sub\b'; do
    run "$LXSHIM" win icacls "$name" /setowner SYSTEM
    assert_success
  done
  shimmed "$steps"
  assert_output "$denied"
  policy_for "$IN" | sed 's/{"version": 1,/&"windows": {"elevated": false},/' >policy.json
  user() { run "$LXSHIM" win --policy policy.json "$@"; }
  user takeown /f secret
  assert_failure
  assert_output 'ERROR: Access is denied.'
  user takeown /f secret /a
  assert_output 'ERROR: Access is denied.'
  win() { run "$LXSHIM" win "$@"; }
  win takeown /f 'sec*'
  assert_output --partial '\secret" now owned by user "LXSHIM\user".'
  # Whose it is may say who may what, and no more.
  shimmed "$steps"
  assert_output "$denied"
  user icacls secret /grant 'LXSHIM\user:(R,WO)'
  assert_success
  # A directory that may not be read is left closed, or gets its new owner's permissions.
  win takeown /f dir /r /d n
  assert_equal "$(grep -c SUCCESS <<<"$output")" 1
  win takeown /f dir /d n
  assert_output "ERROR: Invalid syntax. '/d' and '/skipsl' go with '/r'."
  run "$LXSHIM" win takeown /f dir /r <<<n
  assert_output --partial 'You do not have permission to read the contents of directory'
  shimmed "$steps"
  assert_output "text
${denied#*$'\n'}"
  win takeown /f dir /r /d y
  assert_success
  assert_equal "$(grep -c SUCCESS <<<"$output")" 4
  shimmed "$steps"
  assert_output "$all"
  win takeown /f secret /a
  assert_output --partial '" now owned by the administrators group.'
  win dir /q secret
  assert_output --partial ' BUILTIN\Administrators secret'
  user takeown /f secret
  assert_success
}

@test "access.damaged: refused with EIO, and mended by a new descriptor" {
  needs setfattr attr
  vendors_files
  steps='stat -c %a readonly; cat readonly; ls -d readonly'
  native "$steps"
  assert_output --partial text
  setfattr -n user.NTACL -v 0xdeadbeef readonly
  shimmed "$steps"
  assert_output --partial "'readonly': Input/output error"
  refute_output --partial text
  shimmed access.damaged=allow "$steps"
  assert_output "777
text
readonly"
  run "$LXSHIM" win type readonly
  assert_output 'The security descriptor structure is invalid.'
  run "$LXSHIM" win icacls readonly /reset
  assert_success
  shimmed 'cat readonly'
  assert_output text
}

@test "a trace names the rule; an observed run goes on" {
  vendors_files
  policy_for "$IN" >policy.json
  run env LXSHIM_POLICY="$IN/policy.json" LXSHIM_TRACE="$IN/trace" "${SHIM[@]}" bash -c ': >>readonly; stat -c %a readonly'
  assert_output --partial 'Permission denied'
  run grep -c '"rule":"access.granted"' trace
  assert_output 1
  run grep -c '"rule":"access.mode"' trace
  refute_output 0
  sed -i 's/{"version": 1,/&"mode": "observe",/' policy.json
  run env LXSHIM_POLICY="$IN/policy.json" "${SHIM[@]}" bash -c ': >>readonly && cat readonly'
  assert_output text
}

@test "the case flag takes delete child and more of the directory itself: mkdir with case=dir, setfattr" {
  needs setfattr attr
  mkdir modify
  run "$LXSHIM" win icacls modify /inheritance:r /grant:r "Everyone:(OI)(CI)(M)"
  assert_success
  steps='mkdir modify/sub && echo made; ls modify; mkdir plain.d && echo made'
  native "$steps"
  assert_output "made
sub
made"
  rmdir modify/sub plain.d
  shimmed drive.options=case=dir "$steps"
  assert_output --regexp $'Permission denied\nmade'
  assert_equal "$(ls modify)" ""
  rmdir plain.d
  shimmed drive.options=case=off "$steps; setfattr -n system.wsl_case_sensitive -v 1 modify/sub || echo no"
  assert_line "no"
  assert_line --partial "Permission denied"
}

@test "symlink.denied: a junction that may not be listed, as Windows has some in a user's directory" {
  run "$LXSHIM" win mklink /J Cookies noexecutedir
  run "$LXSHIM" win icacls Cookies /deny "Everyone:(RD)"
  assert_success
  steps='readlink Cookies >/dev/null && echo read; (cd Cookies && echo followed); stat -c %F Cookies; ls | grep Cookies'
  native "$steps"
  assert_output "followed
directory
Cookies"
  shimmed "$steps"
  assert_output "read
followed
symbolic link
Cookies"
  shimmed symlink.denied=EACCES "LC_ALL=C readlink -v Cookies; ${steps#*;}"
  assert_line "readlink: Cookies: Permission denied"
  assert_line --partial "Cookies: Permission denied"
  assert_line "symbolic link"
  refute_line followed
  # How long its target is lstat says all the same. [WSL#3822]
  for value in native EACCES; do
    shimmed drive.source=C: symlink.denied=$value 'size=$(stat -c %s Cookies); ((size == 2 * ${#PWD} + 13)) && echo "as long as its target"'
    assert_output "as long as its target"
  done
}

@test "Linux's own answer comes first" {
  vendors_files
  steps='mkdir executeonlydir/child; : >nowhere/f; mkdir plain/x; mv executeonlydir executeonlydir/below'
  native "$steps"
  expected=$output
  assert_output --partial 'File exists'
  shimmed "$steps"
  assert_output "$expected"
}

@test "a copy, a rename and an overwrite by Windows keep or leave a descriptor as they do there" {
  vendors_files
  run "$LXSHIM" win ren readonly r2
  assert_success
  run "$LXSHIM" win copy r2 r3
  assert_success
  run "$LXSHIM" win copy plain rwx /y
  assert_success
  shimmed 'stat -c "%a %n" r2 r3 rwx; mv r2 r4; stat -c %a r4'
  assert_output "444 r2
777 r3
777 rwx
444"
  run "$LXSHIM" win icacls rwx
  assert_line --index 0 --regexp '^rwx Everyone:\('
  refute_line --index 0 'rwx Everyone:(I)(F)'
}

@test "the case flag is asked for by the value that there is as well, and fsutil is refused it, too" {
  needs setfattr attr
  mkdir modify own
  run "$LXSHIM" win icacls modify /inheritance:r /grant:r "Everyone:(OI)(CI)(M)"
  assert_success
  steps='for d in modify own; do setfattr -n user.other -v 0 $d && setfattr -n system.wsl_case_sensitive -v 0 $d && echo same; done'
  native "$steps"
  refute_line same
  shimmed drive.options=case=off "$steps"
  assert_output --regexp '^setfattr: modify: Permission denied
same$'
  run "$LXSHIM" win fsutil file setCaseSensitiveInfo modify enable
  assert_failure 1
  assert_output "Error:  Access is denied."
  run "$LXSHIM" win fsutil file setCaseSensitiveInfo own enable
  assert_output "Case sensitive attribute on directory own is enabled."
}
