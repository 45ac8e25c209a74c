# SPDX-License-Identifier: MIT
# EINVAL has another way follow: a hard link, and the old name removed.

python3 "${0%/*}/rename.py" fallback
