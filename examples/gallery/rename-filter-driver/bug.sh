# SPDX-License-Identifier: MIT
# A backup program is installed in Windows, and mv says that a directory is moved into itself.
# reported: WSL#2451 (K12)

mkdir test
mv test other
ls
