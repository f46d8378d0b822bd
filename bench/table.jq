# SPDX-License-Identifier: GPL-2.0
#
# What bench/summary.jq made, as a table of 80 columns for people.

def left($n): tostring | . + " " * ([$n - length, 0] | max);
def right($n): tostring | " " * ([$n - length, 0] | max) + .;

# Three digits of a time in milliseconds, or of a ratio.
def three:
	if . == null then "-"
	elif . < 0.1 then . * 1000 | round / 1000
	elif . < 10 then . * 100 | round / 100
	elif . < 100 then . * 10 | round / 10
	else round end;
def ms: if . == null then "-" else . / 1e6 | three end;
# Upstream's figure in terms of ours.
def times($theirs): if . and $theirs then "x" + ($theirs / . | three | tostring)
	else "-" end;

def calls_line($name; $ours; $theirs):
	"  " + ($name | left(32)) + ($ours.min | right(7)) +
	($ours.median | right(7)) + ($ours.max | right(7)) +
	($theirs.median | right(10)) +
	($ours.median | times($theirs.median) | right(9));

def calls:
	map(select(.part == "calls")) | select(length > 0) | . as $rows |
	"",
	"Guest instructions a call, beyond one that is not patched",
	"  " + ("" | left(32)) + ("ours" | right(7)) + ("" | right(14)) +
	("upstream" | right(10)),
	"  " + ("" | left(32)) + ("min" | right(7)) + ("median" | right(7)) +
	("max" | right(7)) + ("median" | right(10)) + ("ratio" | right(9)),
	(("settled", "in transition") as $phase | (1, 64) as $n |
	 ($rows | map(select(.phase == $phase and .functions == $n))) as $here |
	 calls_line(
		(if $phase == "settled" then "settled, patch of \($n)"
		 else "in transition, \($n) of patch of 66" end);
		($here | map(select(.way == "switchyard")) | first);
		($here | map(select(.way == "upstream")) | first)));

def transition_line($t; $theirs; $whole):
	"  " + ($t.way | left(21)) + ("\($t.n)/\($t.runs)" | right(8)) +
	($t.min | ms | right(7)) + ($t.median | ms | right(7)) +
	($t.p95 | ms | right(7)) + ($t.max | ms | right(7)) +
	($t.p95 | times($theirs.p95) | right(7)) +
	($whole.median | ms | right(7)) + ($whole.p95 | ms | right(7));

# Along the design's table of models.
def ways: ["null", "function/thread", "kpatch-nocheck",
	"patched_set/function", "hybrid", "hybrid-count", "kpatch", "masami",
	"kernel/function", "kgraft", "kgraft-relaxed", "freeze",
	"freeze-relaxed", "upstream"];

def transitions:
	map(select(.part == "transitions")) | select(length > 0) |
	. as $rows |
	"",
	"Transitions, ms: from the redirects on, and the whole way, module load included",
	("idle", "load", "sleeper") as $situation |
	($rows | map(select(.situation == $situation))) |
	select(length > 0) as $here | . as $here |
	($here | map(select(.figure == "transition_ns"))) as $t |
	($here | map(select(.figure == "whole_ns"))) as $w |
	"  " + ({ idle: "idle", load: "under load", sleeper: "asleep inside" }
	[$situation] | left(21)) + ("settled" | right(8)) +
	("min" | right(7)) + ("median" | right(7)) + ("p95" | right(7)) +
	("max" | right(7)) + ("ratio" | right(7)) + ("whole" | right(7)) +
	("p95" | right(7)),
	(ways[] as $way | $t[] | select(.way == $way) |
	 transition_line(.; $t | map(select(.way == "upstream")) | first;
			 $w | map(select(.way == $way)) | first));

def pause:
	map(select(.part == "pause")) | select(length > 0) | . as $rows |
	"",
	"Pause of PATCHED_SET/KERNEL (preset kpatch), us; 1000 guest instructions",
	"  " + ("clock" | left(15)) + ("sleepers" | right(9)) +
	("tasks" | right(7)) + ("n" | right(4)) + ("min" | right(9)) +
	("median" | right(9)) + ("p95" | right(9)) + ("max" | right(9)),
	(("wall", "instructions") as $clock | $rows[] |
	 select(.clock == $clock) |
	 "  " + ($clock | left(15)) + (.sleepers | right(9)) +
	 (.tasks | round | right(7)) + (.n | right(4)) +
	 ([.min, .median, .p95, .max | . / 1000 | three | right(9)] | add));

.goals as $goals | .summary |
calls, transitions, pause, "",
($goals[] | "goal \(.name): \(if .met then "met" else "missed" end) \(.text)")
