# SPDX-License-Identifier: MIT
# rsync cannot replace files that are not writable, as those of git objects.
# reported: WSL#5087 (C3)
# needs: rsync

mkdir new old && echo new >new/pack; echo older >old/pack
chmod 444 new/pack old/pack
rsync -r new/ old/ 2>&1 | grep -o 'Permission denied'
cat old/pack
