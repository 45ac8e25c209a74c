# SPDX-License-Identifier: MIT
# What unpacks has to end before anything is renamed.

mkdir -p rust-docs/html && seq 30000 >rust-docs/html/index.html
tar cf "$HOME/component.tar" rust-docs/html/index.html && rm -r rust-docs
tar xf "$HOME/component.tar"
mv rust-docs share && ls share
