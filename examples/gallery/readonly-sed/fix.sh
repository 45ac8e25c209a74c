# SPDX-License-Identifier: MIT
# The text is written through the name that it has.

echo colour >text
chmod 444 text
chmod u+w text
sed -i s/ou/o/ text 2>&1 | grep -o 'Permission denied'
cat text
