# SPDX-License-Identifier: MIT
# SQLite's WAL mode fails where a program of Windows has the database open, too.
# reported: gastownhall/beads#920 (I1)
# needs: sqlite3

sqlite3 beads.db 'PRAGMA journal_mode=WAL' >/dev/null
# By itself: of the program that has set the mode, sqlite 3.53 does not say what failed.
sqlite3 beads.db 'CREATE TABLE t (x); INSERT INTO t VALUES (1); SELECT x FROM t' 2>&1 |
  grep -oE '^1$|locking protocol|disk I/O error'
