#!/usr/bin/env bats
# Rotated files become segments: by auditd-archivist alone, and started by a daemon whose kernel is
# test/fake_audit.c.

load daemon

setup_file() { daemon_setup; }
bats_require_minimum_version 1.5.0
setup() { daemon_or_skip; }
teardown() { daemon_teardown; }

# lines COUNT FROM: that many records, from that number on.
lines() {
	seq -f %.0f "$2" $(($2 + $1 - 1)) |
		awk '{ printf "type=SYSCALL msg=audit(1700000000.%03d:%d): arch=c000003e syscall=2 n=%d end=%d\n", $1 % 1000, $1, $1, $1 }'
}

# make_log NAME FILES [LINE...]: a daemon's folder with FILES rotated files of 3000 lines each, and an
# empty live one; nobody runs. $dir/NAME/all is the whole of it.
make_log() {
	local d=$dir/$1 n=$2 i
	make_daemon "$1" 64m
	chmod 700 "$d/log"
	for ((i = n; i >= 1; i--)); do
		lines 3000 $(((n - i) * 3000 + 1)) >"$d/log/audit.log.$i"
		touch -d "2024-01-01 00:00:$((60 - i))" "$d/log/audit.log.$i"
		cat "$d/log/audit.log.$i" >>"$d/all"
	done
	[ "$n" -eq 0 ] || chmod 400 "$d"/log/audit.log.*
	: >"$d/log/audit.log"
	chmod 600 "$d/log/audit.log"
	shift 2
	configure "${d##*/}" 'compress = yes' 'num_logs = 99' 'max_log_file = 8' 'max_log_file_action = rotate' "$@"
}

# archive NAME [WORD...]: one run of the archivist.
archive() {
	local d=$dir/$1
	shift
	ASAN_OPTIONS=$ASAN_OPTIONS:log_path=$d/sanitizer "$AURUM_BIN/auditd-archivist" -c "$d/etc" "$@"
}

# whole NAME: what the log holds, segments first, is what it held.
whole() {
	local d=$dir/$1 i
	{
		for i in $(ls "$d"/log/audit.log-*.zst 2>/dev/null); do zstdcat "$i"; done
		for i in $(ls "$d"/log/audit.log.* 2>/dev/null | sort -t. -k3 -rn); do cat "$i"; done
		cat "$d/log/audit.log"
	} | cmp - "$d/all"
}

names() { (cd "$dir/$1/log" && find . -mindepth 1 -type f ! -name '.*.last' ! -name .archivist.lock -printf '%P\n' | sort | xargs); }

@test "rotated files become segments, the oldest first, with their time, group and mode" {
	local d=$dir/one
	make_log one 3
	chgrp 4 "$d/log/audit.log.3" && chmod 440 "$d/log/audit.log.3"
	run -0 archive one
	[ "${#lines[@]}" -eq 3 ]
	[[ ${lines[0]} == "$d/log/audit.log-00000001.zst: "*" bytes from "* ]]
	[ "$(names one)" = "audit.log audit.log-00000001.zst audit.log-00000002.zst audit.log-00000003.zst" ]
	whole one
	[ "$(stat -c '%a %g %Y' "$d/log/audit.log-00000001.zst")" = "440 4 $(date -d '2024-01-01 00:00:57' +%s)" ]
	[ "$(stat -c '%a %g' "$d/log/audit.log-00000002.zst")" = "400 0" ]
	run -0 archive one
	[ -z "$output" ]
}

@test "--leave keeps the newest rotated files as they are, --once ends after one file" {
	make_log one 5
	run -0 archive one --leave 2 --once
	[ "$(names one)" = "audit.log audit.log-00000001.zst audit.log.1 audit.log.2 audit.log.3 audit.log.4" ]
	run -0 archive one --leave=2
	[ "$(names one)" = "audit.log audit.log-00000001.zst audit.log-00000002.zst audit.log-00000003.zst audit.log.1 audit.log.2" ]
	run -0 archive one --leave=5
	whole one
	run -0 archive one
	[ "$(names one)" = "audit.log $(printf 'audit.log-0000000%d.zst ' 1 2 3 4 5 | sed 's/ $//')" ]
	whole one
	run -2 archive one --leave=x
	[ "$output" = 'auditd-archivist: --leave takes a number of files, not "x"' ]
}

