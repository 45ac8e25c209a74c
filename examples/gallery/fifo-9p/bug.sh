# SPDX-License-Identifier: MIT
# A workflow makes a named pipe, and the drive has another word for no.
# reported: icbi-lab/nextNEOpi#65, WSL#5369 (E2)

mkfifo reads.fifo
ls
