# SPDX-License-Identifier: MIT
# The old one is moved away, which works while it is open.

echo old >tool; echo new >tool.new
exec 3<tool
mv tool tool.old
install -m 755 tool.new tool
cat tool
