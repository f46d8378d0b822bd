#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
#
# Mechanical faults in C sources of the house's style: every condition negated,
# every statement dropped.
#
#   sim/mechanical.pl list FILE...      a line for each: NAME, tab, line number
#   sim/mechanical.pl make FILE NAME    FILE with this fault, on standard output
#
# What is a condition: the whole in if, while, for and before "?"; each operand
# of && and ||; a comparison, or a "!", that is returned or assigned. What is a
# statement: each that ends in ";" and is no declaration. Only functions have
# any: their bodies are between "{" and "}" that stand alone in the first column.
#
# A NAME is made of the text, never of its place: FILE FUNCTION KIND #N TEXT, with
# KIND "not" or "drop"; N counts from 1 the same text in the same function. A bare
# break or return has the text of what comes before it, too.
use strict;
use warnings;

my (@tokens, @found, $file, $function, %count, $before);

# [text, from, to] of each token; offsets are those of the whole file.
sub tokenize {
	my ($text, $from) = @_;
	my @ret;
	while ($text =~ m{\G(?:\s+|//[^\n]*|/\*.*?\*/)*
		([A-Za-z_]\w*|\d\w*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'
		|->|\+\+|--|<<=|>>=|<<|>>|[-+*/%&|^!=<>]=|&&|\|\||\S)}gsx) {
		push @ret, [$1, $from + $-[1], $from + $+[1]];
	}
	return @ret;
}

sub word { return $_[0] < @tokens ? $tokens[$_[0]][0] : die "$file: $function: ends too soon\n" }

# The partner of the bracket at $i.
sub partner {
	my ($i) = @_;
	my %shut = ('(' => ')', '[' => ']', '{' => '}');
	my ($open, $close, $depth) = (word($i), $shut{word($i)}, 0);
	for (;; $i++) {
		$depth++ if word($i) eq $open;
		$depth-- if word($i) eq $close;
		return $i if !$depth;
	}
}

# A fault: the tokens $from .. $to - 1.
sub fault {
	my ($source, $kind, $from, $to) = @_;
	my ($a, $b) = ($tokens[$from][1], $tokens[$to - 1][2]);
	my $text = substr($$source, $a, $b - $a);
	return if grep { $_->{from} == $a && $_->{to} == $b && $_->{kind} eq $kind } @found;
	my $words = join(' ', map { $_->[0] } @tokens[$from .. $to - 1]);
	$words = "$before $words" if $to == $from + 1 && $words =~ /^(break|return|continue)$/;
	my $n = ++$count{"$function $kind $words"};
	push @found, { name => "$file $function $kind #$n $words", kind => $kind,
		from => $a, to => $b, text => $text,
		line => 1 + (substr($$source, 0, $a) =~ tr/\n//) };
}

# The truth values inside the tokens $from .. $to - 1. $truth: the whole is one.
sub truths {
	my ($source, $from, $to, $truth) = @_;
	my ($start, $logic, $compares, @starts) = ($from, 0, 0);
	return if $from >= $to;
	fault($source, 'not', $from, $to) if $truth;
	my $close = sub {
		my ($end, $is) = @_;
		if ($logic) {
			my @ends = ((map { $_ - 1 } @starts[1 .. $#starts]), $end);
			fault($source, 'not', $starts[$_], $ends[$_]) for 0 .. $#starts;
		}
		fault($source, 'not', $start, $end)
			if $end > $start && ($is || $logic || $compares);
	};
	my $open = sub { ($start, $logic, $compares, @starts) = ($_[0], 0, 0, $_[0]) };
	$open->($from);
	for (my $i = $from; $i < $to; $i++) {
		my $w = word($i);
		if ($w eq '(' || $w eq '[' || $w eq '{') {
			my $end = partner($i);
			truths($source, $i + 1, $end, 0);
			$i = $end;
		} elsif ($w eq '&&' || $w eq '||') {
			$logic = 1;
			push @starts, $i + 1;
		} elsif ($w =~ /^([=!<>]=|[<>])$/ || ($w eq '!' && $i == $start)) {
			$compares = 1;
		} elsif ($w eq '?') {
			$close->($i, 1);
			$open->($i + 1);
		} elsif ($w =~ /^([-+*\/%&|^]?=|<<=|>>=|:|,|;)$/) {
			# A comparison alone before ":" or "," is no condition.
			$close->($i, 0) if $w ne '=';
			$open->($i + 1);
		}
	}
	$close->($to, 0);
}

my $declares = qr/^(const|static|struct|enum|union|int|char|void|unsigned|sy_u\w+|sy_refusal_t)$/;

sub statement {
	my ($source, $i) = @_;
	my $w = word($i);
	if ($w eq '{') {
		my $end = partner($i);
		for ($i++; $i < $end;) {
			$i = statement($source, $i);
		}
		return $end + 1;
	}
	if ($w eq 'else' || $w eq 'do') {
		return statement($source, $i + 1);
	}
	if ($w =~ /^(if|while|for|switch)$/) {
		my $end = partner($i + 1);
		$before = join(' ', map { $_->[0] } @tokens[$i .. $end]);
		if ($w eq 'for') {
			my @semicolons = grep { word($_) eq ';' } $i + 2 .. $end - 1;
			truths($source, $semicolons[0] + 1, $semicolons[1], 1);
			fault($source, 'drop', $i + 2, $semicolons[0]) if $semicolons[0] > $i + 2;
			fault($source, 'drop', $semicolons[1] + 1, $end) if $end > $semicolons[1] + 1;
		} else {
			truths($source, $i + 2, $end, $w ne 'switch');
		}
		return statement($source, $end + 1);
	}
	if ($w eq 'case' || $w eq 'default') {
		$i++ while word($i) ne ':';
		return $i + 1;
	}
	my $end = $i;
	while (word($end) ne ';') {
		$end = word($end) =~ /^[(\[{]$/ ? partner($end) + 1 : $end + 1;
	}
	fault($source, 'drop', $i, $end) if $end > $i && $w !~ $declares;
	truths($source, $w eq 'return' ? $i + 1 : $i, $end, 0);
	$before = join(' ', map { $_->[0] } @tokens[$i .. $end]);
	return $end + 1;
}

sub faults_of {
	my ($path) = @_;
	open(my $in, '<', $path) or die "$path: $!\n";
	local $/;
	my $source = <$in>;
	($file = $path) =~ s,.*/,,;
	@found = %count = ();
	while ($source =~ /^(?!#)[^\s{}\/][^{};]*?(\w+)\([^{};]*\)\n\{\n(.*?)^\}\n/gms) {
		$function = $1;
		my $begin = $-[2];
		@tokens = tokenize($2, $begin);
		for (my $i = 0; $i < @tokens;) {
			$i = statement(\$source, $i);
		}
	}
	return \$source;
}

my $command = shift // '';
if ($command eq 'list' && @ARGV) {
	for my $path (@ARGV) {
		faults_of($path);
		print "$_->{name}\t$_->{line}\n" for @found;
	}
} elsif ($command eq 'make' && @ARGV == 2) {
	my $source = faults_of($ARGV[0]);
	my ($one) = grep { $_->{name} eq $ARGV[1] } @found;
	die "$ARGV[0] has no fault named $ARGV[1]\n" if !$one;
	substr($$source, $one->{from}, $one->{to} - $one->{from}) =
		$one->{kind} eq 'not' ? "!($one->{text})" : '(void)0';
	print $$source;
} else {
	die "usage: sim/mechanical.pl list FILE... | make FILE NAME\n";
}
