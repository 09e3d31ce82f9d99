#!/usr/bin/perl
# Finds a block of free ports, prints its first one and keeps that one bound
# until killed. Blocks lie below the ports that the kernel gives to outgoing
# connections: those could take one between our look and the server's start.
use strict;
use warnings;
use IO::Socket::INET;

my ($block, $lowest, $highest) = (16, 20000, 32000);

if (open my $range, '<', '/proc/sys/net/ipv4/ip_local_port_range') {
    my ($ephemeral) = split ' ', <$range>;
    $highest = $ephemeral if $ephemeral < $highest && $ephemeral > $lowest + $block;
}

sub bound {
    my ($port) = @_;
    return IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $port, Listen => 1);
}

my $blocks = int(($highest - $lowest) / $block);
TRY: for (1 .. 500) {
    my $base = $lowest + $block * int(rand $blocks);
    my $guard = bound($base) or next;
    for my $port ($base + 1 .. $base + $block - 1) {
        bound($port) or next TRY;
    }
    $| = 1;
    print "$base\n";
    sleep 3600 while 1;
}
exit 1;
