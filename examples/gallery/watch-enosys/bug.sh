# SPDX-License-Identifier: MIT
# A watcher finds no inotify.
# reported: WSL#216, WSL#396, webpack/webpack#2949 (L2)
# needs: python3

python3 - <<'EOF'
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
watched = libc.inotify_add_watch(libc.inotify_init(), b".", 2)
print("watched" if watched >= 0 else os.strerror(ctypes.get_errno()))
EOF
