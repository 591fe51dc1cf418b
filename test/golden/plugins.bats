#!/usr/bin/env bats
# Plugins of the daemon, without a kernel: what they get is what is in the log, and that is appended
# here by hand. What the kernel has to do with it is test/live/plugins.bats.

setup() {
	[ "$(id -u)" -eq 0 ] || skip "plugins are root's"
	dir=$(mktemp -d)
	chmod 755 "$dir"
	mkdir -p "$dir/etc/plugins.d" "$dir/log" "$dir/out"
	log=$dir/log/audit.log out=$dir/out
	export ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$dir/sanitizer
	# Everything it reads; a word for each start and signal in PATH.told.
	cat >"$dir/capture" <<'PLUGIN'
#!/bin/sh
echo start $$ $2 >>"$1.told"
trap 'echo HUP >>"$1.told"' HUP
trap 'echo TERM >>"$1.told"; exit 0' TERM
exec 3<&0
cat <&3 >>"$1" &
cat=$!
while kill -0 $cat 2>/dev/null; do wait $cat; done
PLUGIN
	printf '#!/bin/sh\necho $$ >"$1.pid"\nexec cat >>"$1"\n' >"$dir/plain"
	printf '#!/bin/sh\necho start >>"$1"\nexit 3\n' >"$dir/dying"
	printf '#!/bin/sh\necho "$@" >>"%s"\n' "$out/init" >"$dir/init"
	chmod 750 "$dir/capture" "$dir/plain" "$dir/dying" "$dir/init"
	configure
	daemon=
}

teardown() {
	[ -n "$daemon" ] && kill -9 "$daemon"
	cat "$dir"/sanitizer.* 2>/dev/null && return 1
	[ -z "$dir" ] || rm -rf "$dir"
}

configure() {
	printf '%s\n' "log_file = $log" "plugin_dir = $dir/etc/plugins.d" "run_dir = $dir/run" \
		"state_dir = $dir/state" 'local_events = no' 'log_format = RAW' "init_program = $dir/init" \
		'num_logs = 5' 'max_log_file = 100' 'max_log_file_action = rotate' 'space_left = 3' \
		'admin_space_left = 2' "$@" >"$dir/etc/auditd.conf"
	chmod 640 "$dir/etc/auditd.conf"
}

# plugin NAME PROGRAM [LINE...]: an active one that gets $out/NAME as its argument.
plugin() {
	local name=$1 program=$2
	shift 2
	printf '%s\n' 'active = yes' "path = $dir/$program" "args = $out/$name" "$@" >"$dir/etc/plugins.d/$name.conf"
	chmod 640 "$dir/etc/plugins.d/$name.conf"
}

# starts: how many daemons have said that they record.
starts() { cat "$log" "$log.1" "$dir/run/spool/records" "$dir/run/spool/records.1" "$dir/stdout" 2>/dev/null | grep -ac "^type=DAEMON_START" || :; }

more_starts() { [ "$(starts)" -gt "$1" ]; }

# begin [OPTION...]: the daemon, with a /run of its own; returns when it records.
begin() {
	local before
	before=$(starts)
	unshare -m sh -c 'mount -t tmpfs none /run && exec "$@"' - \
		"$AURUM_BIN/auditd" -n -c "$dir/etc" "$@" 2>>"$dir/stderr" >>"$dir/stdout" 3>&- 4>&- &
	daemon=$!
	until_true more_starts "$before"
}

