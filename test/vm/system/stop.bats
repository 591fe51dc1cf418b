#!/usr/bin/env bats
# The actions halt and single with the real /sbin/init, that of systemd, and from inside the unit.

load ../lib

setup_file() {
	vm_begin
	"$AURUM_TOP/test/vm/system/debian"
	export VM_SECONDS=150
}

# script ACTION: the daemon finds less room than admin_space_left, and does what it is told.
script() {
	cat <<-GUEST
		systemctl start auditd
		free=\$(df --output=avail -m /var/log | tail -n 1)
		sed -i -e "s/^space_left = .*/space_left = \$((free - 49))/" -e "s/^admin_space_left = .*/admin_space_left = \$((free - 50))/" \
			-e "s/^admin_space_left_action = .*/admin_space_left_action = $1/" /etc/audit/auditd.conf
		systemctl reload auditd
		sleep 3
		echo "nothing happened yet: \$(systemctl is-active auditd)"
		fallocate -l 120M /var/log/fill
	GUEST
}

boot() {
	vm_overlay raw "$VM_HOME/debian.ext4" "$BATS_TEST_TMPDIR/disk.qcow2"
	vm_run -s "$VM_HOME/installed" -d "$BATS_TEST_TMPDIR/disk.qcow2"
}

@test "halt: systemd powers the machine off" {
	boot < <(
		script HALT
		echo 'sleep 60; echo "still there"'
	)
	[ "$vm_end" != hung ]
	[[ $output != *"still there"* ]]
	[ "${lines[0]}" = "nothing happened yet: active" ]
}

@test "single: systemd goes to rescue.target" {
	boot < <(
		script SINGLE
		echo 'in_rescue() { [ "$(systemctl is-active rescue.target)" = active ]; }'
		echo 'wait_for 60 in_rescue; systemctl is-active rescue.target multi-user.target'
	)
	[ "${lines[0]}" = "nothing happened yet: active" ]
	[ "${lines[1]}" = active ]
	[ "${lines[2]}" = inactive ]
}