@test "without compress nothing is compressed, and what is stays" {
	local d=$dir/one
	make_log one 2
	run -0 archive one --once
	sed -i '/^compress/d' "$d/etc/auditd.conf"
	run -0 archive one
	[ "$(names one)" = "audit.log audit.log-00000001.zst audit.log.1" ]
	whole one
}

@test "num_logs counts segments: the oldest beyond it go" {
	local d=$dir/one
	make_log one 5
	sed -i 's/^num_logs.*/num_logs = 4/' "$d/etc/auditd.conf"
	# Plain files beyond it go first, as at the daemon's start.
	run -0 archive one --once
	[ "$(names one)" = "audit.log audit.log-00000001.zst audit.log.1 audit.log.2" ]
	run -0 archive one
	[ "$(names one)" = "audit.log $(printf 'audit.log-0000000%d.zst ' 1 2 3 | sed 's/ $//')" ]
	sed -i 's/^num_logs.*/num_logs = 2/' "$d/etc/auditd.conf"
	run -0 archive one
	[ "$(names one)" = "audit.log audit.log-00000003.zst" ]
	sed -i 's/^num_logs.*/num_logs = 0/' "$d/etc/auditd.conf"
	run -0 archive one
	[ "$(names one)" = "audit.log audit.log-00000003.zst" ]
}

@test "keep_logs keeps every segment" {
	make_log one 3 'num_logs = 2' 'max_log_file_action = keep_logs'
	run -0 archive one
	[ "$(ls "$dir/one/log" | wc -l)" -eq 4 ]
	whole one
}

@test "numbers only rise, whoever took a segment away" {
	local d=$dir/one
	make_log one 2
	run -0 archive one
	rm "$d/log/audit.log-00000001.zst"
	lines 10 1 >"$d/log/audit.log.1"
	run -0 archive one
	[ "$(names one)" = "audit.log audit.log-00000002.zst audit.log-00000003.zst" ]
	rm "$d"/log/audit.log-*
	lines 10 1 >"$d/log/audit.log.1"
	run -0 archive one
	[ "$(names one)" = "audit.log audit.log-00000004.zst" ]
}

@test "a file that begins like the newest segment and is another text costs nobody his text" {
	local d=$dir/one
	make_log one 2
	run -0 archive one --once
	zstdcat "$d/log/audit.log-00000001.zst" >"$d/first"
	sed '2900s/n=/N=/' "$d/first" >"$d/log/audit.log.2"
	cp "$d/log/audit.log.2" "$d/second"
	[ "$(stat -c %s "$d/first")" = "$(stat -c %s "$d/second")" ]
	run -0 archive one
	zstdcat "$d/log/audit.log-00000001.zst" | cmp - "$d/first"
	zstdcat "$d/log/audit.log-00000002.zst" | cmp - "$d/second"
	[ "$(names one)" = "audit.log $(printf 'audit.log-0000000%d.zst ' 1 2 3 | sed 's/ $//')" ]
}

@test "a damaged segment that begins like the oldest plain file is made again" {
	local d=$dir/one
	make_log one 1
	cp -a "$d/log/audit.log.1" "$d/again"
	run -0 archive one
	cp -a "$d/again" "$d/log/audit.log.1"
	printf XXXX | dd of="$d/log/audit.log-00000001.zst" bs=1 seek=300 conv=notrunc status=none
	run -0 archive one
	[ "$(names one)" = "audit.log audit.log-00000002.zst" ]
	whole one
}

@test "files of others are left alone: logrotate's, links, folders, fifos" {
	local d=$dir/one
	make_log one 1
	(
		cd "$d/log"
		lines 5 1 | tee audit.log-20240101 >audit.log.1.gz
		ln -s audit.log audit.log.2
		mkdir audit.log.3
		mkfifo audit.log.4
		touch audit.log.old .audit.log.swp audit.log-00000001.zst.bak
	)
	run -0 timeout 60 "$AURUM_BIN/auditd-archivist" -c "$d/etc"
	[ "$(ls -A "$d/log" | xargs)" = ".archivist.lock .audit.log-00000001.last .audit.log.swp audit.log audit.log-00000001.zst audit.log-00000001.zst.bak audit.log-20240101 audit.log.1.gz audit.log.2 audit.log.3 audit.log.4 audit.log.old" ]
}

