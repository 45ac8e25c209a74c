# SPDX-License-Identifier: MIT
# A directory of Windows' in a container belongs to another user, and nothing can be made in it.
# reported: Docker Desktop; dads-mmo-lab#99 (D18)
# user: ordinary

touch world.conf
ls
