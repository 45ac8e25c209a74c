# SPDX-License-Identifier: MIT
# The file is copied to that name.

echo 1 >foo
touch test:1
cp foo test:2 && rm foo
ls
