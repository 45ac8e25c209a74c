# SPDX-License-Identifier: MIT
# A project's daemon listens in the project's directory: puma, codegraph, tmux -S.
# reported: WSL#5961, WSL#8321, colbymchenry/codegraph#995, puma/puma#2594 (E6, E8, E9)
# needs: python3

python3 "${0%/*}/server.py" daemon.sock