until_true() {
	local end=$((SECONDS + 60))
	while [ "$SECONDS" -lt "$end" ]; do
		"$@" && return 0
		sleep 0.05
	done
	echo "waited in vain for: $*"
	tail -n 3 "$out"/* "$dir/stderr"
	return 1
}

finish() {
	kill -TERM "$daemon"
	wait "$daemon"
	daemon=
}

# lines FROM TO: records of a system call with these serials.
lines() {
	seq "$1" "$2" | awk '{
		printf "type=SYSCALL msg=audit(1700000000.000:%d): arch=c000003e syscall=59 success=yes\n", $1
		printf "type=PROCTITLE msg=audit(1700000000.000:%d): proctitle=\"ls\"\n", $1
	}'
}

put() { lines "$1" "$2" >>"$log"; }

# whole FILE: what it holds of the records above, without the marks.
whole() { grep -a 'audit(1700000000' "$1" | grep -v '^type=EOE'; }

has_last() { [ -e "$1" ] && tail -n 5 "$1" | grep -q "PROCTITLE msg=audit(1700000000.000:$2)"; }

started() { [ -e "$1.told" ] && [ "$(grep -c start "$1.told")" -ge "$2" ]; }

# process NAME: the one that reads for the plugin.
process() { cat "$out/$1.pid"; }

@test "plugins get what is in the log, in order, and the marks that are not" {
	plugin one plain
	plugin two capture
	begin
	put 1 5000
	until_true has_last "$out/one" 5000
	finish
	cmp "$out/one" "$out/two"
	grep -v '^type=EOE' "$out/one" | cmp - "$log"
	head -n 1 "$out/one" | grep type=DAEMON_START
	tail -n 1 "$out/one" | grep type=DAEMON_END
	[ "$(grep -c '^type=EOE' "$out/one")" -eq 5000 ]
	[ "$(grep -A 1 '^type=PROCTITLE.*:77)' "$out/one" | tail -n 1)" = "type=EOE msg=audit(1700000000.000:77): " ]
	[ "$(stat -c %a "$dir/state/cursors" "$dir/state/cursors/one" | xargs)" = "700 600" ]
	grep -q '^TERM' "$out/two.told"
}

@test "a daemon that starts again goes on where its plugins were, over rotations meanwhile" {
	plugin one plain
	begin
	put 1 10
	until_true has_last "$out/one" 10
	finish
	mv "$log" "$log.1"
	put 11 20
	mv "$log.1" "$log.2"
	mv "$log" "$log.1"
	begin
	until_true has_last "$out/one" 20
	put 21 30
	until_true has_last "$out/one" 30
	finish
	whole "$out/one" | cmp - <(lines 1 30)
	[ "$(grep -c DAEMON_START "$out/one")" -eq 2 ]
}

@test "a plugin that was killed loses nothing, and nothing comes twice" {
	plugin one plain
	begin
	put 1 10
	until_true has_last "$out/one" 10
	kill -STOP "$(process one)"
	put 11 20000
	sleep 1.5
	kill -KILL "$(process one)"
	until_true has_last "$out/one" 20000
	finish
	whole "$out/one" | cmp - <(lines 1 20000)
}

@test "an attendant or a daemon that was killed loses nothing" {
	local first
	plugin one plain
	begin
	put 1 1000
	until_true has_last "$out/one" 1000
	first=$(pgrep -f "^auditd-attendant -c$dir/etc" | tail -n 1)
	kill -KILL "$first"
	put 1001 2000
	until_true has_last "$out/one" 2000
	kill -KILL "$daemon"
	begin
	put 2001 3000
	until_true has_last "$out/one" 3000
	finish
	# Some may have come twice: each of them, and in the end all in order.
	whole "$out/one" | sort -u | sort -t: -k 2n -s | cmp - <(lines 1 3000 | sort -u | sort -t: -k 2n -s)
	! kill -0 "$(process one)"
}

@test "a plugin that is stopped keeps no other waiting, and catches up later" {
	plugin one plain
	plugin two plain
	begin
	put 1 10
	until_true has_last "$out/one" 10
	kill -STOP "$(process one)"
	put 11 30000
	until_true has_last "$out/two" 30000
	[ "$(whole "$out/one" | wc -l)" -lt 60000 ]
	kill -CONT "$(process one)"
	until_true has_last "$out/one" 30000
	finish
	cmp "$out/one" "$out/two"
}

is_short() { [ "$(wc -l <"$1")" -lt 5 ]; }

@test "records that were removed before a plugin had read them are counted, told and recorded" {
	configure 'num_logs = 2' 'q_depth = 10'
	plugin one plain
	# A name that would be two words of the record.
	mv "$dir/etc/plugins.d/one.conf" "$dir/etc/plugins.d/one lost=3.conf"
	begin
	put 1 10
	until_true has_last "$out/one" 10
	kill -STOP "$(process one)"
	put 11 10000
	for part in 1 2 3; do
		kill -USR1 "$daemon"
		until_true is_short "$log"
		put $((part * 10000 + 1)) $((part * 10000 + 10000))
	done
	kill -CONT "$(process one)"
	until_true has_last "$out/one" 40000
	until_true grep -q 'type=DAEMON_ERR .*op=lost cause=rotation plugin=one?lost?3 lost=[1-9][0-9]* bytes=[0-9]* .*res=failed' "$log"
	finish
	# The file being read is held: what is missing is whole files, in the middle.
	whole "$out/one" >"$dir/got"
	lost=$(($(lines 1 40000 | wc -l) - $(wc -l <"$dir/got")))
	[ "$lost" -gt 0 ]
	told=$(sed -n 's/.*op=lost.* lost=\([0-9]*\) .*/\1/p' "$log" | head -n 1)
	echo "$lost are missing, $told were told"
	[ "$told" -gt $((lost * 8 / 10)) ] && [ "$told" -lt $((lost * 12 / 10)) ]
	"$AURUM_BIN/ausearch" -if "$log" -m DAEMON_ERR | grep -q 'plugin=one?lost?3'
}

