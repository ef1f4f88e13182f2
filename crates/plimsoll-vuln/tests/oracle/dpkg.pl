# Orders pairs of versions as dpkg's own Perl library does; `!` where one is not a version.
use strict;
use warnings;
use Dpkg::Version;

my @out;
while (my $line = <STDIN>) {
    chomp $line;
    my ($a, $b) = map { Dpkg::Version->new($_, check => 1) } split /\t/, $line;
    push @out, defined $a && defined $b ? ('<', '=', '>')[($a <=> $b) + 1] : '!';
}
print join("\n", @out), "\n";
