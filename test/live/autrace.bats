#!/usr/bin/env bats
# autrace on the live kernel: what it records, and that its rules are gone afterwards, however it
# ends.

bats_require_minimum_version 1.5.0
load lib

setup_file() { live_begin; }
teardown_file() { live_end; }

setup() {
	live_or_skip
	live_quiet
	at=$BATS_TEST_TMPDIR
	"$AURUM_BIN/auditctl" -e 1 >/dev/null
}

rules() {
	"$AURUM_BIN/auditctl" -l
}

no_rules() {
	[ "$(rules)" = "No rules" ]
}

has_rules() {
	! no_rules
}

# record COMMAND...: runs it while the daemon records into $at/log/audit.log.
record() {
	mkdir -p "$at/conf" "$at/log"
	printf '%s\n' "log_file = $at/log/audit.log" "log_format = RAW" "flush = NONE" \
		"space_left = 2" "admin_space_left = 1" "plugin_dir = $at/conf" >"$at/conf/auditd.conf"
	chmod 600 "$at/conf/auditd.conf"
	live_start "$AURUM_BIN/auditd" -n -c "$at/conf" 2>"$at/daemon.err" &
	live_wait_for 30 daemon_is_there
	"$@"
	live_end_daemon
}

daemon_is_there() {
	[ "$(live_status pid)" -ne 0 ]
}

@test "a program runs, its calls are recorded, and the rules are gone" {
	record run -0 --separate-stderr "$AURUM_BIN/autrace" /bin/cat /etc/hostname
	[ "${lines[0]}" = "Waiting to execute: /bin/cat" ]
	[ "${lines[1]}" = "$(cat /etc/hostname)" ]
	[ "${lines[2]}" = "Cleaning up..." ]
	[[ ${lines[3]} =~ ^"Trace complete. You can locate the records with 'ausearch -i -p "([0-9]+)"'"$ ]]
	no_rules
	run -0 "$AURUM_BIN/ausearch" -if "$at/log/audit.log" -i -p "${BASH_REMATCH[1]}"
	[[ $output == *"a0=/bin/cat a1=/etc/hostname"* ]]
	[[ $output == *'name=/etc/hostname'* ]]
	[[ $output == *"syscall=close"* ]]
}

@test "calls of its children are recorded, too" {
	record run -0 "$AURUM_BIN/autrace" /bin/sh -c 'cat /etc/hostname; true'
	run -0 "$AURUM_BIN/ausearch" -if "$at/log/audit.log" -i -x /usr/bin/cat -f /etc/hostname
	no_rules
}

@test "-r records files and the network only, by rules of both machines" {
	record run -0 "$AURUM_BIN/autrace" -r /bin/sh -c "'$AURUM_BIN/auditctl' -l >'$at/seen'; cat /etc/hostname; true"
	grep -q -- '-a always,exit -F arch=b64 -S .*openat.* -F pid=' "$at/seen"
	[ "$(uname -m)" != x86_64 ] || grep -q -- '-a always,exit -F arch=b32 -S .*openat.* -F ppid=' "$at/seen"
	run -0 "$AURUM_BIN/ausearch" -if "$at/log/audit.log" -i -sc openat
	run -1 "$AURUM_BIN/ausearch" -if "$at/log/audit.log" -i -sc close
}

@test "the calls of a trace are those of Debian's" {
	calls() {
		"$AURUM_BIN/ausearch" -if "$at/log/audit.log" --raw -p "$1" -x /usr/bin/true | grep -c type=SYSCALL
	}
	record run -0 "$AURUM_BIN/autrace" /usr/bin/env -u LD_LIBRARY_PATH /usr/bin/true
	ours=$(calls "$(sed -n "s/.*-p \([0-9]*\).*/\1/p" <<<"$output")")
	rm -rf "$at/log"
	record run -0 "$("$AURUM_TOP/test/oracle")/autrace" /usr/bin/env -u LD_LIBRARY_PATH /usr/bin/true
	theirs=$(calls "$(sed -n "s/.*-p \([0-9]*\).*/\1/p" <<<"$output")")
	[ "$ours" -gt 10 ]
	[ "$ours" -eq "$theirs" ]
}

@test "rules that are there keep it from running, and stay" {
	"$AURUM_BIN/auditctl" -w "$at" -p wa -k x
	run -1 "$AURUM_BIN/autrace" /bin/touch "$at/file"
	[[ $output == "autrace: there are rules in the kernel (1)"*"auditctl -D"* ]]
	[ ! -e "$at/file" ]
	[ "$(rules)" = "-w $at -p wa -k x" ]
}

