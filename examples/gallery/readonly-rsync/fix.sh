# SPDX-License-Identifier: MIT
# The old files are made writable first.

mkdir new old && echo new >new/pack; echo older >old/pack
chmod 444 new/pack old/pack
chmod u+w old/pack
rsync -r new/ old/ 2>&1 | grep -o 'Permission denied'
cat old/pack
