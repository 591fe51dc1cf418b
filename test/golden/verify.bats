#!/usr/bin/env bats
# aurum verify: what it says of logs that the real sealer wrote, untouched and attacked.

setup() {
	export TZ=UTC LC_ALL=C
	make=$AURUM_BIN/../test/seal-make
	log=$BATS_TEST_TMPDIR/log
}

# sealed STEP...: a new log of these steps, in files of 20,000 bytes.
sealed() { rm -rf "$log"; "$make" -b 20000 -n 99 "$log" "$@" >/dev/null 2>&1; }

# verify ARGUMENT...: with the key and the anchor that the host has.
verify() { "$AURUM_BIN/aurum" verify --key "$log/vkey" --anchor "$log/anchor" "$@" "$log"; }

# says STATUS TEXT [ARGUMENT...]: that exit status, and this in the output.
says() {
	local text=$2
	shift 2
	run verify "$@"
	if [ "$status" -ne "$wanted_status" ] || [[ "$output" != *"$text"* ]]; then
		echo "wanted $wanted_status: $text; got $status: $output"
		return 1
	fi
}

# expect STATUS TEXT [ARGUMENT...]
expect() {
	wanted_status=$1
	says "$@"
}

# edit FILE SCRIPT: changes a file of the log with sed.
edit() { local file=$log/$1; shift; chmod u+w "$file"; sed -i "$@" "$file"; }

# oldest: the number of the oldest file of the log.
oldest() { find "$log" -name 'audit.log.*' | sed 's/.*\.//' | sort -n | tail -n 1; }

history="start lines:300 wait:20 lines:200 stop start lines:50 wait:5 rotate lines:70 stop"

@test "untouched logs of all histories are proven" {
	local steps
	while read -r steps; do
		echo "$steps"
		sealed $steps
		expect 0 "proven: "
	done <<-'END'
		start stop
		start lines:1 stop
		start lines:300 wait:20 lines:200 stop start lines:50 wait:5 rotate lines:70 stop
		start lines:500 kill start lines:50 stop
		start lines:500 wait:3 kill start kill start lines:700 wait:100 stop
		start lines:700 reserve wait:5 stop start lines:10 reserve reserve stop
		start lines:700 wait:10 pack:6 pack:5 pack:4 lines:100 stop
		start rotate rotate lines:3 rotate stop
		start rotate lines:200 wait:5 remove lines:109 stop start remove wait:2 lines:400 stop
	END
}

@test "logs that policy took files from are proven from the first one that is left" {
	rm -rf "$log"
	"$make" -b 20000 -n 3 "$log" start lines:2000 wait:30 remove wait:70 lines:30 stop >/dev/null 2>&1
	expect 0 "proven: lines "
	[[ "$output" != *"lines 0 to"* ]]
	rm -rf "$log"
	"$make" -L -b 20000 -n 4 "$log" start lines:2000 stop start lines:77 stop >/dev/null 2>&1
	expect 0 "proven: lines "
}

@test "a copy is proven like the log itself" {
	sealed $history
	cp -r "$log" "$log.copy"
	rm -rf "$log"
	mv "$log.copy" "$log"
	expect 0 "proven: lines 0 to 619"
}

@test "each byte that is changed is found, in its line" {
	local at bytes line
	sealed start lines:40 stop
	chmod u+w "$log/audit.log"
	cp "$log/audit.log" "$log/was"
	bytes=$(stat -c %s "$log/was")
	for ((at = 3; at < bytes; at += 491)); do
		cp "$log/was" "$log/audit.log"
		printf '\377' | dd of="$log/audit.log" bs=1 seek="$at" conv=notrunc status=none
		line=$(head -c "$at" "$log/was" | wc -l)
		expect 1 "line $line: modified"
	done
}

@test "lines that are deleted are missed, and so are files" {
	sealed $history
	edit audit.log.2 5d
	expect 1 "deleted"
	sealed $history
	edit audit.log.3 5,9d
	expect 1 "deleted"
	sealed $history
	rm -f "$log/audit.log.$(oldest)"
	expect 1 "are missing: the log begins behind them"
	sealed $history
	mv -f "$log/audit.log.3" "$log/audit.log.2"
	mv "$log/audit.log.4" "$log/audit.log.3"
	expect 1 "missing, a whole file or more"
	sealed $history
	rm -f "$log/audit.log"
	expect 1 "missing"
}

