# SPDX-License-Identifier: MIT
# The old file is renamed and removed at the end, as newer ones do.

echo colour >text
perl -e 'open IN, "<", "text"; rename "text", "text.old"; open OUT, ">", "text" or die "$!\n";
  while (<IN>) { s/ou/o/; print OUT } close IN; unlink "text.old"'
cat text
