#!/usr/bin/env bats
# Every key of auditd.conf with every value: taken or refused with its line, alone and by a daemon that
# runs; and what those do that are not about space on the disk.

load daemon

setup_file() { daemon_setup; }
setup() { daemon_or_skip; }
teardown() { daemon_teardown; }

values() { "${AURUM_BIN%/bin}/test/conf-values" "$@"; }

# install_conf NAME FILE: makes a file the daemon's own.
install_conf() { install -m 640 "$2" "$dir/$1/etc/auditd.conf"; }

# reload NAME: says SIGHUP and waits until it was taken or refused.
reload() {
	local before
	before=$(reloads "$1")
	tell "$1" HUP
	wait_for 30 eval '[ "$(reloads '"$1"')" -gt '"$before"' ]'
}

reloads() { grep -cE 'config change requested|the configuration stays as it was' "$dir/$1/syslog" || :; }

@test "each good value is taken and each bad one refused, on its line" {
	mkdir "$dir/log"
	run values check "$dir"
	echo "$output"
	[ "$status" -eq 0 ]
	# The reference has 48 keys.
	[[ $output =~ ([0-9]+)" keys, "([0-9]+)" good, "([0-9]+)" bad" ]]
	[ "${BASH_REMATCH[1]}" -ge 48 ] && [ "${BASH_REMATCH[2]}" -ge 150 ] && [ "${BASH_REMATCH[3]}" -ge 250 ]
}

@test "a running daemon takes every good value, and records afterwards" {
	local file d=$dir/one
	make_daemon one 16m
	configure one
	begin one
	mkdir "$d/plugins.d"
	values rounds "$d"
	for file in "$d"/good-*.conf; do
		install_conf one "$file"
		reload one
		[ "$(tail -n 1 "$d/syslog" | grep -c 'stays as it was')" -eq 0 ] || { echo "$file"; cat "$file" "$d/syslog"; return 1; }
	done
	[ "$(reloads one)" -eq "$(ls "$d"/good-*.conf | wc -l)" ]
	run grep -c 'stays as it was' "$d/syslog"
	[ "$output" = 0 ]
	configure one
	reload one
	feed one 3
	logged one ' n=3 '
	[ ! -s "$d/ran" ]
}

@test "a running daemon tells each bad value with its line, and goes on as it was" {
	local file d=$dir/one
	make_daemon one 16m
	configure one 'name_format = user' 'name = before'
	begin one
	values rounds "$d"
	for file in "$d"/bad-*.conf; do
		install_conf one "$file"
		seen=$(wc -l <"$d/syslog")
		reload one
		# Each marked line, and no other.
		diff <(awk '/^# wrong$/ { print NR + 1 }' "$file") \
			<(tail -n +$((seen + 1)) "$d/syslog" | grep -v warning | grep -oE 'auditd.conf:[0-9]+' | cut -d: -f2)
	done
	feed one 1
	logged one '^node=before .* n=1 '
	[ "$(grep -c 'type=DAEMON_CONFIG.*res=failed' "$d/log/audit.log")" -eq "$(ls "$d"/bad-*.conf | wc -l)" ]
}

@test "a daemon does not start with a bad value, and says its line" {
	local d=$dir/one
	make_daemon one 1m
	configure one 'num_logs = 1000'
	run "$AURUM_BIN/auditd" -n -c "$d/etc"
	[ "$status" -eq 6 ]
	[[ $output == *"auditd.conf:$(wc -l <"$d/etc/auditd.conf"): \"1000\" is not allowed for num_logs (allowed: 0..999)"* ]]
}

@test "write_logs: no file is written, and one again after a reload" {
	make_daemon one 4m
	configure one 'write_logs = no'
	begin one
	state_is one 'writing to logs' no
	[ ! -s "$dir/one/log/audit.log" ]
	configure one 'write_logs = yes'
	reload one
	feed one 2
	logged one ' n=2 '
	state_is one 'writing to logs' yes
}

@test "local_events: with no, the kernel is left alone; a reload does not change it" {
	make_daemon no 4m
	make_daemon yes 4m
	configure no 'local_events = no'
	configure yes 'local_events = yes'
	begin no
	begin yes
	# AUDIT_SET with the pid.
	grep -q '^1001 ' "$dir/yes/requests"
	run grep '^1001 ' "$dir/no/requests"
	[ "$status" -ne 0 ]
	configure no 'local_events = yes'
	reload no
	run grep '^1001 ' "$dir/no/requests"
	[ "$status" -ne 0 ]
	logged no type=DAEMON_START
}

