#!/usr/bin/env bats
# The shipped plugins behind the daemon. What the kernel would send is appended to its log by hand.

setup() {
	[ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null || skip "needs root and mount namespaces"
	dir=$(mktemp -d)
	chmod 755 "$dir"
	mkdir -p "$dir/etc/plugins.d" "$dir/log" "$dir/dev"
	log=$dir/log/audit.log
	printf '%s\n' "log_file = $log" "plugin_dir = $dir/etc/plugins.d" "run_dir = $dir/run" "state_dir = $dir/state" 'local_events = no' \
		'log_format = RAW' 'num_logs = 5' 'max_log_file = 100' 'space_left = 3' 'admin_space_left = 2' >"$dir/etc/auditd.conf"
	printf '%s\n' 'uid == 0 && type r= SYSCALL' >"$dir/etc/filter"
	printf '#!/bin/sh\nexec cat >>%s\n' "$dir/filtered" >"$dir/keep"
	chmod 755 "$dir/keep"
	export ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$dir/sanitizer
	daemon=
}

teardown() {
	[ -z "$daemon" ] || kill -9 "$daemon"
	[ -z "$listener" ] || kill "$listener"
	[ -z "$dir" ] || { cat "$dir"/sanitizer.* 2>/dev/null && return 1; rm -rf "$dir"; }
	true
}

# plugin NAME FORMAT PATH ARGUMENT...: an active one.
plugin() {
	printf '%s\n' 'active = yes' "path = $3" "args = ${*:4}" "format = $2" >"$dir/etc/plugins.d/$1.conf"
	chmod 640 "$dir/etc/plugins.d/$1.conf"
}

until_true() {
	local end=$((SECONDS + 60))
	while [ "$SECONDS" -lt "$end" ]; do "$@" && return 0; sleep 0.05; done
	echo "waited in vain for: $*"
	return 1
}

# begin: the daemon, with a /run of its own, and a /dev/log whose messages are lines of $dir/syslog.
begin() {
	unshare -m bash -c '
		mount -t tmpfs none /run || exit 99
		touch "$0/dev/null" "$0/dev/urandom"
		mount --bind /dev/null "$0/dev/null" && mount --bind /dev/urandom "$0/dev/urandom" && mount --rbind "$0/dev" /dev || exit 99
		python3 -c "
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(\"/dev/log\")
out = open(sys.argv[1], \"wb\", 0)
while True: out.write(s.recv(65536) + b\"\n\")" "$0/syslog" &
		echo $! >"$0/listener"
		while [ ! -S /dev/log ]; do sleep 0.02; done
		exec "$1" -n -c "$0/etc"' "$dir" "$AURUM_BIN/auditd" >"$dir/out" 2>&1 3>&- 4>&- &
	daemon=$!
	until_true grep -qs '^type=DAEMON_START' "$log"
	listener=$(cat "$dir/listener")
}

# records FROM TO: two records with each of these serials; every other one is root's.
records() {
	seq "$1" "$2" | awk '{
		printf "type=SYSCALL msg=audit(1700000000.000:%d): arch=c000003e syscall=59 success=yes uid=%d comm=\"ls\"\n", $1, $1 % 2
		printf "type=PROCTITLE msg=audit(1700000000.000:%d): proctitle=\"ls\"\n", $1
	}'
}

# A connection counts from when the plugin has taken it in.
client_is_served() {
	echo 'type=USER_CMD msg=audit(1600000000.000:1): pid=1' >>"$log"
	grep -qs USER_CMD "$dir/client"
}

@test "socket, syslog and filter get what is recorded, each in its own way" {
	plugin af_unix binary "$AURUM_BIN/audisp-af_unix" 0600 "$dir/events" string
	plugin syslog string "$AURUM_BIN/audisp-syslog" LOG_LOCAL6 LOG_NOTICE
	plugin filter string "$AURUM_BIN/audisp-filter" blocklist "$dir/etc/filter" "$dir/keep"
	begin
	until_true test -S "$dir/events"
	timeout 60 python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.connect(sys.argv[1])
print("connected", flush=True)
out = open(sys.argv[2], "wb", 0)
while part := s.recv(65536): out.write(part)' "$dir/events" "$dir/client" >"$dir/connected" 3>&- 4>&- &
	until_true test -s "$dir/connected"
	until_true client_is_served
	records 1 300 >>"$log"
	until_true grep -qs 'PROCTITLE msg=audit(1700000000.000:300)' "$dir/client"
	until_true grep -qs 'PROCTITLE msg=audit(1700000000.000:300)' "$dir/syslog"
	until_true grep -qs 'PROCTITLE msg=audit(1700000000.000:300)' "$dir/filtered"
	kill -TERM "$daemon"
	wait "$daemon"
	daemon=
	diff <(records 1 300) <(grep -a 'audit(1700000000' "$dir/client" | grep -v type=EOE)
	diff <(records 1 300 | sed 's/^/audispd: /') <(sed -n 's/^<181>... .. ..:..:.. //p' "$dir/syslog" | grep 'audit(1700000000' | grep -v type=EOE)
	diff <(records 1 300 | grep -E ':[0-9]*[02468]\)') <(grep 'audit(1700000000' "$dir/filtered" | grep -v type=EOE)
	[ "$(grep -c type=EOE "$dir/filtered")" -eq 150 ]
	grep -q type=DAEMON_END "$dir/syslog"
	[ ! -e "$dir/events" ]
}

@test "a filter that is killed with the daemon's records in it is started again, and the daemon goes on" {
	plugin filter string "$AURUM_BIN/audisp-filter" blocklist "$dir/etc/filter" "$dir/keep"
	begin
	records 1 100 >>"$log"
	until_true grep -qs 'PROCTITLE msg=audit(1700000000.000:100)' "$dir/filtered"
	kill -KILL $(pgrep -f "audisp-filter blocklist $dir/etc/filter")
	records 101 200 >>"$log"
	until_true grep -qs 'PROCTITLE msg=audit(1700000000.000:200)' "$dir/filtered"
	kill -TERM "$daemon"
	wait "$daemon"
	daemon=
	diff <(records 1 200 | grep -E ':[0-9]*[02468]\)') <(grep 'audit(1700000000' "$dir/filtered" | grep -v type=EOE)
}
