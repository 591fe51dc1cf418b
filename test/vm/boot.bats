#!/usr/bin/env bats
# What happens before the daemon runs: with audit=1 the kernel keeps records until somebody takes
# them.

load lib

setup_file() { vm_begin; }

# The records of the log that were lines of the log before, too.
doubled() {
	grep -o '^type=[A-Z_]* msg=audit([0-9.:]*): .*' <<<"$output" | sort | uniq -d
}

@test "records from before the daemon are in the log, once: audit=1" {
	vm_run -k "audit=1 audit_backlog_limit=8192" <<-'GUEST'
		auditctl -m "from before the daemon"
		auditctl -a always,exit -F arch=b64 -S mkdir -F path=/tmp/early -k early
		mkdir /tmp/early
		configure
		auditd
		auditctl -m "from after it"
		pid=$(kernel pid)
		kill "$pid"
		wait_for 10 has_ended "$pid"
		cat /var/log/audit/audit.log
		echo "lost $(kernel lost)"
	GUEST
	[ "$vm_end" = done ]
	grep -q '^type=KERNEL .*state=initialized audit_enabled=1' <<<"$output"
	grep -q '^type=USER .*from before the daemon' <<<"$output"
	grep -q '^type=SYSCALL .*SYSCALL=mkdir .*' <<<"$output"
	grep -q '^type=PATH .*name="/tmp/early"' <<<"$output"
	grep -q '^type=USER .*from after it' <<<"$output"
	grep -qx 'lost 0' <<<"$output"
	# Serials from 1 on without a hole: nothing of the boot is missing.
	sed -n '/^type=DAEMON_/!s/^type=.*msg=audit([0-9.]*:\([0-9]*\)).*/\1/p' <<<"$output" | sort -nu >"$BATS_TEST_TMPDIR/serials"
	[ "$(head -n 1 "$BATS_TEST_TMPDIR/serials")" -eq 1 ]
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/serials")" -eq "$(wc -l <"$BATS_TEST_TMPDIR/serials")" ]
	[ -z "$(doubled)" ]
}
