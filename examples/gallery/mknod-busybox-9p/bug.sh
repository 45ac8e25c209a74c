# SPDX-License-Identifier: MIT
# The same on WSL2: another error, which mknod is not prepared for either.
# reported: WSL#7629 (E4)
# user: root

mknod console c 5 1 && stat -c %F console