@test "an empty file, one without a last newline, and one of a single long line" {
	local d=$dir/one
	make_log one 0
	lines 2 1 >"$d/log/audit.log.3"
	printf 'no newline' >>"$d/log/audit.log.3"
	: >"$d/log/audit.log.2"
	head -c 3000000 /dev/zero | tr '\0' x >"$d/log/audit.log.1"
	cat "$d"/log/audit.log.{3,2,1} >"$d/all"
	run -0 archive one
	[ "$(ls "$d"/log/audit.log.* 2>/dev/null)" = "" ]
	whole one
}

indexes() { ls "$dir/$1/log/index" 2>/dev/null | grep -c '\.idx$' || :; }

@test "with index, segments and plain files get one, for whom the log is; it goes with its text" {
	local d=$dir/one
	make_log one 3 'index = yes'
	chgrp 4 "$d/log" "$d"/log/audit.log.* && chmod 750 "$d/log" && chmod 440 "$d"/log/audit.log.*
	run -0 archive one --leave 2
	[ "$(indexes one)" -eq 3 ]
	[ "$(stat -c '%a %g' "$d/log/index")" = "750 4" ]
	[ "$(stat -c '%a %g' "$d"/log/index/* | sort -u)" = "440 4" ]
	ls --full-time "$d/log/index" >"$d/before"
	# The same text has the same index.
	run -0 archive one
	[ "$(indexes one)" -eq 3 ]
	run -0 archive one
	ls --full-time "$d/log/index" | diff - "$d/before"
	rm "$d/log/audit.log-00000001.zst"
	# What somebody writes who lives, and what is no index, stays.
	touch "$d/log/index/0123456789abcdef-12.idx.new" "$d/log/index/0-1.4194305.idx.new" \
		"$d/log/index/0-1.$$.idx.new" "$d/log/index/note"
	run -0 archive one
	[ "$(ls "$d/log/index" | grep -cE '^[0-9a-f]{16}-[0-9a-f]+\.idx$')" -eq 2 ]
	[ "$(ls "$d/log/index" | wc -l)" -eq 4 ]
	rm "$d/log/index/note" "$d/log/index/0-1.$$.idx.new"
	# Made again when it is gone, and when it is damaged.
	rm "$d"/log/index/*.idx
	run -0 archive one
	[ "$(indexes one)" -eq 2 ]
	ls --full-time "$d/log/index" >"$d/before"
	for i in "$d"/log/index/*.idx; do
		chmod 600 "$i"
		printf x | dd of="$i" bs=1 seek=20 conv=notrunc status=none
	done
	run -0 archive one
	for i in "$d"/log/index/*.idx; do [ "$(stat -c %a "$i")" = 440 ]; done
}

@test "with index alone, plain files stay plain" {
	local d=$dir/one
	make_log one 2 'index = yes'
	sed -i '/^compress/d' "$d/etc/auditd.conf"
	run -0 archive one
	[ "$(names one | grep -o 'audit[^ ]*' | xargs)" = "audit.log audit.log.1 audit.log.2" ]
	[ "$(indexes one)" -eq 2 ]
}

# hold NAME BYTE: somebody has that lock of the log's folder (log/lock.h); $holder is who.
hold() {
	: >"$dir/held"
	python3 -c '
import fcntl, sys, time
lock = open(sys.argv[1] + "/log/.archivist.lock", "a")
fcntl.lockf(lock, fcntl.LOCK_EX, 1, int(sys.argv[2]))
print("held", flush=True)
time.sleep(60)' "$dir/$1" "$2" >"$dir/held" 3>&- &
	holder=$!
	wait_for 30 grep -q held "$dir/held"
}

@test "two archivists are never at work in one folder" {
	local d=$dir/one
	make_log one 2
	hold one 0
	run -1 archive one
	kill "$holder"
	[[ $output == "auditd-archivist: another one is at work in $d/log: "* ]]
	[ "$(names one)" = "audit.log audit.log.1 audit.log.2" ]
}

@test "who may only read the log and its folder holds up nobody" {
	local d=$dir/one
	make_log one 2
	chgrp -R 4 "$d/log" && chmod 750 "$d/log" && chmod g+r "$d"/log/audit.log*
	flock -o "$d/log" flock -o "$d/log/audit.log" sleep 60 3>&- &
	local holder=$!
	wait_for 30 eval '! flock -n "$d/log/audit.log" true'
	run -0 archive one
	kill "$holder"
	[ "$(names one)" = "audit.log audit.log-00000001.zst audit.log-00000002.zst" ]
	whole one
	# The lock is nobody else's to open.
	[ "$(stat -c %a "$d/log/.archivist.lock")" = 600 ]
}

@test "a file that somebody writes to waits, and all that are newer with it" {
	local d=$dir/one
	make_log one 2
	sleep 60 3>&- >>"$d/log/audit.log.2" &
	local writer=$!
	wait_for 30 [ -e "/proc/$writer/fd/1" ]
	run -1 archive one
	kill "$writer"
	[ "$output" = "auditd-archivist: not compressed yet is $d/log/audit.log.2: somebody writes to it" ]
	[ "$(names one)" = "audit.log audit.log.1 audit.log.2" ]
	wait_for 30 archive one
	whole one
}

@test "a file on its way out comes back when its segment is another text" {
	local d=$dir/one
	make_log one 2
	run -0 archive one --once
	# As if it had died between taking the name and removing the file, with a segment that is not of it.
	lines 3000 1 | sed 's/n=1500 /n=1501 /' >"$d/log/.audit.log-00000001.old"
	chmod 400 "$d/log/.audit.log-00000001.old"
	run -0 archive one --leave 9
	[ "$(names one)" = "audit.log audit.log-00000001.zst audit.log.1 audit.log.2" ]
	grep -q 'n=1501 end=1500' "$d/log/audit.log.2"
}

@test "while somebody holds the names no file is taken away" {
	local d=$dir/one
	make_log one 1
	hold one 1
	run -1 archive one
	kill "$holder"
	[[ $output == *"audit.log.1: somebody holds the names of the log's files" ]]
	# Both are there, which readers know; the next run goes on.
	[ "$(names one)" = "audit.log audit.log-00000001.zst audit.log.1" ]
	wait_for 30 archive one
	[ "$(names one)" = "audit.log audit.log-00000001.zst" ]
	whole one
}

@test "what cannot be taken away is not compressed: chattr +a" {
	local d=$dir/one disk
	make_log one 2
	disk=$BATS_TEST_TMPDIR/disk
	truncate -s 16M "$disk"
	mkfs.ext4 -q "$disk" && umount "$d/log" && mount -o loop "$disk" "$d/log" 2>/dev/null || skip "no file system with attributes"
	chmod 700 "$d/log"
	: >"$d/log/audit.log"
	chmod 600 "$d/log/audit.log"
	lines 50 1 >"$d/log/audit.log.2"
	lines 50 51 >"$d/log/audit.log.1"
	chattr +a "$d/log/audit.log.2" || skip "no attributes here"
	run -2 archive one
	[ "$output" = "auditd-archivist: cannot compress $d/log/audit.log.2: its attributes (chattr) keep it where it is: Operation not permitted" ]
	[ "$(ls -A "$d/log" | xargs)" = ".archivist.lock audit.log audit.log.1 audit.log.2 lost+found" ]
	chattr -a "$d/log/audit.log.2"
	chattr +a "$d/log"
	run -2 archive one
	[ "$output" = "auditd-archivist: attributes (chattr) of the folder $d/log keep every file as it is" ]
	chattr -a "$d/log"
	run -0 archive one
	[ "$(ls "$d/log" | xargs)" = "audit.log audit.log-00000001.zst audit.log-00000002.zst lost+found" ]
}

@test "a folder that others may write to is not touched" {
	local d=$dir/one
	make_log one 1
	chmod 770 "$d/log"
	run -2 archive one
	[ "$output" = "auditd-archivist: others may write to the folder $d/log" ]
	[ "$(names one)" = "audit.log audit.log.1" ]
}

@test "a disk without room keeps the plain files and says so; with room it goes on" {
	local d=$dir/one
	make_log one 2
	leave one 600
	run -2 archive one
	[[ $output == "auditd-archivist: cannot compress $d/log/audit.log.2: it waits until 2 MiB are free: No space left on device" ]]
	rm "$d/log/ballast"
	[ "$(names one)" = "audit.log audit.log.1 audit.log.2" ]
	run -0 archive one
	whole one
}

@test "told to end, it leaves no draft" {
	local d=$dir/one
	make_log one 1
	for i in $(seq 60); do cat "$d/all"; done >"$d/log/audit.log.1"
	local try=0 pid
	until [ "$((try += 1))" -gt 20 ]; do
		"$AURUM_BIN/auditd-archivist" -c "$d/etc" >"$d/out" 2>&1 3>&- &
		pid=$!
		until compgen -G "$d/log/.*.new" >"$d/drafts" || ! kill -0 "$pid" 2>/dev/null; do :; done
		kill -TERM "$pid" 2>/dev/null || :
		status=0
		wait "$pid" || status=$?
		[ "$status" -ne 1 ] || break
		# It was faster.
		zstdcat "$d"/log/*.zst >"$d/log/audit.log.1"
		rm "$d"/log/*.zst
	done
	[ "$status" -eq 1 ]
	[ "$(names one)" = "audit.log audit.log.1" ]
}

@test "it runs when nobody else wants to, may write in the log's folder only, and runs nothing" {
	local d=$dir/one
	make_log one 1
	run -0 env ASAN_OPTIONS=detect_leaks=0 strace -f -o "$d/trace" "$AURUM_BIN/auditd-archivist" -c "$d/etc"
	grep -q 'sched_setscheduler(0, SCHED_IDLE, ' "$d/trace"
	grep -q 'ioprio_set(IOPRIO_WHO_PROCESS, 0, IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0)) = 0' "$d/trace"
	grep -q 'prctl(PR_SET_NO_NEW_PRIVS, 1' "$d/trace"
	grep -q 'landlock_restrict_self(' "$d/trace"
	# Whatever it did from there on the sandbox let it do.
	[ -z "$(awk '/seccomp\(SECCOMP_SET_MODE_FILTER|PR_SET_SECCOMP/ { n++ } n >= 2 && /(EPERM|EACCES|ENOSYS)/' "$d/trace")" ]
}

# ---- started by a daemon ----

# hurry NAME: archivists have the lowest priority; under load that may take for ever.
hurry() {
	local pid
	for pid in $(pgrep -f "auditd-archivist -c$dir/$1/etc"); do
		chrt -o -p 0 "$pid" && renice -n 0 -p "$pid"
	done >/dev/null 2>&1 || :
}

# wait_for_archivist NAME COMMAND...: until it succeeds.
wait_for_archivist() {
	local name=$1
	shift
	hurry_and() { hurry "$name"; "$@"; }
	wait_for 120 hurry_and "$@"
}

plain_files() { ls "$dir/$1/log" | grep -c '^audit\.log\.[0-9]*$' || :; }
segments() { ls "$dir/$1/log" | grep -c '^audit\.log-[0-9]*\.zst$' || :; }
no_plain_files() { [ "$(plain_files "$1")" -eq 0 ]; }

@test "a daemon starts it at its start and after each rotation; each record is there once" {
	local d=$dir/one
	make_daemon one 64m
	configure one 'compress = yes' 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 99'
	begin one
	feed one 1400 4000
	wait_for_archivist one eval 'no_plain_files one && [ "$(segments one)" -ge 4 ]'
	[ "$(stat -c '%a %g' "$d/log/audit.log-00000001.zst")" = "400 0" ]
	feed one 700 4000
	wait_for_archivist one eval 'no_plain_files one && [ "$(segments one)" -ge 7 ]'
	finish one
	zstdcat "$d"/log/*.zst | cat - "$d/log/audit.log" >"$d/everything"
	[ "$(grep -ao ' n=[0-9]*' "$d/everything" | sort -u | wc -l)" -eq 2100 ]
	[ "$(grep -ac ' n=[0-9]*' "$d/everything")" -eq 2100 ]
	[ "$(pgrep -fc "auditd-archivist -c$d/etc")" -eq 0 ]
	run ! said one archivist
}

@test "with index, what is found is what is there" {
	local d=$dir/one
	make_daemon one 64m
	configure one 'compress = yes' 'index = yes' 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 99'
	begin one
	feed one 900 4000
	wait_for_archivist one eval 'no_plain_files one && [ "$(indexes one)" -eq 3 ]'
	finish one
	[ "$("$AURUM_BIN/ausearch" -m SYSCALL --raw -if "$d/log" </dev/null | grep -c ' n=')" -eq 900 ]
	[ "$("$AURUM_BIN/ausearch" -a 17 --raw -if "$d/log" </dev/null | grep -c ' n=17 ')" -eq 1 ]
}

@test "with num_logs the daemon lets segments go before plain files" {
	local d=$dir/one
	make_daemon one 64m
	configure one 'compress = yes' 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 4'
	begin one
	for _ in 1 2 3; do
		feed one 800 4000
		wait_for_archivist one no_plain_files one
	done
	finish one
	[ "$(segments one)" -eq 3 ]
	[ "$(ls "$d/log" | head -n 2 | tail -n 1)" != audit.log-00000001.zst ]
	zstdcat "$d"/log/*.zst | cat - "$d/log/audit.log" | grep -ao ' n=[0-9]*' | cut -d= -f2 >"$d/numbers"
	# The newest ones, without a gap.
	[ "$(tail -n 1 "$d/numbers")" -eq 2400 ]
	[ "$(awk 'NR > 1 && $1 != last + 1 { print } { last = $1 }' "$d/numbers")" = "" ]
	[ "$(wc -l <"$d/numbers")" -ge 780 ]
}

@test "for want of space the oldest segment gives way, before any plain file" {
	local d=$dir/one oldest
	make_daemon one 12m
	configure one 'compress = yes' 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 99' \
		'space_left = 3' 'space_left_action = rotate' 'admin_space_left = 1'
	begin one
	feed one 1000 4000
	wait_for_archivist one eval 'no_plain_files one && [ "$(segments one)" -ge 3 ]'
	leave one 2000
	wait_for 30 [ ! -e "$d/log/audit.log-00000001.zst" ]
	rm "$d/log/ballast"
	finish one
	# It was the space, and no plain file went.
	[ -e "$d/log/audit.log" ] && [ "$(plain_files one)" -eq 0 ]
}

@test "a full disk is said once, recording goes on, and later it is archived" {
	local d=$dir/one
	make_daemon one 12m
	configure one 'compress = yes' 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 99'
	begin one
	leave one 3000
	feed one 300 4000
	wait_for_archivist one said one 'auditd-archivist.*: cannot compress .*/audit.log.1: it waits until [0-9]+ MiB are free: No space left on device'
	feed one 260 4000
	[ "$(plain_files one)" -eq 2 ]
	[ "$(grep -c 'cannot compress' "$d/syslog")" -eq 1 ]
	rm "$d/log/ballast"
	# A reload tries at once.
	tell one HUP
	wait_for_archivist one no_plain_files one
	wait_for 30 said one 'rotated logs are archived again'
	[ "$(account_all one)" -eq 560 ]
	finish one
}

