# SPDX-License-Identifier: MIT
# perl -i, before 5.28, opens a file, removes it and writes it anew: the file vanishes.
# reported: WSL#1730 (B2)
# needs: perl

echo colour >text
perl -e 'open IN, "<", "text"; unlink "text"; open OUT, ">", "text" or die "$!\n";
  while (<IN>) { s/ou/o/; print OUT }'
cat text
