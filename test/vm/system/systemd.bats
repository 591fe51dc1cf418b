#!/usr/bin/env bats
# The units in a whole Debian with systemd. One boot, looked at from several sides.

load ../lib

setup_file() {
	vm_begin
	"$AURUM_TOP/test/vm/system/debian"
	export SAID=$BATS_FILE_TMPDIR/said BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR VM_SECONDS=240
	vm_overlay raw "$VM_HOME/debian.ext4" "$BATS_FILE_TMPDIR/disk.qcow2"
	vm_run -s "$VM_HOME/installed" -d "$BATS_FILE_TMPDIR/disk.qcow2" <<-'GUEST'
		settled() { ! systemctl is-active auditd audit-rules | grep -qvx active; }
		records() { ausearch -i -m "$@" </dev/null 2>&1 | grep '^type='; }

		attempt systemd-analyze verify --man=no auditd.service audit-rules.service
		attempt systemctl enable auditd audit-rules
		attempt systemctl start auditd
		wait_for 10 settled || echo "the rules are not loaded"
		echo "rules after the start: $(auditctl -l | wc -l)"
		echo "modes: $(stat -c '%a %U %G %n' /var/log/audit /var/lib/audit /run/audit | tr '\n' ';')"

		first=$(kernel pid)
		[ "$first" = "$(systemctl show -P MainPID auditd)" ] && echo "systemd knows the daemon"
		auditctl -m "under the first"
		attempt systemctl reload auditd
		wait_for 10 records DAEMON_CONFIG
		attempt systemctl restart auditd
		wait_for 10 settled
		second=$(kernel pid)
		[ "$second" -gt "$first" ] && echo "the restart made a second daemon"
		echo "rules after the restart: $(auditctl -l | wc -l)"

		for action in rotate state resume reload restart; do
			attempt service auditd $action
			sleep 1
		done
		wait_for 10 settled
		third=$(kernel pid)
		[ "$third" -gt "$second" ] && echo "service restart made a third daemon"

		kill -KILL "$third"
		restarted() { pid=$(kernel pid); [ "${pid:-0}" -gt "$third" ]; }
		wait_for 20 restarted && echo "a killed daemon is started again"
		wait_for 10 settled

		attempt systemctl stop auditd
		echo "after systemctl stop: $(systemctl is-active auditd), pid $(kernel pid)"
		attempt systemctl start auditd
		wait_for 10 settled
		(
			echo 1234 >/proc/self/loginuid
			auditctl --signal stop
		)
		wait_for 10 [ "$(kernel pid)" -eq 0 ]
		sleep 1
		echo "after a user's stop: $(systemctl is-active auditd), pid $(kernel pid)"
		attempt service auditd start
		wait_for 10 settled
		attempt service auditd stop
		echo "after service stop: $(systemctl is-active auditd), pid $(kernel pid)"
		attempt service auditd condrestart
		echo "after condrestart: $(systemctl is-active auditd)"
		attempt systemctl is-failed auditd
		attempt records DAEMON_START,DAEMON_END,DAEMON_CONFIG,DAEMON_ROTATE,DAEMON_RESUME,DAEMON_ABORT
		attempt journalctl -b --no-pager -u auditd -u audit-rules -n 80
	GUEST
	echo "$output" >"$SAID"
	echo "$vm_end" >"$SAID.end"
}

# answer COMMAND...: into answer what the attempt printed, into code its exit code.
answer() {
	answer=$(vm_answer "$SAID" "$@")
	code=${answer##*exit }
	answer=${answer%exit *}
}

said() { grep -qxE "$1" "$SAID"; }

succeeds() {
	answer "$@"
	echo "$* -> $code: $answer"
	[ "$code" -eq 0 ]
}

@test "the guest lives to its end" {
	cat "$SAID"
	[ "$(cat "$SAID.end")" = done ]
}

@test "systemd has nothing to say about the units" {
	succeeds systemd-analyze verify --man=no auditd.service audit-rules.service
	[ -z "$answer" ]
}

@test "the units are enabled and started, rules are loaded, folders have their modes" {
	succeeds systemctl enable auditd audit-rules
	succeeds systemctl start auditd
	said "systemd knows the daemon"
	said "rules after the start: [1-9][0-9]*"
	said "modes: 7[05]0 root root /var/log/audit;750 root root /var/lib/audit;755 root root /run/audit;"
}

@test "the daemon is reloaded and restarted, and has its rules again" {
	succeeds systemctl reload auditd
	succeeds systemctl restart auditd
	said "the restart made a second daemon"
	said "rules after the restart: [1-9][0-9]*"
	grep -q '^type=DAEMON_CONFIG .*op=reconfigure.*res=success' "$SAID"
}

@test "service auditd knows the actions that systemd does not have" {
	for action in rotate state resume reload restart; do
		succeeds service auditd "$action"
	done
	said "service restart made a third daemon"
	grep -q '^type=DAEMON_ROTATE .*res=success' "$SAID"
	grep -q '^type=DAEMON_RESUME .*res=success' "$SAID"
}

@test "a daemon that was killed is started again" {
	said "a killed daemon is started again"
}

@test "stopping is not refused, and the log says who did it" {
	succeeds systemctl stop auditd
	said "after systemctl stop: inactive, pid 0"
	grep -q '^type=DAEMON_END .*op=terminate.* pid=1 .*res=success' "$SAID"
	said "after a user's stop: inactive, pid 0"
	grep -qE '^type=DAEMON_END .*op=terminate.* auid=(1234|unknown\(1234\)).*res=success' "$SAID"
	succeeds service auditd start
	succeeds service auditd stop
	said "after service stop: inactive, pid 0"
	succeeds service auditd condrestart
	said "after condrestart: inactive"
}
