#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules unlink.* and rmdir.*: Windows delete semantics, and who counts as a holder.

load helpers

@test "unlink.open_file=pending: rm says ok; the name is listed, ENOENT, and free after the last close" {
  steps='
    exec 3>f; rm f && echo removed
    ls; cat f; : >f; mkdir f; ln -s x f; touch other; mv other f; rm f
    exec 3>&-; ls; : >f && echo again'
  native "$steps"
  assert_output - <<EOF
removed
cat: f: No such file or directory
mkdir: cannot create directory ‘f’: File exists
ln: failed to create symbolic link 'f': File exists
again
EOF
  shimmed "$steps"
  assert_output - <<EOF
removed
f
cat: f: No such file or directory
bash: line 3: f: No such file or directory
mkdir: cannot create directory ‘f’: No such file or directory
ln: failed to create symbolic link 'f': No such file or directory
mv: cannot move 'other' to 'f': No such file or directory
rm: cannot remove 'f': No such file or directory
other
again
EOF
}

@test "unlink.open_file=pending: the open descriptor keeps working" {
  steps='exec 3<>f; rm f; echo hello >&3; stat -Lc %s /proc/self/fd/3; readlink /proc/self/fd/3'
  native "$steps"
  assert_output "6
$NATIVE/f (deleted)"
  shimmed "$steps"
  assert_output "6
$DRIVE/f (deleted)"
}

@test "unlink.open_file=pending: the directory cannot be removed until the last handle is gone" {
  steps='mkdir d; exec 3>d/f; rm d/f; rmdir d; exec 3>&-; rmdir d && echo gone; ls'
  native "$steps"
  # libfuse keeps what is open under a name of its own.
  wants_here "No such file or directory" "removal of an open file"
  shimmed "$steps"
  assert_output "rmdir: failed to remove 'd': Directory not empty
gone"
}

@test "unlink.open_file=deny: EACCES at once" {
  steps='exec 3>f; rm f; ls; exec 3>&-; rm f && echo gone'
  native "$steps"
  assert_output "rm: cannot remove 'f': No such file or directory"
  shimmed unlink.open_file=deny "$steps"
  assert_output "rm: cannot remove 'f': Permission denied
f
gone"
}

@test "unlink.open_file=posix: as on Linux, from build 16184" {
  steps='exec 3>f; rm f; ls; : >f && echo again; readlink /proc/self/fd/3 | grep -o deleted'
  native "$steps"
  assert_output "again
deleted"
  shimmed unlink.open_file=posix "$steps"
  assert_output "again
deleted"
}

@test "unlink: symlinks and files nobody has open go at once" {
  steps=': >f; ln -s f l; exec 3<f; rm l; ls; exec 3<&-; rm f; ls'
  native "$steps"
  assert_output f
  shimmed "$steps"
  assert_output f
}

@test "unlink: a hard link's other name stays" {
  steps=': >a; ln a b; exec 3>a; rm a; stat b >/dev/null && echo b; cat a; exec 3>&-; ls; rm b; ls; : >c; ln c d; exec 3>c; rm c'
  native "$steps"
  assert_output "b
cat: a: No such file or directory
b"
  shimmed "$steps"
  assert_output "b
cat: a: No such file or directory
b"
  # With nothing on it of the one that waited to go.
  assert_equal "$(find "$DRIVE" -mindepth 1 ! -perm -1000)" "$DRIVE/d"
}

# Each way to hold a file, in a process of the same tree and in one outside the shim.
# seen_through KIND...: each way to hold a file, in a program under the shim and in one that is not.
seen_through() {
  local kind
  for kind; do
    steps="
      echo x >f
      coproc H { exec hold $kind f; }
      read -r -u \${H[0]} _
      rm f; ls; cat f 2>/dev/null
      exec {H[1]}>&-; wait; ls; : >f && echo again"
    native "$steps"
    assert_output again
    shimmed "$steps"
    assert_output "f
again"

    IN=$(fresh drive)
    echo x >"$IN/f"
    start_holding "$kind" "$IN/f"
    shimmed 'rm f; ls; : >f'
    assert_output "f
bash: line 1: f: No such file or directory"
    stop_holding
    shimmed 'ls; : >f && echo again'
    assert_output again
    unset IN
  done
}

@test "handles are seen through dup, fork and SCM_RIGHTS, inside and outside the shim" {
  seen_through fd dup fork scm
}

@test "handles are seen through mmap, inside and outside the shim" {
  mappings_are_seen || skip "overlayfs here, whose files the kernel maps from the file system below"
  seen_through mmap
}

@test "handles: a program that runs counts as open" {
  steps='
    cp "$(command -v hold)" prog
    coproc H { exec ./prog cwd /; }
    read -r -u ${H[0]} _
    rm prog; ls; exec {H[1]}>&-; wait; ls'
  native "$steps"
  assert_output ""
  shimmed "$steps"
  assert_output prog
}

@test "handles: a holder that is killed holds nothing" {
  steps='
    : >f
    coproc H { exec hold fd f; }
    read -r -u ${H[0]} _; p=$H_PID # bash forgets it as soon as that one has ended
    rm f; ls; kill -9 $p; wait $p; ls; : >f && echo again'
  native "$steps 2>/dev/null"
  assert_line again
  shimmed "$steps 2>/dev/null"
  assert_line --index 0 f
  assert_line again
}

