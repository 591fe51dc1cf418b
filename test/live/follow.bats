#!/usr/bin/env bats
# aurum follow on what this kernel records, while our daemon rotates and compresses its log.

load lib

setup_file() {
	live_begin
	export LC_ALL=C.UTF-8 TZ=UTC
	[ -n "$LIVE_SKIP" ] && return 0
	chmod 711 "$LIVE_DIR"
	cp /bin/true "$LIVE_DIR/hello"
}
setup() {
	live_or_skip
	etc=$BATS_TEST_TMPDIR/etc out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
	: >"$out" && : >"$err"
}
teardown() {
	[ -n "$LIVE_SKIP" ] && return 0
	[ -z "${follower:-}" ] || kill "$follower" 2>/dev/null || true
	live_quiet
}
teardown_file() { live_end; }

told() { grep -qE "ran $LIVE_DIR/hello $1( |\$)" "$out"; }
rotated() { [ -e "$etc/audit.log.1" ] || compgen -G "$etc/audit.log-*.zst" >/dev/null; }
is_new() { [ "$(stat -c %i "$etc/audit.log" 2>/dev/null)" != "$inode" ]; }
# It sleeps in poll: what is recorded from now on is live.
is_waiting() { grep -qE '^(do_poll|poll_schedule|do_sys_poll|do_select)' "/proc/$follower/wchan" 2>/dev/null ||
	grep -qE '^(7|271) ' "/proc/$follower/syscall" 2>/dev/null; }

start_daemon() {
	live_daemon "$etc" 'log_format = ENRICHED' 'flush = NONE' 'num_logs = 20' 'compress = yes' 'index = yes' \
		'max_log_file = 100' 'max_log_file_action = ROTATE'
}

@test "what is run is printed as it is run, over rotations" {
	start_daemon
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S execve -F exe="$LIVE_DIR/hello" -F key=follow >/dev/null
	"$LIVE_DIR/hello" before
	"$AURUM_BIN/aurum" follow --config-dir "$etc" "key = follow and exe like \"*/hello\"" >"$out" 2>"$err" 3>&- &
	follower=$!
	live_wait_for 30 is_waiting
	local round
	for round in one two three; do
		"$LIVE_DIR/hello" "$round"
		live_wait_for 30 told "$round"
		inode=$(stat -c %i "$etc/audit.log")
		kill -USR1 "$(live_status pid)"
		live_wait_for 30 is_new
	done
	"$LIVE_DIR/hello" last
	live_wait_for 30 told last
	cat "$out" "$err"
	[ "$(grep -c "ran $LIVE_DIR/hello " "$out")" -eq 4 ]
	[ ! -s "$err" ]
	# And all of it is found again.
	run "$AURUM_BIN/aurum" search --config-dir "$etc" --count 'key = follow and exe like "*/hello"'
	[ "$output" = 5 ]
}
