#!/usr/bin/env bats
# The actions that end a system's work, halt and single, on a system that may be ended.

load lib

setup_file() { vm_begin; }

# A disk of 64 MiB of which 40 are to stay free, more than the rest of it has room for.
FILL='dd if=/dev/zero of=/var/log/fill bs=1M count=30 2>/dev/null'

@test "halt: /sbin/init is run with 0, and the machine is off" {
	vm_run -d "$(vm_disk disk)" <<-GUEST
		printf '#!/bin/sh\n[ "\$*" = 0 ] && { echo "init \$*" >/dev/ttyS1; poweroff -f; }\n' >/sbin/init
		chmod 755 /sbin/init
		configure "admin_space_left = 40" "space_left = 41" "admin_space_left_action = HALT"
		auditd
		sleep 2
		echo "nothing happened yet"
		$FILL
		sleep 20
		echo "still there"
	GUEST
	[ "$vm_end" = off ]
	[ "$output" = $'nothing happened yet\ninit 0' ]
}

@test "halt when the disk is full, not before" {
	vm_run -d "$(vm_disk disk)" <<-'GUEST'
		printf '#!/bin/sh\n[ "$*" = 0 ] && { echo "init $*" >/dev/ttyS1; poweroff -f; }\n' >/sbin/init
		chmod 755 /sbin/init
		configure "disk_full_action = HALT" "admin_space_left = 1" "space_left = 2"
		auditd
		vm-load 2 100 >/dev/null
		sleep 3
		echo "there is room"
		dd if=/dev/zero of=/var/log/fill bs=4k 2>/dev/null
		vm-load 1 2000 >/dev/null
		sleep 10
		echo "still there"
	GUEST
	[ "$vm_end" = off ]
	[ "$output" = $'there is room\ninit 0' ]
}

@test "single: the configured program is run once with 1, and recording goes on" {
	vm_run -d "$(vm_disk disk)" <<-GUEST
		printf '#!/bin/sh\necho "init \$*" >>/tmp/called\n' >/tmp/init
		chmod 755 /tmp/init
		configure "admin_space_left = 40" "space_left = 41" "admin_space_left_action = SINGLE" "init_program = /tmp/init"
		auditd
		$FILL
		wait_for 10 [ -s /tmp/called ]
		vm-load 1 10 >/dev/null
		sleep 3
		cat /tmp/called
		kill \$(kernel pid)
		sleep 1
		vm-load check 1 </var/log/audit/audit.log
	GUEST
	[ "$vm_end" = done ]
	[ "$output" = $'init 1\nkept 10' ]
}
