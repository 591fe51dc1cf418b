# For tests in which the power goes while records are written at full speed: what is in the log
# afterwards, in each flush mode. docs/durability.md has the promises.
#
#	VM_CUTS=40 bats cut-sync.bats	# cuts in each mode, 4 unless told
#
# What a cut takes away: everything in the guest's memory, its page cache above all, and most of
# what the guest had handed to its disk and not yet flushed there. The disk is a new overlay in
# qemu's qcow2 format for every boot: where a block that is written for the first time lies in the
# file is known only to qemu's memory until the guest flushes, and qemu is killed. A block that is
# written a second time goes where it was, flushed or not. So this disk has a volatile cache, it
# tells the truth about flushes, and it does not tear blocks.
#
# What was acknowledged before the cut comes over the serial line: acknowledge.so, preloaded into
# the daemon, sees its writes and syncs return, vm-load prints what it saw.

FREQ=50

# cut_begin: for setup_file().
cut_begin() {
	vm_begin
	export VM_CUTS=${VM_CUTS:-4} VM_SEED=${VM_SEED:-$RANDOM}
	echo "# VM_SEED=$VM_SEED" >&3
}

# script MODE BEFORE NEXT: what a boot does. It looks at the log that the load from BEFORE on left
# behind (0: there was none), as it lies and with a daemon running on it, then, unless NEXT is 0,
# it records the load from NEXT on until the power goes.
script() {
	cat <<-GUEST
		configure "flush = $1" "freq = $FREQ"
		# The kernel writes back at once what nobody flushes: in the middle of lines, too.
		echo 1 >/proc/sys/vm/dirty_writeback_centisecs
		echo 1 >/proc/sys/vm/dirty_expire_centisecs
		mount -o remount,commit=1 /var/log
		look() {
			# To a terminal it would show how far it is.
			ausearch --raw -m USER </dev/null 2>/tmp/complaints | vm-load check \$1 | sed "s/^/\$2 /"
			cat /tmp/complaints
		}
		[ $2 -eq 0 ] || look $2 left
		[ -z "\$(tail -c 1 /var/log/audit/audit.log)" ] || echo "left torn"
		preload /lib/vm-acknowledge.so auditd || echo "the daemon does not start"
		if [ $2 -ne 0 ]; then
			vm-load $(($2 + 900000)) 3 >/dev/null
			auditctl --signal rotate
			look $2 then
			rm -f /var/log/audit/audit.log.*
		fi
		[ $3 -eq 0 ] || exec vm-load $3
		kill \$(kernel pid)
	GUEST
}

# boot_and_cut MODE BEFORE NEXT DISK: sets written, settled and synced from the last that was said.
boot_and_cut() {
	local left=600
	vm_start -d "$4" < <(script "$1" "$2" "$3")
	until sed '$d' "$vm_dir/said" 2>/dev/null | grep -aq "^acknowledged $(($3 / 1000000))[0-9]\{6\} "; do
		sleep 0.05
		[ $((left -= 1)) -gt 0 ] && kill -0 "$vm_pid" || { vm_wait 1; return 1; }
	done
	sleep "0.$((RANDOM % 10))$((RANDOM % 10))"
	vm_cut
	# The last line may be torn itself.
	read -r _ written settled synced < <(sed '$d' "$vm_dir/said" | grep -a '^acknowledged [0-9]' | tail -n 1)
	output=$(grep -av '^guest: ' "$vm_dir/said")
}

# look_back BEFORE: whether the log is in order with a daemon running on it, as $output says; sets
# kept, the last record of those without a hole before them, and holes, how many there are further
# on. A torn last line may have been seen before the daemon took it off.
look_back() {
	local first last
	grep -av '^acknowledged' <<<"$output"
	[ "$(grep -ac '^left bad' <<<"$output")" -le 1 ]
	[ "$(grep -ac '^then bad' <<<"$output")" -eq 0 ]
	# What the new daemon recorded follows behind what was left.
	grep -aqx "then kept $(($1 + 900002))" <<<"$output"
	[ "$(grep -ac '^then hole' <<<"$output")" -ge 1 ]
	first=$(sed -n 's/^then hole \([0-9]*\) .*/\1/p' <<<"$output" | head -n 1)
	last=$(sed -n 's/^then hole [0-9]* //p' <<<"$output" | tail -n 1)
	[ "$last" -eq $(($1 + 899999)) ]
	kept=$((first - 1))
	holes=$(($(grep -ac '^then hole' <<<"$output") - 1))
}

# cuts MODE: a disk's life of so many cuts. Calls promise, with the numbers set, after each.
cuts() {
	local mode=$1 number=0 before=0 next disk base format=raw lost_most=0 load=0 torn=0 holed=0
	RANDOM=$((VM_SEED + ${#mode}))
	base=$(vm_disk disk)
	while [ "$number" -le "$VM_CUTS" ]; do
		next=$(((number + 1) * 1000000))
		disk=$BATS_TEST_TMPDIR/disk$number.qcow2
		vm_overlay "$format" "$base" "$disk"
		base=$disk format=qcow2
		local w=${written:-0} s=${settled:-0} y=${synced:-0}
		if [ "$number" -lt "$VM_CUTS" ]; then
			boot_and_cut "$mode" "$before" "$next" "$disk"
		else
			vm_run -d "$disk" < <(script "$mode" "$before" 0)
			[ "$vm_end" = done ]
		fi
		if [ "$before" -gt 0 ]; then
			look_back "$before"
			torn=$((torn + $(grep -ac '^left torn' <<<"$output" || true)))
			echo "cut $number: written $w settled $s synced $y kept $kept holes $holes"
			promise "$w" "$s" "$y"
			holed=$((holed + (holes > 0)))
			load=$((load + w - before + 1))
			[ $((w - kept)) -le "$lost_most" ] || lost_most=$((w - kept))
		fi
		before=$next
		number=$((number + 1))
	done
	echo "# flush = $mode: $VM_CUTS cuts, $load records written before them, at most $lost_most of a cut lost, $torn half lines, $holed holes" >&3
}
