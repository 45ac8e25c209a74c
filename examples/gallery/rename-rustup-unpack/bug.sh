# SPDX-License-Identifier: MIT
# rustup renames a component that tar is still unpacking.
# reported: paritytech/subport#185, rust-lang/rustup#1912 (A8)
# needs: tar

mkdir -p rust-docs/html && seq 30000 >rust-docs/html/index.html
tar cf "$HOME/component.tar" rust-docs/html/index.html && rm -r rust-docs
coproc unpack { { head -c 20480 "$HOME/component.tar"; read -r _; tail -c +20481 "$HOME/component.tar"; } | tar x; }
rest=${unpack[1]}
until test -s rust-docs/html/index.html; do :; done # tar has it open, and waits for the rest
mv rust-docs share && ls share
echo go on >&"$rest"
wait
