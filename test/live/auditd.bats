#!/usr/bin/env bats
# The daemon on the live kernel, beside Debian's: the same actions recorded by each in turn must
# give the same bytes, but for times, serials, pids and addresses.

load lib

setup_file() {
	live_begin
	export PROBE=$AURUM_BIN/../test/live-netlink OURS=$AURUM_BIN THEIRS PIDFILE=/var/run/auditd.pid
	[ -n "$LIVE_SKIP" ] || THEIRS=$("$AURUM_TOP/test/oracle")
	# A daemon has no stderr: what the sanitizers say goes into files.
	export ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$LIVE_DIR/sanitizer
}

setup() {
	live_or_skip
	conf=$LIVE_DIR/etc log=$LIVE_DIR/log/audit.log
	rm -rf "$conf" "$LIVE_DIR/log"
	mkdir -p "$conf/plugins.d" "$LIVE_DIR/log"
	configure
}

teardown() {
	[ -n "$LIVE_SKIP" ] && return
	live_quiet
	umount "$LIVE_DIR/log" 2>/dev/null || :
	cat "$LIVE_DIR"/sanitizer.* 2>/dev/null && return 1
	[ ! -e "$PIDFILE" ]
}

teardown_file() { live_end; }

# configure LINE...: the smallest configuration, and these lines after it.
configure() {
	{
		echo "log_file = $log"
		printf '%s\n' 'space_left = 75' 'admin_space_left = 50' "plugin_dir = $conf/plugins.d" "$@"
	} >"$conf/auditd.conf"
	chmod 640 "$conf/auditd.conf"
}

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

# begin BINDIR [OPTION...]: returns when the daemon is ready.
begin() {
	local bin=$1
	shift
	detached "$bin/auditd" -c "$conf" "$@"
}

daemon_pid() { cat "$PIDFILE"; }

is_gone() { [ ! -d "/proc/$1" ]; }

finish() {
	local pid
	pid=$(daemon_pid)
	kill -TERM "$pid"
	live_wait_for 30 is_gone "$pid"
}

# logged PATTERN: true when a line of the log has it.
logged() { grep -qaE "$1" "$log"; }

# tell SIGNAL PATTERN: sends it and waits for its record.
tell() {
	kill "-$1" "$(daemon_pid)"
	live_wait_for 30 logged "$2"
}

# Everything that differs between two runs of the same.
same() {
	sed -E -e 's/audit\([0-9.]+:[0-9]+\)/audit(T)/' -e 's/\b(ppid|pid)=[0-9]+/\1=P/g' \
		-e 's/\ba([0-3])=[0-9a-f]+/a\1=A/g' -e 's/ ver=[^ ]+/ ver=V/' -e 's/PROCTITLE.*/PROCTITLE/'
}

# The records of the events that the actions below make.
of_actions() {
	awk '
		{ match($0, /audit\([0-9.]+:[0-9]+\)/); event = substr($0, RSTART, RLENGTH) }
		/type=SYSCALL .* key="aurum-live"/ || /msg=.*aurum says/ { wanted[event] = 1 }
		{ line[NR] = $0; of[NR] = event }
		END { for (i = 1; i <= NR; i++) if (of[i] in wanted) print line[i] }' "$1"
}

as() { setpriv --reuid "$1" --regid "$1" --clear-groups "${@:2}"; }

