# SPDX-License-Identifier: MIT
# A program of Windows has a file open, and does not share it: it cannot be read.
# reported: WSL#6962; the errno is the vendor's table (M1)

echo 1 >report.xlsx
"$LXSHIM" win hold --share none report.xlsx -- cat report.xlsx
