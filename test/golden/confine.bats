#!/usr/bin/env bats
# What a running daemon has given up, and what it still does. Without local events it needs no
# kernel; a /run of its own keeps it from every other daemon.

setup() {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	unshare -m true 2>/dev/null || skip "no mount namespaces"
	dir=$(mktemp -d)
	conf=$dir/etc log=$dir/log/audit.log
	mkdir -p "$conf/plugins.d" "$dir/log" "$dir/other" "$dir/sanitizer"
	configure
	export dir conf log
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:log_path=$dir/sanitizer/report
	export -f configure wait_for begin tell end_daemon status_of is_gone
}

teardown() {
	[ -n "${dir:-}" ] || return 0
	cat "$dir"/sanitizer/* 2>/dev/null && return 1
	rm -rf "$dir"
}

# configure LINE...
configure() {
	printf '%s\n' "log_file = $log" 'space_left = 75' 'admin_space_left = 50' "plugin_dir = $conf/plugins.d" \
		'local_events = no' 'num_logs = 4' 'flush = incremental_async' 'freq = 1' "$@" >"$conf/auditd.conf"
	chmod 640 "$conf/auditd.conf"
}

# alone SCRIPT [ARGUMENT...]: in a mount namespace whose /run is empty.
alone() {
	timeout 100 unshare -m bash -ec "mount -t tmpfs -o mode=755 none /run; trap 'kill -KILL \$pid 2>/dev/null || :' EXIT; $1" - "${@:2}" 3>&-
}

wait_for() {
	local tries=200
	until "$@"; do
		[ $((tries -= 1)) -gt 0 ] || { echo "waited in vain: $*"; return 1; }
		sleep 0.05
	done
}

begin() { "$AURUM_BIN/auditd" -c "$conf" </dev/null && pid=$(cat /run/auditd.pid); }

# tell SIGNAL PATTERN: the signal, and its record.
tell() { kill "-$1" "$pid" && wait_for grep -qE "$2" "$log"; }

is_gone() { [ ! -d "/proc/$pid" ]; }

end_daemon() { kill "$pid" && wait_for is_gone; }

# status_of FIELD: of every thread, one line each.
status_of() { awk -v field="$1:" '$1 == field { print $2 }' /proc/"$pid"/task/*/status; }

@test "every thread has three capabilities, no new privileges and a filter" {
	run alone '
		begin
		[ "$(status_of CapEff | wc -l)" -ge 3 ]
		# CAP_CHOWN, CAP_SYS_NICE and CAP_AUDIT_CONTROL: bits 0, 23 and 30.
		for set in CapEff CapPrm CapBnd; do
			for bits in $(status_of $set); do [ $((0x$bits & ~0x40800001)) -eq 0 ]; done
		done
		for bits in $(status_of CapAmb) $(status_of CapInh); do [ $((0x$bits)) -eq 0 ]; done
		[ "$(status_of NoNewPrivs | sort -u)" = 1 ]
		[ "$(status_of Seccomp | sort -u)" = 2 ]
		kill -CONT "$pid"
		wait_for test -s /run/auditd.state
		grep "^confinement = " /run/auditd.state
		[ "$(stat -c %a /run/auditd.state)" = 640 ]
		end_daemon
		[ ! -e /run/auditd.pid ] && [ ! -e /run/auditd.state ]'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"confinement = capabilities, "*"system calls" ]]
}

@test "a confined daemon rotates, reloads, resumes and reports" {
	run alone '
		begin
		tell USR1 op=rotate-logs
		configure "name_format = user" "name = renamed" "log_group = 4" "priority_boost = 9"
		tell HUP "^node=renamed .*op=reconfigure state=changed .*res=success"
		[ "$(ps -o ni= -p "$pid" | tr -d " ")" -eq $(($(nice) - 9)) ]
		[ "$(stat -c "%a %g" "$log")" = "640 4" ]
		tell USR1 "^node=renamed .*op=rotate-logs"
		[ "$(stat -c "%a %g" "$log.1")" = "440 4" ]
		tell USR2 op=resume-logging
		kill -CONT "$pid"
		wait_for test -s /run/auditd.state
		[ "$(status_of Seccomp | sort -u)" = 2 ]
		end_daemon
		grep op=terminate "$log"
		[ "$(status_of Seccomp 2>/dev/null)" = "" ]'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(cd "$dir/log" && echo *)" = "audit.log audit.log.1 audit.log.2" ]
}

@test "the log moves below its folder, to another one only with a restart" {
	run alone '
		"$AURUM_BIN/auditd" -f -c "$conf" </dev/null >"$dir/said" 2>&1 &
		wait_for test -s /run/auditd.pid
		pid=$(cat /run/auditd.pid)
		wait_for grep -q type=DAEMON_START "$dir/said"
		sed -i "s,^log_file.*,log_file = $dir/other/audit.log," "$conf/auditd.conf"
		kill -HUP "$pid"
		wait_for grep -q op=reconfigure "$dir/said"
		end_daemon
		cat "$dir/said"'
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"auditd: log_file moves to $dir/other, and this daemon may write in $dir/log only: restart it for that, or start it with confine = no"* ]]
	[[ $output == *"auditd: the configuration stays as it was"* ]]
	[[ $output == *"op=reconfigure state=no-change "*"res=failed"* ]]
	configure
	mkdir "$dir/log/below"
	run alone '
		begin
		sed -i "s,^log_file.*,log_file = $dir/log/below/audit.log," "$conf/auditd.conf"
		kill -HUP "$pid"
		log=$dir/log/below/audit.log
		wait_for grep -q op=reconfigure "$log"
		end_daemon'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "confine = no leaves the daemon as it was" {
	configure 'confine = no'
	run alone '
		begin
		[ "$(status_of NoNewPrivs | sort -u)" = 0 ]
		[ "$(status_of Seccomp | sort -u)" = 0 ]
		kill -CONT "$pid"
		wait_for test -s /run/auditd.state
		grep "^confinement = none (confine = no)$" /run/auditd.state
		sed -i "s,^log_file.*,log_file = $dir/other/audit.log," "$conf/auditd.conf"
		kill -HUP "$pid"
		log=$dir/other/audit.log
		wait_for grep -q op=reconfigure "$log"
		end_daemon
		[ ! -e /run/auditd.pid ]'
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a log that a crash left read-only is written to again" {
	echo 'type=USER msg=audit(1.000:1): old' >"$log"
	chmod 400 "$log"
	run alone 'begin; end_daemon; grep op=terminate "$log"; stat -c %a "$log"'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "${lines[-1]}" = 600 ]
}