# What is recorded: opens that work and fail, names that need quoting, programs, sockets, two
# users of which one has no name, and user messages of known and unknown types with odd bytes.
actions() {
	local uid odd=$LIVE_DIR/odd
	chmod 711 "$LIVE_DIR"
	mkdir -p "$odd" && chmod 755 "$odd"
	: >"$odd/two words" && : >"$odd/quo\"te" && : >"$odd/plain"
	for uid in 2 64123; do
		"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S openat,execve,connect,mkdir -F uid=$uid -k aurum-live
		as $uid cat "$odd/two words" "$odd/quo\"te" "$odd/plain" /etc/shadow /nonexistent >/dev/null 2>&1 || :
		as $uid mkdir "$odd/denied" 2>/dev/null || :
		as $uid perl -MIO::Socket -e '
			IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => 1);
			IO::Socket::UNIX->new(Peer => "/nonexistent/socket");
			IO::Socket::UNIX->new(Peer => "\0abstract");' 2>/dev/null || :
		"$LIVE_AUDITCTL" -d always,exit -F arch=b64 -S openat,execve,connect,mkdir -F uid=$uid -k aurum-live
	done
	"$LIVE_AUDITCTL" -m "aurum says hello"
	"$PROBE" user 1112 "aurum says op=login acct=\"root\" id=2 exe=/bin/true"
	"$PROBE" user 1100 "aurum says two
lines and a tab	"
	"$PROBE" user 1199 "aurum says this has no name uid=0"
	"$PROBE" user 2999 "aurum says nor has this "
	"$PROBE" user 1101 "aurum says $(printf 'x%.0s' $(seq 8400)) auid=2 uid=2 gid=2"
	"$PROBE" user 1116 "aurum says id=64123 grew a name"
	"$PROBE" user 1105 "aurum says"
}

# record BINDIR: the actions as that daemon writes them.
record() {
	rm -f "$log"*
	begin "$1"
	actions >/dev/null
	live_wait_for 30 logged 'type=USER_START .*aurum says'
	finish
	of_actions "$log" | same
}

# compare LINE...: both daemons with this configuration.
compare() {
	configure "$@"
	record "$THEIRS" >"$LIVE_DIR/theirs"
	record "$OURS" >"$LIVE_DIR/ours"
	[ "$(wc -l <"$LIVE_DIR/theirs")" -gt 100 ]
	diff -a "$LIVE_DIR/theirs" "$LIVE_DIR/ours" | head -20
	cmp "$LIVE_DIR/theirs" "$LIVE_DIR/ours"
}

@test "RAW records are Debian's, byte for byte" {
	compare 'log_format = RAW'
}

@test "ENRICHED records are Debian's, byte for byte" {
	compare 'log_format = ENRICHED'
}

@test "records with a node name are Debian's, byte for byte" {
	compare 'log_format = ENRICHED' 'name_format = user' 'name = web1.example.org'
	compare 'log_format = RAW' 'name_format = hostname'
}

# life BINDIR: the daemon's own records over a life with every signal.
life() {
	rm -f "$log"*
	begin "$1"
	tell USR1 'type=DAEMON_ROTATE'
	tell HUP 'type=DAEMON_CONFIG'
	tell USR2 'type=DAEMON_RESUME'
	finish
	cat "$log.1" "$log" | grep -a 'type=DAEMON' | same
}

@test "the daemon's own records are Debian's" {
	for format in RAW ENRICHED; do
		configure "log_format = $format" 'num_logs = 3'
		life "$THEIRS" >"$LIVE_DIR/theirs"
		life "$OURS" >"$LIVE_DIR/ours"
		[ "$(wc -l <"$LIVE_DIR/ours")" -eq 5 ]
		diff -a "$LIVE_DIR/theirs" "$LIVE_DIR/ours"
	done
}

@test "the kernel is told at start and at the end, and nothing is left behind" {
	begin "$OURS"
	[ "$(live_status pid)" -eq "$(daemon_pid)" ]
	[ "$(live_status enabled)" -eq 1 ]
	finish
	[ "$(live_status pid)" -eq 0 ]
	[ ! -e "$PIDFILE" ] && [ ! -e /var/run/auditd.state ]
	tail -n 1 "$log" | grep -a 'type=DAEMON_END .*op=terminate auid=.* res=success'
}

@test "the enabled flag is set as asked" {
	begin "$OURS" -s nochange
	[ "$(live_status enabled)" -eq 0 ]
	finish
	"$LIVE_AUDITCTL" -e 1 >/dev/null
	begin "$OURS" --enable_state=dis
	[ "$(live_status enabled)" -eq 0 ]
	finish
}