@test "lines that are swapped, doubled or moved are found" {
	sealed $history
	edit audit.log.3 '5{h;d};6{G}'
	expect 1 "were swapped"
	sealed $history
	edit audit.log.3 5p
	expect 1 "a second time"
	sealed $history
	edit audit.log.3 '5{h;d};15{G}'
	expect 1 "in another order"
	sealed $history
	chmod u+w "$log"/audit.log.*
	head -n 1 "$log/audit.log.2" >>"$log/audit.log.3"
	sed -i 1d "$log/audit.log.2"
	expect 1 "not in the same files"
	sealed $history
	mv "$log/audit.log.2" "$log/x"
	mv "$log/audit.log.3" "$log/audit.log.2"
	mv "$log/x" "$log/audit.log.3"
	expect 1 "another order"
}

@test "a log that is cut is tampered with while its evidence is whole" {
	local bytes at
	sealed start lines:90 stop
	chmod u+w "$log/audit.log"
	cp "$log/audit.log" "$log/was"
	bytes=$(stat -c %s "$log/was")
	for ((at = 0; at < bytes; at += 1777)); do
		head -c "$at" "$log/was" >"$log/audit.log"
		expect 1 "! "
	done
}

@test "a log that is cut with its evidence is never proven, and tampered with for whoever kept a checkpoint" {
	local cut
	sealed start lines:300 wait:20 lines:10
	cp -r "$log" "$log.early"
	"$make" -b 20000 -n 99 "$log.whole" start lines:300 wait:20 lines:10 wait:20 lines:200 stop >/dev/null 2>&1
	cut=$log.early
	run "$AURUM_BIN/aurum" verify --key "$log/vkey" "$cut"
	[ "$status" -eq 2 ]
	[[ "$output" = *"the end is open"* ]]
	run "$AURUM_BIN/aurum" verify --key "$log/vkey" --checkpoint "$log.whole/integrity/checkpoint" "$cut"
	[ "$status" -eq 1 ]
	run "$AURUM_BIN/aurum" verify --key "$log/vkey" --checkpoint "$log.whole/integrity/checkpoint" "$log.whole"
	[ "$status" -eq 0 ]
}

@test "a checkpoint of lines that policy has removed is told, and vouches for nothing" {
	local early=$BATS_TEST_TMPDIR/early
	rm -rf "$log"
	"$make" -b 20000 -n 99 "$log" start lines:40 stop >/dev/null 2>&1
	cp "$log/integrity/checkpoint" "$early"
	rm -rf "$log"
	"$make" -b 20000 -n 3 "$log" start lines:40 wait:20 lines:2000 wait:30 stop >/dev/null 2>&1
	expect 2 "? $early, a checkpoint of 40 lines, could not be held to the log" --checkpoint "$early"
	run verify --json --checkpoint "$early"
	python3 -c 'import json, sys
r = json.loads(sys.argv[1])
assert r["verdict"] == "incomplete" and r["end"] == "stop"
assert [(d["kind"], d["contradicts"], d["from"], d["to"]) for d in r["doubts"]] == [("checkpoint-pruned", False, 40, r["first"])]' "$output"
}

@test "without integrity/ nothing is proven" {
	sealed $history
	rm -rf "$log/integrity"
	run "$AURUM_BIN/aurum" verify --key "$log/vkey" "$log"
	[ "$status" -eq 2 ]
	[[ "$output" = *"nothing is signed"* ]]
	# The host remembers that there was a seal.
	expect 1 "this host remembers 2 starts"
}

@test "an older state of the whole folder is found by what the host remembers" {
	sealed start lines:100 stop
	cp -r "$log" "$log.old"
	sealed start lines:100 stop start lines:100 stop
	cp "$log/anchor" "$log.old/anchor"
	mv "$log" "$log.new"
	mv "$log.old" "$log"
	expect 1 "the chain was cut"
}

@test "a crash leaves lines that were not signed, and verify says which" {
	sealed start lines:300 wait:20 lines:40 crash start lines:50 stop
	expect 2 "was not clean"
	[[ "$output" =~ "lines "([0-9]+)" to "([0-9]+)" were signed only after it" ]]
	local from=${BASH_REMATCH[1]} to=${BASH_REMATCH[2]}
	[ "$from" -ge 300 ] && [ "$to" -le 340 ]
	expect 0 "proven: lines 0 to $((from - 1))" --to $((from - 1))
	expect 2 "was not clean" --to "$from"
	expect 0 "proven: lines $((to + 1)) to" --from $((to + 1))
	sealed start lines:300 wait:20 torn:30 crash start lines:50 stop
	expect 2 "was not clean"
}

@test "a crash behind a removal for space makes nothing missing" {
	sealed start lines:500 stop start remove crash start stop
	expect 2 "was not clean"
	sealed start lines:240 wait:70 remove crash
	expect 2 "the end is open"
}

