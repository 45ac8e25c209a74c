# SPDX-License-Identifier: MIT
# The worker is waited for.

mkdir left-pad_tmp_279
coproc worker { exec 4>left-pad_tmp_279/index.js; echo open; read -r _; }
read -r _ <&"${worker[0]}"
worker_pid=$!
echo close >&"${worker[1]}"
wait "$worker_pid"
mv left-pad_tmp_279 left-pad && ls left-pad
