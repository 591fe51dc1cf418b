# What Debian's tools call a number, our tables call it too, unless a row of
# test/golden/tables.known says why not: "TABLE VALUE THEIRS OURS reason", "-" for no name.

setup_file() {
	ORACLE=$("$AURUM_TOP/test/oracle")
	KNOWN=$AURUM_TOP/test/golden/tables.known
	DUMP=${AURUM_BIN%/bin}/lib/table-dump
	export ORACLE KNOWN DUMP
}

# unexplained TABLE: of "VALUE THEIRS" lines on stdin, those that our table calls otherwise
# and that the known differences do not have; and known differences that are none.
unexplained() {
	awk -v table="$1" -v known="$KNOWN" -v dump="$DUMP $1" '
		BEGIN {
			while ((dump | getline line) > 0) { split(line, w, " "); ours[w[1]] = w[2]; n++ }
			if (n == 0) print "no table " table
			while ((getline line < known) > 0)
				if (split(line, w, " ") >= 4 && w[1] == table) excused[w[2] " " w[3] " " w[4]] = 1
		}
		{
			mine = ($1 in ours) ? ours[$1] : "-"
			row = $1 " " $2 " " mine
			seen++
			if (mine == $2) same++
			else if (row in excused) delete excused[row]
			else print table ": " row
		}
		END {
			for (row in excused) print table ": no longer differs: " row
			if (!seen) print table ": nothing to compare with"
		}'
}

# values TABLE: the distinct values of our table.
values() {
	"$DUMP" "$1" | cut -d' ' -f1 | uniq
}

# asked TABLE NUMBER-OF-CALL ARGUMENT A0 A1 A2 A3: a log with one event a value of our table,
# which stands where "@" is, read by ausearch -i; prints "VALUE WORD" from its argument.
asked() {
	local table=$1 nr=$2 argument=$3
	values "$table" | awk -v nr="$nr" -v a0="$4" -v a1="$5" -v a2="$6" -v a3="$7" '
		function arg(text) { return text == "@" ? sprintf("%x", $1) : text }
		{
			printf "type=SYSCALL msg=audit(1700000000.000:%d): arch=c000003e syscall=%s success=yes " \
				"exit=0 a0=%s a1=%s a2=%s a3=%s items=0 ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0 suid=0 " \
				"fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm=\"x\" exe=\"/x\" key=(null)\n",
				NR, nr, arg(a0), arg(a1), arg(a2), arg(a3)
		}' >"$BATS_TEST_TMPDIR/log"
	paste -d' ' <(values "$table") \
		<("$ORACLE/ausearch" -i -if "$BATS_TEST_TMPDIR/log" 2>/dev/null | grep '^type=' |
			sed -E "s/.* $argument=([^ ]*) .*/\1/")
}

# named: of "VALUE WORDS" lines those where the oracle has a name, the last one when it lists
# several; what it prints for the absence of a flag is not one.
named() {
	sed -E 's/ .*\|/ /' |
		grep -vE ' (0x[0-9a-f]*|unknown-.*|O_RDONLY|PROT_NONE|MAP_FILE|F_OK|0[0-7]{3})$'
}

@test "system calls of every machine that ausyscall knows" {
	run bash -c "$(declare -f unexplained)"'
		for machine in x86_64 i386 aarch64 arm ppc64le ppc64 ppc s390x s390; do
			"$ORACLE/ausyscall" $machine --dump | tail -n +2 | unexplained syscalls_$machine
		done'
	echo "$output"
	[ -z "$output" ]
}

@test "record types that ausearch -m lists" {
	theirs=$("$ORACLE/ausearch" -m 2>&1 | sed -n 's/.*types are: ALL //p' | tr ' ' '\n' | grep .)
	[ "$(wc -l <<<"$theirs")" -ge 195 ]
	run comm -23 <(sort <<<"$theirs") <("$DUMP" msgtypes | cut -d' ' -f3 | sort)
	echo "theirs alone: $output"
	[ -z "$output" ]
	run comm -13 <(sort <<<"$theirs") <("$DUMP" msgtypes | cut -d' ' -f3 | sort)
	echo "ours alone: $output"
	[ "$output" = "$(sed -n 's/^msgtypes [0-9]* - \([A-Z_0-9]*\) .*/\1/p' "$KNOWN" | sort)" ]
}

@test "record types have the numbers that ausearch -m takes" {
	theirs=$("$ORACLE/ausearch" -m 2>&1 | sed -n 's/.*types are: ALL //p' | tr ' ' '\n' | grep .)
	while read -r type; do
		printf 'type=%s msg=audit(1700000000.000:%d): pid=1 uid=0 auid=0 ses=1 comm="x"\n' "$type" $((++n))
	done <<<"$theirs" >"$BATS_TEST_TMPDIR/log"
	while read -r value name; do
		grep -qx "$name" <<<"$theirs" || continue
		# These three are dropped without the fields of theirs; the other tests read them.
		case $name in SYSCALL | EOE | AVC) continue ;; esac
		run "$ORACLE/ausearch" -m "$value" --raw -if "$BATS_TEST_TMPDIR/log"
		grep -q "^type=$name " <<<"$output" || echo "$value is not $name"
	done < <("$DUMP" msgtypes | cut -d' ' -f1,3) >"$BATS_TEST_TMPDIR/wrong"
	cat "$BATS_TEST_TMPDIR/wrong"
	[ ! -s "$BATS_TEST_TMPDIR/wrong" ]
}

