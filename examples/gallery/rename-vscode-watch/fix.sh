# SPDX-License-Identifier: MIT
# The watch ends first, or files are looked at now and then (files.watcherExclude, polling).

mkdir -p project/src
python3 - <<'EOF'
import ctypes, os
libc = ctypes.CDLL(None)
instance = libc.inotify_init()
libc.inotify_rm_watch(instance, libc.inotify_add_watch(instance, b"project/src", 0xfff))
try:
    os.rename("project", "renamed")
except OSError as e:
    print(e.strerror)
EOF
ls
