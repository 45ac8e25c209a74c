# SPDX-License-Identifier: MIT
# What cannot be linked is renamed or copied.

echo 1 >packed-refs.lock
ln packed-refs.lock packed-refs 2>"$HOME/errors" || cp packed-refs.lock packed-refs
cat packed-refs
