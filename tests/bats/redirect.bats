#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Mounts whose backing is elsewhere, under plain LD_PRELOAD: translation both ways.

load helpers

setup() {
  ROOT=$(fresh root)
  mkdir "$ROOT/back" "$ROOT/outside" "$ROOT/mnt"
  # The target does not exist on the host; its parent does.
  C=$ROOT/mnt/c
  printf '{"version": 1, "mounts": [{"type": "drvfs", "source": "C:\\\\x", "target": "%s", "backing": "back", "options": "uid=%d,gid=%d"}]}\n' \
    "$C" "$(id -u)" "$(id -g)" >"$ROOT/policy.json"
  export C
}

# Runs steps with the drive at $C, from $ROOT.
drive() {
  run env -C "$ROOT" LXSHIM_POLICY="$ROOT/policy.json" LD_PRELOAD="$LIB" bash -uc "$1"
}

# The same with $C an ordinary directory: the native twin.
plain() {
  mkdir -p "$C"
  run env -C "$ROOT" bash -uc "$1"
  rm -rf "$C"
}

both() {
  plain "$1"
  assert_success
  local expected=$output
  drive "$1"
  assert_success
  assert_output "$expected"
}

@test "files are made, read, listed, moved and removed at the target, and lie in the backing" {
  both '
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
  both '
    set -e
    cd mnt; : >other; ls; echo *; find . -maxdepth 1 | sort; [[ -d c ]] && echo directory
    python3 -c "
import os, glob
print(sorted(os.listdir(\".\")), sorted(glob.glob(\"*\")))
with os.scandir(\".\") as it: print(sorted((e.name, e.is_dir()) for e in it))"
    ls -d c/; rm other'
}

@test "getcwd, realpath, /proc/self/{cwd,fd,exe} and PWD show the target" {
  both '
    set -e
    mkdir -p $C/d; cd $C/d; pwd; /bin/pwd; pwd -P; realpath . ../d; readlink /proc/self/cwd
    exec 3>f; readlink /proc/self/fd/3; cp "$(command -v readlink)" rl; ./rl /proc/self/exe
    python3 -c "import os; print(os.getcwd(), os.path.realpath(\"f\"), os.readlink(\"/proc/self/cwd\"))"
    cd ..; pwd; cd ..; pwd; cd c; /bin/pwd'
}

@test "'..' leaves the mount for the target's parent, not for the backing's" {
  both '
    set -e
    echo o >outside/f; mkdir -p $C/d; cd $C/d; cat ../../../outside/f; [[ ../.. -ef .. ]] || echo apart
    cat $C/../../outside/f; cd ../../..; pwd'
}

@test "symlinks: from outside in, absolute ones inside, relative ones out" {
  both '
    set -e
    mkdir -p $C/d; echo in >$C/d/f; echo out >outside/o
    ln -s $C/d outside/proj; cat outside/proj/f; ls outside/proj; cd outside/proj; /bin/pwd; cd ../../..
    cd "${C%/mnt/c}"; ln -s $C/d/f $C/abs; cat $C/abs; ln -s ../../outside/o $C/rel; cat $C/rel
    readlink $C/abs | grep -q "^$C" && echo opaque; cat outside/proj/../abs; stat -Lc %s $C/rel
    rm outside/proj; echo two >$C/abs; cat $C/d/f'
}

@test "scripts: #! lines, interpreters on the drive, scripts of scripts, arguments" {
  both '
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
  both '
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
  both '
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
  drive '
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
}

@test "the target's name on the host does not matter: missing, or an empty directory" {
  mkdir -p "$C"
  drive 'echo x >$C/f; cat $C/f; cd $C; /bin/pwd; ls'
  assert_output "x
$C
f"
  run ls "$C"
  assert_output ""
}

@test "a volume root and a plain directory as two mounts: moving between them is EXDEV" {
  local owner
  owner=uid=$(id -u),gid=$(id -g)
  mkdir "$ROOT/two"
  printf '{"version": 1, "mounts": [
    {"type": "drvfs", "source": "C:", "target": "%s", "backing": "back", "options": "%s"},
    {"type": "drvfs", "source": "D:\\\\x", "target": "%s/mnt/d", "backing": "two", "options": "%s"}]}\n' \
    "$C" "$owner" "$ROOT" "$owner" >"$ROOT/policy.json"
  drive '
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
}
