# SPDX-License-Identifier: MIT
# yarn and dune fill a directory with symlinks, and the volume has none.
# reported: yarnpkg/yarn#8757 (F3), WSL#11772 (F1), WSL#231 (F4), bazelbuild/bazel#17750 (F9)

mkdir -p packages/a node_modules && echo 1 >packages/a/index.js
ln -s ../packages/a node_modules/a
cat node_modules/a/index.js
