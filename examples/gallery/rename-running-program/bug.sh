# SPDX-License-Identifier: MIT
# A directory is renamed while a program in it runs.
# reported: WSL#3767 (A3)

mkdir bin && cp "$(command -v cat)" bin/server
coproc server { exec bin/server; }
server_in=${server[1]}
echo ready >&"$server_in" && read -r _ <&"${server[0]}"
mv bin sbin && ls sbin
exec {server_in}>&-
wait