@test "processes that delete the same files at once never see a false denial" {
  steps='
    mkdir d
    for round in 1 2 3 4 5; do
      for i in {1..200}; do : >d/$i; done
      rm -f d/* & rm -f d/* & rm -f d/* & rm -f d/*; wait
      ls d
    done
    rmdir d && echo done'
  native "$steps"
  assert_output "done"
  shimmed unlink.open_file=deny "$steps"
  assert_output "done"
  shimmed "$steps"
  assert_output "done"
}

@test "a name that waits to be deleted is no other answer than the kernel's to what it refuses" {
  needs python3 python3
  steps='python3 - <<END
import os
os.mkdir("d")
open("e", "w").close()
held = open("f", "w")
os.unlink("f")
for source in "d", "none", "e/x":
    try:
        os.link(source, "f")
    except OSError as e:
        print(source, e.strerror)
END'
  native "$steps"
  assert_output $'d Operation not permitted\nnone No such file or directory\ne/x Not a directory'
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "unlink.readonly_file: allowed, or EACCES as on SMB" {
  steps=': >f; chmod a-w f; rm -f f; ls'
  native "$steps"
  assert_output ""
  shimmed "$steps"
  assert_output ""
  shimmed unlink.readonly_file=EACCES "$steps"
  assert_output "rm: cannot remove 'f': Permission denied
f"
}

@test "rmdir.open_directory=pending: an open directory stays listed, ENOENT, and goes when closed" {
  steps='
    mkdir d; exec 3<d; rmdir d && echo removed
    ls; mkdir d && echo made; touch d/x; exec 3<&-; ls; rm -rf d; mkdir d && echo again'
  native "$steps"
  assert_output "removed
made
d
again"
  shimmed "$steps"
  assert_output "removed
d
mkdir: cannot create directory ‘d’: No such file or directory
touch: cannot touch 'd/x': No such file or directory
again"
}

@test "rmdir.open_directory: somebody's current directory, inside and outside the shim" {
  steps='
    mkdir d
    coproc H { exec hold cwd d; }
    read -r -u ${H[0]} _
    rmdir d && echo removed; ls; exec {H[1]}>&-; wait; ls'
  native "$steps"
  assert_output removed
  shimmed "$steps"
  assert_output "removed
d"
  # And by a descriptor in a message on its way, which nobody is seen to have.
  shimmed "${steps/hold cwd/hold scm}"
  assert_output "removed
d"
  # What a process has open itself goes with it.
  shimmed 'mkdir d; exec 3<d 4<d 5<d; rmdir d; ls'
  assert_output d
  assert_equal "$(ls -A "$DRIVE")" ""
  IN=$(fresh drive)
  mkdir "$IN/d"
  start_holding cwd "$IN/d"
  shimmed 'rmdir d && echo removed; ls; mkdir d'
  assert_output "removed
d
mkdir: cannot create directory ‘d’: No such file or directory"
  stop_holding
  shimmed 'mkdir d && echo again'
  assert_output again
}

@test "rmdir.open_directory: nothing can be made in a directory that waits to go, and it has no name" {
  needs python3 python3
  steps='mkdir d; cd d; rmdir ../d; : >x; mkdir y; readlink /proc/self/cwd
    python3 -c "import os; os.getcwd()" 2>&1 | tail -n 1; ls ..'
  native "$steps"
  assert_output "bash: line 1: x: No such file or directory
mkdir: cannot create directory ‘y’: No such file or directory
$NATIVE/d (deleted)
FileNotFoundError: [Errno 2] No such file or directory"
  shimmed "$steps"
  assert_output "bash: line 1: x: No such file or directory
mkdir: cannot create directory ‘y’: No such file or directory
$DRIVE/d (deleted)
FileNotFoundError: [Errno 2] No such file or directory
d"
}

@test "rmdir.open_directory=deny and =posix" {
  steps='mkdir d; exec 3<d; rmdir d && echo removed; ls'
  native "$steps"
  assert_output removed
  shimmed rmdir.open_directory=deny "$steps"
  assert_output "rmdir: failed to remove 'd': Permission denied
d"
  shimmed rmdir.open_directory=posix "$steps"
  assert_output removed
}

@test "rmdir: the errnos of Linux stay" {
  needs python3 python3
  steps='
    mkdir -p d/e; : >f
    python3 -c "
import os, sys
for name in sys.argv[1:]:
    try: os.rmdir(name); print(\"ok\")
    except OSError as e: print(e.strerror)" f d . d/. d/.. none ""'
  native "$steps"
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "rm -rf of a tree, find -delete and git clean leave nothing behind" {
  needs git git
  steps='
    mkdir -p t/{a,b,c}/{1,2,3}; touch t/{a,b,c}/{1,2,3}/{x,y,z}
    cp -r t u; cp -r t v
    rm -rf t; find u -delete; git init -q v; git -C v clean -qfdx; rm -rf v; ls'
  native "$steps"
  assert_output ""
  shimmed "$steps"
  assert_output ""
}
