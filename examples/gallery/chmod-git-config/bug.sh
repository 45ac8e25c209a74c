# SPDX-License-Identifier: MIT
# git init sets the mode of its configuration on a drive of another user.
# reported: docker/for-win#6284, WSL#7225, trailofbits/algo#14257 (D1)
# needs: git
# user: ordinary

git init -q repository 2>&1 | sed 's|/.*/repository/||'
git -C repository config core.bare
