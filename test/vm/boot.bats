#!/usr/bin/env bats
# What happens while no daemon runs, at boot and between two: with audit=1 the kernel keeps records
# until somebody takes them, and what it does not keep it prints.

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

# What is between the two records that say so, and how often.
recovered() {
	sed -n '/^type=DAEMON_RESUME .*op=recover /,/^type=DAEMON_RESUME .*op=recovered /p' <<<"$output" | grep -c "$1"
}

@test "records that the kernel printed between two daemons are recovered, once" {
	vm_run <<-'GUEST'
		end() {
			pid=$(kernel pid)
			kill "$pid"
			wait_for 10 has_ended "$pid"
		}
		configure
		auditd
		auditctl -m "under the first"
		end
		auditctl -m "between the first and the second"
		auditd
		auditctl -m "under the second"
		sleep 4
		end
		auditctl -m "between the second and the third"
		auditd
		sleep 4
		end
		cat /var/log/audit/audit.log
	GUEST
	[ "$vm_end" = done ]
	[ "$(grep -c '^type=USER .*under the first' <<<"$output")" -eq 1 ]
	[ "$(grep -c '^type=USER .*under the second' <<<"$output")" -eq 1 ]
	[ "$(grep -c '^type=USER .*between the first and the second' <<<"$output")" -eq 1 ]
	[ "$(grep -c '^type=USER .*between the second and the third' <<<"$output")" -eq 1 ]
	[ "$(recovered 'between the')" -eq 2 ]
	[ -z "$(doubled)" ]
}

@test "records of a boot without audit=1, printed before the daemon, are recovered" {
	local disk script
	disk=$(vm_disk disk)
	script='
		mkdir -p /var/log/lib
		mount -o bind /var/log/lib /var/lib
		configure
		auditctl -e 1 >/dev/null
		auditctl -m "from before the daemon"
		auditd
		sleep 4
		pid=$(kernel pid)
		kill "$pid"
		wait_for 10 has_ended "$pid"
		cat /var/log/audit/audit.log; rm /var/log/audit/audit.log'
	# Nobody knows who recorded before the first start.
	vm_run -d "$disk" <<<"$script"
	[ "$(grep -c 'from before the daemon' <<<"$output")" -eq 0 ]
	vm_run -d "$disk" <<<"$script"
	[ "$vm_end" = done ]
	[ "$(recovered 'from before the daemon')" -eq 1 ]
	[ "$(grep -c 'from before the daemon' <<<"$output")" -eq 1 ]
	[ -z "$(doubled)" ]
}
