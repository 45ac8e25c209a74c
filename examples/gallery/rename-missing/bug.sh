# SPDX-License-Identifier: MIT
# rename of what is not there to its own name succeeds.
# reported: WSL#5505, WSL#13110 (K9)
# needs: python3

python3 - <<'EOF'
import os
try:
    os.rename("missing", "missing")
    print("done")
except OSError as e:
    print(e.strerror)
EOF
