#!/usr/bin/env bats
# auditctl -e 2: until the next boot nothing about the configuration changes, whoever tries, and
# the daemon goes on being started and stopped. One guest, looked at from several sides.

load lib

setup_file() {
	vm_begin
	export SAID=$BATS_FILE_TMPDIR/said
	BATS_TEST_TMPDIR=$BATS_FILE_TMPDIR vm_run <<-'GUEST'
		printf -- '-D\n-b 512\n-w /etc/group -p wa -k groups\n-e 2\n' >/etc/audit/audit.rules
		chmod 640 /etc/audit/audit.rules
		cp -p /etc/audit/audit.rules /etc/audit/again.rules
		attempt auditctl -R /etc/audit/audit.rules
		auditctl -s >/tmp/before
		attempt auditctl -e 1
		attempt auditctl -e 0
		attempt auditctl -b 10
		attempt auditctl -f 2
		attempt auditctl -r 5
		attempt auditctl --backlog_wait_time 5
		attempt auditctl -D
		attempt auditctl -d exit,always -F arch=b64 -F path=/etc/group -F perm=wa -F key=groups
		attempt auditctl -a exit,always -F arch=b64 -S getpid
		attempt auditctl -w /tmp -p w -k tmp
		attempt auditctl -W /etc/group -p wa -k groups
		attempt auditctl -R /etc/audit/again.rules
		attempt auditctl -l
		auditctl -s >/tmp/after
		attempt diff /tmp/before /tmp/after

		configure
		attempt auditd
		first=$(kernel pid)
		attempt auditctl -m "under the first"
		attempt auditctl --signal reload
		attempt auditctl --signal rotate
		attempt auditctl --signal stop
		wait_for 10 has_ended "$first"
		echo "after the stop: pid $(kernel pid)"
		attempt auditd -s disable
		second=$(kernel pid)
		[ "$second" -gt "$first" ] && echo "a second daemon runs"
		attempt auditctl -m "under the second"
		attempt auditd
		echo "after a refused start: pid still $((second - $(kernel pid)))"
		echo "still locked: $(kernel enabled)"
		kill "$second"
		wait_for 10 has_ended "$second"
		echo "log:"
		cat /var/log/audit/audit.log.1 /var/log/audit/audit.log
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

refused_by_kernel() {
	answer "$@"
	echo "$* -> $code: $answer"
	[ "$code" -eq 255 ]
	[[ $answer == "auditctl: cannot "*": the audit configuration is locked until the next boot (enabled 2)"* ]]
}

# As a boot must not fail: told, and exit 0.
refused_rule() {
	answer "$@"
	echo "$* -> $code: $answer"
	[ "$code" -eq 0 ]
	[[ $answer == *"auditctl: the audit system is locked (enabled 2), no rule changes allowed until the next boot"* ]]
}

@test "the guest lives to its end" {
	cat "$SAID"
	[ "$(cat "$SAID.end")" = done ]
}

@test "a locked status cannot be changed, and auditctl says why" {
	refused_by_kernel auditctl -e 1
	refused_by_kernel auditctl -e 0
	refused_by_kernel auditctl -b 10
	refused_by_kernel auditctl -f 2
	refused_by_kernel auditctl -r 5
	refused_by_kernel auditctl --backlog_wait_time 5
}

@test "locked rules cannot be changed, and auditctl says why" {
	refused_by_kernel auditctl -D
	refused_rule auditctl -d exit,always -F arch=b64 -F path=/etc/group -F perm=wa -F key=groups
	refused_rule auditctl -a exit,always -F arch=b64 -S getpid
	refused_rule auditctl -w /tmp -p w -k tmp
	refused_rule auditctl -W /etc/group -p wa -k groups
	refused_rule auditctl -R /etc/audit/again.rules
}

@test "after all attempts rules and status are what they were" {
	answer auditctl -l
	[ "$code" -eq 0 ]
	[ "$answer" = $'-w /etc/group -p wa -k groups\n' ]
	answer diff /tmp/before /tmp/after
	echo "$answer"
	[ "$code" -eq 0 ]
}

@test "the daemon is started, reloaded, rotated, stopped and started again while locked" {
	grep -qx 'after the stop: pid 0' "$SAID"
	grep -qx 'a second daemon runs' "$SAID"
	answer auditd -s disable
	[ "$code" -eq 0 ]
	grep -qx 'still locked: 2' "$SAID"
	sed -n '/^log:$/,$p' "$SAID" >"$BATS_TEST_TMPDIR/log"
	[ "$(grep -c '^type=DAEMON_START .*res=success' "$BATS_TEST_TMPDIR/log")" -eq 2 ]
	[ "$(grep -c '^type=DAEMON_CONFIG .*op=reconfigure.*res=success' "$BATS_TEST_TMPDIR/log")" -eq 1 ]
	[ "$(grep -c '^type=DAEMON_ROTATE ' "$BATS_TEST_TMPDIR/log")" -eq 1 ]
	[ "$(grep -c '^type=DAEMON_END .*op=terminate.*res=success' "$BATS_TEST_TMPDIR/log")" -eq 2 ]
	grep -q "^type=USER .*under the first" "$BATS_TEST_TMPDIR/log"
	grep -q "^type=USER .*under the second" "$BATS_TEST_TMPDIR/log"
}

@test "a second daemon is refused while locked and the first goes on" {
	answer auditd
	grep -A3 '^attempt: auditd$' "$SAID" | tail -n 3
	grep -q "^auditd: cannot register as the audit daemon: the audit daemon with pid [0-9]* owns the kernel's audit socket" "$SAID"
	grep -qx 'after a refused start: pid still 0' "$SAID"
}
