#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Programs of Windows' that are run from a drive: who runs them, what it is told, and the stubs of Windows' own.
#
# Steps are for the shell that runs them to expand:
# shellcheck disable=SC2016,SC1003,SC2154

load helpers

setup() {
  BASE=$(fresh interop)
  DRIVE=$BASE/c
  export BASE DRIVE
  mkdir -p "$DRIVE/src"
  printf 'MZ\220\0...' >"$DRIVE/src/tool.exe"
  chmod +x "$DRIVE/src/tool.exe"
  # What it is told, in one line.
  printf '%s\n' '#!/bin/bash' 'echo "${LXSHIM_INTEROP_FILE} in ${LXSHIM_INTEROP_DIRECTORY}, ${1##*/} $(($# - 1)): ${*:2}"' >"$BASE/handler"
  chmod +x "$BASE/handler"
}

# policy KEYS: of a drive C: with that for interop.
policy() {
  printf '{"version": 1, "mounts": [{"source": "C:", "target": "c", "options": "uid=%s,gid=%s"}], "interop": {%s}}' \
    "$EUID" "${GROUPS[0]}" "$1" >"$BASE/policy.json"
}

# in_drive STEPS: what is said of $BASE is BASE in it.
in_drive() {
  run env -C "$DRIVE/src" LXSHIM_POLICY="$BASE/policy.json" "${SHIM[@]}" bash -uc "$1"
  output=${output//"$BASE"/BASE}
}

RUN='./tool.exe 2>&1; echo $?'
WAYS='./tool.exe a "b  c"; cd ..; src/tool.exe; exec 5<src; exec "$DRIVE/src/tool.exe" last'

@test "without a handler a program of Windows' is none of Linux', as natively and with interop disabled on WSL" {
  run env -C "$DRIVE/src" bash -uc "$RUN"
  native=$output
  assert_output --partial 'Exec format error'
  assert_line --index 1 126
  policy ''
  in_drive "$RUN"
  assert_output "$native"
  policy '"stubs": true'
  in_drive "$RUN"
  assert_output "$native"
}

@test "a handler gets the file, its arguments, and Windows' names of it and of the directory" {
  policy '"handler": "./handler"'
  in_drive "$WAYS"
  assert_output 'C:\src\tool.exe in C:\src, tool.exe 2: a b  c
C:\src\tool.exe in C:\, tool.exe 0: 
C:\src\tool.exe in C:\, tool.exe 1: last'
  # By its name alone it is one of PATH; the exit status is its own; one that is missing is said to be.
  policy '"handler": "false"'
  in_drive "$RUN"
  assert_output 1
  policy '"handler": "no-such-handler"'
  in_drive "PATH=/usr/bin:/bin; $RUN"
  assert_output 'lxshim: interop: no-such-handler: No such file or directory
127'
}

@test "each way to run one: by a descriptor, spawned, searched for, without an x bit, in the background" {
  needs python3 python3
  policy '"handler": "./handler"'
  in_drive "python3 -c '
import os
def run(label, call):
    pid = os.fork()
    if pid == 0:
        try:
            call()
        except OSError as e:
            print(label, e.strerror, flush=True)
        os._exit(9)
    os.waitpid(pid, 0)
fd = os.open(\"tool.exe\", os.O_RDONLY)
run(\"execve\", lambda: os.execve(\"tool.exe\", [\"x\", \"execve\"], os.environ))
run(\"fexecve\", lambda: os.execve(fd, [\"x\", \"fexecve\"], os.environ))
os.waitpid(os.posix_spawn(\"tool.exe\", [\"x\", \"spawn\"], os.environ), 0)
run(\"execvp\", lambda: os.execvpe(\"tool.exe\", [\"x\", \"execvp\"], dict(os.environ, PATH=os.getcwd())))
'
  chmod -x tool.exe; ./tool.exe now; (./tool.exe later & wait)"
  refute_output --partial Errno
  run grep -c '^C:.src.tool.exe in C:.src, tool.exe 1: ' <<<"$output"
  assert_output 6
}

@test "a static program runs one by itself" {
  needs busybox busybox-static
  policy '"handler": "./handler", "stubs": true'
  in_drive 'busybox sh -c "./tool.exe a b; $DRIVE/Windows/explorer.exe; echo \$?"'
  assert_output $'C:\\src\\tool.exe in C:\\src, tool.exe 2: a b\n0'
}

@test "what a drive does not let run is not run, nor what is elsewhere" {
  policy '"handler": "./handler"'
  sed -i 's/"options": "/"options": "metadata,/' "$BASE/policy.json"
  chmod 644 "$DRIVE/src/tool.exe"
  cp "$DRIVE/src/tool.exe" "$BASE/outside.exe"
  chmod +x "$BASE/outside.exe"
  in_drive 'chmod 644 tool.exe; ./tool.exe; echo $?; "$BASE/outside.exe"; echo $?; printf "#!/bin/sh\necho script\n" >s.exe; chmod +x s.exe; ./s.exe'
  assert_output --partial 'Permission denied
126'
  assert_output --partial 'Exec format error
126'
  assert_line script
}

@test "WSLENV: paths and lists as Windows has them, what is for Linux alone left out" {
  policy '"handler": "./handler", "record": "record"'
  printf '%s\n' '#!/bin/bash' 'echo "$ONE|$LIST|$KEPT|$LINUX"' >"$BASE/handler"
  in_drive 'export WSLENV=ONE/p:LIST/l:KEPT/w:LINUX/u:GONE:ODD/x ONE=$DRIVE/src LIST=/etc:$DRIVE KEPT=/x LINUX=/y ODD=1 WSL_DISTRO_NAME=Deb; ./tool.exe'
  assert_output 'C:\src|\\wsl.localhost\Deb\etc;C:\|/x|/y'
  run sed 's/"time":"[0-9TZ:-]*"/T/' "$BASE/record"
  assert_output '{T,"file":"C:\\src\\tool.exe","argv":["tool.exe"],"directory":"C:\\src","environment":{"ONE":"C:\\src","LIST":"\\\\wsl.localhost\\Deb\\etc;C:\\","KEPT":"/x","GONE":""}}'
}

@test "WSLENV: /p takes a list as /l does, a relative path stays one, names that are none and blanks at the end are passed over" {
  policy '"stubs": true, "record": "record"'
  in_drive 'export WSLENV="P/p:R/p:E/p:=/p:A=B:L/lw:T/p " P=$DRIVE/src:$DRIVE R=no/where E= L=rel:/etc T=$DRIVE WSL_DISTRO_NAME=D; ../Windows/explorer.exe'
  run sed 's/.*"environment"://' "$BASE/record"
  assert_output '{"P":"C:\\src;C:\\","R":"no\\where","L":"rel;\\\\wsl.localhost\\D\\etc","T":"C:\\"}}'
}

@test "stubs: Windows' own programs are there where the policy says so, to look at and to run" {
  steps='cd "$DRIVE"; S=Windows/System32; type -P ./$S/cmd.exe $DRIVE/$S/WINDOWSPowerShell/v1.0/powershell.exe; stat -c "%F %A" $S/clip.exe
    [[ -x $S/clip.exe && ! -w $S/clip.exe ]] && echo yes; printf abc | $S/clip.exe && $DRIVE/Windows/explorer.exe . && (PATH=$DRIVE/$S:$PATH; cmd.exe /c "echo \"%X%\"")
    echo $?; ls; [[ -e $S/notepad.exe || -e $S/drivers ]] || echo missing; : 2>/dev/null >$S/cmd.exe || echo no'
  run env -C "$DRIVE" bash -uc "$steps"
  assert_line 127
  policy '"handler": "true"'
  in_drive "$steps"
  assert_line 127
  policy '"stubs": true, "record": "record"'
  in_drive "$steps"
  assert_output './Windows/System32/cmd.exe
BASE/c/Windows/System32/WINDOWSPowerShell/v1.0/powershell.exe
regular file -rwxr-xr-x
yes
0
src
missing
no'
  run sed 's/"time":"[0-9TZ:-]*"/T/' "$BASE/record"
  assert_output '{T,"file":"C:\\Windows\\System32\\clip.exe","argv":["clip.exe"],"directory":"C:\\","environment":{}}
{T,"file":"C:\\Windows\\explorer.exe","argv":["explorer.exe","."],"directory":"C:\\","environment":{}}
{T,"file":"C:\\Windows\\System32\\cmd.exe","argv":["cmd.exe","/c","echo \"%X%\""],"directory":"C:\\","environment":{}}'
}

@test "directories that stubs are in are there to look at and to enter, and nothing is made in them" {
  steps='exec 2>/dev/null; cd "$DRIVE"; P=$DRIVE/Windows/System32/WindowsPowerShell/v1.0
    for d in Windows windows/SYSTEM32/ $DRIVE/Windows/System32/WindowsPowerShell $P; do [[ -d $d && -r $d && -x $d && ! -w $d ]] && stat -c %F $d; done
    (cd $P && ls -A . $P && $P/powershell.exe here); echo $?
    for d in $P $P/x Windows/System3 Windows/l Windows/System32/cmd.exe/; do
      rmdir $d || : >$d/y || { [[ -d $d ]] && echo is one; } || (cd $d && echo entered) || echo none; done
    rm -rf Windows $P; $P; echo $?; ls -A; mkdir -p $P && touch $P/own && (cd $P && find "$DRIVE/Windows" | wc -l)'
  DRIVE=$BASE/n native "mkdir $BASE/n && $steps"
  assert_output $'1\nnone\nnone\nnone\nnone\nnone\n127\n5'
  policy '"stubs": true, "record": "record"'
  in_drive "$steps"
  assert_output $'directory\ndirectory\ndirectory\ndirectory
.:

BASE/c/Windows/System32/WindowsPowerShell/v1.0:
0\nis one\nnone\nnone\nnone\nnone\n126\nsrc\n5'
  run sed 's/.*"argv"/"argv"/' "$BASE/record"
  assert_output '"argv":["powershell.exe","here"],"directory":"C:\\Windows\\System32\\WindowsPowerShell\\v1.0","environment":{}}'
}

@test "a file that is there is the one that is run, and a drive of another letter has no stubs" {
  mkdir -p "$DRIVE/Windows/System32"
  printf '#!/bin/sh\necho own\n' >"$DRIVE/Windows/System32/cmd.exe"
  policy '"stubs": true'
  in_drive '$DRIVE/Windows/System32/cmd.exe; [[ -e $DRIVE/Windows/System32/clip.exe ]] && echo there'
  assert_output $'own\nthere'
  sed -i 's/"C:"/"D:"/' "$BASE/policy.json"
  in_drive '[[ -e $DRIVE/Windows/System32/clip.exe ]] || echo missing'
  assert_output missing
}

@test "a policy that was only found names no program, and no record outside" {
  cd "$DRIVE"
  printf '{"version": 1, "interop": {"handler": "./src/tool.exe"}}' >.lxshim.json
  run env "${SHIM[@]}" echo ran
  assert_output --partial '"handler" names a program, "./src/tool.exe", expected none; the policy was only found'
  printf '{"version": 1, "interop": {"record": "../record"}}' >.lxshim.json
  run env "${SHIM[@]}" echo ran
  assert_output --partial "record \"../record\" is not below $DRIVE"
  printf '{"version": 1, "mounts": [{"source": "C:", "target": "."}], "interop": {"record": "record", "stubs": true}}' >.lxshim.json
  run env "${SHIM[@]}" bash -c '"$PWD/Windows/explorer.exe" x; ls record'
  assert_output record
}
