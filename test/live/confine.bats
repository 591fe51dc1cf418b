#!/usr/bin/env bats
# What the kernel says about a daemon that is confined, and where it gives its records to one.

load lib

setup_file() {
	live_begin
	export PIDFILE=/var/run/auditd.pid
	export ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$LIVE_DIR/reports/sanitizer:verify_asan_link_order=0
	[ -n "$LIVE_SKIP" ] || mkdir "$LIVE_DIR/reports"
}

setup() {
	live_or_skip
	daemons=0 conf=$LIVE_DIR/etc log=$LIVE_DIR/log/audit.log
	rm -rf "$conf" "$LIVE_DIR/log"
	mkdir -p "$conf/plugins.d" "$LIVE_DIR/log"
	printf '%s\n' "log_file = $log" 'space_left = 75' 'admin_space_left = 50' "plugin_dir = $conf/plugins.d" \
		'num_logs = 3' >"$conf/auditd.conf"
	chmod 640 "$conf/auditd.conf"
}

teardown() {
	[ -n "$LIVE_SKIP" ] && return
	live_quiet
	cat "$LIVE_DIR"/reports/* 2>/dev/null && return 1
	rm -f "$PIDFILE"
}

teardown_file() { live_end; }

# As many daemons as were begun.
started() { [ "$(cat "$log" 2>/dev/null | grep -c type=DAEMON_START)" -eq "$daemons" ]; }

# begin COMMAND...: a daemon, in whatever the command makes for it.
begin() {
	daemons=$((daemons + 1))
	live_start "$@" "$AURUM_BIN/auditd" -n -c "$conf" </dev/null &
	live_wait_for 30 started
	live_wait_for 30 test -s "$PIDFILE"
	pid=$(cat "$PIDFILE")
}

logged() { grep -qsaE "$1" "$log"; }

finish() {
	kill "$pid"
	wait
	logged 'type=DAEMON_END'
}

intruder() {
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/intruder.c" -o "$LIVE_DIR/intruder.so"
	begin env LD_PRELOAD="$LIVE_DIR/intruder.so" INTRUDER="$1" INTRUDER_REPORT="$LIVE_DIR/log/report"
	kill -CONT "$pid"
}

@test "a call that is refused is in the log, and in no other way than as the kernel tells it" {
	intruder chmod,fork
	live_wait_for 30 logged 'type=SECCOMP .* comm="auditd" .* code=0x50000'
	"$LIVE_AUDITCTL" -m "aurum says hello"
	live_wait_for 30 logged 'aurum says hello'
	kill -USR1 "$pid"
	live_wait_for 30 test -s "$log.1"
	finish
	# What a daemon does of itself, and every thread that it starts, makes none.
	[ "$(cat "$log" "$log.1" | grep -c "type=SECCOMP .* pid=$pid ")" -eq 2 ]
}

@test "a life with every signal makes no call that is refused" {
	begin
	for signal in USR1 HUP CONT USR2 HUP; do
		kill "-$signal" "$pid"
		sleep 0.3
	done
	finish
	run grep "type=SECCOMP .* pid=$pid " "$log" "$log.1"
	[ "$status" -ne 0 ]
}

@test "in another network namespace the daemon gets the kernel's records" {
	unshare -n true 2>/dev/null || skip "no network namespaces"
	begin unshare -n
	"$LIVE_AUDITCTL" -m "aurum says hello"
	live_wait_for 30 logged 'type=USER .*aurum says hello'
	finish
}

@test "another daemon goes on where one was ended for a call of an intruder" {
	intruder mount
	wait "$!" || [ $? -eq 159 ] # SIGSYS
	[ ! -d "/proc/$pid" ]
	rm "$PIDFILE"
	begin
	"$LIVE_AUDITCTL" -m "aurum says hello"
	live_wait_for 30 logged 'aurum says hello'
	finish
}