@test "log_format: RAW as the kernel has it, ENRICHED with names, NOLOG nothing" {
	local format=RAW
	make_daemon one 4m
	configure one "log_format = RAW"
	begin one
	record='1300 audit(1.002:%s): arch=c000003e syscall=2 success=yes exit=3 uid=0 gid=0 auid=4294967295 n=%s'
	printf "$record\n" 1 1 >"$dir/one/feed"
	wait_for 30 logged one ' n=1$'
	configure one "log_format = ENRICHED"
	reload one
	printf "$record\n" 2 2 >"$dir/one/feed"
	wait_for 30 logged one ' n=2'
	grep -a ' n=2' "$dir/one/log/audit.log" | tr '\035' '|' | grep '|ARCH=x86_64 SYSCALL=open .*UID="root"'
	configure one "log_format = NOLOG"
	reload one
	state_is one 'writing to logs' no
}

@test "log_group: the log and its folder are readable for the group, and for nobody without one" {
	make_daemon one 4m
	configure one 'log_group = adm'
	begin one
	[ "$(stat -c %G:%a "$dir/one/log/audit.log")" = adm:640 ]
	[ "$(stat -c %G "$dir/one/log")" = adm ]
	configure one 'log_group = root'
	reload one
	[ "$(stat -c %G:%a "$dir/one/log/audit.log")" = root:600 ]
	configure one 'log_group = 4'
	reload one
	[ "$(stat -c %g:%a "$dir/one/log/audit.log")" = 4:640 ]
	tell one USR1
}

@test "priority_boost: the nice value is that much lower, also after a reload" {
	make_daemon one 4m
	configure one 'priority_boost = 0'
	begin one
	local base
	base=$(state one 'process priority')
	for boost in 3 7 1; do
		configure one "priority_boost = $boost"
		reload one
		state_is one 'process priority' $((base - boost))
	done
}

@test "name_format and name: what stands before each record" {
	local d=$dir/one format
	declare -A node=([hostname]=host1 [fqd]=host1.example.net [numeric]=192.0.2.7 [user]=our-name)
	make_daemon one 4m
	printf '%s\n' '127.0.0.1 localhost' '192.0.2.7 host1.example.net host1' >"$d/hosts"
	configure one 'name_format = none'
	begin one unshare -u bash -c 'hostname host1 && mount --bind "$0" /etc/hosts && exec "$@"' "$d/hosts"
	feed one 1
	logged one '^type=SYSCALL .* n=1 '
	for format in hostname fqd numeric user; do
		configure one "name_format = $format" 'name = our-name'
		reload one
		feed one 1
		logged one "^node=${node[$format]} type=SYSCALL .* n=$(cat "$d/sent") "
	done
	configure one
	reload one
	feed one 1
	logged one "^type=SYSCALL .* n=$(cat "$d/sent") "
}

@test "max_log_file and num_logs: the size of a file, and how many there are" {
	local d=$dir/one n
	make_daemon one 16m
	configure one 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 3'
	begin one
	feed one 1400 4000
	[ "$(ls "$d/log" | sort | xargs)" = "audit.log audit.log.1 audit.log.2" ]
	for n in 1 2; do
		[ "$(stat -c %s "$d/log/audit.log.$n")" -ge 1040000 ]
		[ "$(stat -c %s "$d/log/audit.log.$n")" -le 1060000 ]
	done
	configure one 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 2'
	reload one
	feed one 300 4000
	[ "$(ls "$d/log" | wc -l)" -le 3 ]
	configure one 'max_log_file = 2' 'max_log_file_action = rotate' 'num_logs = 0'
	reload one
	feed one 700 4000
	[ "$(stat -c %s "$d/log/audit.log")" -gt 2200000 ]
}

@test "report_interval: reports are written without being asked for, and no more after a reload" {
	local d=$dir/one
	make_daemon one 4m
	configure one 'report_interval = 1'
	begin one
	wait_for 30 [ -s "$d/run/auditd.state" ]
	rm "$d/run/auditd.state"
	wait_for 30 [ -s "$d/run/auditd.state" ]
	configure one 'report_interval = 0'
	reload one
	is_quiet() { rm -f "$d/run/auditd.state" && sleep 1.5 && [ ! -e "$d/run/auditd.state" ]; }
	wait_for 30 is_quiet # one may be on its way
}

# syncs NAME: calls that wait for the disk, or ask it, about the log.
syncs() { grep -cE '(fsync|fdatasync|sync_file_range)\([0-9]+<[^>]*/log/audit.log>' "$dir/$1/trace" || :; }

