# SPDX-License-Identifier: MIT
# install copies a program and cannot make it executable, though everything is: CMake, jlink,
# makepkg.
# reported: WSL#4257 (D3), WSL#4917 (D4), WSL#2770 (D7), emscripten-core/emscripten#13158 (D5), docker/for-win#4824 (D6)
# user: ordinary

echo '#!/bin/sh' >tool
install -m 755 tool installed 2>&1 | grep -o 'Operation not permitted'
test -e installed && echo installed
