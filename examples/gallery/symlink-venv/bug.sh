# SPDX-License-Identifier: MIT
# python -m venv makes lib64 a symlink to lib.
# reported: astral-sh/uv#13301, pypa/virtualenv#2786 (F2)
# needs: python3

python3 -m venv --without-pip env 2>&1 | sed 's/:.*//'
test -e env/bin/activate && echo made
