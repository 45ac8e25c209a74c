# SPDX-License-Identifier: MIT
# A server cannot have its socket on a drive.
# reported: WSL#2137 (E5)
# needs: python3

python3 "${0%/*}/server.py" socket