@test "a second daemon is refused with the first one's pid and touches nothing" {
	local pid before
	begin "$OURS"
	pid=$(daemon_pid)
	before=$(cat "$log")
	run begin "$OURS"
	[ "$status" -eq 1 ]
	[[ $output == *"the audit daemon with pid $pid owns the kernel's audit socket"* ]]
	[ "$(daemon_pid)" -eq "$pid" ]
	run logged 'type=DAEMON_ABORT'
	[ "$status" -ne 0 ]
	[ "$(grep -c type=DAEMON_START "$log")" -eq 1 ]
	finish
}

@test "in the foreground records go to standard output and messages to stderr" {
	detached "$OURS/auditd" -f -c "$conf" >"$LIVE_DIR/out" 2>"$LIVE_DIR/err" &
	live_wait_for 30 grep -q 'type=DAEMON_START' "$LIVE_DIR/out"
	live_wait_for 30 test -s "$PIDFILE"
	"$LIVE_AUDITCTL" -m "aurum says hello"
	live_wait_for 30 grep -q 'type=USER .*aurum says hello' "$LIVE_DIR/out"
	finish
	wait $!
	grep 'type=DAEMON_END' "$LIVE_DIR/out"
	grep 'auditd: the audit daemon is exiting' "$LIVE_DIR/err"
	[ ! -e "$log" ]
}

@test "without a fork the daemon is the process that was started" {
	detached "$OURS/auditd" -n -c "$conf" &
	live_wait_for 30 logged 'type=DAEMON_START'
	live_wait_for 30 test -s "$PIDFILE"
	[ "$(ps -o ppid= -p "$(daemon_pid)" | tr -d ' ')" -ne 1 ]
	finish
	wait $!
}

@test "without local events the kernel is left alone" {
	configure 'local_events = no'
	begin "$OURS"
	[ "$(live_status pid)" -eq 0 ]
	[ "$(live_status enabled)" -eq 0 ]
	finish
	[ "$(wc -l <"$log")" -eq 2 ]
}

@test "without write_logs nothing is written" {
	configure 'write_logs = no'
	begin "$OURS"
	"$LIVE_AUDITCTL" -m "aurum says hello"
	finish
	[ ! -e "$log" ]
}

# flood: a few MiB of records.
flood() {
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S openat -F uid=64123 -k aurum-live
	as 64123 perl -e 'for (1 .. 6000) { open my $f, "<", "/etc/hostname" }'
	"$LIVE_AUDITCTL" -d always,exit -F arch=b64 -S openat -F uid=64123 -k aurum-live
	"$LIVE_AUDITCTL" -m "aurum says the flood is over"
	live_wait_for 30 logged 'the flood is over'
}

# The first line that reaches a MiB ends the file.
assert_just_full() {
	local size
	size=$(stat -c %s "$1")
	[ "$size" -ge 1048576 ]
	[ $((size - $(tail -n 1 "$1" | wc -c))) -lt 1048576 ]
}

@test "a log is rotated at the record that fills it, num_logs are kept, nothing is lost" {
	configure 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 20' 'log_group = 4'
	begin "$OURS"
	flood
	finish
	[ "$(live_status lost)" -eq 0 ] || "$LIVE_AUDITCTL" --reset-lost >/dev/null
	[ "$(ls "$log".* | wc -l)" -ge 3 ]
	for file in "$log".*; do
		assert_just_full "$file"
		[ "$(stat -c '%a %g' "$file")" = "440 4" ]
	done
	[ "$(stat -c '%a %g' "$log")" = "640 4" ]
	[ "$(stat -c '%a %g' "$LIVE_DIR/log")" = "750 4" ]
	[ "$(cat "$log"* | grep -ac 'type=SYSCALL .*comm="perl".*key="aurum-live"')" -ge 6000 ]
	[ "$(cat "$log"* | grep -ac 'type=PATH .*name="/etc/hostname"')" -eq 6000 ]

	rm -f "$log".*
	configure 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 3'
	begin "$OURS"
	flood
	finish
	[ "$(cd "$LIVE_DIR/log" && echo *)" = "audit.log audit.log.1 audit.log.2" ]
	[ "$(stat -c '%a %g' "$log.2")" = "400 0" ]
	assert_just_full "$log.1"
}

