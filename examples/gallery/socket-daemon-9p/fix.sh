# SPDX-License-Identifier: MIT
# The socket is in a directory of Linux, as XDG_RUNTIME_DIR.

python3 "${0%/*}/server.py" "$HOME/daemon.sock"
