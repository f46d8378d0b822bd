# SPDX-License-Identifier: GPL-2.0
#
# One line that a guest wrote, made one flat row: the same members for upstream
# and for ours, times in nanoseconds, null for what there is not. $about: what
# holds for all rows of a guest.

def microseconds($from; $to):
	if (.[$from] // 0) > 0 and (.[$to] // 0) > 0
	then (.[$to] - .[$from]) * 1000 else null end;

# From the first word of the log to the last, and from the redirects on.
def upstream:
	{ settled: (.status == 0),
	  transition_ns: microseconds("starting_us"; "complete_us"),
	  enable_ns: microseconds("enabling_us"; "complete_us"),
	  load_ns, whole_ns };

def ours:
	.load_ns as $load | .answer |
	{ settled: (.result == "settled"), result, transition_ns: .elapsed_ns,
	  enable_ns: .whole_ns, load_ns: $load,
	  whole_ns: ((.whole_ns // 0) + $load),
	  tasks, nudged, excused, stops, pause_ns };

. as { $clock_source } | if .part == "transitions" then
	{ part, situation, way, round } +
	(if .way == "upstream" then upstream else ours end)
elif .part == "pause" then
	{ part, clock, sleepers, run } +
	(.answer | { settled: (.result == "settled"), result, tasks, pause_ns,
		     transition_ns: .elapsed_ns, stops })
else
	.
end + { $clock_source } + $about