@test "logs beyond num_logs are removed at start, keep_logs keeps all" {
	mkdir -p "$LIVE_DIR/log"
	for n in 1 2 3 4 6; do echo old >"$log.$n"; done
	configure 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 3'
	begin "$OURS"
	finish
	[ "$(cd "$LIVE_DIR/log" && echo *)" = "audit.log audit.log.1 audit.log.2 audit.log.6" ]
	configure 'max_log_file = 1' 'max_log_file_action = keep_logs' 'num_logs = 2'
	begin "$OURS"
	tell USR1 'type=DAEMON_ROTATE'
	finish
	[ "$(cat "$log.3")" = old ]
	grep -a type=DAEMON_START "$log.1"
}

@test "half a line that a crash left is taken off the log, and kept in a record" {
	printf 'type=SYSCALL msg=audit(1.0' >"$log"
	chmod 600 "$log"
	begin "$OURS"
	finish
	head -n 1 "$log" | grep -a '^type=DAEMON_START '
	grep -a "op=lost cause=torn-line lost=1 bytes=26 text=$(printf 'type=SYSCALL msg=audit(1.0' | od -An -tx1 | tr -d ' \n' | tr a-f A-F)" "$log"
	run grep -aF 'msg=audit(1.0' "$log"
	[ "$status" -ne 0 ]
}

@test "suspension at max_log_file stops recording until SIGUSR2" {
	configure 'max_log_file = 1' 'max_log_file_action = suspend'
	begin "$OURS"
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S openat -F uid=64123 -k aurum-live
	as 64123 perl -e 'for (1 .. 3000) { open my $f, "<", "/etc/hostname" }'
	"$LIVE_AUDITCTL" -D >/dev/null
	live_wait_for 30 eval '[ "$(stat -c %s "$log")" -ge 1048576 ]'
	assert_just_full "$log"
	mv "$log" "$log.moved"
	tell USR2 'type=DAEMON_RESUME'
	"$LIVE_AUDITCTL" -m "aurum says hello"
	live_wait_for 30 logged 'aurum says hello'
	finish
}

@test "a full disk loses nothing silently, and recording goes on when there is room" {
	local written lost
	mount -t tmpfs -o size=600k tmpfs "$LIVE_DIR/log" || skip "cannot mount a small disk"
	begin "$OURS" || { umount "$LIVE_DIR/log"; false; }
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S openat -F uid=64123 -k aurum-live
	as 64123 perl -e 'for (1 .. 2000) { open my $f, "<", "/etc/hostname" }'
	"$LIVE_AUDITCTL" -D >/dev/null
	"$LIVE_AUDITCTL" -m "aurum says the disk is full"
	sleep 0.2
	cp "$log" "$LIVE_DIR/full"
	mount -o remount,size=8m "$LIVE_DIR/log"
	"$LIVE_AUDITCTL" -m "aurum says there is room"
	live_wait_for 30 logged 'there is room'
	kill -CONT "$(daemon_pid)"
	live_wait_for 30 test -s /var/run/auditd.state
	cp /var/run/auditd.state "$LIVE_DIR/state"
	finish
	written=$(wc -l <"$log")
	cp "$log" "$LIVE_DIR/whole"
	umount "$LIVE_DIR/log"
	# Only whole lines, and every record is either written or counted.
	[ -z "$(tail -c 1 "$LIVE_DIR/full" | tr -d '\n')" ]
	[ "$(grep -avc '^type=[A-Z_]* msg=audit(.*' "$LIVE_DIR/whole")" -eq 0 ]
	lost=$(awk '/^records not written/ { print $NF }' "$LIVE_DIR/state")
	[ "$lost" -gt 2000 ]
	# 2000 opens of four records that are written, and EOE that is not; the rest is rules and ends.
	[ $((written + lost)) -ge 8000 ]
}

