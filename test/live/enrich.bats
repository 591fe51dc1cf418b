#!/usr/bin/env bats
# The names that auditd appends: Debian's auditd records this kernel's events in ENRICHED format,
# and what ours makes of the same records must be the same bytes.

load lib

setup_file() {
	live_begin
	export DAEMON=$("$AURUM_TOP/test/oracle")/auditd
	export CAT=${AURUM_BIN%/bin}/test/interpret-cat SAY=${AURUM_BIN%/bin}/test/live-netlink
}
setup() { live_or_skip; }
teardown() { [ -n "$LIVE_SKIP" ] || live_quiet; }
teardown_file() { live_end; }

has() { grep -q "$1" "$etc/audit.log"; }

start_debian() {
	etc=$BATS_TEST_TMPDIR/etc
	live_daemon "$etc" 'log_format = ENRICHED' 'flush = NONE' 'num_logs = 0' 'max_log_file = 100' \
		'max_log_file_action = IGNORE'
}

# deeds: files, owners, modes, sockets, programs, and calls that fail, in a shell of their own.
deeds() {
	bash -c '
		"$1" -a always,exit -F arch=b64 -S all -F pid=$$ -k "enrich me" >/dev/null
		"$1" -a always,exit -F arch=b64 -S execve,fchownat,fchmodat,connect,socket,setuid,setresuid -F ppid=$$ -k enrich >/dev/null
		cd "$2" || exit
		echo x >"a file" && : <"a file" && : <missing
		chown 33:12345 "a file"
		chmod 4755 "a file"
		exec 5<>/dev/tcp/127.0.0.1/1
		exec 5<>/dev/tcp/::1/1
		exec 5<>/dev/udp/8.8.8.8/53
		env -u X true "with space"
		setpriv --reuid 65534 --regid 65534 --clear-groups true
		getent hosts localhost >/dev/null
		"$1" -d always,exit -F arch=b64 -S all -F pid=$$ -k "enrich me" >/dev/null
		"$1" -d always,exit -F arch=b64 -S execve,fchownat,fchmodat,connect,socket,setuid,setresuid -F ppid=$$ -k enrich >/dev/null
	' deeds "$LIVE_AUDITCTL" "$BATS_TEST_TMPDIR" 2>/dev/null || true
}

# messages: what programs say, with fields where they belong and where they do not.
messages() {
	while read -r type text; do "$SAY" user "$type" "$text"; done <<-'END'
		1100 op=PAM:authentication acct="bob" exe="/bin/su" hostname=? addr=? terminal=tty1 res=success
		1112 op=login id=0 exe="/bin/login" res=success
		1112 op=login id=1 uid=2 (gid=3) auid=4, euid=5: suid=6) fsuid=(null) res=success
		1114 op=add-user id=65534 exe="/usr/sbin/useradd" res=success
		1115 op=delete-user id=7 res=failed
		1116 op=add-group id=4 res=success
		1117 op=delete-group id=5 res=success
		1132 op=modify-group acct="x" new_gid=6 id=12345 res=success
		1102 op=modify-user uid=8 ouid= ogid=x igid=-1 iuid=4294967295 res=success
		1121 app says uid=1 id=2 arch=c000003e
		1123 cwd="/root" cmd=6C73 terminal=pts/0 res=success
		1107 avc:  denied  { send_msg } for uid=3 sauid=81 scontext=u:r:t:s0 exe="/x"
		1107 apparmor="DENIED" sauid=33
		1105 op=x acct="a uid=0" old-auid=9 uid=10" 'gid=11' x=uid=12 inode_uid=13 obj_uid=14 obj_gid=15
		1105 uid=99999999999999999999999 gid=18446744073709551615 egid=0x10 sgid=010 fsgid=12abc
		1105 arch=c000003e syscall=59 saddr=020000350A0102030000000000000000
		1105 saddr=0A000016000000000000000000000000000000000000000100000000 saddr=zz saddr=0100
		2404 op=destroy kind=server fp=SHA256:ab uid=33 suid=0 spid=1
		2500 virt=kvm op=start vm="v" uid=1 auid=1
	END
}

@test "ours are the names that Debian's daemon appends" {
	start_debian
	messages
	deeds
	"$SAY" user 1105 "the last message"
	live_wait_for 30 has "the last message"
	live_quiet
	LC_ALL=C sed 's/\x1d.*//' "$etc/audit.log" >"$BATS_TEST_TMPDIR/raw"
	"$CAT" enrich <"$BATS_TEST_TMPDIR/raw" >"$BATS_TEST_TMPDIR/ours"
	# Enough of everything was seen.
	for type in SYSCALL PATH SOCKADDR EXECVE USER_AUTH ADD_GROUP TRUSTED_APP USER_AVC; do
		grep -q "^type=$type " "$etc/audit.log" || { echo "no $type"; return 1; }
	done
	grep -cE $'\x1d' "$etc/audit.log"
	run diff "$etc/audit.log" "$BATS_TEST_TMPDIR/ours"
	echo "$output" | head -20
	[ "$status" -eq 0 ]
}
