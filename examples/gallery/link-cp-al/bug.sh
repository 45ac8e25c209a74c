# SPDX-License-Identifier: MIT
# cp -al, as for snapshots, cannot link a symlink to a directory.
# reported: WSL#6171 (G1)

mkdir -p day.0/logs && ln -s logs day.0/current
cp -al day.0 day.1
ls day.1
