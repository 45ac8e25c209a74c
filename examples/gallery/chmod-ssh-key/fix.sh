# SPDX-License-Identifier: MIT
# The key is copied to where modes are kept.

ssh-keygen -q -t ed25519 -N "" -f id
install -m 600 id "$HOME/id"
ssh-keygen -y -f "$HOME/id" 2>&1 | grep -oE "^ssh-ed25519|Permissions 0[0-7]+ .*"
