# SPDX-License-Identifier: MIT
# chown says that all is well, and changes nothing.
# reported: WSL#14046 (D17)
# user: root

touch file
chown 12 file && stat -c %u file
