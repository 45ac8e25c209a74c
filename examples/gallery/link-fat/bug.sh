# SPDX-License-Identifier: MIT
# A file on a stick cannot have a second name.
# reported: vendor test DrvFsTestUnsupportedCommon (G3)

echo 1 >packed-refs.lock
ln packed-refs.lock packed-refs
cat packed-refs
