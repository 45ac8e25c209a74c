# SPDX-License-Identifier: MIT
# The directory is named in the configuration.

git init -q repository 2>"$HOME/errors"
git config --global --add safe.directory "$PWD/repository"
git -C repository rev-parse --is-inside-work-tree 2>&1 | grep -oE 'dubious ownership|^true'
