# SPDX-License-Identifier: MIT
# rsync -a and cp -p copy the data, and fail over its owner and its times.
# reported: WSL#3192, WSL#3187, WSL#9239 (D13)
# needs: rsync
# user: ordinary

mkdir new && echo 1 >new/file
cp -p new/file copy 2>&1 | grep -o 'Operation not permitted'
rsync -a new/ old/ 2>&1 | grep -o 'Operation not permitted' | head -n 1
cat copy old/file
