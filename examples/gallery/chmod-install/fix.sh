# SPDX-License-Identifier: MIT
# On a drive a copy is enough.

echo '#!/bin/sh' >tool
cp tool installed
test -e installed && echo installed
