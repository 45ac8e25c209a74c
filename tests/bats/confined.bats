#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Nobody gains by us, and nobody loses: a program that is another user, lacks capabilities, is in a user
# namespace of its own or confined by Landlock gets the kernel's answers for it, in a drive as well.

load helpers

EVERYBODY=(none users mapped landlock hidden)
ROOT=(user groups fsuid real bare asleep override)

# tree DIR: what each kind of program goes through, as tests/programs/confined.c has it. By root:
# another's, with a directory of nobody else, one of everybody and one of a group.
tree() {
  local dir file
  mkdir -m 755 "$1"
  for dir in shut wide group; do
    mkdir "$1/$dir" "$1/$dir/empty"
    for file in file private old out gone; do
      echo "$file" >"$1/$dir/$file"
    done
    ln -s target "$1/$dir/link"
    chmod 666 "$1/$dir/file"
    chmod 600 "$1/$dir/private"
    (($(id -u) != 0)) || chown -h 1234:1234 "$1/$dir"/*
  done
  chmod 777 "$1/wide"
  chmod 770 "$1/group"
  chmod 700 "$1/shut"
  (($(id -u) != 0)) || chown 1234 "$1/shut"
  (($(id -u) != 0)) || chown 0:4321 "$1/group"
}

# A tree for each kind of program that can be here. A kernel without it makes none of its own.
trees() {
  local kind
  KINDS=("${EVERYBODY[@]}")
  (($(id -u) != 0)) || KINDS+=("${ROOT[@]}")
  chmod 755 "$BATS_TEST_TMPDIR" "$1"
  for kind in "${KINDS[@]}"; do
    tree "$1/$kind"
  done
}

# going PROGRAM: through each tree, as each kind.
going() {
  # shellcheck disable=SC2016
  printf 'for kind in %s; do echo "- $kind"; %s "$kind" "$kind" 2>&1; done; true' "${KINDS[*]}" "$1"
}

# compared PROGRAM: natively in one tree, under the shim in another like it. The drive shows the
# native modes to access(), which would else be asked about its own.
compared() {
  local native shimmed
  native=$(fresh native) shimmed=$(fresh drive)
  trees "$native"
  trees "$shimmed"
  IN=$native native "$(going "$1")"
  expected=$output
  # Of what the kernel can refuse to make, there is something to compare.
  (($(grep -c ': ok$' <<<"$expected") > 100))
  IN=$shimmed shimmed mode.access=native "$(going "$1")"
  assert_output "$expected"
  # All of it by the drive's rules: no name that Windows has not got.
  [[ -e $shimmed/none/wide/dir$'\uF03A'2 && -e $shimmed/landlock/wide/ne$'\uF03A'w ]]
  run find "$shimmed" -name '*:*'
  assert_output ""
}

@test "programs that are confined are answered as natively: a dynamic program" {
  compared confined
}

@test "programs that are confined are answered as natively: a static program" {
  compared confined-static
}

@test "programs that are confined are answered as natively: a static program of 32 bits" {
  why=$(runs_32_bits) || skip "$why"
  compared confined-i386-static
}

@test "after a program that was confined the others go on as before" {
  trees "$(fresh x)"
  IN=$(fresh drive)
  tree "$IN/landlock"
  shimmed 'confined-static landlock landlock >/dev/null; mkdir plain && touch "plain/a:b" && mv "plain/a:b" "plain/c?d" &&
    ln -s "c?d" plain/link && cat plain/link && rm -r plain && echo done'
  assert_output 'done'
}

@test "what the kernel resolves by who asks is the caller's: /proc/self through a drive's symlinks" {
  steps='
    ln -s /proc/self self; ln -s self/fd fds; ln -s /proc/thread-self thread; ln -s /proc proc
    exec 7</dev/null
    readlink self/fd/7 fds/7 thread/fd/7
    cat self/comm thread/comm
    [[ $(readlink proc/self) == "$BASHPID" ]] || [[ $(readlink proc/self) =~ ^[0-9]+$ && $(readlink proc/self/exe) == */readlink ]] && echo own
    bash -c "readlink -f self/../self | grep -c ^/proc/[0-9]*$"
    readlink /dev/fd
    stat -c %F /proc/self proc/self
    ls fds | wc -l'
  native "$steps"
  assert_line own
  expected=$output
  shimmed "$steps"
  assert_output "$expected"
}

@test "a program that has become another user reads its own links of /proc, as natively" {
  ((EUID == 0)) || skip "only root becomes another"
  needs perl perl
  # shellcheck disable=SC2016 # perl's
  steps='perl -e '\''$( = $) = 65534; $< = $> = 65534; print readlink($_) ? "read\n" : "$!\n" for "/proc/self/exe", "/proc/self/fd/0", "/proc/$$/cwd", "/proc/1/exe"'\'
  native "$steps"
  assert_output "read
read
read
Permission denied"
  shimmed "$steps"
  assert_output "read
read
read
Permission denied"
}
