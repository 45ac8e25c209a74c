# SPDX-License-Identifier: MIT
# A repository has two names that differ by case: one file is lost, and the clone has changed at
# once.
# reported: util-linux/util-linux#818, kernelci/kernelci-pipeline#17 (H4)
# needs: git

git init -q "$HOME/project"
cd "$HOME/project" || exit
echo small >readme && echo large >README && git add . && git -c user.name=x -c user.email=x commit -q -m both
cd "$OLDPWD" || exit
git clone -q "$HOME/project" project 2>"$HOME/errors"
cd project && git status --porcelain && ls
