#!/usr/bin/env bats
# Power cuts in the flush modes in which the daemon does not wait for the disk. How: cut.bash.

load lib
load cut

setup_file() { cut_begin; }

@test "the guest's disk forgets what was not flushed to it, and nothing else" {
	local base disk=$BATS_TEST_TMPDIR/disk.qcow2 left=600
	base=$(vm_disk base)
	vm_overlay raw "$base" "$disk"
	vm_start -d "$disk" <<-'GUEST'
		dd if=/dev/urandom of=/var/log/flushed bs=4k count=64 conv=fsync 2>/dev/null
		mount -o remount,nobarrier /var/log
		dd if=/dev/urandom of=/var/log/written bs=4k count=64 conv=fsync 2>/dev/null
		echo ready
		sleep 60
	GUEST
	until grep -aqx ready "$vm_dir/said" 2>/dev/null; do
		sleep 0.05
		[ $((left -= 1)) -gt 0 ]
	done
	vm_cut
	vm_overlay qcow2 "$disk" "$BATS_TEST_TMPDIR/next.qcow2"
	vm_run -d "$BATS_TEST_TMPDIR/next.qcow2" <<-'GUEST'
		wc -c </var/log/flushed
		wc -c </var/log/written
	GUEST
	[ "${lines[0]}" -eq 262144 ]
	[ "${lines[1]}" != 262144 ]
}

# The file system may bring a page to the disk before the one in front of it, so that the file has
# zeros where the other was to be: only a flush orders them.

@test "flush = incremental_async: nothing is lost that a flush had finished with" {
	promise() { [ "$kept" -ge "$3" ]; }
	cuts INCREMENTAL_ASYNC
}

@test "flush = none: half lines and holes are not taken for records" {
	promise() { [ "$kept" -ge "$3" ]; }
	cuts NONE
}
