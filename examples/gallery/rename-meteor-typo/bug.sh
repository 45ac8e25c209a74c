# SPDX-License-Identifier: MIT
# Meteor copies what it cannot rename, but looks for an error EACCESS, which there is not.
# reported: meteor/meteor#12698 (A16)
# needs: python3

python3 "${0%/*}/rename.py" EPERM EACCESS
