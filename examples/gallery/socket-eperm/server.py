# SPDX-License-Identifier: MIT
# Listens at a path, answers itself, and says what stat shows.
import os, socket, stat, sys
path = sys.argv[1]
server = socket.socket(socket.AF_UNIX)
try:
    server.bind(path)
except OSError as e:
    sys.exit("bind: " + e.strerror)
server.listen()
client = socket.socket(socket.AF_UNIX)
client.connect(path)
client.send(b"answered")
print(server.accept()[0].recv(8).decode(), "by a socket" if stat.S_ISSOCK(os.stat(path).st_mode) else "by a file")