@test "lines from before the seal, and behind its end, are not proven" {
	sealed $history
	echo 'type=USER msg=audit(1.000:1): forged' >"$log/audit.log.$(($(oldest) + 1))"
	expect 2 "from before the seal"
	expect 0 "proven: lines 0 to" --from 0
	sealed $history
	echo 'type=USER msg=audit(1.000:1): forged' >>"$log/audit.log"
	expect 1 "behind line 619"
	sealed start lines:100 wait:5 plain:7
	expect 2 "7 lines behind the last checkpoint"
}

@test "a link, or a file behind a gap, is no part of the log, and told" {
	sealed $history
	local next=$(($(oldest) + 1))
	echo 'type=USER msg=audit(1.000:1): forged' >"$log/forged"
	ln -s forged "$log/audit.log.$next"
	expect 2 "audit.log.$next is called like a file of the log"
	rm "$log/audit.log.$next"
	mv "$log/forged" "$log/audit.log.$((next + 3))"
	expect 2 "audit.log.$((next + 3))"
}

@test "while the log is written, a daemon that runs vouches for its end" {
	local maker
	rm -rf "$log"
	mkfifo "$BATS_TEST_TMPDIR/stdin"
	"$make" -N -b 20000 -n 99 "$log" start lines:300 wait:2 hold <"$BATS_TEST_TMPDIR/stdin" >"$BATS_TEST_TMPDIR/out" 2>/dev/null 3>&- &
	maker=$!
	exec 9>"$BATS_TEST_TMPDIR/stdin"
	until grep -q ready "$BATS_TEST_TMPDIR/out"; do kill -0 "$maker" && sleep 0.1; done
	run "$AURUM_BIN/aurum" verify --key "$(find "$log" -name enrolment)" "$log" 9>&-
	echo "$output"
	[ "$status" -eq 0 ]
	[[ "$output" = *"the daemon is running"* ]]
	exec 9>&-
	wait "$maker"
	run "$AURUM_BIN/aurum" verify --key "$log/vkey" "$log"
	[ "$status" -eq 2 ]
	[[ "$output" = *"the end is open"* ]]
}

@test "a log that grows and rotates meanwhile never seems tampered with" {
	local maker steps="" i verdicts=""
	rm -rf "$log"
	for ((i = 0; i < 40; i++)); do steps+=" lines:150 wait:1"; done
	"$make" -N -b 20000 -n 5 "$log" start $steps >/dev/null 2>&1 3>&- &
	maker=$!
	until [ -s "$log/integrity/keys" ]; do kill -0 "$maker" && sleep 0.01; done
	while kill -0 "$maker" 2>/dev/null; do
		run "$AURUM_BIN/aurum" verify --key "$log/integrity/enrolment" "$log"
		verdicts+=" $status"
		if [ "$status" -ne 0 ] && [ "$status" -ne 2 ]; then echo "$output"; return 1; fi
	done
	wait "$maker"
	echo "$verdicts"
}

@test "the result is said as JSON, or by the exit status alone" {
	sealed $history
	run verify --json
	[ "$status" -eq 0 ]
	python3 -c 'import json, sys
r = json.loads(sys.argv[1])
assert r["verdict"] == "proven" and r["end"] == "stop" and r["key"] == "given" and r["proven_to"] == 620
assert r["change"] is None and r["doubts"] == []' "$output"
	edit audit.log.2 5d
	run verify --json
	[ "$status" -eq 1 ]
	python3 -c 'import json, sys
r = json.loads(sys.argv[1])
assert r["verdict"] == "tampered" and r["change"]["kind"] == "deleted" and r["change"]["exact"]
assert r["doubts"][0]["contradicts"] and r["doubts"][0]["from"] == r["change"]["from"]' "$output"
	run verify --quiet
	echo "$output"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
}

@test "what cannot be verified has an exit status of its own" {
	run "$AURUM_BIN/aurum" verify "$BATS_TEST_TMPDIR/nothing"
	[ "$status" -eq 3 ]
	run "$AURUM_BIN/aurum" verify --wrong
	[ "$status" -eq 3 ]
	sealed start lines:5 stop
	run verify --key nonsense
	[ "$status" -eq 3 ]
	run verify --checkpoint "$log/vkey"
	[ "$status" -eq 3 ]
	run verify --from 9 --to 3
	[ "$status" -eq 3 ]
}

@test "an attacker at random is never believed" {
	run "$AURUM_BIN/../test/verify-attack" -n 250 -s 1 -f "$BATS_TEST_TMPDIR"
	echo "$output"
	[ "$status" -eq 0 ]
	sealed $history
	run "$AURUM_BIN/../test/verify-attack" -n 60 -s 2 -f "$BATS_TEST_TMPDIR" "$log"
	echo "$output"
	[ "$status" -eq 0 ]
}
