#!/usr/bin/env bats
# auditctl -f: what the kernel does when it loses records: panic, or say so and go on.

load lib

setup_file() { vm_begin; }

# Two records for each single byte that dd writes.
BYTES="auditctl -a always,exit -F arch=b64 -S write -F exe=/bin/busybox -F a0=1 -F a2=1"

@test "-f 2 panics when a daemon does not read and the backlog is over its limit" {
	vm_run <<-GUEST
		configure
		auditd
		$BYTES
		auditctl -f 2 -b 16 --backlog_wait_time 0 >/dev/null
		kill -STOP \$(kernel pid)
		echo "before"
		dd if=/dev/zero of=/dev/null bs=1 count=100000
		echo "after"
	GUEST
	[ "$vm_end" = panic ]
	[ "$output" = before ]
	grep -aqE 'Kernel panic - not syncing: audit: (backlog limit exceeded|kauditd retry queue overflow)' "$vm_dir/console"
}

@test "-f 2 panics when the daemon was killed and more waits for the next than the limit" {
	vm_run -k "audit=1" <<-'GUEST'
		configure
		auditd
		auditctl -f 2 -b 16 >/dev/null
		kill -KILL $(kernel pid)
		echo "before"
		vm-load 1 100000 >/dev/null
		echo "after"
	GUEST
	[ "$vm_end" = panic ]
	[ "$output" = before ]
	grep -aq 'Kernel panic - not syncing: audit: kauditd hold queue overflow' "$vm_dir/console"
}

@test "-f 2 does no harm while the daemon keeps up" {
	vm_run <<-'GUEST'
		configure
		auditd
		auditctl -f 2 -b 8192
		vm-load 1 5000 >/dev/null
		echo "lost $(kernel lost)"
		auditctl -f 1
		kill $(kernel pid)
		sleep 1
		cat /var/log/audit/audit.log* | vm-load check 1
	GUEST
	[ "$vm_end" = done ]
	grep -qx 'lost 0' <<<"$output"
}

@test "-f 1 says what is lost, and the daemon goes on and accounts for it" {
	vm_run <<-GUEST
		configure
		auditd
		$BYTES
		auditctl -f 1 -b 16 --backlog_wait_time 0 >/dev/null
		pid=\$(kernel pid)
		kill -STOP \$pid
		dd if=/dev/zero of=/dev/null bs=1 count=12000 2>/dev/null
		dmesg | sed -n 's/.*audit: backlog limit exceeded/said/p' | head -n 1
		auditctl -D >/dev/null
		kill -CONT \$pid
		wait_for 10 [ -s /var/log/audit/audit.log ]
		auditctl --backlog_wait_time 100 >/dev/null
		vm-load 1 20 >/dev/null
		echo "lost \$(kernel lost)"
		kill \$pid
		wait_for 10 has_ended \$pid
		cat \$(ls -r /var/log/audit/audit.log*) >/tmp/log
		vm-load check 1 </tmp/log
		grep -ac '^type=SYSCALL .*comm="dd"' /tmp/log
		grep -a '^type=DAEMON_ERR .*op=lost cause=kernel' /tmp/log
	GUEST
	[ "$vm_end" = done ]
	[ "${lines[0]}" = said ]
	[[ ${lines[1]} =~ ^lost\ [1-9] ]]
	[ "${lines[2]}" = "kept 20" ]
	# What had been sent before the backlog was full is there.
	[ "${lines[3]}" -gt 1000 ]
	# Every lost record is accounted for in the log.
	[ "$(sed -n 's/.*op=lost cause=kernel lost=\([0-9]*\).*/\1/p' <<<"$output" | awk '{ n += $1 } END { print n }')" = "${lines[1]#lost }" ]
}