@test "SIGHUP takes over what changed, and a mistake changes nothing" {
	configure 'log_format = RAW'
	begin "$OURS"
	configure 'log_format = ENRICHED' 'name_format = user' 'name = renamed'
	tell HUP '^node=renamed type=DAEMON_CONFIG .*op=reconfigure state=changed .*res=success.AUID='
	configure 'log_format = XML'
	tell HUP 'type=DAEMON_CONFIG .*op=reconfigure state=no-change auid=.* res=failed'
	"$LIVE_AUDITCTL" -m "aurum says hello"
	live_wait_for 30 logged '^node=renamed type=USER .*aurum says hello'
	mkdir -p "$LIVE_DIR/log/other"
	configure "log_file = $LIVE_DIR/log/other/new.log"
	kill -HUP "$(daemon_pid)"
	live_wait_for 30 test -s "$LIVE_DIR/log/other/new.log"
	finish
	grep -a type=DAEMON_END "$LIVE_DIR/log/other/new.log"
	run logged type=DAEMON_END
	[ "$status" -ne 0 ]
}

@test "what this build does not do is said in a line each" {
	configure 'tcp_listen_port = 60'
	run begin "$OURS"
	finish
	[ "${#lines[@]}" -eq 1 ]
	[ "${lines[0]}" = "auditd: this build does not listen on the network: tcp_listen_port is ignored" ]
}

@test "started without standard descriptors it records and hears signals" {
	detached timeout 20 bash -c 'exec "$@" <&- >&- 2>&-' - "$OURS/auditd" -c "$conf"
	live_wait_for 30 logged 'type=DAEMON_START'
	finish
	logged 'type=DAEMON_END'
}

@test "a socket's path cannot write a record of its own" {
	configure 'log_format = ENRICHED'
	begin "$OURS"
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S connect -F uid=64123 -k aurum-live
	as 64123 perl -MSocket -e '
		socket(S, AF_UNIX, SOCK_STREAM, 0);
		connect(S, pack("S a*", AF_UNIX, "\0\ntype=USER_AUTH msg=audit(1700000000.000:9): uid=0 forged"))' || :
	live_wait_for 30 logged 'type=SOCKADDR .*forged'
	finish
	! logged '^type=USER_AUTH'
}

@test "SIGCONT writes a state report" {
	begin "$OURS"
	kill -CONT "$(daemon_pid)"
	live_wait_for 30 test -s /var/run/auditd.state
	grep '^writing to logs = yes$' /var/run/auditd.state
	grep '^records received = ' /var/run/auditd.state
	[ "$(stat -c %a /var/run/auditd.state)" = 640 ]
	finish
}

@test "20,000 opens and 500 programs are recorded, each of them" {
	configure 'flush = incremental_async' 'freq = 50'
	begin "$OURS"
	"$LIVE_AUDITCTL" -b 8192 >/dev/null
	"$LIVE_AUDITCTL" --reset-lost >/dev/null
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S openat -F uid=64123 -k aurum-open
	as 64123 perl -e 'for (1 .. 20000) { open my $f, "<", "/etc/hostname" }'
	"$LIVE_AUDITCTL" -D >/dev/null
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S execve -F uid=64123 -k aurum-exec
	as 64123 perl -e 'for (1 .. 500) { system "/bin/true" }'
	"$LIVE_AUDITCTL" -D >/dev/null
	"$LIVE_AUDITCTL" -m "aurum says done"
	live_wait_for 30 logged 'aurum says done'
	[ "$(live_status lost)" -eq 0 ]
	finish
	[ "$(grep -ac 'type=PATH .*name="/etc/hostname"' "$log")" -eq 20000 ]
	[ "$(grep -ac 'type=SYSCALL .*comm="true".*key="aurum-exec"' "$log")" -eq 500 ]
	[ "$(grep -ac type=EOE "$log")" -eq 0 ]
}

