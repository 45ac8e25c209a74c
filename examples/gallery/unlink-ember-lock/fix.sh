# SPDX-License-Identifier: MIT
# The file is emptied and written again, and not removed.

echo 1 >build.lock
exec 3<build.lock
echo 2 >build.lock
cat build.lock
