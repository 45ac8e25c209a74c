# SPDX-License-Identifier: MIT
# The character is written otherwise.

mkdir -p cache
touch cache/perl-1:5.26.deb 2>"$HOME/errors" || touch cache/perl-1%3a5.26.deb
ls cache | sed s/%3a/:/
