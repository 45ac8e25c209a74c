# SPDX-License-Identifier: MIT
# What tests of Windows' view share. `load windows` after helpers.

# A drive C: with a directory testing, which is the current one.
drive_c() {
  ROOT=$(fresh drive)
  DIR=$ROOT/testing
  mkdir "$DIR"
  policy_for "$ROOT" drive.source=C: 'drive.volume={"label": "OS", "serial": "E033-CB3E"}' \
    >"$BATS_TEST_TMPDIR/policy.json"
  export LXSHIM_POLICY=$BATS_TEST_TMPDIR/policy.json
}

setup() {
  drive_c
}

# win COMMAND...: as typed in C:\testing.
win() {
  run env -C "$DIR" "$LXSHIM" win "$@"
}

# The same, and it has to work.
windows() {
  win "$@"
  assert_success
}

# Lines from standard input, as a session shows them; dates and free space are placeholders.
session() {
  run bash -c 'env -C "$0" "$1" win cmd 2>&1 | tr -d "\r" | sed -E "$2"' "$DIR" "$LXSHIM" "$PLACES"
}
PLACES='s,[0-9]{2}/[0-9]{2}/[0-9]{4}  [0-9]{2}:[0-9]{2} [AP]M,MM/DD/YYYY  HH:MM AM,
s/^( *[0-9,]+ Dir\(s\)) +[0-9,]+ bytes free/\1 FREE bytes free/'

hex() {
  od -An -v -tx1 | tr -d ' \n'
}

# xattr_hex NAME FILE
xattr_hex() {
  getfattr --absolute-names --only-values -n "$1" "$2" | hex
}
