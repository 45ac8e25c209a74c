#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Rules xattr.*: names, what is empty, and the case flag by client.

load helpers

setup() {
  needs python3 python3
}

ANSWER='
import os
def answer(label, call):
    try:
        print(label, call())
    except OSError as e:
        print(label, os.strerror(e.errno))
'

@test "xattr.names: they ignore case, and are listed in small letters" {
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close()
os.setxattr(\"f\", \"user.Aa\", b\"1\")
answer(\"create\", lambda: os.setxattr(\"f\", \"user.aA\", b\"2\", os.XATTR_CREATE))
answer(\"get\", lambda: os.getxattr(\"f\", \"user.AA\"))
print(sorted(os.listxattr(\"f\")))
answer(\"remove\", lambda: os.removexattr(\"f\", \"user.aa\"))
print(os.listxattr(\"f\"))
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

@test "xattr.empty: kept, or removed as over 9p" {
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close()
os.setxattr(\"f\", \"user.a\", b\"1\")
answer(\"replace\", lambda: os.setxattr(\"f\", \"user.a\", b\"\", os.XATTR_REPLACE))
print(os.listxattr(\"f\"))
'"
  native "$steps"
  wants_here "replace None" "extended attributes"
  assert_output "replace None
['user.a']"
  shimmed "$steps"
  assert_output "replace None
['user.a']"
  shimmed xattr.empty=remove "$steps"
  assert_output "replace None
[]"
}

@test "xattr.namespace: what Linux has no namespace for is ENODATA over virtiofs" {
  steps="python3 -c '$ANSWER
open(\"f\", \"w\").close()
answer(\"get\", lambda: os.getxattr(\"f\", \"other.a\"))
answer(\"remove\", lambda: os.removexattr(\"f\", \"other.a\"))
answer(\"ours\", lambda: os.getxattr(\"f\", \"user.a\"))
'"
  native "$steps"
  wants_here "ours No data available" "extended attributes"
  assert_output "get Operation not supported
remove Operation not supported
ours No data available"
  shimmed "$steps"
  assert_output "get Operation not supported
remove Operation not supported
ours No data available"
  shimmed xattr.namespace=ENODATA "$steps"
  assert_output "get No data available
remove No data available
ours No data available"
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
}
