#!/usr/bin/env bats
# What the daemon says about itself: the board, the records about losses, warnings. The kernel is
# played by test/fake_audit.c, so that it loses what the test wants; it needs system calls that a confined
# daemon has not.

bats_require_minimum_version 1.5.0

setup_file() {
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fake_audit.c" -o "$BATS_FILE_TMPDIR/fake.so"
}

setup() {
	[ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null || skip "needs root and mount namespaces"
	cd "$BATS_TEST_TMPDIR"
	chmod 700 .
	mkdir log plugins.d
	log=$PWD/log/audit.log
	printf '%s\n' "log_file = $log" 'log_format = RAW' 'num_logs = 3' 'space_left = 75' 'admin_space_left = 50' 'flush = DATA' 'confine = no' \
		"plugin_dir = $PWD/plugins.d" "run_dir = $PWD/run" "state_dir = $PWD/state" >auditd.conf
	chmod 640 auditd.conf
	mkfifo feed
	kernel 0 0
	daemon=
}

teardown() {
	[ -z "$daemon" ] || end
	cat sanitizer.* 2>/dev/null && return 1
	true
}

# kernel LOST BACKLOG: what its status says from now on.
kernel() {
	echo "1 1 0 0 ${limit:-64} $1 $2" >status.new
	mv status.new status
}

# start [OPTION]: the daemon, with a log and a /run of its own (live tests look at that of the host)
# and the fake kernel's records from descriptor 8.
start() {
	unshare -m sh -c 'mount -t tmpfs none /run && exec env "$@"' - \
		FAKE_AUDIT_STATUS="$PWD/status" FAKE_AUDIT_FEED="$PWD/feed" LD_PRELOAD="$BATS_FILE_TMPDIR/fake.so" \
		ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0:log_path=$PWD/sanitizer" \
		"$AURUM_BIN/auditd" "${1:--n}" -c "$PWD" >out 2>&1 3>&- &
	daemon=$!
	exec 8>feed
	wait_for grep -qs 'op=start' "$log" out
	wait_for figure daemon state running
}

end() {
	exec 8>&-
	kill "$daemon"
	wait "$daemon" || [ $? -eq 143 ] || true
	daemon=
}

wait_for() {
	local tries=400
	while ! "$@"; do
		[ $((tries -= 1)) -gt 0 ] || { echo "waited in vain for: $*"; cat out; cat "$log" || :; board; return 1; }
		sleep 0.05
	done
}

# What the board says: who may not ask the kernel does not.
board() {
	setpriv --bounding-set -audit_control --inh-caps -audit_control "$AURUM_BIN/aurum" status --board run/board --rules none --json || :
}

# figure GROUP NAME VALUE
figure() {
	board | python3 -c 'import json, sys
group, name, value = sys.argv[1:]
sys.exit(str(json.load(sys.stdin)[group][name]) != value)' "$@"
}

# records FIRST LAST: an event for each number.
records() {
	local i
	for ((i = $1; i <= $2; i++)); do echo "1300 audit(1700000000.123:$i): arch=c000003e syscall=1 success=yes" >&8; done
}

@test "the board says what came, what was written, and that the daemon was stopped" {
	start
	records 1 50
	wait_for figure recording records 50
	figure recording events 50
	wait_for figure recording written 51
	figure recording written_size_bytes "$(stat -c %s "$log")"
	figure recording log_size_bytes "$(stat -c %s "$log")"
	figure daemon pid "$daemon"
	figure disk flushes "$(($(board | python3 -c 'import json, sys; print(json.load(sys.stdin)["disk"]["flushes"])')))"
	[ "$(stat -c %a run/board)" = 600 ]
	figure disk space_left_bytes $((75 << 20))
	figure recording rotated_time None
	kill -USR1 "$daemon"
	wait_for [ -e "$log.1" ]
	wait_for eval '! figure recording rotated_time None'
	end
	figure daemon state stopped
	figure recording written 53
	figure recording rate_minute 0
}

@test "members of log_group may read the board" {
	getent group adm >/dev/null || skip "needs the group adm"
	echo 'log_group = adm' >>auditd.conf
	start
	[ "$(stat -c '%a %G' run/board)" = "640 adm" ]
}

@test "what the kernel loses is in the log with its cause, and told once a minute" {
	kernel 7 0
	start
	wait_for figure kernel lost 7
	kernel 10 0
	wait_for figure losses lost_kernel 3
	wait_for grep -q 'type=DAEMON_ERR .*: op=lost cause=kernel lost=3 total=3 from=[0-9.]* to=[0-9.]* res=failed' "$log"
	kernel 15 0
	wait_for figure losses lost_kernel 8
	figure losses signed_off 3
	[ "$(grep -c op=lost "$log")" -eq 1 ]
	# It was reset, and two more were lost since.
	kernel 2 0
	wait_for figure losses lost_kernel 10
	end
	# The rest is told before the end.
	grep -q 'op=lost cause=kernel lost=7 total=10 ' "$log"
	figure losses signed_off 10
}

@test "events that never came are lost, unless a loss of the kernel explains them" {
	start
	records 1 20
	wait_for figure recording records 20
	kernel 5 0
	wait_for figure losses lost_kernel 5
	records 26 1100
	wait_for figure recording gaps 5
	figure losses lost_unknown 0
	records 1104 2200
	wait_for figure losses lost_unknown 3
	wait_for grep -q 'op=lost cause=unknown lost=3 total=3 ' "$log"
}

@test "ausearch and Debian's find the records about losses" {
	start
	kernel 3 0
	wait_for grep -q op=lost "$log"
	end
	"$AURUM_BIN/ausearch" -if "$log" -m DAEMON_ERR --raw </dev/null | grep -q cause=kernel
	oracle=$("$AURUM_TOP/test/oracle")
	[ "$("$oracle/ausearch" -if "$log" --raw </dev/null)" = "$("$AURUM_BIN/ausearch" -if "$log" --raw </dev/null)" ]
	"$oracle/ausearch" -if "$log" -m DAEMON_ERR --raw </dev/null | grep -q cause=kernel
}

@test "a backlog that is too small is told, with the limit that would do" {
	start -f
	kernel 0 47
	wait_for figure kernel backlog_high 47
	figure kernel backlog_needed 0
	kernel 0 60
	wait_for figure kernel backlog_needed 128
	wait_for grep -q 'backlog_limit 64 is too small: up to 60 records waited, at up to [0-9]* a second: -b 128 in the rules would do' out
	limit=128 kernel 0 0
	wait_for figure kernel backlog_needed 0
	[ "$(grep -c 'too small' out)" -eq 1 ]
	kernel 2 0
	wait_for grep -q 'auditd: 2 records are lost (cause: kernel; 2 since the start)' out
	grep -q 'type=DAEMON_ERR .* op=lost cause=kernel lost=2 total=2 ' out
}

# program NAME: a program that leaves its name behind, for an action.
program() {
	printf '#!/bin/sh\necho ran >>%s/%s.ran\n' "$PWD" "$1" >"$1"
	chmod 755 "$1"
	echo "exec $PWD/$1"
}

@test "lost_action and backlog_action: a program once, and again only when it was better meanwhile" {
	echo "lost_action = $(program lost)" >>auditd.conf
	echo "backlog_action = $(program full)" >>auditd.conf
	echo 'backlog_warn = 50' >>auditd.conf
	start
	kernel 0 31
	wait_for figure kernel backlog_high 31
	[ ! -e full.ran ]
	kernel 0 32
	wait_for [ -s full.ran ]
	kernel 0 40
	wait_for figure kernel backlog_high 40
	kernel 2 20
	wait_for figure losses lost_kernel 2
	wait_for [ -s lost.ran ]
	kernel 2 33 # it was not below half of it
	wait_for figure kernel backlog 33
	[ "$(wc -l <full.ran)" -eq 1 ]
	kernel 2 3
	wait_for figure kernel backlog 3
	sleep 2.1 # the most of a second is what counts
	kernel 5 33
	wait_for eval '[ "$(wc -l <full.ran)" -eq 2 ]'
	wait_for figure losses lost_kernel 5
	[ "$(wc -l <lost.ran)" -eq 1 ]
}

@test "lag_action: a program when a plugin is behind" {
	printf '#!/bin/sh\nexec sleep 600\n' >sleeper
	chmod 755 sleeper
	printf 'active = yes\ndirection = out\npath = %s/sleeper\ntype = always\nformat = string\n' "$PWD" >plugins.d/sleeper.conf
	chmod 640 plugins.d/sleeper.conf
	echo "lag_action = $(program lag)" >>auditd.conf
	echo 'lag_warn = 2' >>auditd.conf
	start
	# What it does not read is what does not fit into its pipe. These records are long ago.
	records 1 2000
	wait_for [ -s lag.ran ]
	board | grep -q '"consumers":\[{"name":"sleeper"'
	wait_for eval "board | grep -qE '\"lag_records\":[1-9][0-9]*,.*\"lag_time_seconds\":([2-9]|[1-9][0-9])'"
	wait_for figure attendant errands 1
	figure attendant errands_failed 0
	figure attendant pid "$(pgrep -P "$(pgrep -P "$daemon" -f auditd-attendant)" -f auditd-attendant)"
}

@test "an alert's action that is none is refused, with what is allowed" {
	echo 'lost_action = halt' >>auditd.conf
	run "$AURUM_BIN/auditd" -n -c "$PWD"
	[ "$status" -eq 6 ]
	[[ $output == *'"halt" is not allowed for lost_action (allowed: ignore, syslog, email, exec)'* ]]
}

@test "a daemon that is stopped in the middle is seen to hang" {
	start
	records 1 5
	wait_for figure recording records 5
	kill -STOP "$daemon"
	wait_for eval 'board | grep -q "\"id\":\"hangs\""' # ten seconds
	kill -CONT "$daemon"
	wait_for eval '! board | grep -q "\"id\":\"hangs\""'
	kill -KILL "$daemon"
	wait "$daemon" || :
	daemon=
	board | grep -q '"id":"died"'
}
