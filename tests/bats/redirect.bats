#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Mounts whose backing is elsewhere: translated both ways, or bind-mounted by lxshim run.

load helpers

setup() {
  ROOT=$(fresh root)
  mkdir "$ROOT/back" "$ROOT/outside" "$ROOT/mnt"
  # The target does not exist on the host; its parent does.
  C=$ROOT/mnt/c
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:\\\\x", "target": "%s", "backing": "back", "options": "uid=%d,gid=%d"}]}\n' \
    "$C" "$EUID" "${GROUPS[0]}" >"$ROOT/policy.json"
  export C
}

# The ways to such a mount: paths are translated by the library; or the backing is bind-mounted, and
# the calls are seen in either lane.
ways() {
  echo library
  "$LXSHIM" run -q --bind=always --mount "drvfs:C::$ROOT/outside:$ROOT/back" -- true 2>/dev/null || return 0
  echo preload
  "$LXSHIM" run -q --lane supervisor -- true 2>/dev/null || return 0
  printf '%s\n' both supervisor
}

# drive WAY STEPS: runs steps with the drive at $C, from $ROOT.
drive() {
  local start=(LD_PRELOAD="$LIB")
  if [[ $1 != library ]]; then
    mkdir -p "$C" # a mount needs one
    start=("$LXSHIM" run -q --require-complete --bind=always --lane "$1" --)
    [[ $1 != preload ]] || start=("$LXSHIM" run -q --bind=always --lane "$1" --)
  fi
  run env -C "$ROOT" LXSHIM_POLICY="$ROOT/policy.json" "${start[@]}" bash -uc "$2"
  if [[ $1 != library ]]; then
    rmdir "$C" # nothing was made in it
  fi
}

# The same with $C an ordinary directory: the native bind_alias.
plain() {
  mkdir -p "$C"
  run env -C "$ROOT" bash -uc "$1"
  rm -rf "$C"
}

# Everything as it was before the steps.
afresh() {
  rm -rf "${ROOT:?}"/{back,outside,two}
  mkdir "$ROOT"/{back,outside,two}
}

# every_way STEPS: they succeed natively, and with the same output in every way.
every_way() {
  plain "$1"
  assert_success
  local expected=$output way
  for way in $(ways); do
    afresh
    echo "way: $way"
    drive "$way" "$1"
    assert_success
    assert_output "$expected"
  done
}

@test "files are made, read, listed, moved and removed at the target, and lie in the backing" {
  every_way '
    set -e
    cd $C; echo x >f; mkdir -p d/e; echo y >d/e/g; ls -R; cat $C/f d/e/g; mv d h; cat $C/h/e/g
    cp -r h i; rm -r h; ls; [[ -e $C/i/e/g ]] && echo there; ln -s i/e l; cat l/g; echo done >>f; cat $C/f'
  run ls "$ROOT/back"
  assert_output "f
i
l"
  assert_not_exist "$C"
}

