#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules xattr.*: names, what is empty, and the case flag by client.

load helpers

setup() {
  needs python3 python3
}

@test "xattr.names: they ignore case, and are listed in small letters" {
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close()
os.setxattr(\"f\", \"user.Aa\", b\"1\")
answer(\"create\", lambda: os.setxattr(\"f\", \"user.aA\", b\"2\", os.XATTR_CREATE))
answer(\"get\", lambda: os.getxattr(\"f\", \"user.AA\"))
print(sorted(os.listxattr(\"f\")))
answer(\"remove\", lambda: os.removexattr(\"f\", \"user.aa\"))
print(sorted(os.listxattr(\"f\")))
'"
  native "$steps"
  wants_here "create None" "extended attributes"
  assert_output "create None
get No data available
['user.Aa', 'user.aA']
remove No data available
['user.Aa', 'user.aA']"
  shimmed "$steps"
  assert_output "create File exists
get b'1'
['user.aa']
remove None
[]"
  shimmed xattr.names=sensitive "$steps"
  assert_line "['user.Aa', 'user.aA']"
}

@test "xattr.characters: those that no name of an EA has" {
  needs python3 python3
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close()
def refused(name):
    try: os.setxattr(\"f\", name, b\"1\")
    except OSError as e: return e.errno == 22
print(\"\".join(x for x in map(chr, range(32, 127)) if refused(\"user.a\" + x)), refused(\"user.\\n\") or \"kept\")
answer(\"get\", lambda: os.getxattr(\"f\", \"user.a:\"))
answer(\"remove\", lambda: os.removexattr(\"f\", \"user.a:\"))
'"
  native "$steps"
  assert_output " kept
get b'1'
remove None"
  shimmed "$steps"
  assert_line --index 0 '"*+,/:;<=>?[\]| True'
  assert_line "get Invalid argument"
  assert_line "remove Invalid argument"
  shimmed xattr.characters=native "$steps"
  assert_line --index 1 "get b'1'"
}

@test "xattr.names: one that Linux has set by large letters is found, too" {
  native "python3 -c 'import os; open(\"f\", \"w\").close(); os.setxattr(\"f\", \"user.Old\", b\"x\")' && echo set"
  wants_here set "extended attributes"
  steps="python3 -c '$ANSWER
answer(\"get\", lambda: os.getxattr(\"f\", \"user.Old\"))
answer(\"remove\", lambda: os.removexattr(\"f\", \"user.Old\"))
print(os.listxattr(\"f\"))'"
  IN=$NATIVE shimmed "$steps"
  assert_output "get b'x'
remove None
[]"
}

@test "xattr.names: at most 251 bytes" {
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close()
for n in 251, 252, 256:
    answer(n, lambda: os.setxattr(\"f\", \"user.\" + \"x\" * (n - 5), b\"1\"))
'"
  native "$steps"
  wants_here "251 None" "extended attributes"
  assert_output "251 None
252 None
256 Numerical result out of range"
  shimmed "$steps"
  assert_output "251 None
252 Numerical result out of range
256 Numerical result out of range"
}

@test "xattr.empty: kept, or removed as over 9p where it takes the place of another" {
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close()
answer(\"new\", lambda: os.setxattr(\"f\", \"user.a\", b\"\"))
print(os.listxattr(\"f\"))
answer(\"replace\", lambda: os.setxattr(\"f\", \"user.a\", b\"\", os.XATTR_REPLACE))
print(os.listxattr(\"f\"))
answer(\"none\", lambda: os.setxattr(\"f\", \"user.b\", b\"\", os.XATTR_REPLACE))
'"
  native "$steps"
  wants_here "new None" "extended attributes"
  assert_output "new None
['user.a']
replace None
['user.a']
none No data available"
  shimmed "$steps"
  assert_output "new None
['user.a']
replace None
['user.a']
none No data available"
  shimmed xattr.empty=remove "$steps"
  assert_output "new None
['user.a']
replace None
[]
none No data available"
}

@test "xattr.namespace: over virtiofs what Linux has no namespace for is a name as any other" {
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close()
answer(\"get\", lambda: os.getxattr(\"f\", \"other.a\"))
answer(\"remove\", lambda: os.removexattr(\"f\", \"other.a\"))
answer(\"ours\", lambda: os.getxattr(\"f\", \"user.a\"))
answer(\"set\", lambda: os.setxattr(\"f\", \"other.A\", b\"1\"))
answer(\"set long\", lambda: os.setxattr(\"f\", \"o\" * 250, b\"1\"))
answer(\"get\", lambda: os.getxattr(\"f\", \"other.a\"))
answer(\"list\", lambda: os.listxattr(\"f\"))
answer(\"again\", lambda: os.setxattr(\"f\", \"other.a\", b\"2\", os.XATTR_CREATE))
answer(\"remove\", lambda: os.removexattr(\"f\", \"other.a\"))
answer(\"list\", lambda: os.listxattr(\"f\"))
'"
  native "$steps"
  wants_here "ours No data available" "extended attributes"
  for _ in native drvfs; do
    assert_output "get Operation not supported
remove Operation not supported
ours No data available
set Operation not supported
set long Operation not supported
get Operation not supported
list []
again Operation not supported
remove Operation not supported
list []"
    shimmed "$steps"
  done
  shimmed xattr.namespace=ENODATA "$steps"
  assert_output "get No data available
remove No data available
ours No data available
set None
set long Numerical result out of range
get b'1'
list []
again File exists
remove None
list []"
}

@test "xattr.trusted: listed to who may read them, or to everybody over 9p and virtiofs" {
  ((EUID == 0)) || skip "only root sets them"
  steps="cat >x.py <<'END'
import os, sys
os.setxattr('f', 'trusted.Ab', b'1')
os.setxattr('f', 'user.c', b'2')
END
: >f; python3 x.py; list='import os; print(*sorted(n.lower() for n in os.listxattr(\"f\")))'
python3 -c \"\$list\"; setpriv --bounding-set -sys_admin --inh-caps -sys_admin python3 -c \"\$list\"
setpriv --bounding-set -sys_admin --inh-caps -sys_admin python3 -c 'import os; os.getxattr(\"f\", \"trusted.Ab\")' 2>&1 | grep -o 'No data.*:'
python3 -c 'import os; os.removexattr(\"f\", \"trusted.Ab\")'; setpriv --bounding-set -sys_admin --inh-caps -sys_admin python3 -c \"\$list\""
  native "$steps"
  wants_here "user.c" "extended attributes"
  for _ in native drvfs; do
    assert_output "trusted.ab user.c
user.c
No data available:
user.c"
    shimmed "$steps"
  done
  shimmed xattr.trusted=shown "$steps"
  assert_output "trusted.ab user.c
trusted.ab user.c
No data available:
user.c"
}

@test "xattr.case_flag: of directories, where the client has it" {
  steps="python3 -c '$ANSWER
os.mkdir(\"d\"); open(\"f\", \"w\").close()
answer(\"get\", lambda: os.getxattr(\"d\", \"system.wsl_case_sensitive\"))
answer(\"list\", lambda: os.listxattr(\"d\"))
answer(\"file\", lambda: os.listxattr(\"f\"))
'"
  native "$steps"
  assert_output "get Operation not supported
list []
file []"
  shimmed drive.options=case=off "$steps"
  assert_output "get b'0'
list ['system.wsl_case_sensitive']
file []"
  shimmed xattr.case_flag=EOPNOTSUPP drive.options=case=off "$steps"
  assert_output "get Operation not supported
list []
file []"
  # A server says nothing of it.
  shimmed drive.options=case=off drive.volume='{"filesystem": "smb"}' "$steps"
  assert_output "get Operation not supported
list []
file []"
}
