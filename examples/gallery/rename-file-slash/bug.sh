# SPDX-License-Identifier: MIT
# A file is renamed into a directory that is not there: it takes its name, and no error says so.
# reported: WSL#3028 (K10)
# needs: python3

echo 1 >file
python3 - <<'EOF'
import os
try:
    os.rename("file", "directory/")
except OSError as e:
    print(e.strerror)
EOF
ls
