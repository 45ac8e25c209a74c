# SPDX-License-Identifier: MIT
# PostgreSQL makes its data directory for itself alone, and then finds that it is not.
# reported: digitallyinduced/ihp#144, docker-library/postgres#1335 (D11)
# needs: python3

mkdir -m 700 data
python3 - <<'EOF'
import os, stat, sys
mode = stat.S_IMODE(os.stat("data").st_mode)
if mode & 0o027:
    sys.exit('FATAL:  data directory "data" has invalid permissions (%o)' % mode)
print("started")
EOF