# attendants: the processes that run programs for the daemon, the one that keeps the other first.
attendants() { pgrep -f "^$AURUM_BIN/auditd-attendant -c$conf|^auditd-attendant -c$conf"; }

# with_program LINE...: a configuration that runs a program when the log is full, and it is.
with_program() {
	printf '#!/bin/sh\n{ env; ls /proc/self/fd; nice; } >%s/ran.new && mv %s/ran.new %s/ran\n' "$LIVE_DIR" "$LIVE_DIR" "$LIVE_DIR" >"$LIVE_DIR/program"
	chmod 755 "$LIVE_DIR/program"
	rm -f "$LIVE_DIR/ran"
	configure 'max_log_file = 1' "max_log_file_action = exec $LIVE_DIR/program" "$@"
	head -c 1100000 /dev/zero | tr '\0' x | fold -w 1000 | sed 's/^/type=X msg=audit(1.000:1): /' >"$log"
}

has_run() { [ -s "$LIVE_DIR/ran" ]; }

@test "a program of an action runs with nothing of the daemon's: no descriptors, no environment, no priority" {
	with_program
	begin "$AURUM_BIN"
	live_wait_for 30 has_run
	run cat "$LIVE_DIR/ran"
	[[ $output == *"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"* ]]
	[[ $output != *ASAN_OPTIONS* ]]
	[ "$(grep -cE '^[0-9]+$' "$LIVE_DIR/ran")" -eq 5 ] # three standard ones, the folder, the nice value
	[ "$(tail -n 1 "$LIVE_DIR/ran")" = "$(nice)" ]
	finish
	live_wait_for 30 eval '! attendants'
}

@test "an attendant that dies is followed by another, and recording never notices" {
	with_program
	begin "$AURUM_BIN"
	live_wait_for 30 has_run
	first=$(attendants | tail -n 1)
	[ "$(attendants | wc -l)" -eq 2 ]
	kill -KILL "$first"
	live_wait_for 30 eval '[ "$(attendants | wc -l)" -eq 2 ] && [ "$(attendants | tail -n 1)" -ne "$first" ]'
	rm "$LIVE_DIR/ran"
	echo 'space_left_action = syslog' >>"$conf/auditd.conf" # what was done before is forgotten
	tell HUP 'type=DAEMON_CONFIG'
	live_wait_for 30 has_run
	kill -KILL $(attendants)
	live_wait_for 30 eval '! attendants'
	tell USR1 'type=DAEMON_ROTATE'
	finish
	rm "$PIDFILE" # empty: nobody was left who may remove it
	grep -q 'type=DAEMON_END' "$log"*
}

@test "without an attendant the daemon says so, and records" {
	mkdir -p "$LIVE_DIR/alone"
	cp "$AURUM_BIN/auditd" "$LIVE_DIR/alone/"
	configure
	run begin "$LIVE_DIR/alone"
	[ "$status" -eq 0 ]
	[[ $output == *"auditd: cannot start $LIVE_DIR/alone/auditd-attendant: no plugins and no actions: No such file or directory"* ]]
	tell HUP 'type=DAEMON_CONFIG'
	finish
	# It is the attendant that may remove it.
	[ -e "$PIDFILE" ] && [ ! -s "$PIDFILE" ]
	rm "$PIDFILE"
}

@test "the attendant is not for use by hand" {
	run "$AURUM_BIN/auditd-attendant" -c "$conf"
	[ "$status" -eq 1 ]
	[ "$output" = "auditd-attendant: it is auditd that starts this program" ]
}
