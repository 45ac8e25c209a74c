# SPDX-License-Identifier: MIT
# The handler is closed first.

python3 - <<'EOF'
import logging, os
os.mkdir("seed")
log = logging.FileHandler("seed/RMG.log")
log.close()
os.rename("seed", "seed_tmp")
print("renamed")
EOF
