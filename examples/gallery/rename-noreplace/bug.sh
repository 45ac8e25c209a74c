# SPDX-License-Identifier: MIT
# ClickHouse and delta-rs rename so that nothing is replaced, which drives do not know.
# reported: ClickHouse/ClickHouse#18959, delta-io/delta-rs#386, tt-a1i/skillroster#297 (K1, K2, K3)
# needs: python3

python3 "${0%/*}/rename.py"
