# SPDX-License-Identifier: MIT
# git does not trust a repository on a drive that is mounted as another user's.
# reported: microsoft/vscode-remote-release#10736, JanDeDobbeleer/oh-my-posh#2976 (D16)
# needs: git
# user: root

git init -q repository 2>"$HOME/errors"
git -C repository rev-parse --is-inside-work-tree 2>&1 | grep -oE 'dubious ownership|^true'
