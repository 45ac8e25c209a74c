# SPDX-License-Identifier: MIT
# A root file system is built, with its devices: not even root makes them.
# reported: WSL#7629 (E4)
# user: root

mknod console c 5 1 && stat -c %F console
