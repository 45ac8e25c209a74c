#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Real programs, as the last word: what they do in a drive is what the rules predict, and nothing else
# differs from plain Linux.

load helpers

setup() {
  export HOME=$BATS_TEST_TMPDIR/home GIT_CONFIG_NOSYSTEM=1 npm_config_cache=$BATS_TEST_TMPDIR/npm
  export npm_config_update_notifier=false
  mkdir -p "$HOME"
  printf '[%s]\n\t%s\n' user 'name = Tester' user 'email = tester@example.org' init 'defaultBranch = main' \
    gc 'auto = 0' >"$HOME/.gitconfig"
}

# The same steps give the same output natively and under the shim.
same() {
  native "$1"
  assert_success
  local expected=$output
  shimmed "$1"
  assert_success
  assert_output "$expected"
}

@test "git init, add, commit, status, log, diff, branch, merge, clone, gc, fsck" {
  needs git git
  same '
    set -e
    git init -q repo; cd repo
    for i in {1..50}; do mkdir -p "d$((i % 7))"; echo "line $i" >"d$((i % 7))/f$i"; done
    ln -s d1 link
    git add -A; git status --short | wc -l
    export GIT_AUTHOR_DATE="2026-01-01T00:00:00Z" GIT_COMMITTER_DATE="2026-01-01T00:00:00Z"
    git -c core.filemode=false commit -qm one
    git status --short
    git checkout -q -b topic; echo changed >d1/f1; git commit -qam two
    git checkout -q main; git merge -q topic; cat d1/f1
    git mv d2 moved; git commit -qm three; git log --format=%s
    git gc -q; git fsck --no-progress
    cd ..; git clone -q repo copy; cd copy; git status --short; cat d1/f1; readlink link
    git log --format=%s | head -1'
}

@test "git: every file is executable on a drive, which core.filemode shows" {
  needs git git
  steps='
    git init -q; git config core.filemode; echo x >f; git add f; git ls-files -s | cut -c1-6'
  native "$steps"
  assert_output "true
100644"
  shimmed "$steps"
  # git init probes with chmod and sees that it has no effect.
  assert_output "false
100644"
}

@test "git: a file in use cannot be replaced by a checkout" {
  needs git git
  steps='
    git init -q; echo a >f; git add f; git commit -qm a; echo b >f; git commit -qam b
    exec 3<f; git checkout -q HEAD~1 2>&1; exec 3<&-; git status --short; [[ -e f ]] && cat f'
  native "$steps"
  assert_output a
  shimmed "$steps"
  # Unlinked, pending, and not to be created: the file is lost until git is asked again.
  assert_line --partial "f: No such file or directory"
  refute_line a
}

@test "npm install of a package with dependencies and a bin link" {
  needs npm npm
  # Packed here, as a registry has them: there may be no network.
  steps='
    pack() {
      mkdir -p package/bin; echo "module.exports = () => \"$1\"" >package/index.js
      printf "#!/usr/bin/env node\nconsole.log(\"$1\", process.argv.slice(2))\n" >package/bin/$1.js
      printf "{\"name\": \"$1\", \"version\": \"$2\", \"bin\": \"bin/$1.js\"$3}" >package/package.json
      tar czf $1.tgz package; rm -r package
    }
    pack inner 1.0.4 ""; pack outer 7.2.1 ", \"dependencies\": {\"inner\": \"^1.0.0\"}"
    echo "{}" >package.json; npm install --offline --no-audit --no-fund --loglevel=error ./inner.tgz ./outer.tgz >out 2>&1 ||
      { cat out; exit 1; }
    ls node_modules; ls node_modules/.bin; readlink node_modules/.bin/outer
    node -e "console.log(require(\"outer\")(), require(\"inner\")())"
    node_modules/.bin/outer --foo'
  native "$steps"
  assert_success
  assert_line "outer inner"
  assert_line "outer [ '--foo' ]"
  expected=$output
  shimmed "$steps"
  assert_success
  assert_output "$expected"
}

