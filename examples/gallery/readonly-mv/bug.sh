# SPDX-License-Identifier: MIT
# mv -f over a file that is not writable is refused.
# reported: WSL#5019, WSL#6193 (C1, C2)

echo old >zcompdump; echo new >zcompdump.1
chmod a-w zcompdump
mv -f zcompdump.1 zcompdump
cat zcompdump
