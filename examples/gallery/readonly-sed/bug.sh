# SPDX-License-Identifier: MIT
# sed -i of a file that is not writable is refused.
# reported: romkatv/powerlevel10k#610; the rule is that of WSL#5019 (C4)

echo colour >text
chmod 444 text
sed -i s/ou/o/ text 2>&1 | grep -o 'Permission denied'
cat text
