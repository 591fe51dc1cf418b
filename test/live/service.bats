#!/usr/bin/env bats
# The actions of service(8) on a daemon that runs, and what its log then says of who did it.

bats_require_minimum_version 1.5.0
load lib

setup_file() { live_begin; }
teardown_file() { live_end; }

setup() {
	live_or_skip
	live_quiet
	at=$LIVE_DIR/service
	log=$at/log/audit.log
	rm -rf "$at"
	mkdir -p "$at/conf/rules.d" "$at/conf/plugins.d" "$at/log" "$at/sbin"
	settings 4
	# The script, the daemon and augenrules with folders of the test's.
	for program in auditctl auditd augenrules; do
		printf '#!/bin/sh\nexec %s %s "$@"\n' "$AURUM_BIN/$program" "-c $at/conf" >"$at/sbin/$program"
	done
	ln -sf "$AURUM_BIN/auditctl" "$at/sbin/auditctl"
	chmod 755 "$at/sbin/auditd" "$at/sbin/augenrules"
	sed "s|^sbin=.*|sbin=$at/sbin|; s|/run/systemd/system|$at/no-systemd|" \
		"${AURUM_BIN%/bin}/etc/auditd.init" >"$at/auditd"
	chmod 755 "$at/auditd"
}

# settings NUM_LOGS
settings() {
	printf '%s\n' "log_file = $log" "log_format = RAW" "flush = NONE" "space_left = 2" \
		"admin_space_left = 1" "max_log_file = 8" "max_log_file_action = ROTATE" "num_logs = $1" \
		"plugin_dir = $at/conf/plugins.d" >"$at/conf/auditd.conf"
	chmod 640 "$at/conf/auditd.conf"
}

service() {
	live_start "$at/auditd" "$@"
}

running() {
	[ "$(live_status pid)" -gt 0 ]
}

in_log() {
	grep -q -- "$1" "$log"
}

@test "start, rotate, reload, resume, state, restart and stop do what they say" {
	echo "-w $at/conf -p wa -k service" >"$at/conf/rules.d/1.rules"
	service start
	running
	[ "$("$AURUM_BIN/auditctl" -l)" = "-w $at/conf -p wa -k service" ]
	run -0 service status
	[ "$output" = "auditd is running, process $(live_status pid)" ]

	run -0 service rotate
	live_wait_for 30 test -s "$log.1"

	echo "-w $at/log -p wa -k service" >"$at/conf/rules.d/1.rules"
	sed -i '1i -D' "$at/conf/rules.d/1.rules"
	settings 3
	run -0 service reload
	live_wait_for 30 in_log type=DAEMON_CONFIG
	[ "$("$AURUM_BIN/auditctl" -l)" = "-w $at/log -p wa -k service" ]

	run -0 service resume
	live_wait_for 30 in_log type=DAEMON_RESUME

	run -0 service state
	[[ $output == *"current time = "* ]]
	[[ $output == *"writing to logs = yes"* ]]

	was=$(live_status pid)
	run -0 service condrestart
	running
	[ "$(live_status pid)" -ne "$was" ]
	run -0 service stop
	! running
	[ "$(grep -c type=DAEMON_START "$log" "$log.1" | awk -F: '{ n += $2 } END { print n }')" -eq 2 ]
	run -0 service condrestart
	! running
}

@test "each signal's record names the process that sent it, and its login user" {
	service start
	told() { cat "$log"* | grep -q "type=$1"; }
	for word in rotate reload resume stop; do
		case $word in
		rotate) type=DAEMON_ROTATE ;;
		reload) type=DAEMON_CONFIG ;;
		resume) type=DAEMON_RESUME ;;
		stop) type=DAEMON_END ;;
		esac
		setsid "$AURUM_BIN/auditctl" --signal $word &
		sender=$!
		wait "$sender"
		printf '%s %s\n' "$type" "$sender" >>"$at/senders"
		# The kernel tells who sent the last signal.
		live_wait_for 30 told "$type"
	done
	# Of a process without a login the kernel says the user.
	auid=$(cat /proc/self/loginuid)
	[ "$auid" -ne 4294967295 ] || auid=$(id -u)
	while read -r type pid; do
		cat "$log"* | grep "type=$type" | grep -E "auid=$auid .*" | grep -E "pid=$pid( |$)" ||
			{ echo "no $type of $pid in:"; grep -h type=DAEMON_ "$log"*; return 1; }
	done <"$at/senders"
}

@test "every word and signal name that auditctl takes arrives" {
	service start
	for word in USR1 rotate; do
		rm -f "$log.1"
		"$AURUM_BIN/auditctl" --signal $word
		live_wait_for 30 test -s "$log.1"
	done
	for word in CONT state; do
		rm -f /var/run/auditd.state
		"$AURUM_BIN/auditctl" --signal $word
		live_wait_for 30 test -s /var/run/auditd.state
	done
	for word in HUP reload; do
		before=$(grep -c type=DAEMON_CONFIG "$log" || true)
		"$AURUM_BIN/auditctl" --signal $word
		live_wait_for 30 eval '[ "$(grep -c type=DAEMON_CONFIG "$log")" -gt "$before" ]'
	done
	for word in USR2 resume; do
		before=$(grep -c type=DAEMON_RESUME "$log" || true)
		"$AURUM_BIN/auditctl" --signal $word
		live_wait_for 30 eval '[ "$(grep -c type=DAEMON_RESUME "$log")" -gt "$before" ]'
	done
	"$AURUM_BIN/auditctl" --signal TERM
	live_wait_for 30 eval '! running'
	run -0 "$AURUM_BIN/auditctl" --signal stop
	[[ $output == *"the audit daemon is not running"* ]]
}

@test "audit-stop.rules ends events and deletes the rules" {
	"$AURUM_BIN/auditctl" -e 1 >/dev/null
	"$AURUM_BIN/auditctl" -w "$at" -p wa -k x
	cp "$AURUM_TOP/etc/audit-stop.rules" "$at/stop.rules"
	chmod 640 "$at/stop.rules"
	run -0 "$AURUM_BIN/auditctl" -R "$at/stop.rules"
	[ "$(live_status enabled)" -eq 0 ]
	[ "$("$AURUM_BIN/auditctl" -l)" = "No rules" ]
}