@test "arguments of system calls that ausearch -i spells out" {
	# table, number of the call on x86_64, which argument, the four arguments
	while read -r table row; do
		[ "$table" != ip_protocols ] || [ -f /etc/protocols ] || continue
		# shellcheck disable=SC2086
		asked "$table" $row | named | unexplained "$table"
	done >"$BATS_TEST_TMPDIR/wrong" <<-'ROWS'
		open_flags 2 a1 0 @ 0 0
		fcntl_cmds 72 a1 0 @ 0 0
		seek_whence 8 a2 0 0 @ 0
		access_flags 21 a1 0 @ 0 0
		mmap_prot_flags 9 a2 0 0 @ 2
		mmap_flags 9 a3 0 0 1 @
		clone_flags 272 a0 @ 0 0 0
		mount_flags 165 a3 0 0 0 @
		umount_flags 166 a1 0 @ 0 0
		signals 62 a1 0 @ 0 0
		prctl_options 157 a0 @ 0 0 0
		ptrace_requests 101 a0 @ 0 0 0
		rlimits 160 a0 @ 0 0 0
		sched_policies 144 a1 0 @ 0 0
		personalities 135 a0 @ 0 0 0
		capabilities 157 a1 18 @ 0 0
		clock_ids 227 a0 @ 0 0 0
		epoll_ops 233 a1 0 @ 0 0
		bpf_cmds 321 a0 @ 0 0 0
		socket_families 41 a0 @ 1 0 0
		socket_types 41 a1 2 @ 0 0
		ip_protocols 41 a2 2 1 @ 0
		sock_options 54 a2 0 1 @ 0
		ip_options 54 a2 0 0 @ 0
		ipv6_options 54 a2 0 29 @ 0
		tcp_options 54 a2 0 6 @ 0
		udp_options 54 a2 0 11 @ 0
		packet_options 54 a2 0 107 @ 0
		msg_flags 46 a2 0 0 @ 0
		ioctl_requests 16 a1 0 @ 0 0
	ROWS
	cat "$BATS_TEST_TMPDIR/wrong"
	[ ! -s "$BATS_TEST_TMPDIR/wrong" ]
}

@test "fields of records are of the type that ausearch -i treats them as" {
	local asked=0
	# type, a value in a record, what ausearch -i makes of it
	while read -r type value word; do
		number=$("$DUMP" value_types | awk -v type="$type" '$3 == type { print $1 }')
		[ -n "$number" ] || { echo "no type $type"; continue; }
		while read -r field; do
			grep -q "^field_types $number - $field " "$KNOWN" && continue
			printf 'type=USER_MGMT msg=audit(1700000000.000:%d): pid=1 %s=%s x=1\n' $((++asked)) "$field" "$value" \
				>"$BATS_TEST_TMPDIR/log"
			theirs=$("$ORACLE/ausearch" -i -if "$BATS_TEST_TMPDIR/log" 2>/dev/null |
				sed -nE "s/.* pid=1 $field=(.*[^ ]) ?x=1 $/\1/p")
			[ "$theirs" = "$word" ] || echo "$field is not $type: $value is printed as $theirs"
		done < <("$DUMP" field_types | awk -v number="$number" '$1 == number { print $3 }')
	done >"$BATS_TEST_TMPDIR/wrong" <<-'ROWS'
		uid 0 root
		gid 0 root
		escaped 2F62 /b
		escaped_file 2F62 /b
		escaped_key 2F62 /b
		proctitle 2F62 /b
		perm 6 read,write
		mode 0100644 file,644
		oflag 0x40 O_RDONLY|O_CREAT
		mmap 2 MAP_PRIVATE
		promisc 256 yes
		nfproto 10 ipv6
		icmptype 8 echo
		hook 1 INPUT
		netaction 1 DROP
		nlmcgrp 1 audit-netlink-multicast
		macproto 0806 ARP
		capability 21 sys_admin
		cap_bitmap 1 chown
		success 1 yes
		signal 15 SIGTERM
		list 4 exit
		session 4294967295 unset
		personality 8 PER_LINUX32
		seccomp 0x7ffc0000 log
		ioctl_req 0x5401 TCGETS
		resolve 1 RESOLVE_NO_XDEV
		fanotify 2 deny
		tty_data 1B5B41 <up>
	ROWS
	cat "$BATS_TEST_TMPDIR/wrong"
	[ ! -s "$BATS_TEST_TMPDIR/wrong" ]
}

@test "generated tables are what the kernel source gives" {
	source=/usr/src/linux-source-6.12.tar.xz
	[ -f "$source" ] || skip "linux-source-6.12 is not installed"
	run python3 "$AURUM_TOP/tools/tables/generate" "$source" --check
	echo "$output"
	[ "$status" -eq 0 ]
}