@test "the target is listed in its parent, whoever lists" {
  needs python3 python3
  every_way '
    set -e
    cd mnt; : >other; ls; echo *; find . -maxdepth 1 | sort; [[ -d c ]] && echo directory
    python3 -c "
import os, glob
print(sorted(os.listdir(\".\")), sorted(glob.glob(\"*\")))
with os.scandir(\".\") as it: print(sorted((e.name, e.is_dir()) for e in it))"
    ls -d c/; rm other'
}

@test "getcwd, realpath, /proc/self/{cwd,fd,exe} and PWD show the target" {
  needs python3 python3
  every_way '
    set -e
    mkdir -p $C/d; cd $C/d; pwd; /bin/pwd; pwd -P; realpath . ../d; readlink /proc/self/cwd
    exec 3>f; readlink /proc/self/fd/3; cp "$(command -v readlink)" rl; ./rl /proc/self/exe
    python3 -c "import os; print(os.getcwd(), os.path.realpath(\"f\"), os.readlink(\"/proc/self/cwd\"))"
    cd ..; pwd; cd ..; pwd; cd c; /bin/pwd'
}

@test "'..' leaves the mount for the target's parent, not for the backing's" {
  every_way '
    set -e
    echo o >outside/f; mkdir -p $C/d; cd $C/d; cat ../../../outside/f; [[ ../.. -ef .. ]] || echo apart
    cat $C/../../outside/f; cd ../../..; pwd'
}

@test "symlinks: from outside in, absolute ones inside, relative ones out" {
  every_way '
    set -e
    mkdir -p $C/d; echo in >$C/d/f; echo out >outside/o
    ln -s $C/d outside/proj; cat outside/proj/f; ls outside/proj; cd outside/proj; /bin/pwd; cd ../../..
    cd "${C%/mnt/c}"; ln -s $C/d/f $C/abs; cat $C/abs; ln -s ../../outside/o $C/rel; cat $C/rel
    readlink $C/abs | grep -q "^$C" && echo opaque; cat outside/proj/../abs; stat -Lc %s $C/rel
    rm outside/proj; echo two >$C/abs; cat $C/d/f'
}

@test "scripts: #! lines, interpreters on the drive, scripts of scripts, arguments" {
  needs python3 python3
  every_way '
    set -e
    mkdir -p $C/bin; cd $C
    printf "#!/bin/sh\necho sh \$0 \$@\n" >bin/s
    printf "#!$C/bin/s -opt\n" >bin/t
    cp "$(command -v bash)" bin/mybash; printf "#!$C/bin/mybash\necho mine \$0\n" >bin/u
    printf "#! /usr/bin/env python3\nimport sys; print(sys.argv)\n" >bin/p
    chmod +x bin/*; bin/s 1 2; $C/bin/s "a b"; bin/t x; bin/u; bin/p 1; cd bin; ./t
    PATH=$C/bin:$PATH; cd /; s found; p found; env s by-env; sh -c "s nested"
    printf "echo no line \$0\n" >$C/bin/n; chmod +x $C/bin/n; n'
}

@test "execve, posix_spawn, fexecve, a cleaned environment, and children keep the drive" {
  needs python3 python3
  every_way '
    set -e
    cd $C; echo x >f; cp "$(command -v cat)" mycat
    python3 -c "
import os, subprocess
print(subprocess.run([\"./mycat\", \"f\"], env={}, capture_output=True).stdout)
print(subprocess.run([os.environ[\"C\"] + \"/mycat\", os.environ[\"C\"] + \"/f\"], cwd=\"/\", env={}, capture_output=True).stdout)
os.waitpid(os.posix_spawn(\"./mycat\", [\"mycat\", \"f\"], {}), 0)
"
    env -i ./mycat f; (cd /; exec env -i $C/mycat $C/f); find . -name f -exec ./mycat {} +'
}

@test "compilers, make and git work across the border" {
  needs git git
  every_way '
    set -e
    export HOME=$PWD/outside; cd $C
    echo "#include \"h.h\"
int main(void) { return V; }" >m.c; echo "#define V 7" >h.h
    gcc -g -o m m.c; ./m || echo $?; gcc -I$C -c -MD -o o.o $C/m.c; sed "s/\\\\//" o.d | tr -s " \n" " "; echo
    printf "all: x\nx: m.c\n\tcp m.c x\n" >Makefile; make -s; make -s -C $C x; ls
    git init -q; git add m.c; git -c user.name=a -c user.email=a@b commit -qm m; git rev-parse --show-toplevel
    out=${C%/mnt/c}/outside; cd $out; git -C $C status --short | head -1; git clone -q $C clone; ls clone; rm -rf clone'
}

@test "the rules hold at the target: names, modes, deletion, renames" {
  for way in $(ways); do
    afresh
    drive "$way" '
      cd $C; : >a:b; ls; stat -c %a a:b; chmod a-w a:b; stat -c %a a:b; mkfifo p
      mkdir d; exec 3>d/f; mv d e; exec 3>&-; exec 3>g; rm g; : >g; exec 3>&-
      mv a:b ../../outside/; ls ../../outside'
    assert_output "a:b
777
555
mkfifo: cannot create fifo 'p': Operation not permitted
mv: cannot move 'd' to 'e': Permission denied
bash: line 3: g: No such file or directory
a:b"
  done
}

@test "the target's name on the host does not matter: missing, or an empty directory" {
  mkdir -p "$C"
  drive library 'echo x >$C/f; cat $C/f; cd $C; /bin/pwd; ls'
  assert_output "x
$C
f"
  run ls "$C"
  assert_output ""
}

@test "a volume root and a plain directory as two mounts: moving between them is EXDEV" {
  local owner
  owner=uid=$(id -u),gid=$(id -g)
  printf '{"version": 1, "mounts": [
    {"type": "drvfs", "source": "C:", "target": "%s", "backing": "back", "options": "%s"},
    {"type": "drvfs", "source": "D:\\\\x", "target": "%s/mnt/d", "backing": "two", "options": "%s"}]}\n' \
    "$C" "$owner" "$ROOT" "$owner" >"$ROOT/policy.json"
  for way in $(ways); do
    afresh
    [[ $way == library ]] || mkdir -p "$ROOT/mnt/d"
    drive "$way" '
      D=${C%c}d; echo x >$C/File; cat $C/FILE; echo y >$D/File; cat $D/FILE
      ln $C/File $D/l; mv $C/File $D/moved; cat $D/moved; ls $C $D'
    assert_output "x
cat: $ROOT/mnt/d/FILE: No such file or directory
ln: failed to create hard link '$ROOT/mnt/d/l' => '$C/File': Invalid cross-device link
x
$C:

$ROOT/mnt/d:
File
moved"
  done
}

@test "static programs and scripts on the drive, in every lane, and what the kernel says of it" {
  bound=$(ways | grep -v library) || skip "nothing can be mounted here"
  for way in $bound; do
    afresh
    drive "$way" '
      set -e
      cp "$(command -v bare-static)" $C/b; cp "$(command -v bash)" $C/sh; cd $C; mkdir d
      printf "#!$C/sh\necho script \$0; ls d\n" >s; chmod +x s; ./s; $C/s; env -i $C/s
      (cd d && $C/b >/dev/null); ls d; cut -d" " -f5 /proc/self/mountinfo | grep -Fx $C
      ./sh -c "readlink /proc/\$\$/exe; grep -m1 -o \"$C/sh\" /proc/\$\$/maps; :"
      mv $C/s ${C%/mnt/c}/outside; ls ${C%/mnt/c}/outside'
    assert_line "script ./s"
    assert_line "script $C/s"
    assert_equal "$(grep -cFx "$C" <<<"$output")" 1
    assert_equal "$(grep -cFx "$C/sh" <<<"$output")" 2
    assert_line s
  done
}

@test "a bind mount: the backing by its own name is the drive as well, and a directory apart" {
  bound=$(ways | grep -v library) || skip "nothing can be mounted here"
  for way in $bound; do
    afresh
    drive "$way" '
      cd back; : >x:y; ls $C; mkfifo p; mkdir d; exec 3>$C/d/f; mv d e; exec 3>&-; mv d e; ls
      ln x:y $C/z; pwd'
    assert_output "x:y
mkfifo: cannot create fifo 'p': Operation not permitted
mv: cannot move 'd' to 'e': Permission denied
e
x:y
ln: failed to create hard link '$C/z' => 'x:y': Invalid cross-device link
$ROOT/back"
  done
}

@test "a bind mount: a command begins in the drive where it was in the backing or the target" {
  [[ $(ways) == *preload* ]] || skip "nothing can be mounted here"
  mkdir -p "$C" "$ROOT/back/d"
  for place in mnt/c back; do
    run env -C "$ROOT/$place" "$LXSHIM" run -q --bind=always --policy "$ROOT/policy.json" -- \
      bash -c 'pwd; ls; cd d; /bin/pwd; cd ../..; pwd'
    assert_output "$C
d
$C/d
$ROOT/mnt"
  done
  mkdir "$C/hidden"
  run env -C "$C/hidden" "$LXSHIM" run -q --bind=always --policy "$ROOT/policy.json" -- touch ran
  assert_failure 125
  assert_output "lxshim: $ROOT/back cannot be bind-mounted on $C: the current directory is not in the backing"
}

@test "a bind mount: who holds a file is seen across the namespace's border, both ways" {
  needs jq jq
  [[ $(ways) == *preload* ]] || skip "nothing can be mounted here"
  mappings_are_seen || skip "overlayfs here, whose files the kernel maps from the file system below"
  mkdir -p "$C" "$ROOT/back/d/e"
  : >"$ROOT/back/d/f"
  # A directory's files, one by one, and so many that /proc is read; and a mapped file.
  for many in 0 300; do
    for ((i = 0; i < many; i++)); do : >"$ROOT/back/d/$i"; done
    for kind in fd mmap cwd; do
      case $kind in
        cwd) start_holding cwd "$ROOT/back/d/e" ;;
        *) start_holding "$kind" "$ROOT/back/d/f" ;;
      esac
      run env -C "$ROOT" "$LXSHIM" run -q --bind=always --policy "$ROOT/policy.json" --trace t -- mv "$C/d" "$C/g"
      assert_output "mv: cannot move '$C/d' to '$C/g': Permission denied"
      run jq -r 'select(.outcome == "denied") | .holders[]?.pid' "$ROOT/t"
      assert_output "$HOLDER"
      rm "$ROOT/t"
      stop_holding
    done
    # Seen from outside: a mapping by a path that is not there, and by Windows.
    mkfifo "$ROOT/ready" "$ROOT/go"
    "$LXSHIM" run -q --bind=always --policy "$ROOT/policy.json" -- \
      bash -c 'hold mmap "$0/mnt/c/d/f" <"$0/go" >"$0/ready"' "$ROOT" 3>&- &
    exec 8>"$ROOT/go"
    read -r <"$ROOT/ready"
    run env -C "$ROOT" LXSHIM_POLICY="$ROOT/policy.json" LXSHIM_TRACE=t LD_PRELOAD="$LIB" rm "$C/d/f"
    assert_success
    run jq -r 'select(.rule == "unlink.open_file") | .holders[0] | [.comm, .by] | join(" ")' "$ROOT/t"
    assert_output "hold mapping"
    rm "$ROOT/t"
    exec 8>&-
    wait $!
    : >"$ROOT/back/d/f"
    "$LXSHIM" run -q --bind=always --policy "$ROOT/policy.json" -- \
      bash -c 'exec 5<"$0/mnt/c/d/f"; echo >"$0/ready"; read -r <"$0/go"' "$ROOT" 3>&- &
    read -r <"$ROOT/ready"
    run env -C "$ROOT" "$LXSHIM" win --policy "$ROOT/policy.json" ren 'C:\x\d' g
    assert_failure
    assert_output "Access is denied."
    echo >"$ROOT/go"
    wait $!
    run env -C "$ROOT" "$LXSHIM" win --policy "$ROOT/policy.json" ren 'C:\x\d' g
    assert_success
    mv "$ROOT/back/g" "$ROOT/back/d"
    rm "$ROOT/ready" "$ROOT/go"
  done
}

@test "a bind mount: Windows holds a file, sockets, one run in another, nothing left after SIGKILL" {
  needs python3 python3
  [[ $(ways) == *preload* ]] || skip "nothing can be mounted here"
  mkdir -p "$C"
  echo x >"$ROOT/back/f"
  cd "$ROOT"
  run "$LXSHIM" win --policy policy.json hold 'C:\x\f' --share none -- \
    "$LXSHIM" run -q --bind=always --policy policy.json -- cat "$C/f"
  assert_output "cat: $C/f: Permission denied"
  run "$LXSHIM" run -q --bind=always --policy policy.json --set special.socket=allow -- python3 -c '
import os, socket, sys
os.chdir(sys.argv[1])
s = socket.socket(socket.AF_UNIX); s.bind("s:1"); s.listen()
c = socket.socket(socket.AF_UNIX); c.connect(sys.argv[1] + "/s:1")
print(s.getsockname(), c.getpeername() == sys.argv[1] + "/s:1" or c.getpeername(), os.listdir("."))' "$C"
  assert_success
  assert_output --partial "s:1"
  rm -f back/s*
  run "$LXSHIM" run -q --bind=always --policy policy.json --lane preload -- \
    "$LXSHIM" run -q --bind=always --policy policy.json --lane preload -- bash -c ': >"$0/a:b"; ls "$0"; grep -c " $0 " /proc/self/mountinfo' "$C"
  assert_output "a:b
f
2"
  mkfifo ready
  "$LXSHIM" run -q --bind=always --policy policy.json -- bash -c 'echo >ready; exec sleep 1000' 3>&- &
  local run=$!
  read -r <ready
  local children
  mapfile -t children < <(grep -lsx "PPid:[[:space:]]*$run" /proc/[0-9]*/status | cut -d/ -f3)
  kill -KILL $run
  wait $run || true
  run grep -c " $C " /proc/self/mountinfo
  assert_output 0
  kill "${children[@]}" 2>/dev/null || true
  rmdir "$C"
}

@test "--bind: who gets a mount, and what is said where there is none" {
  run --separate-stderr env -C "$ROOT" "$LXSHIM" run -v -q --lane preload --policy policy.json -- true
  assert_success
  # shellcheck disable=SC2154 # run sets it
  [[ $stderr == *"lxshim: C:\x on $C is translated to $ROOT/back: the target is not there: make it first, for a bind mount" ]]
  assert_not_exist "$C"
  run env -C "$ROOT" "$LXSHIM" run -q --bind=always --policy policy.json -- touch ran
  assert_failure 125
  assert_output "lxshim: $ROOT/back cannot be bind-mounted on $C: the target is not there: make it first, for a bind mount"
  run "$LXSHIM" run --bind=alway -- touch ran
  assert_failure 125
  assert_output 'lxshim: unknown --bind "alway": auto, always or never'
  mkdir "$C"
  run env -C "$ROOT" "$LXSHIM" run -v -q --bind=never --policy policy.json -- readlink /proc/self/ns/mnt
  assert_line "lxshim: C:\x on $C is translated to $ROOT/back: as --bind=never asks"
  assert_line "$(readlink /proc/self/ns/mnt)"
  # Where the kernel forbids it: on, translated; or not at all.
  refuse EPERM@unshare true || skip "no filter can be installed here"
  run refuse EPERM@unshare env -C "$ROOT" "$LXSHIM" run -v -q --lane preload --policy policy.json -- bash -c 'echo x >"$0/f"; ls "$0"' "$C"
  assert_success
  assert_line "lxshim: C:\x on $C is translated to $ROOT/back: that needs root, or --bind=always and a user namespace"
  assert_line f
  run refuse EPERM@unshare env -C "$ROOT" "$LXSHIM" run -q --lane preload --bind=always --policy policy.json -- touch ran
  assert_failure 125
  assert_output --regexp "^lxshim: cannot go into a mount namespace: Operation not permitted; that needs root, or user namespaces, [^"$'\n'"]*$"
  assert_not_exist "$ROOT/ran"
}

@test "the command itself is found in a mount that is translated, in each lane" {
  local lane
  install -m 755 "$(type -P true)" "$ROOT/back/prog"
  for lane in preload both supervisor; do
    [[ $lane == preload ]] || "$LXSHIM" run -q --require-complete --lane "$lane" -- true 2>/dev/null || continue
    run "$LXSHIM" run -q --bind=never --lane "$lane" --mount "drvfs:C::$C:$ROOT/back" -- "$C/prog"
    assert_success
    assert_output ""
  done
}

@test "who has become another user runs a script whose interpreter is on a drive that is translated" {
  ((EUID == 0)) || skip "only root becomes another user"
  local lane
  shared
  mkdir "$SHARED/back" "$SHARED/c"
  printf '#!/bin/sh\necho "$1 $(id -u)"\n' >"$SHARED/back/interpreter"
  printf '#!%s x\n' "$SHARED/c/interpreter" >"$SHARED/back/script"
  chmod 755 "$SHARED"/* "$SHARED"/back/*
  for lane in preload both supervisor; do
    [[ $lane == preload ]] || "$LXSHIM" run -q --require-complete --lane "$lane" -- true 2>/dev/null || continue
    run "$LXSHIM" run -q --bind=never --lane "$lane" --mount "drvfs:C::$SHARED/c:$SHARED/back" -- setpriv --reuid 1234 --clear-groups sh -c '"$0"; "$0" y' "$SHARED/c/script"
    assert_output $'x 1234\nx 1234'
  done
}

@test "--bind: without root only a user namespace can, which changes what is outside" {
  shared
  mkdir "$SHARED/back" "$SHARED/c"
  install -m 755 "$PROGRAMS/bare-static" "$SHARED"
  chmod 777 "$SHARED"/*
  mount=drvfs:C::$SHARED/c:$SHARED/back
  run as_user env -C "$SHARED" "$LXSHIM" run -q -v --lane preload --mount "$mount" -- stat -c %u /etc/passwd
  assert_output "lxshim: C: on $SHARED/c is translated to $SHARED/back: that needs root, or --bind=always and a user namespace
0"
  as_user env -C "$SHARED" "$LXSHIM" run -q --bind=always --mount "$mount" -- true || skip "no user namespaces here"
  run as_user env -C "$SHARED" "$LXSHIM" run -q --bind=always --mount "$mount" -- \
    bash -c 'stat -c %u /etc/passwd; cd "$0"; : >a:b; ls; ../bare-static | grep rename; id -u' "$SHARED/c"
  assert_output "65534
a:b
rename dir EACCES
$(as_user id -u)"
}
