# SPDX-License-Identifier: MIT
# The target is made writable first.

echo old >zcompdump; echo new >zcompdump.1
chmod a-w zcompdump
chmod u+w zcompdump
mv -f zcompdump.1 zcompdump
cat zcompdump
