# SPDX-License-Identifier: MIT
# The environment is made on a file system of Linux.

python3 -m venv --without-pip "$HOME/env" 2>&1 | sed 's/:.*//'
test -e "$HOME/env/bin/activate" && echo made
