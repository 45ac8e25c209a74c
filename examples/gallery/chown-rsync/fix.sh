# SPDX-License-Identifier: MIT
# Only the data is copied.

mkdir new && echo 1 >new/file
cp new/file copy
cp -R new old
cat copy old/file
