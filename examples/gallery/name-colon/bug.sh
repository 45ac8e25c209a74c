# SPDX-License-Identifier: MIT
# A name with a colon is refused: package names with an epoch, times, Maildir.
# reported: WSL#1514, WSL#2070, WSL#2952, WSL#1752 (H1)

mkdir -p cache
touch cache/perl-1:5.26.deb
ls cache