# traced NAME LINE...: a daemon whose calls about files are written down.
traced() {
	make_daemon "$1" 4m
	configure "$@"
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 begin "$1" strace -f -y -qq -o "$dir/$1/trace" \
		-e trace=fsync,fdatasync,sync_file_range,openat
}

@test "flush and freq: how often and in which way the disk is asked" {
	local how
	traced none 'flush = none'
	traced incremental 'flush = incremental' 'freq = 10'
	traced async 'flush = incremental_async' 'freq = 10'
	traced data 'flush = data'
	traced sync 'flush = sync'
	for how in none incremental async data sync; do
		syncs $how >"$dir/$how/before"
		for _ in 1 2 3 4; do feed $how 10; done
		echo "$how: $(($(syncs $how) - $(cat "$dir/$how/before"))) flushes"
	done >"$dir/figures"
	cat "$dir/figures"
	grep -qx 'none: 0 flushes' "$dir/figures"
	# Records are written in batches, so that one flush may stand for more than freq of them.
	[[ $(grep ^incremental "$dir/figures") =~ :\ [2-4]\ flushes ]]
	wait_for 30 eval '[ $(($(syncs async) - $(cat "$dir/async/before"))) -ge 1 ]'
	grep -E 'openat.*/log/audit.log".*O_DSYNC' "$dir/data/trace"
	grep -E 'openat.*/log/audit.log".*O_SYNC' "$dir/sync/trace"
	run grep -E 'openat.*/log/audit.log".*O_D?SYNC' "$dir/incremental/trace"
	[ "$status" -ne 0 ]
}

@test "end_of_event_timeout: after how many seconds the reading tools take an event for complete" {
	local d=$dir/one
	mkdir -p "$d/etc/audit" "$d/log"
	# Two halves of an event, 3 seconds and other events between them.
	cat >"$d/log/audit.log" <<-'END'
		type=SYSCALL msg=audit(1000.000:1): arch=c000003e syscall=2 success=yes exit=3 a0=1 items=1 ppid=1 pid=2 uid=0 comm="a" exe="/a" key=(null)
		type=SYSCALL msg=audit(1003.000:2): arch=c000003e syscall=2 success=yes exit=3 a0=1 items=0 ppid=1 pid=2 uid=0 comm="b" exe="/b" key=(null)
		type=SYSCALL msg=audit(1004.000:3): arch=c000003e syscall=2 success=yes exit=3 a0=1 items=0 ppid=1 pid=2 uid=0 comm="b" exe="/b" key=(null)
		type=PATH msg=audit(1000.000:1): item=0 name="/found" inode=1 dev=fe:00 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL
	END
	cp /etc/passwd /etc/group /etc/nsswitch.conf /etc/ld.so.cache "$d/etc"
	find_it() {
		printf '%s\n' "log_file = $d/log/audit.log" "end_of_event_timeout = $1" >"$d/etc/audit/auditd.conf"
		chmod 640 "$d/etc/audit/auditd.conf"
		unshare -m bash -c 'mount --bind "$0" /etc && exec "$@"' "$d/etc" \
			"$AURUM_BIN/ausearch" --input-logs -f /found --raw </dev/null 2>/dev/null | grep -c 'type=SYSCALL'
	}
	run find_it 10
	[ "$output" = 1 ]
	run find_it 1
	[ "$output" = 0 ]
}

# plugin NAME FOLDER: a plugin in a folder of its own, which writes what it gets to $dir/NAME/FOLDER.out.
plugin() {
	local d=$dir/$1
	mkdir -p "$d/$2"
	write_script "$d/$2.sh" "exec cat >>$d/$2.out"
	printf '%s\n' 'active = yes' "path = $d/$2.sh" 'type = always' 'format = string' >"$d/$2/$2.conf"
	chmod 640 "$d/$2/$2.conf"
}

@test "plugin_dir: plugins of this folder get what is recorded, and of another one after a reload" {
	local d=$dir/one
	make_daemon one 4m
	plugin one first
	plugin one second
	configure one "plugin_dir = $d/first"
	begin one
	feed one 1
	wait_for 30 grep -q ' n=1 ' "$d/first.out"
	[ ! -e "$d/second.out" ]
	configure one "plugin_dir = $d/second"
	reload one
	wait_for 30 [ -e "$d/second.out" ]
	feed one 1
	wait_for 30 grep -q ' n=2 ' "$d/second.out"
	run grep ' n=2 ' "$d/first.out"
	[ "$status" -ne 0 ]
}
