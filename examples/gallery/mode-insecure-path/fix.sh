# SPDX-License-Identifier: MIT
# What is run comes from directories of Linux.

mkdir bin
PATH=/usr/bin:/bin perl -T -e 'delete @ENV{qw(IFS CDPATH ENV BASH_ENV)};
  ($ENV{PATH}) = $ENV{PATH} =~ /(.*)/; system "echo", "ran"' 2>&1 | sed 's/ while .*//'
