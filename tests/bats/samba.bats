#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# A real Samba on the same directory: it reads what lxshim win writes, and the other way round.

load helpers

setup_file() {
  local base=$BATS_FILE_TMPDIR port
  mkdir "$base/share" "$base/access" "$base/state"
  goes_on setup || return 0
  # A port nobody has; smbd says so where somebody took it meanwhile.
  port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
  cat >"$base/smb.conf" <<END
[global]
  server role = standalone
  map to guest = bad user
  guest account = $(id -un)
  netbios name = LXSHIM
  interfaces = lo
  bind interfaces only = yes
  smb ports = $port
  private dir = $base/state
  lock directory = $base/state
  state directory = $base/state
  cache directory = $base/state
  pid directory = $base/state
  ncalrpc dir = $base/state/rpc
  log file = $base/log
  disable spoolss = yes
  load printers = no
[share]
  path = $base/share
  read only = no
  guest ok = yes
  ea support = yes
  store dos attributes = yes
  map archive = no
  map readonly = no
  vfs objects = streams_xattr
[access]
  path = $base/access
  read only = no
  guest ok = yes
  vfs objects = acl_xattr
  acl_xattr:security_acl_name = user.NTACL
  acl_xattr:ignore system acls = yes
END
  PORT=$port
  export PORT
  # In the foreground it makes a process group of its own, and ends that and nothing else.
  smbd -s "$base/smb.conf" -F </dev/null >"$base/out" 2>&1 3>&- &
  SMBD=$!
  export SMBD
  until_true smb 'ls'
}

teardown_file() {
  [[ -z ${SMBD-} ]] || kill "$SMBD"
}

setup() {
  needs smbd samba
  needs smbclient smbclient
  needs '/usr/lib/*/samba/vfs/streams_xattr.so' samba-vfs-modules
  needs python3 python3
  cd "$BATS_FILE_TMPDIR/share" || return
}

# smb COMMANDS [SHARE]
smb() {
  smbclient -s "$BATS_FILE_TMPDIR/smb.conf" -p "$PORT" -N "//127.0.0.1/${2-share}" -c "$1" 2>&1
}

win() {
  run "$LXSHIM" win "$@"
  assert_success
}

@test "Samba reads our attributes, creation time and streams" {
  win write ours text
  win write ours:info stream
  TZ=UTC0 win attrib +h +s ours
  # The attributes were written with the time of creation, which now stays behind mtime.
  touch -d '2001-02-03 04:05:06 UTC' ours
  TZ=UTC0 run smb 'allinfo ours'
  assert_line 'attributes: HSA (26)'
  assert_line 'stream: [:info:$DATA], 8 bytes'
  assert_line --regexp '^write_time: +Sat Feb  3 04:05:06 2001 UTC'
  local created
  created=$(TZ=UTC0 date -d "@$(stat -c %W ours)" '+%a %b %e %T %Y')
  refute_line --regexp '^create_time: +Sat Feb  3'
  # Samba rounds to seconds as it likes: one more or less is the same.
  assert_line --regexp "^create_time: +${created% *:*} [0-9:]+ ${created##* } UTC"
}

@test "we read Samba's" {
  needs getfattr attr
  echo data >"$BATS_TEST_TMPDIR/from"
  smb "put $BATS_TEST_TMPDIR/from theirs; put $BATS_TEST_TMPDIR/from theirs:info; setmode theirs +h"
  # Samba's own form, which is not ours.
  run getfattr --only-values -n user.DOSATTRIB -e hex theirs
  assert_success
  win attrib theirs
  assert_output --regexp '^A   H                C:.*\\theirs$'
  win more theirs:info
  assert_output data
  # And write it back in a form that Samba reads again.
  win attrib -h +s theirs
  run smb 'allinfo theirs'
  assert_line 'attributes: SA (24)'
  assert_line 'stream: [:info:$DATA], 5 bytes'
}

