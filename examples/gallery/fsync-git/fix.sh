# SPDX-License-Identifier: MIT
# git is told not to ask.

git init -q "$HOME/project" && cd "$HOME/project" && git -c user.name=x -c user.email=x commit -q --allow-empty -m x
cd "$OLDPWD" && git -c core.fsync=none -c transfer.unpackLimit=1 clone -q --no-local "$HOME/project" p 2>&1 | grep -o 'fsync error.*denied' | sed 's/ on .*:/:/'
ls
