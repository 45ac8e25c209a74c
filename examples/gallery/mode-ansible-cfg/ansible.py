# SPDX-License-Identifier: MIT
# As Ansible looks for its configuration.
import os, stat
found = os.environ.get("ANSIBLE_CONFIG", "")
if found == "":
    if stat.S_IMODE(os.stat(".").st_mode) & stat.S_IWOTH:
        print("Ansible is being run in a world writable directory, ignoring it as an ansible.cfg source.")
    else:
        found = "ansible.cfg"
print("config file =", os.path.basename(found) or None)
