# For tests that a live kernel must not suffer: they happen in a guest, a qemu without hardware
# support that boots Debian's kernel and an initramfs of our programs in about three seconds.
#
#	load lib
#	setup_file() { vm_begin; }
#	@test "..." {
#		vm_run <<-'GUEST'
#			auditctl -e 2
#		GUEST
#		[ "$vm_end" = done ]
#	}
#
# The script is run by busybox's sh as process 1's only child, after guest.sh. What it prints is in
# $output and lines[], its exit code in $status, the kernel's messages in $vm_dir/console, and in
# vm_end how the guest ended: done, off (it stopped before the script was through), panic, hung.

: "${AURUM_TOP:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"

# vm_begin: for setup_file(): makes what is booted.
vm_begin() {
	export VM_HOME
	VM_HOME=$("$AURUM_TOP/test/vm/machine")
}

# vm_disk NAME: an empty disk for /var/log, for the option -d; its path.
vm_disk() {
	truncate -s 64M "$BATS_TEST_TMPDIR/$1"
	mke2fs -q -t ext4 -F "$BATS_TEST_TMPDIR/$1"
	echo "$BATS_TEST_TMPDIR/$1"
}

# vm_start [-d DISK] [-k KERNEL-ARGUMENTS] [-s FOLDER]: boots the script on standard input and comes
# back at once; vm_dir has its files. A disk whose name ends in .qcow2 is one. With -s the disk holds
# a whole system, to which the folder's files are added first.
vm_start() {
	local option OPTIND=1 disk= arguments= format=raw memory=320 system=
	while getopts d:k:s: option; do
		case $option in
		d) disk=$OPTARG ;;
		k) arguments=$OPTARG ;;
		s) system=$OPTARG memory=640 ;;
		*) return 2 ;;
		esac
	done
	vm_dir=$(mktemp -d "$BATS_TEST_TMPDIR/guest.XXXXXX")
	mkdir "$vm_dir/root"
	cat >"$vm_dir/root/test"
	[ -z "$system" ] || cp -a "$system" "$vm_dir/root/added"
	(cd "$vm_dir/root" && find . | cpio -o -H newc -R 0:0 --quiet | cat "$VM_HOME/initramfs" -) >"$vm_dir/initramfs"
	case $disk in *.qcow2) format=qcow2 ;; esac
	# No flush reaches the host's own disk: the host does not lose power, only the guest does.
	[ -z "$disk" ] || disk="-drive if=none,id=log,file=$disk,format=$format,cache=unsafe -device virtio-blk-pci,drive=log"
	qemu-system-x86_64 -accel tcg -M pc -m "$memory" -nodefaults -display none -no-reboot \
		-kernel "$VM_HOME/kernel" -initrd "$vm_dir/initramfs" $disk \
		-append "console=ttyS0 quiet panic=-1 mitigations=off $arguments" \
		-serial "file:$vm_dir/console" -serial "file:$vm_dir/said" \
		</dev/null >"$vm_dir/qemu" 2>&1 3>&- &
	vm_pid=$!
}

# vm_wait SECONDS: until the guest has ended; sets output, lines, status and vm_end.
vm_wait() {
	local left=$(($1 * 10))
	while kill -0 "$vm_pid" 2>/dev/null && [ $((left -= 1)) -gt 0 ]; do sleep 0.1; done
	vm_end=off
	if kill -KILL "$vm_pid" 2>/dev/null; then vm_end=hung; fi
	wait "$vm_pid" 2>/dev/null || true
	rm -rf "$vm_dir/initramfs" "$vm_dir/root"
	if grep -qa 'Kernel panic' "$vm_dir/console"; then vm_end=panic; fi
	status=$(sed -n 's/^guest: end //p' "$vm_dir/said")
	[ -z "$status" ] || vm_end=done
	output=$(grep -av '^guest: ' "$vm_dir/said" || true)
	mapfile -t lines <<<"$output"
	vm_show >&2
}

# vm_run OPTIONS: boots the script on standard input and waits for its end, VM_SECONDS at most.
vm_run() {
	vm_start "$@"
	vm_wait "${VM_SECONDS:-60}"
}

# What a failed test shows.
vm_show() {
	echo "# the guest's end: $vm_end, exit code: ${status:-none}; it printed:"
	sed 's/^/#   /' "$vm_dir/said" | tail -n 60
	[ "$vm_end" = done ] || { echo "# the kernel's last messages:"; tail -n 15 "$vm_dir/console" | sed 's/^/#   /'; }
	cat "$vm_dir/qemu"
}

# vm_cut: the power goes, now.
vm_cut() {
	kill -KILL "$vm_pid"
	wait "$vm_pid" 2>/dev/null || true
}

# vm_overlay FORMAT DISK OVERLAY: a disk that begins as the other and keeps changes to itself.
vm_overlay() {
	qemu-img create -q -f qcow2 -o cluster_size=4096 -F "$1" -b "$2" "$3"
}

# vm_answer FILE COMMAND...: what the guest's attempt of a command printed, up to its exit code.
vm_answer() {
	local file=$1
	shift
	awk -v command="attempt: $*" '
		/^attempt: / { ours = $0 == command; next }
		ours && /^exit [0-9]+$/ { print; exit }
		ours' "$file"
}
