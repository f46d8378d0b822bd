# What the rows of litmus/vm/run say together: for each model and observation in
# how many rounds it was seen, whether the model allows it, and how many tests that
# could show it (they did, under another model) never did where it is forbidden.
def bit($b): (. / pow(2; $b) | floor) % 2 == 1;
def ran: map(select(.verdict != "skipped" and .verdict != "refused"));
def pad($n): . + " " * ([$n - length, 1] | max);

. as $rows
| ($rows | ran) as $ran
| ["M1", "M2", "M3", "M4"] as $ms
| ($ran | map(.model) | reduce .[] as $m ([]; if index($m) then . else . + [$m] end)) as $models
| ($ms | map(. as $m | {key: $m, value:
	($ran | map(select(.seen[$m] > 0) | .test) | unique)}) | from_entries) as $able
| "",
  ("model" | pad(23)) + ($ms | map(pad(26)) | join("")),
  ($models[] | . as $model
	| ($ran | map(select(.model == $model))) as $mine
	| ($model | pad(23)) + (
	[range(4)] | map(. as $k | $ms[$k] as $m
		| ($mine[0].allows | bit($k)) as $allowed
		| ($mine | map(select((.unchecked == 0 or $allowed) and .seen[$m] > 0))) as $hits
		| ($hits | map(.seen[$m]) | add // 0) as $n
		| if $allowed and $n > 0 then "yes: \($n) rounds, \($hits | length) tests"
		  elif $allowed then "yes: NOT SEEN"
		  elif $n > 0 then "no: SEEN in \($n) rounds"
		  else "no: 0, \($mine | map(select(.unchecked == 0) | .test)
			| map(select(. as $t | $able[$m] | index($t))) | length) tests could" end
		| pad(26)) | join(""))),
  "",
  ($ran | map(select((.expected | startswith("Never")) and .count == 0)
	| . as $r | {row: ., tested: ([$ran[] | select(.test == $r.test and .count > 0)] | length > 0)})
	| "expected never, not seen: \(length); tested (another model shows it): \(map(select(.tested)) | length)"),
  ($ran | map(select(.verdict == "forbidden"))
	| "forbidden: \(length)" + (map("\n  \(.test) \(.model)") | join(""))),
  "rows: \($ran | length), rounds: \($ran | map(.rounds) | add // 0), calls: \($ran | map(.old_calls + .new_calls) | add // 0), incomplete: \($ran | map(.incomplete) | add // 0), seconds: \($ran | map(.seconds) | add // 0 | floor)",
  ($rows | map(select(.verdict == "skipped" and .model == "every model")) | unique_by(.test)
	| "tests with no counterpart: \(length)" + (map("\n  \(.test): \(.why)") | join("")))
