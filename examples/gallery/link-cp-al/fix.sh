# SPDX-License-Identifier: MIT
# Symlinks are copied, and only files are linked.

mkdir -p day.0/logs && ln -s logs day.0/current
mkdir -p day.1/logs && cp -P day.0/current day.1/current
ls day.1
