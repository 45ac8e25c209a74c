# SPDX-License-Identifier: MIT
# A program that is careful about PATH finds its directories writable for everybody: Ruby warns,
# Perl stops.
# reported: WSL#1426, WSL#2476, WSL#4586, rubygems/bundler#4599 (D15)
# needs: perl

mkdir bin
PATH=$PWD/bin:/usr/bin:/bin perl -T -e 'delete @ENV{qw(IFS CDPATH ENV BASH_ENV)};
  ($ENV{PATH}) = $ENV{PATH} =~ /(.*)/; system "echo", "ran"' 2>&1 | sed 's/ while .*//'
