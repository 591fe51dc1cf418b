#!/usr/bin/env bats
# Records that the kernel printed while nobody listened, and what the daemon says of itself on a live
# kernel, confined as it always is.

load lib

setup_file() {
	live_begin
	export ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$LIVE_DIR/sanitizer PIDFILE=/var/run/auditd.pid
}

setup() {
	live_or_skip
	conf=$LIVE_DIR/etc log=$LIVE_DIR/log/audit.log
	rm -rf "$conf" "$LIVE_DIR/log" "$LIVE_DIR/state"
	mkdir -p "$conf/plugins.d" "$LIVE_DIR/log"
	printf '%s\n' "log_file = $log" 'log_format = RAW' 'space_left = 75' 'admin_space_left = 50' \
		"plugin_dir = $conf/plugins.d" "run_dir = $LIVE_DIR/run" "state_dir = $LIVE_DIR/state" >"$conf/auditd.conf"
	chmod 640 "$conf/auditd.conf"
}

teardown() {
	[ -n "$LIVE_SKIP" ] && return
	live_quiet
	cat "$LIVE_DIR"/sanitizer.* 2>/dev/null && return 1
	true
}

teardown_file() { live_end; }

begin() { live_start "$AURUM_BIN/auditd" -c "$conf" </dev/null; }

finish() {
	local pid
	pid=$(cat "$PIDFILE")
	kill "$pid"
	live_wait_for 30 eval '[ ! -e "$PIDFILE" ] && [ ! -d "/proc/'"$pid"'" ]'
}

# unheard TEXT: a record that the kernel prints. It prints ten in five seconds.
unheard() {
	until dmesg | grep -qF "$1"; do
		"$LIVE_AUDITCTL" -m "$1"
		sleep 0.7
	done
}

remembers() { [ -s "$LIVE_DIR/state/recorder" ]; }

logged() { grep -qa "$1" "$log"; }

status() { "$AURUM_BIN/aurum" status --board "$LIVE_DIR/run/board" --rules "$LIVE_DIR/none" "$@"; }

@test "what nobody heard is put into the log once, between two marks" {
	[ -r /dev/kmsg ] || skip "needs /dev/kmsg"
	begin
	live_wait_for 30 remembers
	sleep 2.5
	! logged op=recover # who recorded before is not known
	finish
	"$LIVE_AUDITCTL" -e 1
	unheard "aurum unheard \"one\" $$"
	begin
	"$LIVE_AUDITCTL" -m 'aurum heard three'
	live_wait_for 30 logged 'op=recovered source=kernel-messages'
	grep -a -A 1000 'type=DAEMON_RESUME .* op=recover source=' "$log" | grep -a -B 1000 'type=DAEMON_RESUME .* op=recovered source=' >"$LIVE_DIR/between"
	[ "$(grep -ac 'type=USER msg=.*text=aurum unheard "one" '"$$ " "$LIVE_DIR/between")" -eq 1 ]
	[ "$(grep -ac 'aurum heard three' "$log")" -eq 1 ]
	! grep -qa 'aurum heard three' "$LIVE_DIR/between"
	# The mark says how many.
	count=$(sed -n '1s/.* records=\([0-9]*\) .*/\1/p' "$LIVE_DIR/between")
	[ "$(wc -l <"$LIVE_DIR/between")" -eq $((count + 2)) ]
	"$AURUM_BIN/ausearch" -if "$log" -m USER --raw </dev/null | grep -qa 'aurum unheard'
	oracle=$("$AURUM_TOP/test/oracle")
	"$oracle/ausearch" -if "$log" -m USER --raw </dev/null | grep -qa 'aurum unheard'
	"$oracle/ausearch" -if "$log" -m DAEMON_RESUME --raw </dev/null | grep -qa op=recovered
	finish
	begin
	sleep 3
	finish
	[ "$(grep -ac 'aurum unheard' "$log")" -eq 1 ]
}

@test "a daemon that is killed, and one that logged the same, leave nothing to recover twice" {
	[ -r /dev/kmsg ] || skip "needs /dev/kmsg"
	begin
	live_wait_for 30 remembers
	finish
	"$LIVE_AUDITCTL" -e 1
	unheard "aurum unheard four $$"
	# As if another daemon had got it from the kernel.
	dmesg | sed -n "s/.*audit: type=\([0-9]*\) \(audit(.*aurum unheard four $$.*\)/type=USER msg=\2/p" | tail -n 1 >>"$log"
	begin
	sleep 3
	[ "$(grep -ac 'aurum unheard four' "$log")" -eq 1 ]
	kill -KILL "$(cat "$PIDFILE")"
	rm -f "$PIDFILE"
	live_wait_for 30 eval '[ "$(live_status pid)" -eq 0 ] || [ ! -d "/proc/$(live_status pid)" ]'
	begin
	sleep 3
	finish
	[ "$(grep -ac 'aurum unheard four' "$log")" -eq 1 ]
}

@test "a healthy daemon is healthy: status, JSON, metrics" {
	begin
	"$LIVE_AUDITCTL" -b 8192
	live_wait_for 30 status
	run status
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "all is well: auditd (pid $(cat "$PIDFILE")) takes "* ]]
	status --metrics "$LIVE_DIR/aurum.prom"
	grep -qx 'aurum_healthy 1' "$LIVE_DIR/aurum.prom"
	grep -q '^aurum_kernel_backlog_limit 8192$' "$LIVE_DIR/aurum.prom"
	finish
	run status
	[ "$status" -eq 1 ]
	[[ $output == *"no audit daemon runs: it was stopped"* ]]
}

@test "a reader of the kernel's group is told" {
	begin
	# It listens until there is a file.
	live_start "$AURUM_BIN/../test/live-netlink" listen 1 \
		sh -c 'until [ -e "$0" ]; do sleep 0.1; done' "$LIVE_DIR/heard" >/dev/null 2>&1 &
	live_wait_for 30 eval 'status | grep -q "has the kernel copy every record"'
	touch "$LIVE_DIR/heard"
	finish
}
