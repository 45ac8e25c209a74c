# SPDX-License-Identifier: MIT
# graceful-fs tries a rename again when somebody has a file open, but only where the platform is
# win32.
# reported: isaacs/node-graceful-fs#133 (A15), esy/esy#1386 (A18)
# needs: python3

python3 "${0%/*}/rename.py" win32
