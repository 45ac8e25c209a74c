# SPDX-License-Identifier: MIT
# A temporary file that has no name any more cannot be truncated: MySQL, iperf3, Python.
# reported: WSL#40262 (B7); the same over QEMU: kata-containers/kata-containers#9700 (B8)
# needs: python3

python3 - <<'EOF' 2>&1 | tail -n 1
import tempfile
with tempfile.TemporaryFile(dir=".") as f:
    f.truncate(131072)
    print("131072 bytes")
EOF
