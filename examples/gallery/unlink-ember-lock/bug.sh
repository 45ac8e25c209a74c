# SPDX-License-Identifier: MIT
# ember-cli removes a lock file that is open, and makes it again: there is none afterwards.
# reported: WSL#1357 (B1), WSL#1615 (B11)
# needs: python3

echo 1 >build.lock
exec 3<build.lock
rm build.lock
python3 -c 'open("build.lock", "w").write("2\n")' 2>&1 | grep -o 'No such file.*'
cat build.lock
