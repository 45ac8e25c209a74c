# SPDX-License-Identifier: MIT
# Nobody has the directory open.

git config --global safe.directory '*' # git of that time did not ask whose a repository is
git -c init.defaultBranch=main init -q .
git config user.name x && git config user.email x
git commit -q --allow-empty -m without && git checkout -q -b with
mkdir server && echo 1 >server/main && git add . && git commit -q -m with
git checkout -q main
git checkout -q with
cat server/main
