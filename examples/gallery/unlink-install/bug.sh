# SPDX-License-Identifier: MIT
# install replaces a program that is open: the old one is gone, and the new one is not there.
# reported: WSL#1730 (B2)

echo old >tool; echo new >tool.new
exec 3<tool
install -m 755 tool.new tool
cat tool
