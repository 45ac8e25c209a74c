# SPDX-License-Identifier: MIT
# An editor watches a project, and its directories cannot be renamed, though no file is open.
# reported: vscode#79297, vscode#112764, vscode-remote-release#208 (A12), quick-lint-js#1002 (A13)
# needs: python3

mkdir -p project/src
python3 - <<'EOF'
import ctypes, os
libc = ctypes.CDLL(None)
instance = libc.inotify_init()
libc.inotify_add_watch(instance, b"project/src", 0xfff)
try:
    os.rename("project", "renamed")
except OSError as e:
    print(e.strerror)
EOF
ls
