# SPDX-License-Identifier: MIT
# A directory has no links: what counts on two and more for those below it, as find, finds none.
# reported: WSL#2436, WSL#1260 (N3)

mkdir -p top/a/b top/c
test "$(stat -c %h top)" -gt 0 && echo links || echo 'no links'
