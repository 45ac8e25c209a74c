#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# What Windows keeps of a file in a tree of VolFs' beside its attributes marks the file by the sticky bit, which programs
# do not see; one that somebody has asked for they see.
# shellcheck disable=SC2034 # mounts.bash reads these

load mounts

# C:\vol is mounted, and the steps after that are in it. W is what Windows does.
TREE='mkdir -p $M/drive/vol; W() { "$LXSHIM" win --policy $M/policy.json -- "$@" >/dev/null || echo "failed: $*"; }
  mount -i -t "$FORMAT" $M/drive/vol $M/d && cd $M/d || exit; '
DENY='*S-1-1-0:(DE)'

@test "volfs: an ACL, a large EA, a stream or holes of Windows' are no sticky bit, before chmod and after it; one that is asked for is" {
  local steps answer
  needs setfattr attr
  steps='mkdir d s e; for f in f g h i; do echo text >$f; done; chmod 604 ?; chmod 1777 s; see() { stat -c "%n %A" ? | tr "\n" " "; echo; }
    W icacls "C:\vol\f" /deny "$DENY"; W icacls "C:\vol\d" /deny "$DENY"; W icacls "C:\vol\s" /deny "$DENY"
    W ea set "C:\vol\e" KEPT 0x$(printf %012000d 0); W ea set "C:\vol\g" KEPT 0x$(printf %012000d 0); W fsutil sparse setflag "C:\vol\h"
    head -c 9000 /dev/zero | tr "\0" x >$M/drive/big; W copy "C:\big" "C:\vol\i:stream"; see
    chmod 640 f g h i; chmod 700 d e; see; chmod 1750 ?; see; chmod 755 ?; see; chown 12:34 ?; chmod 1711 d f; see'
  natively "W() { :; }; DENY='$DENY'; cd \$M/d; $steps"
  answer=$output
  assert_output "d drw----r-- e drw----r-- f -rw----r-- g -rw----r-- h -rw----r-- i -rw----r-- s drwxrwxrwt 
d drwx------ e drwx------ f -rw-r----- g -rw-r----- h -rw-r----- i -rw-r----- s drwxrwxrwt 
d drwxr-x--T e drwxr-x--T f -rwxr-x--T g -rwxr-x--T h -rwxr-x--T i -rwxr-x--T s drwxr-x--T 
d drwxr-xr-x e drwxr-xr-x f -rwxr-xr-x g -rwxr-xr-x h -rwxr-xr-x i -rwxr-xr-x s drwxr-xr-x 
d drwx--x--t e drwxr-xr-x f -rwx--x--t g -rwxr-xr-x h -rwxr-xr-x i -rwxr-xr-x s drwxr-xr-x "
  for FORMAT in lxfs wslfs; do
    in_lanes "FORMAT=$FORMAT DENY='$DENY'; $TREE $steps"
    assert_output "$answer"
    # Windows has what it had.
    in_lanes "FORMAT=$FORMAT DENY='$DENY'; $TREE echo text >f; chmod 604 f; W icacls 'C:\vol\f' /deny \"\$DENY\"; W ea set 'C:\vol\f' KEPT 0x6f6e65; chmod 640 f; chmod 1600 f; chmod 600 f
      \"\$LXSHIM\" win --policy \$M/policy.json -- icacls 'C:\vol\f' | head -n 1; \"\$LXSHIM\" win --policy \$M/policy.json -- ea list 'C:\vol\f' | grep -o 6f6e65; stat -c %A f"
    assert_output --partial "Everyone:(DENY)(D)"
    assert_output --partial "6f6e65"
    assert_output --partial "-rw-------"
  done
}
