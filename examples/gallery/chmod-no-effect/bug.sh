# SPDX-License-Identifier: MIT
# chmod says that all is well, and changes nothing.
# reported: WSL#3133, WSL#4710, WSL#81, WSL#5956, WSL#4680 (D8)

echo secret >password
chmod 600 password && stat -c %a password
