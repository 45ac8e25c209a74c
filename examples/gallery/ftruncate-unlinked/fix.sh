# SPDX-License-Identifier: MIT
# The file keeps its name until it is closed.

python3 - <<'EOF' 2>&1 | tail -n 1
import tempfile
with tempfile.NamedTemporaryFile(dir=".") as f:
    f.truncate(131072)
    print("131072 bytes")
EOF
