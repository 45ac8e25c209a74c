# SPDX-License-Identifier: MIT
# The configuration is named.

touch ansible.cfg
ANSIBLE_CONFIG=$PWD/ansible.cfg python3 "${0%/*}/ansible.py"