@test "one that dies is started again max_restarts times, and after SIGHUP anew" {
	configure 'max_restarts = 2'
	plugin one dying
	begin
	has_lines() { [ -e "$out/one" ] && [ "$(wc -l <"$out/one")" = "$1" ]; }
	until_true has_lines 3
	sleep 1
	has_lines 3
	kill -HUP "$daemon"
	until_true has_lines 6
	finish
}

@test "a plugin that cannot be run does not keep the daemon from starting, nor the others" {
	plugin gone nosuchfile
	plugin open plain
	cp "$dir/plain" "$dir/writable" && chmod 757 "$dir/writable"
	plugin writable writable
	cp "$dir/plain" "$dir/foreign" && chown 1 "$dir/foreign"
	plugin foreign foreign
	cp "$dir/plain" "$dir/locked" && chmod 740 "$dir/locked"
	plugin locked locked
	printf 'active = perhaps\n' >"$dir/etc/plugins.d/broken.conf"
	plugin backup.old plain
	begin
	put 1 10
	until_true has_last "$out/open" 10
	finish
	[ "$(ls "$out" | xargs)" = "open open.pid" ]
}

@test "a folder for positions or the spool that others have laid is not used" {
	plugin one plain
	mkdir -p "$dir/run" "$dir/elsewhere"
	chmod 755 "$dir/run"
	ln -s "$dir/elsewhere" "$dir/run/spool"
	begin -f
	until_true grep -q 'no plugins: there is no safe place for them' "$dir/stderr"
	finish
	grep -q "auditd: cannot open the folder $dir/run/spool: " "$dir/stderr"
	[ -z "$(ls "$dir/elsewhere")" ]
	[ ! -e "$out/one" ]
}