@test "what Samba's client deletes is gone for us" {
  win write both text
  run smb 'del both'
  refute_output --partial NT_STATUS
  assert_file_not_exists both
  run "$LXSHIM" win type both
  assert_output 'The system cannot find the file specified.'
}

@test "metadata: Samba's client reads and writes it as EAs, by the same bytes" {
  local ea
  policy_for "$PWD" drive.source=C: drive.options=metadata >"$BATS_TEST_TMPDIR/policy.json"
  export LXSHIM_POLICY=$BATS_TEST_TMPDIR/policy.json
  # All that its client can type is text: four letters are an id, and two no mode.
  echo data >"$BATS_TEST_TMPDIR/from"
  smb "put $BATS_TEST_TMPDIR/from attributed; setea attributed \$LXUID pppp; setea attributed \$LXMOD pp; setea attributed NOTE text"
  IN=$PWD native 'stat -c %a attributed'
  refute_output 0
  run env "${SHIM[@]}" bash -uc 'stat -c "%u %a" attributed'
  assert_output '1886417008 0'
  run "$LXSHIM" win ea 'C:\attributed'
  assert_output '$LXUID  4  70707070  1886417008
$LXMOD  2  7070
NOTE  4  74657874'
  # And what lxshim sets, Samba's client shows.
  win ea set 'C:\attributed' '$LXMOD' 0100640
  win ea set 'C:\attributed' '$LXGID' 0x61626364
  run smb 'geteas attributed'
  for ea in '$LXUID' '70 70 70 70' '$LXGID' '61 62 63 64' '$LXMOD' 'A0 81 00 00' NOTE '74 65 78 74'; do
    assert_line --partial "$ea"
  done
  # What its owner changes is changed there, too.
  win ea set 'C:\attributed' '$LXUID' "$(id -u)"
  run env "${SHIM[@]}" bash -uc 'chmod 600 attributed; stat -c %a attributed'
  assert_output 600
  run smb 'geteas attributed'
  assert_line --partial '80 81 00 00'
}

@test "descriptors: Samba reads what icacls sets, and icacls what Samba makes of it" {
  needs '/usr/lib/*/samba/vfs/acl_xattr.so' samba-vfs-modules
  cd ../access || return
  mkdir d
  win icacls d /inheritance:r /grant 'Everyone:(OI)(CI)(F)' '*S-1-5-32-546:(OI)(R)' /deny '*S-1-5-32-545:(OI)(WD)'
  run smb 'showacls; dir d' access
  assert_line --regexp 'ACCESS DENIED \(1\) flags: 0x01 '
  assert_line --regexp 'ACCESS ALLOWED \(0\) flags: 0x03 '
  assert_line --regexp 'Permissions: 0x1f01ff: '
  assert_line --regexp 'Permissions: 0x120089: '
  assert_line --regexp 'SID: S-1-5-32-545$'
  assert_line --regexp 'Owner SID:.*S-1-5-21-1213421644-1481395529-1296648275-1001$'
  # What Samba makes there inherits, in a later version of its value.
  echo text >"$BATS_TEST_TMPDIR/from"
  run smb "put $BATS_TEST_TMPDIR/from d\\new" access
  refute_output --partial NT_STATUS
  win icacls 'd\new'
  assert_line --partial 'BUILTIN\Users:(DENY)(WD)'
  assert_line --partial 'Everyone:(F)'
  assert_line --partial 'BUILTIN\Guests:(R)'
  # Programs are held to it once the mark is there, which icacls sets.
  win icacls 'd\new' /grant 'SYSTEM:(F)'
  IN=$PWD native 'echo more >>d/new; cat d/new'
  assert_output 'text
more'
  policy_for "$PWD" >"$BATS_TEST_TMPDIR/policy.json"
  run env LXSHIM_POLICY="$BATS_TEST_TMPDIR/policy.json" "${SHIM[@]}" bash -c 'echo yet >d/new; cat d/new'
  assert_output 'bash: line 1: d/new: Permission denied
text
more'
}
