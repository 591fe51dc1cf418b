#!/usr/bin/env bats
# Plugins on the live kernel: what Debian's daemon gives them, ours gives them too, to the byte but for
# times, serials and pids; and one that hangs costs no record.

load lib

setup_file() {
	live_begin
	export OURS=$AURUM_BIN THEIRS LOADGEN=$AURUM_BIN/../bench/loadgen PIDFILE=/var/run/auditd.pid
	[ -n "$LIVE_SKIP" ] || THEIRS=$("$AURUM_TOP/test/oracle")
	export ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$LIVE_DIR/sanitizer
}

setup() {
	live_or_skip
	conf=$LIVE_DIR/etc out=$LIVE_DIR/out log=$LIVE_DIR/log/audit.log
	rm -rf "$conf" "$out" "$LIVE_DIR/log" "$LIVE_DIR/state" "$LIVE_DIR/run"
	mkdir -p "$conf/plugins.d" "$out" "$LIVE_DIR/log"
	printf '#!/bin/sh\necho $$ >"$1.pid"\nexec cat >>"$1"\n' >"$LIVE_DIR/capture"
	chmod 750 "$LIVE_DIR/capture"
}

teardown() {
	[ -n "$LIVE_SKIP" ] && return
	live_quiet
	cat "$LIVE_DIR"/sanitizer.* 2>/dev/null && return 1
	[ ! -e "$PIDFILE" ]
}

teardown_file() { live_end; }

# plugin NAME FORMAT
plugin() {
	printf '%s\n' 'active = yes' 'direction = out' "path = $LIVE_DIR/capture" 'type = always' "args = $out/$1" \
		"format = $2" >"$conf/plugins.d/$1.conf"
	chmod 640 "$conf/plugins.d/$1.conf"
}

configure() {
	printf '%s\n' "log_file = $log" "plugin_dir = $conf/plugins.d/" 'space_left = 3' 'admin_space_left = 2' \
		'num_logs = 50' 'max_log_file = 8' 'max_log_file_action = rotate' 'freq = 50' \
		'flush = incremental_async' "$@" >"$conf/auditd.conf"
	chmod 640 "$conf/auditd.conf"
}

ours() { printf '%s\n' "run_dir = $LIVE_DIR/run" "state_dir = $LIVE_DIR/state" >>"$conf/auditd.conf"; }

# detached COMMAND...: without the descriptors of bats and the lock, which a daemon would keep.
detached() {
	local fd
	(
		for fd in /proc/self/fd/*; do
			fd=${fd##*/}
			[ "$fd" -gt 2 ] && eval "exec $fd>&-" 2>/dev/null
		done
		"$@"
	) </dev/null
}

is_gone() { [ ! -d "/proc/$1" ]; }

finish() {
	local pid
	pid=$(cat "$PIDFILE")
	kill -TERM "$pid"
	live_wait_for 30 is_gone "$pid"
}

got() { [ -e "$1" ] && grep -qa "$2" "$1"; }

# Everything that differs between two runs of the same.
same() {
	sed -E -e 's/audit\([0-9.]+:[0-9]+\)/audit(T)/' -e 's/\b(ppid|pid)=[0-9]+/\1=P/g' \
		-e 's/\ba([0-3])=[0-9a-f]+/a\1=A/g' -e 's/inode=[0-9]+/inode=I/g'
}

# frames FILE [SIZE]: "version header type text" lines of frames as long as they say, or of SIZE bytes.
frames() {
	python3 - "$@" <<'DECODE'
import struct, sys
data, fixed = open(sys.argv[1], "rb").read(), int(sys.argv[2]) if len(sys.argv) > 2 else 0
while data:
    version, header, kind, size = struct.unpack("=IIII", data[:16])
    sys.stdout.buffer.write(b"%d %d %d " % (version, header, kind) + data[16:16 + size].rstrip(b"\0") + b"\n")
    data = data[fixed or 16 + size:]
DECODE
}

# record BINDIR NAME FRAME-SIZE: what plugins get of the same actions.
record() {
	local pid
	rm -f "$out"/* "$log"*
	detached "$1/auditd" -c "$conf"
	live_wait_for 30 test -s "$out/lines.pid"
	"$LIVE_AUDITCTL" -m "aurum says start"
	live_wait_for 30 got "$out/lines" 'aurum says start'
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S openat,execve -F uid=2 -k aurum-live
	setpriv --reuid 2 --regid 2 --clear-groups cat /etc/shadow "$LIVE_DIR/two words" 2>/dev/null || :
	"$LIVE_AUDITCTL" -d always,exit -F arch=b64 -S openat,execve -F uid=2 -k aurum-live
	"$LIVE_AUDITCTL" -m "aurum says end"
	live_wait_for 30 got "$out/lines" 'aurum says end'
	live_wait_for 30 got "$out/frames" 'aurum says end'
	finish
	same <"$out/lines" | sed -n '/aurum says start/,/aurum says end/p' >"$LIVE_DIR/$2.lines"
	frames "$out/frames" $3 | same | sed -n '/aurum says start/,/aurum says end/p' >"$LIVE_DIR/$2.frames"
}

@test "plugins get the bytes that Debian's daemon gives them, as lines and as frames" {
	for form in 'log_format = RAW' 'log_format = ENRICHED' 'log_format = RAW,name_format = user,name = here'; do
		plugin lines string
		plugin frames binary
		configure ${form:+"${form//,/$'\n'}"}
		record "$THEIRS" theirs 8986
		ours
		record "$OURS" ours
		[ "$(wc -l <"$LIVE_DIR/theirs.lines")" -ge 10 ]
		grep -q type=EOE "$LIVE_DIR/theirs.lines"
		diff "$LIVE_DIR/theirs.lines" "$LIVE_DIR/ours.lines"
		diff "$LIVE_DIR/theirs.frames" "$LIVE_DIR/ours.frames"
	done
}

@test "under load with a stopped plugin nothing is lost, and the others get it all" {
	local before after pid
	plugin one string
	plugin two string
	plugin stuck string
	configure 'log_format = ENRICHED'
	ours
	"$LIVE_AUDITCTL" -b 8192 >/dev/null
	detached "$OURS/auditd" -c "$conf"
	live_wait_for 30 test -s "$out/stuck.pid"
	live_wait_for 30 got "$out/stuck" DAEMON_START
	kill -STOP "$(cat "$out/stuck.pid")"
	before=$(live_status lost)
	coproc LOAD { exec "$LOADGEN" open 20000; }
	read -r pid <&"${LOAD[0]}"
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S openat -F pid="$pid" -k aurum-live
	echo >&"${LOAD[1]}"
	wait "$LOAD_PID" || :
	"$LIVE_AUDITCTL" -d always,exit -F arch=b64 -S openat -F pid="$pid" -k aurum-live
	"$LIVE_AUDITCTL" -m "aurum says end"
	live_wait_for 60 got "$out/one" 'aurum says end'
	live_wait_for 60 got "$out/two" 'aurum says end'
	after=$(live_status lost)
	kill -CONT "$(cat "$out/stuck.pid")"
	live_wait_for 60 got "$out/stuck" 'aurum says end'
	finish
	[ "$before" -eq "$after" ]
	[ "$(grep -c 'type=SYSCALL .*key="aurum-live"' "$out/one")" -ge 20000 ]
	cmp "$out/one" "$out/two"
	cmp "$out/one" "$out/stuck"
	cat $(ls "$log".* 2>/dev/null | sort -Vr) "$log" | cmp - <(grep -v '^\(node=[^ ]* \)\?type=EOE' "$out/one")
}