@test "no attendant outlives a killed daemon, also when it cannot read its configuration" {
	local attendants
	begin
	# The one that keeps the other, and its child.
	are_two() { attendants=($(pgrep -f "^auditd-attendant -c$dir/etc")) && [ ${#attendants[@]} -eq 2 ]; }
	until_true are_two
	echo 'flush = never' >"$dir/etc/auditd.conf"
	kill -9 "$(pgrep -P "${attendants[0]},${attendants[1]}" -f "^auditd-attendant -c$dir/etc")" "$daemon"
	daemon=
	is_alone() { ! pgrep -f "^auditd-attendant -c$dir/etc"; }
	until_true is_alone
}

@test "plugins stay when plugin_dir is gone at SIGHUP" {
	plugin one plain
	begin
	put 1 10
	until_true has_last "$out/one" 10
	mv "$dir/etc/plugins.d" "$dir/etc/away"
	kill -HUP "$daemon"
	until_true grep -q DAEMON_CONFIG "$log"
	put 11 20
	until_true has_last "$out/one" 20
	[ -e "$dir/state/cursors/one" ]
	finish
	[ "$(grep -c '^type=DAEMON_START' "$out/one")" -eq 1 ]
}

@test "SIGHUP goes to plugins, and starts, changes and ends them" {
	plugin stays capture
	plugin goes capture
	plugin changes capture
	plugin leaves capture
	begin
	until_true started "$out/stays" 1
	until_true started "$out/changes" 1
	until_true started "$out/goes" 1
	until_true started "$out/leaves" 1
	put 1 10
	until_true has_last "$out/stays" 10
	until_true has_last "$out/changes" 10
	printf 'active = no\n' >"$dir/etc/plugins.d/goes.conf"
	rm "$dir/etc/plugins.d/leaves.conf"
	printf '%s\n' 'active = yes' "path = $dir/capture" "args = $out/changes again" >"$dir/etc/plugins.d/changes.conf"
	plugin comes capture
	kill -HUP "$daemon"
	until_true started "$out/comes" 1
	until_true started "$out/changes" 2
	until_true grep -q TERM "$out/goes.told"
	until_true grep -q TERM "$out/leaves.told"
	put 11 20
	until_true has_last "$out/stays" 20
	until_true has_last "$out/changes" 20
	until_true has_last "$out/comes" 20
	finish
	[ "$(cut -d ' ' -f 1 "$out/stays.told" | xargs)" = "start HUP TERM" ]
	grep -q 'start [0-9]* again' "$out/changes.told"
	whole "$out/changes" | cmp - <(lines 1 20)
	whole "$out/comes" | cmp - <(lines 11 20)
	has_last "$out/goes" 10
	has_last "$out/leaves" 10
	[ "$(ls "$dir/state/cursors" | xargs)" = "changes comes stays" ]
}

has_overflown() {
	"$AURUM_BIN/aurum" status --json --board "$dir/run/board" | grep -q "{\"name\":\"$1\"[^}]*\"overflows\":1,"
}

@test "a plugin that is too far behind: each overflow_action" {
	for action in ignore syslog suspend single halt; do
		rm -rf "$out" "$dir/log" "$dir/state" "$dir/run"
		mkdir "$out" "$dir/log"
		configure 'q_depth = 50' "overflow_action = $action"
		plugin one plain
		begin
		put 1 10
		until_true has_last "$out/one" 10
		kill -STOP "$(process one)"
		put 11 200
		until_true has_overflown one
		kill -CONT "$(process one)"
		until_true has_last "$out/one" 200
		put 201 210
		case $action in
		suspend)
			sleep 1.5
			has_last "$out/one" 200
			kill -USR2 "$daemon"
			;;
		single) until_true grep -qx 1 "$out/init" ;;
		halt) until_true grep -qx 0 "$out/init" ;;
		*) [ ! -e "$out/init" ] ;;
		esac
		until_true has_last "$out/one" 210
		finish
		whole "$out/one" | cmp - <(lines 1 210)
		[ ! -e "$out/init" ] || [ "$(wc -l <"$out/init")" -eq 1 ]
	done
}

@test "with write_logs = no plugins get everything from a spool, also after a restart" {
	configure 'write_logs = no'
	plugin one plain
	begin
	lines 1 10 >>"$dir/run/spool/records"
	until_true has_last "$out/one" 10
	finish
	[ ! -e "$log" ]
	grep -q DAEMON_END "$out/one"
	# A full one is rotated by the next record, and read on.
	lines 11 40000 >>"$dir/run/spool/records"
	begin
	until_true has_last "$out/one" 40000
	finish
	[ -s "$dir/run/spool/records.1" ]
	whole "$out/one" | cmp - <(lines 1 40000)
	[ "$(grep -c DAEMON_START "$out/one")" -eq 2 ]
}

