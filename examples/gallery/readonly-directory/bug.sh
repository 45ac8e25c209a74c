# SPDX-License-Identifier: MIT
# ccache makes its directory read-only for a test, and can still write there.
# reported: ccache/ccache#510 (C8)
# user: ordinary

mkdir cache
chmod a-w cache
mkdir cache/0 2>&1 | grep -o 'Permission denied'
ls cache
