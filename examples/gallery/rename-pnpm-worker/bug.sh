# SPDX-License-Identifier: MIT
# pnpm renames a directory into which a worker of its own still writes.
# reported: pnpm/pnpm#6155, WSL#10472 (A7)

mkdir left-pad_tmp_279
coproc worker { exec 4>left-pad_tmp_279/index.js; echo open; read -r _; }
read -r _ <&"${worker[0]}"
mv left-pad_tmp_279 left-pad && ls left-pad
