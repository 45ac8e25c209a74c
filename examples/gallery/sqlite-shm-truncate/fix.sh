# SPDX-License-Identifier: MIT
# The journal is an ordinary one.

sqlite3 beads.db 'PRAGMA journal_mode=DELETE' >/dev/null
sqlite3 beads.db 'CREATE TABLE t (x); INSERT INTO t VALUES (1); SELECT x FROM t' 2>&1 |
  grep -oE '^1$|locking protocol|disk I/O error'