# account_all NAME: how many different records there are.
account_all() {
	{ zstdcat "$dir/$1"/log/*.zst; cat "$dir/$1"/log/audit.log "$dir/$1"/log/audit.log.*; } 2>/dev/null |
		grep -ao ' n=[0-9]*' | sort -u | wc -l
}

@test "a file that a plugin has not read yet stays plain until it has" {
	local d=$dir/one
	make_daemon one 64m
	# It reads nothing until it may.
	write_script "$d/slow" "while [ ! -e $d/go ]; do sleep 0.05; done; exec cat >$d/slow.out"
	printf '%s\n' 'active = yes' "path = $d/slow" 'type = always' 'format = string' >"$d/etc/plugins.d/slow.conf"
	chmod 640 "$d/etc/plugins.d/slow.conf"
	configure one 'compress = yes' 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 99' 'overflow_action = ignore'
	begin one
	feed one 1400 4000
	# It was started and has left all of them.
	wait_for 60 [ "$(plain_files one)" -ge 5 ]
	[ "$(segments one)" -eq 0 ]
	touch "$d/go"
	wait_for_archivist one no_plain_files one
	wait_for 60 eval '[ "$(grep -ac " n=" "$d/slow.out")" -eq 1400 ]'
	run ! said one 'too slow'
	finish one
}

@test "while plugins read along, the log is archived" {
	local d=$dir/one
	make_daemon one 64m
	write_script "$d/cat" "exec cat >$d/cat.out"
	printf '%s\n' 'active = yes' "path = $d/cat" 'type = always' 'format = string' >"$d/etc/plugins.d/cat.conf"
	chmod 640 "$d/etc/plugins.d/cat.conf"
	configure one 'compress = yes' 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 99'
	begin one
	# Records all the time.
	perl -e 'for (1 .. 6000) { print "1300 audit(1.002:$_): arch=c000003e syscall=2 n=$_ pad=", "x" x 4000, "\n"; select undef, undef, undef, 0.002 }' \
		>"$d/feed" 3>&- &
	wait_for_archivist one [ -e "$d/log/audit.log-00000002.zst" ]
	wait $!
	echo 6000 >"$d/sent"
	wait_for 60 state_is one 'records received' 6000
	wait_for_archivist one no_plain_files one
	[ "$(account_all one)" -eq 6000 ]
	wait_for 60 eval '[ "$(grep -ac " n=" "$d/cat.out")" -eq 6000 ]'
	finish one
}

@test "status says what is compressed, and what waits" {
	local d=$dir/one
	make_daemon one 64m
	configure one 'compress = yes' 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 99'
	begin one
	feed one 800 4000
	wait_for_archivist one no_plain_files one
	board() { "$AURUM_BIN/aurum" status --json --board "$d/run/audit/board" 2>/dev/null; }
	wait_for 60 eval '[[ $(board) == *"\"logs_compressed\":3,\"logs_waiting\":0,\"archived_time\":1"*"\"archive_failures\":0"* ]]'
	"$AURUM_BIN/aurum" status --board "$d/run/audit/board" | grep -A9 '^attendant'
	finish one
}

@test "killed with its attendant, it is started again and goes on" {
	local d=$dir/one
	make_daemon one 64m
	configure one 'compress = yes' 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 99'
	begin one
	feed one 600 4000
	kill -KILL $(pgrep -f "auditd-attendant -c$d/etc" | tail -n 1)
	pkill -KILL -f "auditd-archivist -c$d/etc" || :
	feed one 600 4000
	wait_for_archivist one no_plain_files one
	[ "$(account_all one)" -eq 1200 ]
	[ -z "$(ls -A "$d/log" | grep -E '^\..*(new|old)$')" ]
	finish one
}

# archivists NAME: their processes.
archivists() { pgrep -f "auditd-archivist -c$dir/$1/etc"; }

@test "killed again and again while the log is rotated quickly, each record is there once" {
	local d=$dir/one i
	make_daemon one 128m
	configure one 'compress = yes' 'index = yes' 'max_log_file = 1' 'max_log_file_action = keep_logs'
	begin one
	# One by hand beside the daemon's, for it pauses after one that died.
	(
		while [ ! -e "$d/enough" ]; do
			"$AURUM_BIN/auditd-archivist" -c "$d/etc" >/dev/null 2>&1 &
			sleep "0.$((RANDOM % 5))$((RANDOM % 10))"
			kill -KILL $! 2>/dev/null
			wait $! 2>/dev/null || :
		done
	) 3>&- &
	local killer=$!
	for i in $(seq 12); do feed one 500 4000; done
	touch "$d/enough"
	wait "$killer" || :
	finish one
	run ! archivists one
	run -0 archive one
	no_plain_files one
	[ -z "$(ls -A "$d/log" | grep -E '^\..*(new|old)$')" ]
	zstdcat "$d"/log/*.zst | cat - "$d/log/audit.log" | grep -ao ' n=[0-9]*' | cut -d= -f2 >"$d/numbers"
	seq 6000 | cmp - "$d/numbers"
	[ "$(indexes one)" -eq "$(segments one)" ]
	"$AURUM_BIN/ausearch" -m SYSCALL --raw -if "$d/log" </dev/null | grep -ao ' n=[0-9]*' | cut -d= -f2 | cmp - "$d/numbers"
}
