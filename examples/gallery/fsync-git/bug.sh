# SPDX-License-Identifier: MIT
# git writes a pack that is not writable, and cannot have it synchronised.
# reported: WSL#3556 (J1)
# needs: git

git init -q "$HOME/project" && cd "$HOME/project" && git -c user.name=x -c user.email=x commit -q --allow-empty -m x
cd "$OLDPWD" && git -c transfer.unpackLimit=1 -c fetch.unpackLimit=1 clone -q --no-local "$HOME/project" p 2>&1 | grep -o 'fsync error.*denied' | sed 's/ on .*:/:/'
ls