@test "a folder of somebody else is made ours before it is used" {
	chown 2:2 "$dir/log"
	chmod 777 "$dir/log"
	run alone 'begin; tell USR1 op=rotate-logs; end_daemon'
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(stat -c '%u %a' "$dir/log")" = "0 700" ]
}

@test "a run_dir that others can write to is told" {
	mkdir -m 777 "$dir/run"
	configure "run_dir = $dir/run"
	run alone 'begin 2>&1; end_daemon'
	echo "$output"
	[[ $output == *"auditd: $dir/run can be written to by others"* ]]
}

# refused NAMESPACE...: the daemon's answer in namespaces of its own.
refused() {
	run timeout 20 unshare "$@" "$AURUM_BIN/auditd" -n -c "$conf"
	echo "$output"
	[ "$status" -eq 4 ]
	[[ $output == *"$reason"* ]]
	[[ $output == *"with local_events = no the daemon runs without them"* ]]
}

@test "in a container it is said what is missing, with the status that ends restarts" {
	sed -i 's/^local_events.*/local_events = yes/' "$conf/auditd.conf"
	unshare -Ur true 2>/dev/null || skip "no user namespaces"
	"$AURUM_BIN/auditctl" -s >/dev/null || skip "no audit in this kernel, or this is a container"
	reason="only from the initial user namespace" refused -U -r
	reason="only from the initial pid namespace" refused -p -f
	[ ! -e "$log" ]
}

@test "in a container, without the kernel's records, the daemon runs" {
	unshare -Ur true 2>/dev/null || skip "no user namespaces"
	run timeout 100 unshare -U -r -m -n -p -f --mount-proc bash -ec '
		mount -t tmpfs -o mode=755 none /run
		begin
		[ "$(status_of Seccomp | sort -u)" = 2 ]
		tell USR1 op=rotate-logs
		end_daemon
		grep -q op=terminate "$log"' 3>&-
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "a container that forbids what the daemon would like loses only that" {
	# Neither a better priority, nor the score for memory, nor the bounding set.
	run timeout 100 unshare -m setpriv --bounding-set -sys_nice,-sys_resource,-setpcap \
		--inh-caps -sys_nice,-sys_resource,-setpcap bash -ec '
		mount -t tmpfs -o mode=755 none /run
		begin 2>&1
		[ "$(status_of Seccomp | sort -u)" = 2 ]
		for bits in $(status_of CapEff); do [ $((0x$bits & ~0x40000001)) -eq 0 ]; done
		end_daemon' 3>&-
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output == *"cannot change the priority by 4"* ]]
}

# intrude ATTEMPT,...: what a daemon that was taken over achieves, into $dir/log/report. The daemon
# runs as $pid.
intrude() {
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/intruder.c" -o "$dir/intruder.so"
	run alone '
		export LD_PRELOAD=$dir/intruder.so INTRUDER=$1 INTRUDER_REPORT=$dir/log/report
		export INTRUDER_OTHER=$dir/other/file INTRUDER_SECRET=$dir/other/secret ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
		"$AURUM_BIN/auditd" -n -c "$conf" </dev/null &
		unset LD_PRELOAD
		wait_for test -s /run/auditd.pid
		pid=$(cat /run/auditd.pid)
		kill -CONT "$pid"
		eval "$2"' "$1" "$2"
	echo "$output"
	cat "$dir/log/report"
}

@test "a daemon that was taken over can neither run, write, read, own nor become anything" {
	echo key >"$dir/other/secret"
	intrude exec,fork,write,create,plant,read,remove,chmod,setuid-bit,own,link,packet,code,gain \
		'wait_for test -s /run/auditd.state; end_daemon'
	[ "$status" -eq 0 ]
	[ ! -e "$dir/other/file" ]
	[ "$(awk '{ print $1 }' "$dir/log/report" | tr '\n' ' ')" = \
		"exec fork write create plant read remove chmod setuid-bit own link packet code gain " ]
	run grep -vE '^(exec|chmod|link|gain) EPERM$|^(write|create|plant|read|remove) EACCES$|^(fork|packet|code|setuid-bit|own) ENOSYS$' \
		"$dir/log/report"
	[ "$status" -ne 0 ]
	# The same attempts work on a daemon that is not confined, or the above would prove nothing.
	configure 'confine = no'
	intrude create,read,code,packet,plant 'wait_for test -s /run/auditd.state; [ -e /run/intruder.service ]; end_daemon'
	[ "$status" -eq 0 ]
	[ -e "$dir/other/file" ]
	[ "$(grep -c done "$dir/log/report")" -eq 5 ]
}

@test "an attempt that only an intruder makes ends the daemon, and what it had recorded is there" {
	intrude mount 'wait_for is_gone; wait $! || echo "ended with $?"'
	[[ $output == *"ended with 159"* ]] # 128 and SIGSYS
	[ ! -s "$dir/log/report" ]
	grep op=start "$log"
}
