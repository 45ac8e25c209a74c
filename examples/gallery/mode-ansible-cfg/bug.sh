# SPDX-License-Identifier: MIT
# Ansible reads no ansible.cfg in a directory that everybody may write to, and on a drive that is
# every one.
# reported: ansible/ansible#42388, ansible/ansible#75383, clong/DetectionLab#617 (D10)
# needs: python3

touch ansible.cfg
python3 "${0%/*}/ansible.py"
