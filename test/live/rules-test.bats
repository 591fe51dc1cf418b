#!/usr/bin/env bats
# aurum rules test on the live kernel: commands record what they should, by whoever they are run,
# and whatever happens the kernel has its own rules and settings again. Every rule names programs
# of the test's own.

load lib

setup_file() {
	live_begin
	[ -n "$LIVE_SKIP" ] && return 0
	chmod 755 "$LIVE_DIR"
	mkdir "$LIVE_DIR/bin"
	cp "$(command -v cat)" "$LIVE_DIR/bin/mycat"
	cp "$(command -v id)" "$LIVE_DIR/bin/myid"
	cp "$(command -v sleep)" "$LIVE_DIR/bin/mysleep"
	echo x >"$LIVE_DIR/secret"
	cat >"$LIVE_DIR/found.rules" <<-RULES
		-a always,exit -F arch=b64 -S execve -F exe=$LIVE_DIR/bin/myid -F key=found
		-a always,exit -F arch=b64 -S openat -F dir=$LIVE_DIR/bin -F exe=$LIVE_DIR/bin/mycat -F key=found
		-a never,task -F uid=65531
		-b 400
		-f 0
	RULES
	cat >"$LIVE_DIR/a.rules" <<-RULES
		-a always,exit -F arch=b64 -S openat -F path=$LIVE_DIR/secret -F exe=$LIVE_DIR/bin/mycat -F key=secret
		-a never,exit -F arch=b64 -S execve -F exe=$LIVE_DIR/bin/mycat -F uid=0
		-a always,exit -F arch=b64 -S execve -F exe=$LIVE_DIR/bin/mycat -F key=cat
		-a always,exit -F arch=b64 -S execve -F exe=$LIVE_DIR/bin/myid -F auid>=1000 -F auid!=unset -F key=user-command
		-a always,exit -F arch=b64 -S execve -F exe=$LIVE_DIR/bin/myid -F uid=0 -F key=root-command
		-a always,exit -F arch=b64 -S execve -F exe=$LIVE_DIR/bin/mysleep -F key=sleep
		-b 4000
		-f 1
		-e 2
	RULES
	chmod 600 "$LIVE_DIR"/*.rules
	# Somebody with an id as users have it, and nobody, who is there everywhere.
	export NOBODY_UID
	NOBODY_UID=$(id -u nobody)
}

setup() {
	live_or_skip
	aurum=$AURUM_BIN/aurum
	state=$BATS_TEST_TMPDIR/state out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
	"$LIVE_AUDITCTL" -R "$LIVE_DIR/found.rules" >/dev/null
	kernel >"$BATS_TEST_TMPDIR/before"
}

teardown() {
	[ -n "$LIVE_SKIP" ] && return 0
	[ -z "${tester:-}" ] || kill -KILL "$tester" 2>/dev/null || true
	live_quiet
	"$LIVE_AUDITCTL" -f 1 -b 64 >/dev/null
}

teardown_file() { live_end; }

# kernel: everything that must be as it was; counters are not. Rules as bytes.
kernel() {
	"$LIVE_AUDITCTL" -s | grep -vE '^(lost|backlog|backlog_wait_time_actual) '
	"$AURUM_BIN/../test/live-netlink" dump
}

as_before() { diff "$BATS_TEST_TMPDIR/before" <(kernel) && [ ! -e "$state" ]; }

# expectations LINE...
expectations() {
	printf '%s\n' "rules a.rules" "$@" >"$LIVE_DIR/a.rules-test"
}

run_tests() {
	run "$aurum" rules test --state "$state" "$@" "$LIVE_DIR/a.rules-test"
	echo "$output"
}

@test "commands are recorded with the keys that are expected, and then all is as before" {
	expectations 'expect key secret: bin/mycat secret' 'expect nothing: bin/mycat /dev/null' \
		'expect key cat as nobody: bin/mycat /dev/null' 'expect no key secret as nobody: bin/mycat /dev/null' \
		'expect key root-command: bin/myid' 'expect key root-command as root login: bin/myid' \
		'expect no key user-command as root login: bin/myid' \
		'expect key user-command as nobody login: bin/myid' 'expect nothing as nobody: bin/myid' \
		'expect nothing: true'
	run_tests
	[ "$status" -eq 0 ]
	[[ $output == *"-e 2 is left out"* ]]
	[[ $output == *"10 ok, 0 not ok"* ]]
	[[ $output == *"the rules and settings are exactly those from before"* ]]
	as_before
}

@test "children of a command are followed, whoever their parents are and wherever they went" {
	cat >"$LIVE_DIR/deep" <<-END
		#!/bin/sh
		( ( ( ( "$LIVE_DIR/bin/mycat" "$LIVE_DIR/secret"; true ); true ); true ) & wait ) &
		wait
	END
	chmod 755 "$LIVE_DIR/deep"
	expectations 'expect key secret: ./deep' 'expect no key secret: true' 'expect key secret as root login: ./deep' \
		'expect nothing: true'
	run_tests
	[ "$status" -eq 0 ]
	as_before
}

# without_connector: as run_tests, on a kernel that does not tell of processes: the third bind is
# that to its connector.
without_connector() {
	ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 # not in a traced process
	run strace -f -qq -o /dev/null -e trace=bind -e inject=bind:error=EPERM:when=3 \
		env ASAN_OPTIONS="$ASAN_OPTIONS" "$aurum" rules test --state "$state" "$LIVE_DIR/a.rules-test"
	echo "$output"
	[[ $output == *"this kernel does not tell which processes are started"* ]]
}

@test "where children cannot be followed nothing is claimed that is not certain" {
	printf '#!/bin/sh\n( ( "%s" "%s"; true ) & wait; true ) &\nwait\n' "$LIVE_DIR/bin/mycat" "$LIVE_DIR/secret" >"$LIVE_DIR/deep"
	chmod 755 "$LIVE_DIR/deep"
	# The rules ask for logins: without one there is no session.
	expectations 'expect nothing: ./deep' 'expect key secret: ./deep' 'expect no key secret: ./deep' \
		'expect key secret: bin/mycat secret' 'expect no key secret: bin/mycat secret' \
		'expect key secret as root login: ./deep'
	without_connector
	[ "$status" -eq 2 ]
	[[ $output == *"2 ok, 1 not ok, 3 in trouble"* ]]
	as_before
	# They do not: a session does no harm.
	grep -v auid "$LIVE_DIR/a.rules" >"$LIVE_DIR/b.rules"
	chmod 600 "$LIVE_DIR/b.rules"
	printf '%s\n' 'rules b.rules' 'expect key secret: ./deep' 'expect nothing: true' 'expect nothing: ./deep' >"$LIVE_DIR/a.rules-test"
	without_connector
	[ "$status" -eq 1 ]
	[[ $output == *"2 ok, 1 not ok"* ]]
	as_before
}

@test "what others do meanwhile is not the command's" {
	(while :; do "$LIVE_DIR/bin/mycat" "$LIVE_DIR/secret"; done >/dev/null 3>&-) &
	tester=$!
	expectations 'expect nothing: sleep 0.3' 'expect nothing as nobody login: sleep 0.3' 'expect key secret: bin/mycat secret'
	run_tests
	kill "$tester"
	tester=
	[ "$status" -eq 0 ]
	as_before
}

@test "what does not hold says which rule recorded it, or that nothing was" {
	expectations 'expect nothing: bin/mycat secret' 'expect key secret: bin/mycat /dev/null' \
		'expect key user-command as nobody: bin/myid' 'expect no key root-command: bin/myid'
	run_tests --format tap
	[ "$status" -eq 1 ]
	[ "$(grep -c '^not ok ' <<<"$output")" -eq 4 ]
	[[ $output == *"# recorded with key secret, by $LIVE_DIR/a.rules:1: -a always,exit "* ]]
	[[ $output == *"# nothing was recorded"* ]]
	[[ $output == *"# recorded with key root-command, by $LIVE_DIR/a.rules:5: "* ]]
	as_before
}

@test "a command that crashes, that is not there, or that does not end" {
	printf '#!/bin/sh\nkill -SEGV $$\n' >"$LIVE_DIR/crash"
	chmod 755 "$LIVE_DIR/crash"
	expectations 'expect nothing: ./crash' 'expect key x: ./crash' 'expect nothing: ./missing' 'expect nothing as nosuchuser: true' \
		'expect nothing: sleep 61.25' 'expect key secret: bin/mycat secret'
	run_tests --timeout 3
	[ "$status" -eq 2 ]
	[[ $output == *"the command was ended by signal 11"* ]]
	[[ $output == *"cannot run the command: No such file or directory"* ]]
	[[ $output == *"there is no user nosuchuser on this host"* ]]
	[[ $output == *"the command did not end within 3 seconds"* ]]
	[[ $output == *"2 ok, 1 not ok, 3 in trouble"* ]]
	as_before
	! pgrep -f '^sleep 61\.25$'
}

@test "beside an audit daemon, which is left alone" {
	mkdir -p "$LIVE_DIR/etc/plugins.d" "$LIVE_DIR/log"
	printf '%s\n' "log_file = $LIVE_DIR/log/audit.log" 'space_left = 75' 'admin_space_left = 50' "plugin_dir = $LIVE_DIR/etc/plugins.d" >"$LIVE_DIR/etc/auditd.conf"
	chmod 640 "$LIVE_DIR/etc/auditd.conf"
	live_start "$AURUM_BIN/auditd" -c "$LIVE_DIR/etc" </dev/null >/dev/null 2>&1
	live_wait_for 30 live_has_daemon
	kernel >"$BATS_TEST_TMPDIR/before"
	expectations 'expect key secret: bin/mycat secret' 'expect nothing: true' 'expect key user-command as nobody login: bin/myid'
	run_tests
	[ "$status" -eq 0 ]
	as_before
	live_end_daemon
	grep -q 'key="secret"' "$LIVE_DIR/log/audit.log"
}

@test "rules that drop the message at the end only take longer" {
	{
		cat "$LIVE_DIR/a.rules"
		echo "-a always,exclude -F msgtype=TEST -F pid>0"
	} | sed '/-e 2/d' >"$LIVE_DIR/b.rules"
	chmod 600 "$LIVE_DIR/b.rules"
	printf '%s\n' 'rules b.rules' 'expect key secret: bin/mycat secret' 'expect nothing: true' >"$LIVE_DIR/a.rules-test"
	run_tests
	[ "$status" -eq 0 ]
	[[ $output == *"the rules drop messages of type TEST"* ]]
	as_before
}

@test "rules that the kernel refuses are told, and nothing is changed" {
	echo "-a always,exit -F path=$LIVE_DIR/secret -F inode=5 -F exe=$LIVE_DIR/bin/mycat" >"$LIVE_DIR/bad.rules"
	chmod 600 "$LIVE_DIR/bad.rules"
	printf '%s\n' 'rules a.rules bad.rules' 'expect nothing: true' >"$LIVE_DIR/a.rules-test"
	run_tests
	[ "$status" -eq 2 ]
	[[ $output == *"bad.rules:1: "* ]]
	as_before
}

# begin_and_wait: a test whose command goes on.
begin_and_wait() {
	expectations 'expect key sleep: bin/mysleep 20' 'expect nothing: true'
	"$aurum" rules test --state "$state" "$LIVE_DIR/a.rules-test" >"$out" 2>"$err" 3>&- &
	tester=$!
	live_wait_for 30 pgrep -f '^bin/mysleep 20$'
	! diff -q "$BATS_TEST_TMPDIR/before" <(kernel)
}

@test "a signal in the middle ends the command and puts everything back" {
	local signal code
	for signal in TERM HUP INT; do
		begin_and_wait
		code=0
		kill -"$signal" "$tester"
		wait "$tester" || code=$?
		[ "$code" -eq 2 ] || { cat "$err"; echo "$signal: $code"; false; }
		as_before
		! pgrep -f '^bin/mysleep 20$'
	done
	tester=
}

@test "killed in the middle, --restore puts everything back" {
	local verb
	for verb in test apply; do
		begin_and_wait
		kill -KILL "$tester"
		wait "$tester" || true
		[ -e "$state" ]
		run_tests
		[ "$status" -eq 2 ]
		[[ $output == *"--restore"* ]]
		live_wait_for 30 flock -n "$state" true
		run "$aurum" rules "$verb" --restore --state "$state"
		echo "$output"
		[ "$status" -eq 0 ]
		as_before
		pkill -f '^bin/mysleep 20$' || true
	done
	tester=
}

# Requests that switch on, ask and send the message at the end, too.
@test "a refusal of any request, or being killed at it, leaves what was there" {
	local n at how
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:detect_leaks=0 # not in a traced process
	expectations 'expect key secret: bin/mycat secret'
	strace -qq -e trace=sendmsg -o "$BATS_TEST_TMPDIR/trace" "$aurum" rules test --state "$state" "$LIVE_DIR/a.rules-test" >/dev/null 2>&1
	as_before
	n=$(wc -l <"$BATS_TEST_TMPDIR/trace")
	[ "$n" -gt 10 ]
	for how in error=ECONNREFUSED signal=KILL; do
		for ((at = 1; at <= n; at++)); do
			(strace -qq -o /dev/null -e trace=sendmsg -e inject="sendmsg:$how:when=$at" \
				"$aurum" rules test --state "$state" "$LIVE_DIR/a.rules-test" || true) >"$out" 2>&1
			if [ "$how" = signal=KILL ] && [ -e "$state" ]; then
				live_wait_for 30 flock -n "$state" true
				"$aurum" rules test --restore --state "$state" 2>"$err"
			fi
			as_before || { echo "request $at of $n, $how:"; cat "$out"; false; }
		done
	done
}