@test "what cannot be run is told, without a rule being made" {
	run -1 "$AURUM_BIN/autrace" /nonexistent
	[ "$output" = "autrace: cannot run /nonexistent: No such file or directory" ]
	run -1 "$AURUM_BIN/autrace" nosuchprogram
	[ "$output" = "autrace: cannot find the program nosuchprogram" ]
	run -1 "$AURUM_BIN/autrace" /etc
	[[ $output == *"cannot run /etc: Permission denied" ]]
	echo garbage >"$at/junk"
	chmod 755 "$at/junk"
	run -1 --separate-stderr "$AURUM_BIN/autrace" "$at/junk"
	[[ $stderr == *"cannot execute the program: Exec format error" ]]
	[[ $output != *"Trace complete"* ]]
	no_rules
	run -1 "$AURUM_BIN/autrace"
	[[ $output == "usage: autrace [-r] PROGRAM"* ]]
}

@test "a program is found as a shell finds it, and its options are its own" {
	run -0 --separate-stderr "$AURUM_BIN/autrace" echo -r --help
	[ "${lines[1]}" = "-r --help" ]
	no_rules
}

@test "whatever the program exits with, the trace is complete" {
	run -0 "$AURUM_BIN/autrace" /bin/false
	run -0 "$AURUM_BIN/autrace" /bin/sh -c 'kill -9 $$'
	no_rules
}

@test "a warning says when nothing will be recorded" {
	"$AURUM_BIN/auditctl" -e 0 >/dev/null
	run -0 --separate-stderr "$AURUM_BIN/autrace" /bin/true
	[[ $stderr == *"auditing is off"* ]]
}

# traced: a trace of something that goes on, its process in $trace.
traced() {
	rm -f "$at/out" "$at/pid"
	(
		exec 3>&- {LIVE_LOCK_FD}>&- >"$at/out" 2>&1
		exec env --default-signal=INT,QUIT "$AURUM_BIN/autrace" /bin/sh -c "$1"
	) &
	trace=$!
	live_wait_for 30 grep -q Waiting "$at/out"
	live_wait_for 30 has_rules
}

@test "signals end the program, the rules, and then autrace by the same signal" {
	for signal in TERM HUP INT QUIT; do
		traced 'exec sleep 60'
		kill -"$signal" "$trace"
		run ! wait "$trace"
		status=0
		wait "$trace" || status=$?
		[ "$status" -eq $((128 + $(kill -l "$signal"))) ]
		no_rules
		grep -q "Trace complete" "$at/out"
		run ! pgrep -P "$trace"
	done
}

@test "a program that does not end is not waited for at the second signal" {
	traced 'trap "" TERM; echo $$ >'"$at/pid"'; while :; do sleep 0.1; done'
	live_wait_for 30 test -s "$at/pid"
	kill "$trace"
	sleep 0.3
	has_rules
	kill "$trace"
	wait "$trace" || true
	no_rules
	kill -9 "$(cat "$at/pid")"
}

@test "rules are gone even when autrace is killed" {
	traced 'echo $$ >'"$at/pid"'; exec sleep 60'
	live_wait_for 30 test -s "$at/pid"
	kill -9 "$trace"
	live_wait_for 30 no_rules
	kill "$(cat "$at/pid")"
}

@test "rules are gone when nobody reads what it prints" {
	"$AURUM_BIN/autrace" /bin/true 2>/dev/null | true
	live_wait_for 30 no_rules
}

# fault N: the N-th message to the kernel fails: 3 and 4 add rules, 5 and 6 delete them.
fault() {
	ASAN_OPTIONS=detect_leaks=0 strace -qq -o /dev/null -e trace=sendmsg \
		-e inject=sendmsg:error=EPERM:when="$1" "$AURUM_BIN/autrace" /bin/touch "$at/file"
}

@test "a rule that the kernel refuses starts nothing and leaves nothing" {
	for message in 3 4; do
		run -1 fault $message
		[ ! -e "$at/file" ]
		no_rules
	done
}

@test "a rule that cannot be deleted is deleted at the second try" {
	for message in 5 6; do
		run -0 fault $message
		[[ $output == *"Trace complete"* ]]
		rm "$at/file"
		no_rules
	done
}
