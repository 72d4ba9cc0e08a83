#!/usr/bin/perl
# Writes the rows of the IP-to-ASN data package as an MMDB with the field names of GeoLite2-ASN:
# make_mmdb.pl asn-ipv4.csv asn-ipv6.csv OUTPUT
use strict;
use warnings;
use MaxMind::DB::Writer::Tree;

my ($v4, $v6, $output) = @ARGV;
my %types = (autonomous_system_number => 'uint32', autonomous_system_organization => 'utf8_string');
my $tree = MaxMind::DB::Writer::Tree->new(
    ip_version               => 6,
    record_size              => 24,
    database_type            => 'ASN',
    languages                => ['en'],
    description              => { en => 'The rows of @ip-location-db/asn' },
    alias_ipv6_to_ipv4       => 0,    # 2001::/32 is a row of its own
    remove_reserved_networks => 0,
    merge_strategy           => 'none',    # of overlapping rows the later one wins
    map_key_type_callback    => sub { $types{ $_[0] } },
);
for my $file ($v4, $v6) {
    open my $in, '<:encoding(UTF-8)', $file or die "cannot open $file: $!";
    while (my $line = <$in>) {
        chomp $line;
        my ($first, $last, $asn, $name) = split /,/, $line, 4;
        if ($name =~ s/^"(.*)"$/$1/) { $name =~ s/""/"/g; }
        if ($file eq $v4) { $_ = "::$_" for ($first, $last); }
        $tree->insert_range($first, $last,
            { autonomous_system_number => $asn, autonomous_system_organization => $name });
    }
}
open my $out, '>:raw', $output or die "cannot write $output: $!";
$tree->write_tree($out);