# reload LINE...: with these lines in the configuration; returns when that is recorded in FILE.
reload() {
	local file=$1 before
	shift
	configs() { cat "$1" 2>/dev/null | grep -ac DAEMON_CONFIG || :; }
	before=$(configs "$file")
	configure "$@"
	kill -HUP "$daemon"
	reloaded() { [ "$(configs "$1")" -gt "$2" ]; }
	until_true reloaded "$file" "$before"
}

@test "plugins follow from the log to the spool and back, and to another log" {
	plugin one capture
	begin
	put 1 1000
	reload "$dir/run/spool/records" 'write_logs = no'
	lines 1001 2000 >>"$dir/run/spool/records"
	until_true has_last "$out/one" 2000
	reload "$log"
	put 2001 3000
	until_true has_last "$out/one" 3000
	reload "$dir/log/other.log" "log_file = $dir/log/other.log"
	lines 3001 4000 >>"$dir/log/other.log"
	until_true has_last "$out/one" 4000
	finish
	whole "$out/one" | cmp - <(lines 1 4000)
	tail -n 1 "$out/one" | grep -q DAEMON_END
}

@test "in the foreground plugins get what is printed" {
	plugin one plain
	begin -f
	finish
	cmp "$out/one" "$dir/stdout"
}

has_frames() { [ -e "$1" ] && grep -qa "audit(1700000000.000:$2): proctitle" "$1"; }

@test "binary plugins get frames: what the kernel sent of raw records, else the line" {
	plugin one plain 'format = binary'
	begin
	put 1 2
	until_true has_frames "$out/one" 2
	finish
	python3 - "$out/one" >"$dir/seen" <<'DECODE'
import struct, sys
data = open(sys.argv[1], "rb").read()
while data:
    version, header, kind, size = struct.unpack("=IIII", data[:16])
    text, data = data[header:header + size], data[header + size:]
    if b"1700000000" in text:
        print(version, kind, text.decode())
DECODE
	diff "$dir/seen" - <<'EXPECTED'
0 1300 audit(1700000000.000:1): arch=c000003e syscall=59 success=yes
0 1327 audit(1700000000.000:1): proctitle="ls"
0 1320 audit(1700000000.000:1): 
0 1300 audit(1700000000.000:2): arch=c000003e syscall=59 success=yes
0 1327 audit(1700000000.000:2): proctitle="ls"
0 1320 audit(1700000000.000:2): 
EXPECTED
}

@test "aurum status and the state report say how the plugins are" {
	configure 'q_depth = 50'
	plugin one plain
	plugin two plain
	plugin three dying
	begin
	put 1 10
	until_true has_last "$out/one" 10
	kill -STOP "$(process one)"
	put 11 100
	is_behind() {
		"$AURUM_BIN/aurum" status --json --board "$dir/run/board" | python3 -c '
import json, sys
found = {}
for line in sys.stdin:
    o = json.loads(line)
    for c in o.get("consumers", [o] if o.get("type") == "consumer" else []):
        found[c["name"]] = c
one, two, three = found["one"], found["two"], found["three"]
sys.exit(not (one["lag_records"] >= 180 and one["overflows"] == 1 and two["lag_records"] == 0
              and two["delivered"] >= 200 and three["restarts"] >= 1))'
	}
	until_true is_behind
	kill -CONT "$daemon"
	until_true grep -q '^Number of active plugins = 3$' "/proc/$daemon/root/run/auditd.state"
	# Of the one that is down.
	grep '^current plugin queue depth = 201$' "/proc/$daemon/root/run/auditd.state"
	grep '^max plugin queue depth used = 201$' "/proc/$daemon/root/run/auditd.state"
	grep '^plugin queue size = 50$' "/proc/$daemon/root/run/auditd.state"
	grep '^plugin queue overflow detected = yes$' "/proc/$daemon/root/run/auditd.state"
	grep '^plugin queueing suspended = no$' "/proc/$daemon/root/run/auditd.state"
	kill -CONT "$(process one)"
	finish
}

