# SPDX-License-Identifier: MIT
# The program is stopped first.

mkdir bin && cp "$(command -v cat)" bin/server
coproc server { exec bin/server; }
server_in=${server[1]} server_pid=$!
echo ready >&"$server_in" && read -r _ <&"${server[0]}"
exec {server_in}>&-
wait "$server_pid"
mv bin sbin && ls sbin
