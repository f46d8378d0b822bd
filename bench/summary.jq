# SPDX-License-Identifier: GPL-2.0
#
# All rows of a run (jq -s) to {summary, goals}: statistics of each figure, and
# for each goal whether it was met. p95 is the nearest rank: the value that 95
# of 100 do not exceed. What did not settle counts in "runs", not in the times.

def stat:
	sort | length as $n |
	if $n == 0 then { n: 0 } else
	{ n: $n, min: .[0], max: .[-1],
	  median: ((.[($n - 1) / 2 | floor] + .[$n / 2 | floor]) / 2),
	  p95: .[($n * 0.95 | ceil) - 1] } end;

def quiet: all(.[]; .quiet);

def calls:
	map(select(.part == "calls")) as $rows |
	(reduce ($rows[] | select(.way == "none")) as $row ({};
		.[$row.functions | tostring] += [$row.per_call]) |
	 map_values(stat.median)) as $base |
	$rows | map(select(.way | startswith("none") | not)) |
	group_by([.phase, .functions, .way])[] |
	{ part: "calls", figure: "extra", phase: .[0].phase,
	  functions: .[0].functions, way: .[0].way, quiet: quiet } +
	(map(.per_call - $base[.functions | tostring] |
	     . * 1000 | round / 1000) | stat);

def transitions:
	map(select(.part == "transitions")) | group_by([.situation, .way])[] |
	{ part: "transitions", situation: .[0].situation, way: .[0].way,
	  runs: length, quiet: quiet } as $head |
	map(select(.settled)) as $settled |
	("transition_ns", "enable_ns", "whole_ns", "load_ns") as $figure |
	$head + { figure: $figure } +
	($settled | map(.[$figure] | values) | stat);

def pause:
	map(select(.part == "pause")) | group_by([.clock, .sleepers])[] |
	{ part: "pause", figure: "pause_ns", clock: .[0].clock,
	  sleepers: .[0].sleepers, runs: length, quiet: quiet,
	  tasks: (map(.tasks) | stat.median) } +
	(map(select(.settled) | .pause_ns) | stat);

# What a summary has for $want, or nothing when that was not measured.
def find_any($want):
	map(select(. as $row | $want | to_entries |
		   all(.[]; $row[.key] == .value))) | first // empty;

def find($want): find_any($want) | select(.n > 0);

def at_most($name; $figure; $goal; $text):
	{ name: $name, met: ($figure <= $goal), figure: $figure, goal: $goal,
	  text: $text };

def missed($name):
	{ name: $name, met: false, figure: null, goal: null,
	  text: "no run settled" };

def ratio: . * 100 | round / 100;

def calls_goals:
	. as $all | ([1, 5], [64, 13]) as [$n, $most] |
	{ part: "calls", phase: "settled", functions: $n } as $want |
	($all | find($want + { way: "switchyard" }).max) as $mine |
	($all | find($want + { way: "upstream" }).min) as $theirs |
	at_most("calls-settled-\($n)"; $mine; $most; "+\($mine) (goal +\($most))"),
	at_most("calls-settled-\($n)-beside-upstream"; $mine; $theirs / 6;
		"1/\($theirs / $mine | ratio) of +\($theirs) (goal 1/6)");

# Milliseconds for people.
def ms: . / 1e6 | if . < 10 then . * 100 | round / 100
	elif . < 100 then . * 10 | round / 10 else round end;

# All of hybrid's runs must have settled: what did not has no time.
def transition_goals:
	. as $all | (["load", 20, 50], ["sleeper", 100, 200]) as
	[$situation, $part, $most] |
	{ part: "transitions", situation: $situation,
	  figure: "transition_ns" } as $want |
	($all | find_any($want + { way: "hybrid" })) as $mine |
	($all | find($want + { way: "upstream" })) as $theirs |
	($mine.runs - $mine.n) as $lost |
	if $mine.n == 0 then missed("transition-\($situation)") else
	(if $lost > 0 then ", \($lost) of \($mine.runs) not settled"
	 else "" end) as $but |
	(at_most("transition-\($situation)"; $mine.p95; $most * 1e6;
		 "p95 \($mine.p95 | ms) ms\($but) (goal \($most) ms)"),
	 at_most("transition-\($situation)-beside-upstream"; $mine.p95;
		 $theirs.p95 / $part;
		 "p95 1/\($theirs.p95 / $mine.p95 | ratio) of \($theirs.p95 |
		 ms) ms\($but) (goal 1/\($part))")) |
	.met = (.met and $lost == 0)
	end;

def whole_goals:
	. as $all | ("idle", "load", "sleeper") as $situation |
	{ part: "transitions", situation: $situation,
	  figure: "whole_ns" } as $want |
	($all | find_any($want + { way: "hybrid" }).median) as $mine |
	($all | find($want + { way: "upstream" }).median) as $theirs |
	if $mine == null then missed("whole-\($situation)") else
	at_most("whole-\($situation)"; $mine; $theirs;
		"median \($mine | ms) ms (goal upstream's, \($theirs | ms) ms)")
	end;

def pause_goals:
	. as $all | ("wall", "instructions") as $clock |
	{ part: "pause", clock: $clock } as $want |
	($all | find($want + { sleepers: 100 }).median) as $few |
	($all | find($want + { sleepers: 5000 }).median) as $many |
	at_most("pause-5000-\($clock)-beside-100"; $many; 2 * $few;
		"\($many / $few | ratio) times (goal 2 times)"),
	(select($clock == "wall") |
	 at_most("pause-5000-wall"; $many; 5e6; "median \($many | ms) ms (goal 5 ms)"));

[calls, transitions, pause] as $summary |
{ summary: $summary,
  goals: ($summary | [calls_goals, transition_goals, whole_goals, pause_goals]) }
