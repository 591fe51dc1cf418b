#!/usr/bin/env bats
# From end to end on the live kernel: rules loaded by auditctl, recorded by auditd, found by
# ausearch, every single one. The load generator's own processes are all that a rule matches.
#
#	EXECS=20000 OPENS=200000 bats record.bats

load lib

setup_file() {
	live_begin
	export EXECS=${EXECS:-20000} OPENS=${OPENS:-200000}
	export LOADGEN=$AURUM_BIN/../bench/loadgen
	export LC_ALL=C TZ=UTC # ausearch reads dates as the locale writes them
	for program in auditd auditctl ausearch; do
		[ -n "$LIVE_SKIP" ] || [ -x "$AURUM_BIN/$program" ] || LIVE_SKIP="$program is not built"
	done
}
setup() { live_or_skip; }
teardown() { [ -n "$LIVE_SKIP" ] || live_quiet; }
teardown_file() { live_end; }

# start_daemon FORMAT: with logs of 20 MiB, so that a run makes several and loses none.
start_daemon() {
	etc=$BATS_TEST_TMPDIR/etc
	live_daemon "$etc" "log_format = $1" 'flush = INCREMENTAL_ASYNC' 'freq = 50' 'num_logs = 99' \
		'max_log_file = 20' 'max_log_file_action = ROTATE'
	daemon=$(live_status pid)
	"$LIVE_AUDITCTL" --reset-lost >/dev/null 2>&1
}

is_drained() {
	local size
	[ "$(live_status backlog)" -le 1 ] || return 1
	size=$(stat -c %s "$etc/audit.log")
	sleep 0.3
	[ "$(stat -c %s "$etc/audit.log")" -eq "$size" ]
}

# run_load MODE COUNT SYSCALL FILTER KEY: records the load alone, then stops the daemon.
run_load() {
	coproc LOAD { exec "$LOADGEN" "$1" "$2" 3>&-; }
	local from=${LOAD[0]} to=${LOAD[1]}
	read -r -u "$from" target
	calls="^type=SYSCALL .* $4=$target .* key=\"$5\""
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S "$3" -F "$4=$target" -k "$5"
	first=$(date +%s)
	echo go >&"$to"
	read -r -u "$from" seconds
	last=$(date +%s)
	live_wait_for 120 is_drained
	[ "$(live_status lost)" -eq 0 ]
	kill "$daemon"
	live_wait_for 30 is_gone "$daemon"
}

is_gone() { [ ! -d "/proc/$1" ]; }

# found OPTIONS...: how many of the load's calls ausearch finds. (The key is also on the event of
# loading the rule.)
found() {
	"$AURUM_BIN/ausearch" -if "$etc" --format raw "$@" 2>/dev/null | grep -cE "$calls"
}

# at SECOND: as -ts and -te take it, two words.
at() { date -d "@$1" '+%x %X'; }

@test "every exec is recorded, enriched, and found by key, parent, pid, exe and time" {
	start_daemon ENRICHED
	run_load exec "$EXECS" execve ppid "live-exec"
	[ "$(found -k live-exec)" -eq "$EXECS" ]
	[ "$(found -pp "$target")" -eq "$EXECS" ]
	[ "$(found -x "$(readlink -f /bin/true)" -k live-exec)" -eq "$EXECS" ]
	[ "$(found -ts $(at "$first") -te $(at "$last") -k live-exec)" -eq "$EXECS" ]
	# Every event by its own serial and process: no two alike, and any of them can be asked for.
	raw=$BATS_TEST_TMPDIR/raw
	"$AURUM_BIN/ausearch" -if "$etc" --format raw -k live-exec 2>/dev/null >"$raw"
	[ "$(grep -E "$calls" "$raw" | grep -oE 'audit\([^)]*\)' | sort -u | wc -l)" -eq "$EXECS" ]
	[ "$(grep -c '^type=EXECVE .* a0="true"' "$raw")" -eq "$EXECS" ]
	[ "$(grep -E "$calls" "$raw" | grep -cP '\x1dARCH=x86_64 SYSCALL=execve ')" -eq "$EXECS" ]
	for pid in $(grep -E "$calls" "$raw" | grep -oE ' pid=[0-9]+' | cut -d= -f2 | shuf -n 5); do
		[ "$(found -p "$pid" -k live-exec)" -ge 1 ]
	done
}

@test "every open is recorded, raw, and found by key, pid, exe, file and time" {
	local half
	start_daemon RAW
	run_load open "$OPENS" openat pid "live-open"
	[ "$(found -k live-open)" -eq "$OPENS" ]
	[ "$(found -p "$target" -k live-open)" -eq "$OPENS" ]
	[ "$(found -x "$(readlink -f "$LOADGEN")" -f /etc/hostname)" -eq "$OPENS" ]
	# Each second belongs to one of two windows.
	half=$(((first + last) / 2))
	[ $(($(found -ts $(at "$first") -te $(at "$half") -k live-open) +
		$(found -ts $(at $((half + 1))) -te $(at "$last") -k live-open))) -eq "$OPENS" ]
	[ "$(found -ts $(at $((last + 1))) -k live-open)" -eq 0 ]
	[ "$(ls "$etc" | grep -c '^audit\.log')" -gt $((OPENS / 40000)) ]
}

@test "the daemon writes its own start and end" {
	start_daemon RAW
	kill "$daemon"
	live_wait_for 30 is_gone "$daemon"
	[ "$(live_status pid)" -eq 0 ]
	grep -E '^type=DAEMON_START msg=audit\([0-9.]+:[0-9]+\): op=start ' "$etc/audit.log"
	grep -E '^type=DAEMON_END msg=audit\([0-9.]+:[0-9]+\): op=terminate ' "$etc/audit.log"
}
