# SPDX-License-Identifier: MIT
# tar overwrites what is there, and does not remove it.

echo new >config && tar cf "$HOME/a.tar" config
echo old >config
exec 3<config
tar xf "$HOME/a.tar" --overwrite
cat config
