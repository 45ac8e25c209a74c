# SPDX-License-Identifier: MIT
# A Python program renames a directory in which its log handler has a file open.
# reported: ReactionMechanismGenerator/RMG-Py#1786 (A11), WSL#1726 (A10)
# needs: python3

python3 - <<'EOF'
import logging, os
os.mkdir("seed")
log = logging.FileHandler("seed/RMG.log")
try:
    os.rename("seed", "seed_tmp")
    print("renamed")
except OSError as e:
    print(e)
EOF
