# SPDX-License-Identifier: MIT
# What cannot be linked is copied.

mkdir -p packages/a node_modules && echo 1 >packages/a/index.js
ln -s ../packages/a node_modules/a 2>"$HOME/errors" || cp -R packages/a node_modules/a
cat node_modules/a/index.js
