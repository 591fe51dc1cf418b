#!/usr/bin/env bats
# aurum rules apply on the live kernel: all or nothing, whatever is refused and whoever is killed,
# and what both sets record is recorded all the time. Every rule names a program of the test's own.

load lib

setup_file() {
	live_begin
	[ -n "$LIVE_SKIP" ] && return 0
	mkdir "$LIVE_DIR/folder"
	touch "$LIVE_DIR/file" "$LIVE_DIR/other" "$LIVE_DIR/folder/file"
	cp "$AURUM_BIN/../test/live-coverage" "$LIVE_DIR/coverage"
	local mine="-F exe=$LIVE_DIR/coverage"
	# a and b have the first three rules in common, in another order.
	cat >"$LIVE_DIR/a.rules" <<-RULES
		-a always,exit -F arch=b64 -S getpgid $mine -F key=process
		-a always,exit -F arch=b64 -S openat -F path=$LIVE_DIR/file $mine -F key=path
		-a always,exit -F arch=b64 -S openat -F dir=$LIVE_DIR/folder $mine -F key=folder
		-a never,exit -F arch=b64 -S all $mine
		-a never,exit -F arch=b64 -S all -F path=$LIVE_DIR/file $mine
		-a always,exclude -F msgtype=CWD -F exe=$LIVE_DIR/coverage
		-a never,task -F uid=65531
		-b 4000
		-f 1
		-e 1
	RULES
	cat >"$LIVE_DIR/b.rules" <<-RULES
		-a never,exit -F arch=b64 -S getpgid -F exe=$LIVE_DIR/other
		-a always,exit -F arch=b64 -S openat -F dir=$LIVE_DIR/folder $mine -F key=folder
		-a always,exit -F arch=b64 -S openat -F path=$LIVE_DIR/file $mine -F key=path
		-a always,exit -F arch=b64 -S getpgid $mine -F key=process
		-a never,exit -F arch=b64 -S all -F dir=$LIVE_DIR/folder $mine
		-a never,exit -F arch=b64 -S all $mine
		-a always,exclude -F msgtype=PROCTITLE -F exe=$LIVE_DIR/coverage
		-a never,user -F uid=65531
		-r 0
		-f 0
		-b 5000
		-e 1
	RULES
	# c is a with something gone and something more: no guards are needed.
	sed -e 2d -e '/task/d' "$LIVE_DIR/a.rules" >"$LIVE_DIR/c.rules"
	echo "-a always,exit -F arch=b64 -S getsid $mine -F key=more" >>"$LIVE_DIR/c.rules"
	chmod 600 "$LIVE_DIR"/*.rules
}

setup() {
	live_or_skip
	# Leaks cannot be looked for in a traced process.
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0
	aurum=$AURUM_BIN/aurum
	state=$BATS_TEST_TMPDIR/state out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
}

teardown() {
	[ -n "$LIVE_SKIP" ] && return 0
	[ -z "${terminal:-}" ] || kill -KILL "$terminal" 2>/dev/null || true
	[ -z "${watcher:-}" ] || kill -KILL "$watcher" 2>/dev/null || true
	live_wait_for 30 nobody_holds "$state" || true
	live_quiet
	"$LIVE_AUDITCTL" -f 1 -b 64 >/dev/null
}

teardown_file() { live_end; }

# kernel: everything that must be as it was; counters are not. Rules as bytes.
kernel() {
	"$LIVE_AUDITCTL" -s | grep -vE '^(lost|backlog|backlog_wait_time_actual) '
	"$AURUM_BIN/../test/live-netlink" dump
}

apply() {
	"$aurum" rules apply --state "$state" "$@"
}

# remember: what the kernel has now is what must be there later.
remember() { kernel >"$BATS_TEST_TMPDIR/before"; }
as_before() { diff "$BATS_TEST_TMPDIR/before" <(kernel); }
nothing_is_left() { [ ! -e "$state" ] && [ ! -e "$state.sock" ]; }
nobody_holds() { [ ! -e "$1" ] || flock -n "$1" true; }

@test "the kernel has exactly what the files say, and then there is nothing to change" {
	for set in a b c a; do
		run apply "$LIVE_DIR/$set.rules"
		[ "$status" -eq 0 ]
		[[ $output == "aurum: applied: the kernel has the "*" rules and the settings of $LIVE_DIR/$set.rules" ]]
		"$aurum" rules diff "$LIVE_DIR/$set.rules"
		"$aurum" rules drift "$LIVE_DIR/$set.rules"
		nothing_is_left
	done
	[ "$(live_status backlog_limit)" -eq 4000 ]
	remember
	run apply "$LIVE_DIR/a.rules"
	[ "$status" -eq 0 ]
	[[ $output == *"nothing to change"* ]]
	as_before
}

@test "--dry-run says what would change and changes nothing" {
	apply "$LIVE_DIR/a.rules"
	remember
	run apply --dry-run "$LIVE_DIR/c.rules"
	[ "$status" -eq 0 ]
	[[ $output == *"- -a always,exit -F arch=b64 -S openat -F path=$LIVE_DIR/file"* ]]
	[[ $output == *"+ -a always,exit -F arch=b64 -S getsid"* ]]
	[[ $output == *" requests to the kernel would change its rules; nothing was changed" ]]
	as_before
	nothing_is_left
}

@test "any bad line refuses the whole, and every one is told" {
	apply "$LIVE_DIR/a.rules"
	remember
	{
		cat "$LIVE_DIR/b.rules"
		echo "-a always,exit -S nosuchcall"
		echo "-w relative -p w"
	} >"$LIVE_DIR/bad.rules"
	chmod 600 "$LIVE_DIR/bad.rules"
	run apply "$LIVE_DIR/bad.rules"
	[ "$status" -eq 1 ]
	[[ $output == *"bad.rules:13:"*"[unknown-call]"*"bad.rules:14:"*" errors: nothing was applied" ]]
	as_before
	nothing_is_left
}

# requests FROM TO: how many requests an apply sends.
requests() {
	apply "$LIVE_DIR/$1.rules" 2>/dev/null
	strace -f -qq -e trace=sendmsg -o "$BATS_TEST_TMPDIR/trace" "$aurum" rules apply --state "$state" "$LIVE_DIR/$2.rules" 2>/dev/null
	wc -l <"$BATS_TEST_TMPDIR/trace"
}

@test "what only the kernel can refuse is told with its lines before anything is removed" {
	local first
	requests a b >/dev/null
	first=$(grep -n AUDIT_ADD_RULE "$BATS_TEST_TMPDIR/trace" | head -n 1 | cut -d: -f1)
	apply "$LIVE_DIR/a.rules"
	remember
	# The user list comes first, and guards come in the reverse order of their rules.
	run strace -f -qq -o "$BATS_TEST_TMPDIR/trace" -e trace=sendmsg -e inject="sendmsg:error=EINVAL:when=$first..$((first + 1))" \
		"$aurum" rules apply --state "$state" "$LIVE_DIR/b.rules"
	[ "$status" -eq 1 ]
	[[ $output == *"b.rules:8: cannot add the rule: "*"b.rules:4: cannot add the rule: "* ]] || { echo "$output"; false; }
	[[ $output == *"the kernel refused 2 rules: the rules and settings are exactly those from before" ]]
	as_before
	nothing_is_left
}

@test "a refusal at any single request leaves rules and settings byte for byte as they were" {
	local pair n at
	for pair in "a b" "b a" "a c" "c a"; do
		set -- $pair
		n=$(requests "$1" "$2")
		[ "$n" -gt 5 ]
		apply "$LIVE_DIR/$1.rules" 2>/dev/null
		remember
		for ((at = 1; at <= n; at++)); do
			run strace -f -qq -o /dev/null -e trace=sendmsg -e inject="sendmsg:error=ECONNREFUSED:when=$at" \
				"$aurum" rules apply --state "$state" "$LIVE_DIR/$2.rules"
			[ "$status" -ne 0 ] || { echo "request $at of $n, $pair: $output"; false; }
			as_before || { echo "request $at of $n, $pair: $output"; false; }
			nothing_is_left
		done
	done
}

@test "killed at any single request, --restore puts back exactly what was there" {
	local pair n at
	for pair in "a b" "a c"; do
		set -- $pair
		n=$(requests "$1" "$2")
		apply "$LIVE_DIR/$1.rules" 2>/dev/null
		remember
		for ((at = 1; at <= n; at++)); do
			# The shell must not tell that it was killed.
			(strace -f -qq -o /dev/null -e trace=sendmsg -e inject="sendmsg:signal=KILL:when=$at" \
				"$aurum" rules apply --state "$state" "$LIVE_DIR/$2.rules" || true) >/dev/null 2>&1
			if [ -e "$state" ]; then
				run apply "$LIVE_DIR/$2.rules"
				[ "$status" -eq 1 ]
				[[ $output == *"rules apply --restore"* ]]
			fi
			run apply --restore
			[ "$status" -eq 0 ]
			as_before || { echo "request $at of $n, $pair: $output"; false; }
			nothing_is_left
		done
	done
}

@test "what both sets record is recorded all the time" {
	apply "$LIVE_DIR/a.rules"
	"$LIVE_DIR/coverage" "$LIVE_DIR/file" "$LIVE_DIR/folder/file" 8 >"$out" &
	local pid=$! n=0
	while kill -0 "$pid" 2>/dev/null; do
		apply "$LIVE_DIR/b.rules" 2>"$err" || { cat "$err"; false; }
		apply "$LIVE_DIR/a.rules" 2>"$err" || { cat "$err"; false; }
		n=$((n + 2))
	done
	wait "$pid" || { cat "$out"; false; }
	echo "# $n times applied; $(cat "$out")" >&3
	[ "$n" -ge 2 ]
	grep -qE '^calls [0-9]{4,} missed 0 ' "$out"
}

@test "deleting and loading again has gaps: that is how it looks" {
	apply "$LIVE_DIR/a.rules"
	"$LIVE_DIR/coverage" "$LIVE_DIR/file" "$LIVE_DIR/folder/file" 6 >"$out" &
	local pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		"$LIVE_AUDITCTL" -D >/dev/null
		"$LIVE_AUDITCTL" -R "$LIVE_DIR/a.rules" >/dev/null
	done
	! wait "$pid"
	grep -q '^missed: ' "$out"
}

# terminal_begin SECONDS COMMAND...: applies b with --confirm, typing what the commands print.
terminal_begin() {
	local seconds=$1
	shift
	apply "$LIVE_DIR/a.rules"
	remember
	rm -f "$BATS_TEST_TMPDIR/go"
	: >"$err" # what an earlier one said is not this one's word
	"$@" | "$aurum" rules apply --state "$state" --confirm "$seconds" "$LIVE_DIR/b.rules" >"$out" 2>"$err" 3>&- &
	terminal=$!
	live_wait_for 30 grep -q 'type yes here' "$err" || { cat "$err"; return 1; }
}

# terminal_holds: while nobody has answered, b is what the kernel has, and nobody else may change it.
terminal_holds() {
	"$aurum" rules diff "$LIVE_DIR/b.rules"
	run apply "$LIVE_DIR/c.rules"
	[ "$status" -eq 1 ]
	[[ $output == *"waits for \`aurum rules confirm\`"* ]]
	run apply --restore
	[ "$status" -eq 2 ]
	touch "$BATS_TEST_TMPDIR/go"
}

# terminal_ends CODE SENTENCE
terminal_ends() {
	local code=0
	wait "$terminal" || code=$?
	terminal=
	[ "$code" -eq "$1" ] || { cat "$err"; echo "exit code $code"; return 1; }
	grep -q "$2" "$err" || { cat "$err"; return 1; }
	nothing_is_left
}

# say_later WORD: when terminal_holds() has looked.
say_later() {
	until [ -e "$BATS_TEST_TMPDIR/go" ]; do sleep 0.05; done
	echo "$1"
	sleep 30 3>&- # the pipe stays
}

@test "--confirm without a word puts everything back in time" {
	terminal_begin 2 true
	terminal_ends 1 "nobody confirmed in time: the rules and settings are exactly those from before"
	as_before
}

@test "yes at the terminal keeps the rules, no takes them back" {
	terminal_begin 60 say_later yes
	terminal_holds
	terminal_ends 0 "applied: the kernel has the "
	"$aurum" rules diff "$LIVE_DIR/b.rules"
	terminal_begin 60 say_later no
	terminal_holds
	terminal_ends 1 "taken back"
	as_before
}

@test "confirm in another shell keeps the rules" {
	terminal_begin 60 true
	terminal_holds
	run "$aurum" rules confirm --state "$state"
	[ "$status" -eq 0 ]
	[[ $output == *"applied: the kernel has the "* ]]
	terminal_ends 0 "applied: the kernel has the "
	"$aurum" rules diff "$LIVE_DIR/b.rules"
	run "$aurum" rules confirm --state "$state"
	[ "$status" -eq 1 ]
	[[ $output == *"no apply waits for a confirmation" ]]
}

@test "a terminal that is gone puts everything back" {
	for signal in HUP TERM KILL; do
		terminal_begin 60 true
		terminal_holds
		kill -"$signal" "$terminal"
		wait "$terminal" || true
		terminal=
		live_wait_for 30 nothing_is_left
		as_before
	done
}

@test "a connection that is cut puts everything back" {
	apply "$LIVE_DIR/a.rules"
	remember
	# The terminal's other end is closed, as sshd does when the connection is gone.
	timeout 60 python3 - "$aurum" rules apply --state "$state" --confirm 60 "$LIVE_DIR/b.rules" 3>&- <<-'CUT'
		import os, pty, sys
		pid, terminal = pty.fork()
		if pid == 0:
		    os.execv(sys.argv[1], sys.argv[1:])
		seen = b""
		while b"type yes here" not in seen:
		    seen += os.read(terminal, 4096)
		os.close(terminal)
		os.waitpid(pid, 0)
	CUT
	live_wait_for 30 nothing_is_left
	as_before
}

@test "a guardian that is killed is replaced by the terminal's process" {
	terminal_begin 60 true
	pkill -KILL -P "$terminal" aurum
	terminal_ends 1 "the guardian process ended: the rules and settings are exactly those from before"
	as_before
}

@test "when both are killed --restore puts everything back, and confirm says so" {
	terminal_begin 60 true
	local guardian
	guardian=$(pgrep -P "$terminal" aurum)
	kill -STOP "$terminal"
	kill -KILL "$guardian" "$terminal"
	wait "$terminal" || true
	terminal=
	[ -e "$state" ]
	run "$aurum" rules confirm --state "$state"
	[ "$status" -eq 1 ]
	[[ $output == *"rules apply --restore"* ]]
	run apply --restore
	[ "$status" -eq 0 ]
	as_before
	nothing_is_left
}

@test "a state file that nothing was changed after, or that was confirmed, puts nothing back" {
	apply "$LIVE_DIR/a.rules"
	remember
	printf 'aurum-rules 1\nprocess 1\nstatus 0 1 0 64 60000\n' >"$state"
	chmod 600 "$state"
	run apply --restore
	[ "$status" -eq 0 ]
	[[ $output == *"nothing had been changed yet" ]]
	printf 'aurum-rules 1\nprocess 1\nstatus 0 1 0 64 60000\nready\nkept\n' >"$state"
	chmod 600 "$state"
	run apply --restore
	[ "$status" -eq 0 ]
	[[ $output == *"the change had been confirmed" ]]
	as_before
	nothing_is_left
}

@test "rules that are there twice are put back in their order" {
	local mine="-F exe=$LIVE_DIR/coverage"
	for uid in 3 1 2 1; do
		"$LIVE_AUDITCTL" -A always,exit -F arch=b64 -S getsid $mine -F uid=$uid >/dev/null
	done
	[ "$("$LIVE_AUDITCTL" -l | wc -l)" -eq 4 ]
	remember
	apply --confirm 1 "$LIVE_DIR/b.rules" </dev/null && false
	as_before
	apply "$LIVE_DIR/b.rules"
	"$aurum" rules diff "$LIVE_DIR/b.rules"
}

@test "drift says what is missing, what is more and what stands elsewhere" {
	apply "$LIVE_DIR/a.rules"
	"$LIVE_AUDITCTL" -d never,task -F uid=65531 >/dev/null
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S getsid -F exe="$LIVE_DIR/coverage" -F key=more >/dev/null
	"$LIVE_AUDITCTL" -b 4001 >/dev/null
	run "$aurum" rules drift --format prometheus --metrics "$BATS_TEST_TMPDIR/aurum.prom" "$LIVE_DIR/a.rules"
	[ "$status" -eq 1 ]
	[[ $output == *$'\naurum_rules_drift 1\n'*$'\naurum_rules_missing 1\n'*$'\naurum_rules_extra 1\n'* ]]
	[[ $output == *$'\naurum_rules_moved 0\n'*$'\naurum_rules_settings_drift 1\n'* ]]
	[ "$output" = "$(cat "$BATS_TEST_TMPDIR/aurum.prom")" ]
	run "$aurum" rules drift "$LIVE_DIR/a.rules"
	[ "$status" -eq 1 ]
	[[ $output == *"- -a never,task -F uid=65531"* ]]
	[[ $output == *"+ -b 4001"* ]]
	apply "$LIVE_DIR/a.rules"
	run "$aurum" rules drift --metrics "$BATS_TEST_TMPDIR/aurum.prom" "$LIVE_DIR/a.rules"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	grep -qx 'aurum_rules_drift 0' "$BATS_TEST_TMPDIR/aurum.prom"
	run "$aurum" rules drift --metrics "$BATS_TEST_TMPDIR/aurum.prom" "$LIVE_DIR/none"
	[ "$status" -eq 2 ]
	grep -qx 'aurum_rules_readable 0' "$BATS_TEST_TMPDIR/aurum.prom"
	! grep -q aurum_rules_drift "$BATS_TEST_TMPDIR/aurum.prom"
}

@test "drift --watch tells each change and who did it, and what it means" {
	apply "$LIVE_DIR/a.rules"
	"$aurum" rules drift --watch --each 600 "$LIVE_DIR/a.rules" >"$out" 2>"$err" 3>&- &
	watcher=$!
	live_wait_for 30 grep -q "the kernel has the rules and settings of $LIVE_DIR/a.rules" "$err"
	"$LIVE_AUDITCTL" -d never,task -F uid=65531 >/dev/null
	live_wait_for 30 grep -q "the kernel differs from $LIVE_DIR/a.rules: 1 rule missing" "$err" || { cat "$out" "$err"; false; }
	live_wait_for 30 grep -q "audit rule" "$out" || { cat "$out"; false; }
	grep -qF -- "- -a never,task -F uid=65531" "$out"
	"$LIVE_AUDITCTL" -a never,task -F uid=65531 >/dev/null
	live_wait_for 30 sh -c "[ \$(grep -c 'the kernel has the rules and settings' '$err') -eq 2 ]"
	kill -INT "$watcher"
	wait "$watcher"
	watcher=
}