@test "python3 -m venv, and a module installed into it" {
  needs python3 python3
  needs py:ensurepip python3-venv
  steps='
    set -e
    python3 -m venv --without-pip v
    find v/lib -maxdepth 3 | sed "s/python3[.0-9]*/python3/" | sort
    ls v/bin | grep -v "^python3\." | sort
    mine=$(echo v/lib/python3*/site-packages)/mine; mkdir "$mine"; echo "x = 1" >"$mine/__init__.py"
    v/bin/python -c "import mine, sys; print(mine.x, sys.prefix != sys.base_prefix)"
    v/bin/python -m compileall -q v/lib; ls "$mine/__pycache__" | wc -l'
  native "$steps"
  assert_success
  expected=${output//"$NATIVE"/}
  shimmed "$steps"
  assert_success
  assert_equal "${output//"$DRIVE"/}" "$expected"
}

@test "tar: create, extract, extract over, permissions as the drive has them" {
  same '
    set -e
    mkdir -p src/{a,b}/c; echo one >src/a/1; echo two >src/b/c/2; ln -s ../a src/b/link; ln src/a/1 src/b/hard
    tar cf t.tar src; tar tf t.tar | sort
    mkdir x; tar xf t.tar -C x; diff -r src x/src && echo same; readlink x/src/b/link
    tar xf t.tar -C x; tar xzf <(tar czf - src) -C x; [[ x/src/a/1 -ef x/src/b/hard ]] && echo linked
    rm -r x src'
}

@test "tar: a file name that NTFS cannot hold" {
  same 'mkdir s; echo x >"s/a:b?"; tar cf t.tar s; rm -r s; tar tf t.tar; tar xf t.tar; cat "s/a:b?"'
}

@test "sed -i, patch, install, ed-style rewriting" {
  needs patch patch
  same '
    set -e
    printf "one\ntwo\n" >f; sed -i s/one/1/ f; cat f; sed -i.bak s/two/2/ f; cat f f.bak
    printf -- "--- f\n+++ f\n@@ -1,2 +1,2 @@\n-1\n+eins\n 2\n" >p; patch -s f p; cat f
    install -D f d/e/g; cat d/e/g; cp -a d h; mv h i; rm -r d i; ls'
}

@test "perl -pi renames over the file it still has open: EPERM [WSL#1398]" {
  needs perl perl
  steps='echo one >f; perl -pi -e s/one/1/ f; cat f'
  native "$steps"
  assert_output 1
  shimmed "$steps"
  assert_line --partial "Operation not permitted"
  assert_line one
  shimmed rename.open_target=posix unlink.open_file=posix "$steps"
  assert_output 1
}

@test "make -j2 of a C project with generated headers, a library and tests" {
  same '
    set -e
    mkdir src
    for i in {1..12}; do
      printf "#include \"gen.h\"\nint f%d(void) { return BASE + %d; }\n" $i $i >src/f$i.c
    done
    { echo "#include <stdio.h>"; for i in {1..12}; do echo "int f$i(void);"; done
      echo "int main(void) { int s = 0;"; for i in {1..12}; do echo "s += f$i();"; done
      echo "printf(\"%d\\n\", s); return 0; }"; } >src/main.c
    cat >Makefile <<"EOF"
OBJ := $(patsubst src/%.c,obj/%.o,$(wildcard src/f*.c))
all: prog
src/gen.h:
	echo "#define BASE 100" >$@.tmp && mv $@.tmp $@
obj/%.o: src/%.c src/gen.h
	@mkdir -p obj
	$(CC) -c -MMD -o $@ $<
lib.a: $(OBJ)
	ar rcs $@ $^
prog: src/main.c lib.a
	$(CC) -o $@ $^
-include obj/*.d
EOF
    make -s -j2; ./prog; make -q && echo up-to-date
    touch src/gen.h; make -s -j2; ./prog; strip prog; ./prog; ls obj | wc -l'
}

@test "sqlite3 with a rollback journal and with WAL, one process and two" {
  needs sqlite3 sqlite3
  same '
    set -e
    sqlite3 a.db "create table t(x); insert into t values(1),(2); select sum(x) from t;"
    sqlite3 a.db "pragma journal_mode=wal; insert into t values(3); select sum(x) from t;"
    for i in {1..10}; do sqlite3 -cmd ".timeout 100000" a.db "insert into t values($i);" & done; wait
    sqlite3 a.db "select count(*), sum(x) from t; pragma integrity_check;"; ls'
}

@test "ssh-keygen: a key pair is made, and refused for its mode" {
  needs ssh-keygen openssh-client
  needs_name
  steps='
    ssh-keygen -q -t ed25519 -N "" -f key; chmod 600 key; ls
    ssh-keygen -y -f key >pub 2>err; echo $?; grep -o "UNPROTECTED PRIVATE KEY FILE" err'
  native "$steps"
  assert_output "key
key.pub
0"
  shimmed "$steps"
  assert_output "key
key.pub
255
UNPROTECTED PRIVATE KEY FILE"
}

@test "rsync and cp -a: contents and times arrive, modes are the drive's" {
  needs rsync rsync
  same '
    set -e
    mkdir -p s/d; echo x >s/d/f; touch -d "2020-02-02 02:02:02 UTC" s/d/f; ln -s f s/d/l
    rsync -a s/ t/; cp -a s u; diff -r s t; diff -r s u
    TZ=UTC stat -c "%y %n" t/d/f u/d/f | sed "s/\.0* / /"; readlink t/d/l
    rsync -a --delete --itemize-changes s/ t/; rm -r s t u'
}

@test "bash: redirections, here-documents, process substitution, globs, tests" {
  same '
    echo a >f; echo b >>f; cat <f; cat <<EOF
here
EOF
    cat <(echo sub); diff <(sort f) f && echo sorted
    exec 5<>g; echo five >&5; exec 5>&-; cat g; for x in ?; do echo "$x"; done
    [[ -w f && -r f && -f f && ! -d f ]] && echo tests; set -C; echo no >f; read -r line <f; echo "$line"
    mkdir -p d/e; cd d/e; cd ../..; pwd -P >/dev/null; pushd d >/dev/null; popd >/dev/null; echo done' 2>/dev/null
}

@test "find, xargs, grep -r, du, wc, sort -o, split, dd, truncate" {
  same '
    set -e
    mkdir -p a/{1,2,3}; for d in a/*; do seq 100 >$d/n; done
    find a -type f | sort; find a -name n -print0 | xargs -0 cat | wc -l; grep -rc 7 a | sort
    sort -rn -o a/1/n a/1/n; head -1 a/1/n; split -l 30 a/2/n a/2/part.; ls a/2; dd if=a/3/n of=a/3/m bs=10 count=2 status=none; cat a/3/m
    truncate -s 5 a/3/m; wc -c <a/3/m; find a -delete; ls'
}