@test "when the daemon has ended the board says what plugins got" {
	plugin one plain
	begin
	put 1 3000
	until_true has_last "$out/one" 3000
	finish
	"$AURUM_BIN/aurum" status --json --board "$dir/run/board" >"$dir/status" || :
	python3 -c '
import json, sys
one, = json.loads(open(sys.argv[1]).readline())["consumers"]
if (one["state"], one["delivered"], one["lag_records"]) != ("stopped", int(sys.argv[2]), 0): sys.exit(str(one))
' "$dir/status" "$(grep -avc '^type=EOE' "$out/one")"
}

@test "a position that could not be saved is saved as soon as it can be" {
	local cursor=$dir/state/cursors/one
	is_saved() { grep -qsx "offset $(stat -c %s "$log")" "$cursor"; }
	plugin one plain
	begin
	put 1 10
	until_true is_saved
	mkdir "$cursor.new"
	put 11 20
	until_true has_last "$out/one" 20
	sleep 2.5
	! is_saved || return 1
	rmdir "$cursor.new"
	until_true is_saved
	finish
}

@test "what plugins leave behind is no zombie of the daemon's" {
	zombies() { ps -o stat= --ppid "$(pgrep -f "auditd-attendant -c$dir/etc" | head -n 1)" | grep -c Z; }
	printf '#!/bin/sh\nfor i in 1 2 3 4 5; do (true &); done\necho done >"$1"\nexec cat >/dev/null\n' >"$dir/leaving"
	chmod 750 "$dir/leaving"
	plugin one leaving
	begin
	until_true [ -s "$out/one" ]
	no_zombies() { [ "$(zombies)" -eq 0 ]; }
	until_true no_zombies
	finish
}

@test "a plugin that has closed its input has time to end" {
	printf '#!/bin/sh\ntrap "" TERM\nexec </dev/null\necho start >>"$1"\nsleep 0.5\necho end >>"$1"\n' >"$dir/closing"
	chmod 750 "$dir/closing"
	plugin one closing
	begin
	until_true grep -q start "$out/one"
	for i in 1 2 3 4 5 6; do
		put "$i" "$i"
		grep -q end "$out/one" || sleep 0.15
	done
	until_true grep -q end "$out/one"
	head -n 2 "$out/one" | cmp - <(printf 'start\nend\n')
	finish
}

@test "a plugin of others works unchanged: laurel, from Debian" {
	local laurel
	laurel=$("$AURUM_TOP/test/oracle")/../root/usr/sbin/laurel
	[ -x "$laurel" ] || skip "laurel was not downloaded"
	cp "$laurel" "$dir/laurel"
	printf '%s\n' "directory = \"$out\"" 'statusreport-period = 0' '[auditlog]' 'file = "events"' \
		'size = 50000000' 'generations = 3' >"$dir/laurel.toml"
	configure 'log_format = ENRICHED'
	printf '%s\n' 'active = yes' "path = $dir/laurel" "args = --config $dir/laurel.toml" >"$dir/etc/plugins.d/laurel.conf"
	begin
	events() { [ -e "$out/events" ] && [ "$(grep -c '"SYSCALL":' "$out/events")" -eq "$1" ]; }
	put 1 500
	until_true events 500
	pkill -KILL -f "$dir/laurel --config"
	put 501 1000
	until_true events 1000
	finish
	# Complete events, each once, and at once: it saw the marks.
	[ "$(grep -o '"ID":"1700000000.000:[0-9]*"' "$out/events" | sort -u | wc -l)" -eq 1000 ]
	[ "$(grep -c '"SYSCALL":.*"PROCTITLE":' "$out/events")" -eq 1000 ]
}
