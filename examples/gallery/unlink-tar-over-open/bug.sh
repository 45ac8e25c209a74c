# SPDX-License-Identifier: MIT
# tar unpacks over a file that is open.
# reported: WSL#1730 (B2)
# needs: tar

echo new >config && tar cf "$HOME/a.tar" config
echo old >config
exec 3<config
tar xf "$HOME/a.tar"
cat config
