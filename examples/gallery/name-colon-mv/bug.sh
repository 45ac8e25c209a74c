# SPDX-License-Identifier: MIT
# A file cannot be moved to a name with a colon, though it could be made by that name.
# reported: WSL#3773, WSL#3316 (H2)

echo 1 >foo
touch test:1
mv foo test:2
ls
