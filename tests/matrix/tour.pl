# SPDX-License-Identifier: MIT
# What tests/programs/tour.c says, by Perl.
use strict;
use warnings;
use Errno;
use Fcntl;
use File::Find;
use POSIX ();

sub say_it {
    my ($what, $ok) = @_;
    my ($name) = grep { $!{$_} } qw(EPERM EACCES ENOENT);
    print "$what ", $ok ? 'ok' : $name // "$!", "\n";
    return $ok;
}

umask 022;
sysopen(my $file, 'x:y', O_WRONLY | O_CREAT, 0640) or die;
printf "mode %o\n", (stat 'x:y')[2] & 0777;
say_it('fifo', POSIX::mkfifo('p', 0600));
mkdir 'd', 0700;
open(my $inner, '>', 'd/f') or die;
rename 'e', 'd' if say_it('rename', rename 'd', 'e');
say_it('unlink', unlink('x:y') == 1);
say_it('stat', defined((stat 'x:y')[2]));
say_it('again', sysopen(my $again, 'x:y', O_WRONLY | O_CREAT | O_EXCL, 0600));
my @names;
find({ wanted => sub { push @names, substr $_, 2 if $_ ne '.' }, no_chdir => 1 }, '.');
print join(' ', 'walk', sort @names), "\n";
close $inner;
close $file;
say_it('rename', rename 'd', 'e');
