# SPDX-License-Identifier: MIT
# ssh refuses a private key on a drive, since everybody may read it.
# reported: WSL#3181, WSL#3206, geerlingguy/ansible-for-devops#234 (D9)
# needs: ssh-keygen

ssh-keygen -q -t ed25519 -N "" -f id
chmod 600 id
ssh-keygen -y -f id 2>&1 | grep -oE "^ssh-ed25519|Permissions 0[0-7]+ .*"
