# What the rows of litmus/vm/run say together, of one run or of many: for each model
# its guest time, and for each observation in how many rounds it was seen, whether
# the model allows it, and how many tests that could show it (they did, under another
# model) never did where it is forbidden. Then the goals.
def bit($b): (. / pow(2; $b) | floor) % 2 == 1;
def ran: map(select(.rounds != null and .verdict != "refused"));
def pad($n): . + " " * ([$n - length, 1] | max);
def left($n): " " * ([$n - length, 0] | max) + .;
def sum(f): map(f) | add // 0;
def minutes: sum(.seconds) / 6 | floor / 10;
def names: map("\n  \(.)") | join("");

# The rows of the table of models, and livepatch beside them.
def table: [("FUNCTION", "PATCHED_SET", "KERNEL") as $leave
	| ("FUNCTION", "THREAD", "KERNEL") as $switch | "\($leave)/\($switch)"]
	+ [("FUNCTION", "THREAD", "KERNEL") as $switch | "KERNEL/\($switch)/relaxed"]
	+ ["livepatch"];

. as $rows
| ($rows | map(select(.rounds != null))) as $timed
| ($rows | ran) as $ran
| ["M1", "M2", "M3", "M4"] as $ms
| (table + ($timed | map(.model) | unique - table)
	| map(select(. as $m | $timed | any(.model == $m)))) as $models
| ($ms | map(. as $m | {key: $m, value:
	($ran | map(select(.seen[$m] > 0) | .test) | unique)}) | from_entries) as $able
| [$models[] | . as $model | ($ran | map(select(.model == $model))) as $mine
	| range(4) | . as $k | $ms[$k] as $m
	| ($mine[0].allows // 0 | bit($k)) as $allowed
	| ($mine | map(select((.unchecked == 0 or $allowed) and .seen[$m] > 0))) as $hits
	| {$model, $m, $allowed, rounds: ($hits | sum(.seen[$m])),
	   tests: ($hits | map(.test) | unique | length),
	   could: ($mine | map(select(.unchecked == 0) | .test) | unique
		| map(select(. as $t | $able[$m] | index($t))) | length)}] as $cells
| ($rows | map(select(.verdict == "forbidden"))) as $bad
| ($rows | map(select(.why // "" | startswith("failed:")))) as $failed
| ($rows | map(select(.verdict == "log"))) as $log
| "",
  ("model" | pad(26)) + ("minutes" | left(7)) + ("calls/s" | left(9))
	+ ("rounds" | left(8)) + "  " + ($ms | map(pad(26)) | join("")),
  ($models[] | . as $model | ($timed | map(select(.model == $model))) as $mine
	| ($model | pad(26)) + ($mine | minutes | tostring | left(7))
	+ ($mine | sum(.old_calls + .new_calls) / ([sum(.seconds), 1] | max)
		| floor | tostring | left(9))
	+ ($mine | sum(.rounds) | tostring | left(8)) + "  "
	+ ([$cells[] | select(.model == $model)
		| if .allowed and .rounds > 0 then "yes: \(.rounds) rounds, \(.tests) tests"
		  elif .allowed then "yes: NOT SEEN"
		  elif .rounds > 0 then "no: SEEN in \(.rounds) rounds"
		  else "no: 0, \(.could) tests could" end
		| pad(26)] | join(""))),
  "",
  ($ran | map(select((.expected | startswith("Never")) and (.rounds > 0)))
	| group_by([.test, .model]) | map(select(sum(.count) == 0))
	| . as $never | map(.[0].test) | map(select(. as $t | any($ran[]; .test == $t and .count > 0)))
	| "expected never, not seen: \($never | length) of tests and models; tested (another model shows it): \(length)"),
  "forbidden: \($bad | length)" + ($bad | map("\(.test) \(.model)") | names),
  "could not be run to their end: \($failed | length)"
	+ ($failed | map("\(.test) \(.model)") | names),
  "suspect lines in the kernel's log: \($log | sum(.lines))"
	+ ($log | map(.model) | unique | names),
  ($ran | map(select(.slow > 0))
	| "given more time to settle: \(sum(.slow)) rounds; the slowest settled within \($ran | map(.slowest) | max // 0) s"),
  "rows: \($timed | length), rounds: \($timed | sum(.rounds)), calls: \($timed | sum(.old_calls + .new_calls)), injected faults: \($timed | sum(.faults)), incomplete: \($timed | sum(.incomplete)), minutes: \($timed | minutes), engines: \($timed | map(.engine) | unique | join(", "))",
  ($rows | map(select(.verdict == "skipped" and .model == "every model")) | unique_by(.test)
	| "tests with no counterpart: \(length)" + (map("\(.test): \(.why)") | names)),
  "",
  (table | map(. as $m | $timed | map(select(.model == $m)) | minutes) | min
	| "goal litmus-vm-time: \(if . >= 10 then "met" else "missed" end) \(.) min under the model with least (goal 10 min)"),
  ($bad + $failed + $log + ($timed | map(select(.incomplete > 0))) | length
	| "goal litmus-vm-forbidden: \(if . == 0 and ($timed | length) > 0 then "met" else "missed" end) \(.) (goal 0)"),
  ([$cells[] | select(.allowed and (.model | IN(table[])))]
	| "goal litmus-vm-witnessed: \(if all(.rounds > 0) and (table - $models) == [] then "met" else "missed" end) \(map(select(.rounds > 0)) | length) of \(length) cells that allow an observation, of \(table - (table - $models) | length) of \(table | length) models (goal all)")
