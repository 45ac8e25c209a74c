# SPDX-License-Identifier: MIT
# A time that is set to the nanosecond does not come back.
# reported: Windows' FILETIME; no report (J4)

touch -d @1600000000.123456789 source
stat -c %.9Y source
