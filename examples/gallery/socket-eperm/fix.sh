# SPDX-License-Identifier: MIT
# The socket is where sockets can be.

python3 "${0%/*}/server.py" "$HOME/socket"
