#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# symlink.create: which links a program makes that Windows can follow.

load helpers

# A drive C: with one of each, in its directory symlink.
setup() {
  needs getfattr attr
  ROOT=$(fresh drive)
  IN=$ROOT/symlink
  mkdir -p "$IN/dir/sub"
  echo text >"$IN/file.txt"
  printf x >"$IN/foo"$'\uF03A'bar
}

# policy WINDOWS [RULE=VALUE]...: with what is said of Windows itself.
policy() {
  policy_for "$ROOT" drive.source=C: "${@:2}" |
    sed "s/\"version\": 1,/\"version\": 1, \"windows\": {$1},/" >"$BATS_TEST_TMPDIR/policy.json"
}

# Steps of a program in that directory, as helpers' native and shimmed.
wsl() {
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -uc "$1"
}

win() {
  run env -C "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "$LXSHIM" win "$@"
}

# kind NAME: LX, NT or NT(D) as it is stored.
kind() {
  if [[ -L $IN/$1 ]]; then
    echo LX
  else
    getfattr -n user.SmbReparse "$IN/$1" >/dev/null 2>&1 || return
    [[ -d $IN/$1 ]] && echo 'NT(D)' || echo NT
  fi
}

@test "symlink.create: targets that Windows can follow, and those that it cannot" {
  policy '"developer_mode": true' symlink.create=nt-if-possible
  wsl 'ln -s nothing lxlink1'
  local target expected link=0 number
  while read -r target expected; do
    link=$((link + 1))
    wsl "ln -s '$target' link$link; readlink link$link; stat -c '%F %s %a' link$link"
    assert_output "$target
symbolic link ${#target} 777"
    assert_equal "$target $(kind "link$link")" "$target $expected"
  done <<'END'
file.txt NT
dir NT(D)
.. NT(D)
../symlink/file.txt NT
dir/../file.txt NT
dir/sub/.. NT(D)
link1 NT
link2 NT(D)
foo:bar NT
./file.txt NT
link2/../file.txt LX
../.. LX
../../x LX
/etc LX
lxlink1 LX
nothing LX
C:x LX
dir/nothing LX
file.txt/x LX
END
  number=$link
  # Natively all of them are what Linux makes.
  run env -C "$IN" ln -s file.txt native
  assert_equal "$(kind native)" LX
  # Itself is not there yet, and what is there stays.
  wsl 'ln -s self self; ln -s file.txt self; ln -s dir link1'
  assert_equal "$(kind self)" LX
  assert_output "ln: failed to create symbolic link 'self': File exists
ln: failed to create symbolic link 'link1': File exists"
  ((number == 19))
}

@test "symlink.create: through links that Windows made, as on WSL2" {
  local target expected link=0 value
  for value in nt-if-possible nt-through-links; do
    policy '"developer_mode": true' "symlink.create=$value"
    rm -rf "${IN:?}"/[a-z]*
    mkdir -p "$IN/dir/sub" "$IN/other"
    touch "$IN/file.txt" "$IN/other/x"
    ln -s dir "$IN/lx"
    win mklink /d todir dir
    win mklink /d tosub 'todir\sub'
    win mklink /j junction other
    win mklink tofile file.txt
    win mklink dangling nothing
    win mklink circle circle
    link=0
    while read -r target expected; do
      [[ $value == nt-through-links ]] || expected=${expected#*|}
      link=$((link + 1))
      wsl "ln -s '$target' link$link; readlink link$link"
      assert_output "$target"
      assert_equal "$value $target $(kind "link$link")" "$value $target ${expected%|*}"
    done <<'END'
todir/../file.txt NT|LX
todir/sub NT(D)|LX
tosub/.. NT(D)|LX
junction/x NT|LX
todir/missing LX|LX
tofile/x LX|LX
lx/sub LX|LX
dangling LX|NT
circle LX|NT
tofile NT|NT
tosub NT(D)|NT(D)
missing/../file.txt NT|LX
dir/../../../x LX|LX
END
    assert_equal $link 13
  done
}

@test "symlink.create: what it made, Windows follows, and an LX link it does not" {
  policy '"elevated": true' symlink.create=nt-if-possible
  wsl "ln -s file.txt relative; ln -s '$ROOT/symlink/file.txt' absolute; ln -s dir todir
    cat relative absolute; find . -type l | sort"
  assert_output $'text\ntext\n./absolute\n./relative\n./todir'
  win type relative
  assert_output text
  win type absolute
  assert_failure 1
  assert_output 'The file cannot be accessed by the system.'
  win dir
  assert_line --regexp '<SYMLINK>      relative \[file.txt\]$'
  assert_line --regexp '<SYMLINKD>     todir \[dir\]$'
  assert_line --regexp '<JUNCTION>     absolute \[\.\.\.\]$'
  # As mklink would have written it.
  win mklink made file.txt
  run getfattr --only-values -n user.SmbReparse --absolute-names "$IN/made"
  made=$output
  run getfattr --only-values -n user.SmbReparse --absolute-names "$IN/relative"
  assert_output "$made"
}

@test "symlink.create: without the privilege, or by the rule's other values" {
  policy '' symlink.create=nt-if-possible
  wsl 'ln -s file.txt plain'
  assert_equal "$(kind plain)" LX
  policy '"developer_mode": true'
  wsl 'ln -s file.txt default'
  assert_equal "$(kind default)" LX
  policy '"developer_mode": true' symlink.create=EPERM
  wsl 'ln -s file.txt refused'
  assert_failure
  assert_output "ln: failed to create symbolic link 'refused': Operation not permitted"
  # The era before it, and the one from it on.
  for profile in wsl1-1709:LX wsl1-1803:NT wsl2-9p:NT; do
    policy '"developer_mode": true'
    sed -i "s/\"version\": 1,/&\"profile\": \"${profile%:*}\",/" "$BATS_TEST_TMPDIR/policy.json"
    wsl "ln -s file.txt ${profile%:*}"
    assert_success
    assert_equal "$profile" "${profile%:*}:$(kind "${profile%:*}")"
  done
}

@test "symlink.create: where another file system is mounted on the way" {
  policy '"developer_mode": true' symlink.create=nt-if-possible
  needs_mounts
  run unshare -m bash -c 'mount -t tmpfs none "$1/dir" && touch "$1/dir/inside" && cd "$1" &&
    shift && env "$@" bash -c "ln -s dir/inside a; ln -s dir b; ln -s dir/../file.txt c"' \
    - "$IN" LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}"
  assert_success
  assert_equal "$(kind a) $(kind b) $(kind c)" "LX LX LX"
}

@test "mklink needs the privilege, where the policy says who Windows' user is" {
  policy '"elevated": false'
  win mklink link file.txt
  assert_failure 1
  assert_output 'You do not have sufficient privilege to perform this operation.'
  win mklink /j junction dir
  assert_success
  policy '"elevated": false, "developer_mode": true'
  win mklink link file.txt
  assert_success
}

@test "a hard link of a symlink in the place of a directory leads on at once" {
  needs python3 python3
  local steps
  steps="python3 -c '$ANSWER
os.symlink(\"$(fresh outside)\", \"l\")
os.mkdir(\"x\"); os.path.exists(\"x/f\"); os.rmdir(\"x\")
os.link(\"l\", \"x\", follow_symlinks=False)
answer(\"outside\", lambda: os.mkfifo(\"x/p\"))
answer(\"again\", lambda: os.mkfifo(\"x/p\"))
'"
  native "$steps"
  assert_output "outside None
again File exists"
  rm "$BATS_TEST_TMPDIR"/outside.*/p
  # What is remembered for a tick of the clock is, as long as that stands still.
  run env -C "$(fresh drive)" LD_PRELOAD="$LIB:$PROGRAMS/still.so" bash -c "$steps"
  assert_output "outside None
again File exists"
}
