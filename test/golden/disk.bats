#!/usr/bin/env bats
# What the daemon does when space is short, the disk is full or broken, and the log has its size: each
# key with each action, on file systems that are really full, to the last record.

load daemon

setup_file() { daemon_setup; }
setup() { daemon_or_skip; }
teardown() { daemon_teardown; }

# action NAME ACTION: the word as it stands in the file; exec gets its program.
action() {
	if [ "$2" = exec ]; then echo "exec $dir/$1/program"; else echo "$2"; fi
}

# The actions that are programs, and with which words.
declare -gA runs=([email]='^mailer -t -froot$' [exec]='^program$' [single]='^init 1$' [halt]='^init 0$')

# effect NAME ACTION COUNT: whether it was carried out that often, and nothing else was.
effect() {
	local word expected=0
	for word in email exec single halt; do
		expected=0
		[ "$word" != "$2" ] || expected=$3
		counts "$expected" "$dir/$1/ran" "${runs[$word]}" || return 1
	done
	expected=0
	case $2 in syslog | email | exec | suspend | single | halt | rotate) expected=$3 ;; esac
	counts "$expected" "$dir/$1/syslog" 'low on space: [0-9]* MiB are left' || return 1
}

# begin_each LINE... -- ACTION...: a daemon named after each action, which is ACTION in the lines.
begin_each() {
	local lines=() word
	while [ "$1" != -- ]; do lines+=("$1"); shift; done
	shift
	for word in "$@"; do
		make_daemon "$word" 16m
		configure "$word" "${lines[@]//ACTION/$(action "$word" "$word")}"
		begin "$word"
	done
}

# for_each COMMAND... -- ACTION...: the command with NAME after its first word, for each.
for_each() {
	local words=() name
	while [ "$1" != -- ]; do words+=("$1"); shift; done
	shift
	for name in "$@"; do
		"${words[0]}" "$name" "${words[@]:1}" || { echo "failed: ${words[0]} $name ${words[*]:1}"; return 1; }
	done
}

@test "space_left: each action happens once, again when space had come back, and exec and suspend stop recording" {
	local words=(ignore syslog email exec suspend single)
	begin_each 'space_left = 8' 'admin_space_left = 4' 'space_left_action = ACTION' 'num_logs = 5' -- "${words[@]}"
	sleep 1.2
	for word in "${words[@]}"; do
		effect "$word" "$word" 0
		state_is "$word" 'logging suspended' no
	done
	for word in "${words[@]}"; do leave "$word" 7000; done
	for word in "${words[@]}"; do wait_for 30 effect "$word" "$word" 1; done
	# Above the threshold, but not by the margin: neither again, nor resumed.
	for word in "${words[@]}"; do leave "$word" 8600; done
	sleep 1.2
	for word in "${words[@]}"; do leave "$word" 7000; done
	sleep 1.2
	for word in "${words[@]}"; do
		effect "$word" "$word" 1
		case $word in
		exec | suspend) state_is "$word" 'logging suspended' yes ;;
		*) state_is "$word" 'logging suspended' no ;;
		esac
		feed "$word" 20
		leave "$word" 10000
	done
	for word in exec suspend; do wait_for 30 logged "$word" 'type=DAEMON_RESUME .* cause=space-left from=[0-9.]* to=[0-9.]* lost=20 res=success$'; done
	for word in "${words[@]}"; do
		wait_for 30 state_is "$word" 'file system space action performed' no
		feed "$word" 5
		leave "$word" 7000
	done
	for word in "${words[@]}"; do
		wait_for 30 effect "$word" "$word" 2
		wait_for 30 state_is "$word" 'file system space action performed' yes
		state_is "$word" 'admin space action performed' no
		finish "$word"
		run account "$word"
		[ "$status" -eq 0 ]
		case $word in
		exec | suspend) [ "$output" = "found 5 lost 20 sent 25" ] ;;
		*) [ "$output" = "found 25 lost 0 sent 25" ] ;;
		esac
		# The end is in the log in any case.
		logged "$word" 'type=DAEMON_END'
	done
}

@test "admin_space_left: the last warning comes after the first, by MiB and by percent" {
	local words=(ignore syslog email exec suspend single halt) word
	begin_each 'space_left = 50%' 'space_left_action = syslog' 'admin_space_left = 25%' 'admin_space_left_action = ACTION' -- "${words[@]}"
	for_each leave 7000 -- "${words[@]}"
	for word in "${words[@]}"; do wait_for 30 said "$word" ' is low on space: 6 MiB are left$'; done
	for word in "${words[@]}"; do ! said "$word" 'very low'; done
	for_each leave 3000 -- "${words[@]}"
	for word in "${words[@]}"; do
		case $word in
		ignore) wait_for 30 state_is "$word" 'admin space action performed' yes ;;
		*) wait_for 30 said "$word" 'very low on space: 2 MiB are left' ;;
		esac
		case $word in
		email | exec | single | halt) wait_for 30 ran "$word" "${runs[$word]}" ;;
		*) counts 0 "$dir/$word/ran" . ;;
		esac
		counts 1 "$dir/$word/syslog" ' is low on space: '
		case $word in
		exec | suspend) state_is "$word" 'logging suspended' yes ;;
		*) state_is "$word" 'logging suspended' no ;;
		esac
		[ "$(sed -n 's/^admin_space_left setting //p' "$dir/$word/run/auditd.state")" = "4 MB" ]
	done
	grep -q '^Subject: Audit Admin Space Alert' "$dir/email/mail"
}

# old_logs NAME COUNT MIB: rotated logs.
old_logs() {
	local n
	for n in $(seq "$2"); do head -c "$3"M /dev/zero | tr '\0' '\n' >"$dir/$1/log/audit.log.$n"; done
}

gone() { [ ! -e "$dir/$1/log/$2" ]; }

@test "rotate for want of space gives the oldest logs up, one by one, and never the newest records" {
	make_daemon rotate 16m
	make_daemon single 16m
	for name in rotate single; do old_logs "$name" 4 2; done
	configure rotate 'space_left = 4' 'admin_space_left = 1' 'space_left_action = rotate' 'num_logs = 6'
	configure single 'space_left = 4' 'admin_space_left = 1' 'space_left_action = rotate' 'num_logs = 1'
	for name in rotate single; do begin "$name"; leave "$name" 3000; done
	wait_for 30 gone rotate audit.log.4
	sleep 1.5
	[ -e "$dir/rotate/log/audit.log.3" ]
	leave rotate 100
	wait_for 30 gone rotate audit.log.2
	feed rotate 10
	sleep 1.2
	leave rotate 100
	wait_for 30 gone rotate audit.log.1
	sleep 1.2
	leave rotate 100
	wait_for 30 said rotate 'there is no older log that could give way'
	[ "$(account rotate)" = "found 10 lost 0 sent 10" ]
	# Without rotation nothing gives way.
	[ -e "$dir/single/log/audit.log.4" ]
	said single 'there is no older log that could give way'
	finish rotate
}

@test "a full disk: each action, nothing that fits is left out, and what does not fit is counted to the record" {
	local words=(ignore syslog exec suspend single halt) word
	begin_each 'disk_full_action = ACTION' -- "${words[@]}"
	for_each feed 3 -- "${words[@]}"
	for_each leave 40 -- "${words[@]}"
	for_each feed 20 8000 -- "${words[@]}"
	for word in "${words[@]}"; do
		wait_for 30 said "$word" 'No space left on device'
		case $word in exec | single | halt) wait_for 30 ran "$word" "${runs[$word]}" ;; *) counts 0 "$dir/$word/ran" . ;; esac
		case $word in
		exec | suspend) state_is "$word" 'logging suspended' yes ;;
		*) state_is "$word" 'logging suspended' no ;;
		esac
		[ "$(state "$word" 'space left on partition')" = no ]
	done
	for_each leave 6000 -- "${words[@]}"
	for word in "${words[@]}"; do wait_for 30 logged "$word" 'type=DAEMON_RESUME .* cause=disk-full .* res=success$'; done
	for_each feed 5 -- "${words[@]}"
	for_each leave 16 -- "${words[@]}"
	for word in "${words[@]}"; do wait_for 30 counts 2 "$dir/$word/syslog" 'No space left on device|no space is left for the log'; done
	for_each leave 6000 -- "${words[@]}"
	for word in "${words[@]}"; do
		wait_for 30 state_is "$word" 'logging suspended' no
		feed "$word" 1
		finish "$word"
		run account "$word"
		echo "$word: $output"
		[ "$status" -eq 0 ]
		[[ $output != *"lost 0 "* ]]
	done
}

@test "disk_full_action = rotate goes on with the newest records, and loses none" {
	make_daemon rotate 16m
	old_logs rotate 3 2
	configure rotate 'disk_full_action = rotate' 'num_logs = 5'
	begin rotate
	leave rotate 30
	feed rotate 600 8000
	finish rotate
	rm -f "$dir"/rotate/log/audit.log.*
	[ "$(account rotate)" = "found 600 lost 0 sent 600" ]
}

@test "the disk is full at each write in turn: whole lines, and exact counts" {
	make_daemon ignore 16m
	configure ignore 'disk_full_action = ignore'
	begin ignore
	for i in $(seq 24); do
		leave ignore $((i % 5 * 4))
		feed ignore 24 $((1000 + i * 37))
		leave ignore 8000
		feed ignore 1
	done
	finish ignore
	run account ignore
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(grep -c DAEMON_RESUME "$dir/ignore/log/audit.log")" -ge 24 ]
}

@test "the record of a gap is found by both programs that search, with the daemon that tells it" {
	make_daemon suspend 16m
	configure suspend 'space_left = 8' 'admin_space_left = 4' 'space_left_action = suspend' 'log_format = ENRICHED'
	begin suspend
	leave suspend 7000
	wait_for 30 said suspend 'recording is suspended$'
	before=$(date +%s)
	feed suspend 42
	leave suspend 12000
	wait_for 30 logged suspend 'lost=42'
	pattern="op=resume-logging auid=[0-9]* pid=$(cat "$dir/suspend/pid") uid=0 ses=[0-9]* (subj=[^ ]* )?cause=space-left from=([0-9]{10})\.[0-9]{3} to=([0-9]{10})\.[0-9]{3} lost=42 res=success"
	[[ $(grep lost=42 "$dir/suspend/log/audit.log") =~ $pattern ]]
	[ $((BASH_REMATCH[2] - before)) -ge -3 ]
	[ "${BASH_REMATCH[3]}" -ge "$before" ]
	"$AURUM_BIN/ausearch" -if "$dir/suspend/log/audit.log" -m DAEMON_RESUME -sv yes </dev/null | grep -c lost=42
	oracle=$("$AURUM_TOP/test/oracle") || skip "Debian's tools cannot be downloaded"
	for options in "-m DAEMON_RESUME -sv yes" "-p $(cat "$dir/suspend/pid") --raw" "-m DAEMON_RESUME -i"; do
		[ "$(TZ=UTC "$oracle/ausearch" -if "$dir/suspend/log/audit.log" $options </dev/null)" = \
			"$(TZ=UTC "$AURUM_BIN/ausearch" -if "$dir/suspend/log/audit.log" $options </dev/null)" ]
	done
}

@test "SIGUSR2 resumes at once, and what is still wrong suspends again" {
	make_daemon suspend 16m
	configure suspend 'space_left = 8' 'admin_space_left = 4' 'space_left_action = suspend'
	begin suspend
	leave suspend 7000
	wait_for 30 said suspend 'recording is suspended$'
	feed suspend 5
	tell suspend USR2
	wait_for 30 logged suspend 'op=resume-logging .*auid=.* lost=5 res=success'
	logged suspend 'op=resume-logging auid=-?[0-9]* uid=-?[0-9]* ses=-?[0-9]* pid=-?[0-9]* .*res=success'
	wait_for 30 counts 2 "$dir/suspend/syslog" 'recording is suspended$'
	feed suspend 5
	# The end of the daemon is in the log, and so is what it lost.
	finish suspend
	logged suspend 'type=DAEMON_END'
	[ "$(account suspend)" = "found 0 lost 10 sent 10" ]
	# It starts, says so, and stops recording again.
	begin suspend
	wait_for 30 counts 1 "$dir/suspend/syslog" 'recording is suspended$'
	[ "$(grep -c DAEMON_START "$dir/suspend/log/audit.log")" -eq 2 ]
}

@test "SIGHUP changes thresholds and actions, and ends a suspension that they no longer ask for" {
	make_daemon one 16m
	configure one 'space_left = 2' 'admin_space_left = 1' 'space_left_action = suspend'
	begin one
	leave one 7000
	sleep 1.1
	state_is one 'logging suspended' no
	configure one 'space_left = 8' 'admin_space_left = 1' 'space_left_action = suspend'
	tell one HUP
	wait_for 30 state_is one 'logging suspended' yes
	logged one 'op=reconfigure state=changed'
	configure one 'space_left = 8' 'admin_space_left = 1' 'space_left_action = email' 'action_mail_acct = second'
	tell one HUP
	wait_for 30 state_is one 'logging suspended' no
	wait_for 30 ran one '^mailer -t -fsecond$'
	configure one 'space_left = 20%' 'admin_space_left = 1%' "space_left_action = exec $dir/one/program"
	tell one HUP
	wait_for 30 counts 3 "$dir/one/log/audit.log" 'op=reconfigure state=changed'
	sleep 1.1
	counts 0 "$dir/one/ran" program
	configure one 'space_left = 60%' 'admin_space_left = 1%' "space_left_action = exec $dir/one/program"
	tell one HUP
	wait_for 30 ran one '^program$'
	finish one
}

@test "max_log_file: each action when the log has that size, once, and recording goes on as it says" {
	local words=(ignore syslog exec suspend rotate keep_logs) word
	begin_each 'max_log_file = 1' 'max_log_file_action = ACTION' 'num_logs = 3' -- "${words[@]}"
	# The program moves the log away and takes its time for it.
	write_script "$dir/exec/program" "echo program >>$dir/exec/ran; until [ -e $dir/exec/go ]; do sleep 0.05; done; mv $dir/exec/log/audit.log $dir/exec/moved"
	for_each feed 160 8000 -- "${words[@]}"
	touch "$dir/exec/go"
	for word in syslog suspend exec; do
		wait_for 30 said "$word" 'the log has reached max_log_file'
		counts 1 "$dir/$word/syslog" 'the log has reached max_log_file'
	done
	state_is suspend 'logging suspended' yes
	# It stays so while the file is there, whatever is asked of it.
	sleep 1.2
	state_is suspend 'logging suspended' yes
	mv "$dir/suspend/log/audit.log" "$dir/suspend/moved"
	wait_for 30 logged suspend 'type=DAEMON_RESUME .*cause=max-log-file'
	wait_for 30 logged exec 'type=DAEMON_RESUME .*cause=max-log-file'
	for_each feed 10 -- "${words[@]}"
	counts 1 "$dir/exec/ran" '^program$'
	for_each finish -- "${words[@]}"
	[ "$(cd "$dir/rotate/log" && echo *)" = "audit.log audit.log.1" ]
	[ "$(cd "$dir/keep_logs/log" && echo *)" = "audit.log audit.log.1" ]
	for word in "${words[@]}"; do
		[ -e "$dir/$word/log/audit.log" ]
		run account "$word"
		echo "$word: $output"
		[ "$status" -eq 0 ]
		case $word in exec | suspend) [[ $output != *"lost 0 "* ]] ;; *) [ "$output" = "found 170 lost 0 sent 170" ] ;; esac
	done
}

@test "max_log_file: another limit ends the suspension, and a program that changes nothing is run once" {
	make_daemon suspend 16m
	make_daemon exec 16m
	configure suspend 'max_log_file = 1' 'max_log_file_action = suspend'
	configure exec 'max_log_file = 1' "max_log_file_action = exec $dir/exec/program"
	for name in suspend exec; do begin "$name"; feed "$name" 140 8000; done
	wait_for 30 said suspend 'the log has reached max_log_file'
	configure suspend 'max_log_file = 2' 'max_log_file_action = suspend'
	tell suspend HUP
	wait_for 30 logged suspend 'op=reconfigure state=changed'
	logged suspend 'type=DAEMON_RESUME .*cause=max-log-file'
	wait_for 30 logged exec 'type=DAEMON_RESUME .*cause=max-log-file'
	for name in suspend exec; do
		feed "$name" 20 8000
		finish "$name"
		run account "$name"
		[ "$status" -eq 0 ]
	done
	counts 1 "$dir/exec/ran" '^program$'
}

# stuck NAME: rotation fails from now on.
stuck() { mkdir "$dir/$1/log/audit.log.1" "$dir/$1/log/audit.log.1/full"; }

@test "disk_error_action: each action once, five warnings at most, and recording is tried again" {
	local words=(ignore syslog exec suspend single halt) word i
	begin_each 'disk_error_action = ACTION' 'num_logs = 2' 'max_log_file = 1' 'max_log_file_action = rotate' -- "${words[@]}"
	for_each stuck -- "${words[@]}"
	for_each feed 140 8000 -- suspend exec
	for word in suspend exec; do state_is "$word" 'logging suspended' yes; done
	for_each feed 5 -- suspend exec
	for_each feed 140 8000 -- ignore syslog single halt
	for i in 1 2 3 4 5 6; do
		sleep 1
		for_each feed 2 -- ignore syslog single halt
	done
	for word in "${words[@]}"; do
		wait_for 30 state_is "$word" 'disk error detected' yes
		case $word in
		ignore) counts 0 "$dir/$word/syslog" 'cannot rotate' ;;
		syslog) wait_for 30 counts 5 "$dir/$word/syslog" 'cannot rotate .*: (Is a directory|Directory not empty)$' ;;
		*) counts 1 "$dir/$word/syslog" 'cannot rotate' ;;
		esac
		case $word in exec | single | halt) wait_for 30 counts 1 "$dir/$word/ran" "${runs[$word]}" ;; *) counts 0 "$dir/$word/ran" . ;; esac
	done
	# It is seen by trying only: after a while, and longer the next time.
	for word in suspend exec; do wait_for 30 logged "$word" 'type=DAEMON_RESUME .*cause=disk-error'; done
	rm -r "$dir"/*/log/audit.log.1
	for_each tell USR2 -- "${words[@]}"
	for word in "${words[@]}"; do
		feed "$word" 5
		wait_for 30 state_is "$word" 'disk error detected' no
		finish "$word"
		run account "$word"
		[ "$status" -eq 0 ]
	done
}

@test "a mail says what is wrong on which host, and no address can add a header" {
	make_daemon email 16m
	configure email 'space_left = 8' 'admin_space_left = 4' 'space_left_action = email' 'verify_email = no' \
		'action_mail_acct = a;<b@c>,d'
	# A host may have any name.
	begin email unshare -u perl -e 'syscall(170, my $name = "h\nBcc: x", 8); exec @ARGV'
	leave email 7000
	wait_for 30 ran email '^mailer'
	run cat "$dir/email/mail"
	[ "${lines[0]}" = 'To: a;<b@c>,d' ]
	[ "${lines[1]}" = 'From: root' ]
	[ "${lines[2]}" = "Subject: Audit Disk Space Alert: h?Bcc: x" ]
	[ "${lines[3]}" = 'Auto-Submitted: auto-generated' ]
	[[ $output == *"less than space_left is free."* ]]
	[[ $output == *"Host: h?Bcc: x"* ]]
	ran email '^mailer -t -fa;<b@c>,d$'
	[[ $output == *"Log: $dir/email/log/audit.log"* ]]
	[[ $output == *"Free space in MiB: 6"* ]]
	finish email
}

@test "a mailer that hangs or is missing and a program that hangs cost nothing" {
	local words=(hangs missing exec) word
	for word in "${words[@]}"; do make_daemon "$word" 16m; done
	for word in hangs missing; do configure "$word" 'space_left = 8' 'admin_space_left = 4' 'space_left_action = email'; done
	configure exec 'space_left = 8' 'admin_space_left = 4' "admin_space_left_action = exec $dir/exec/program"
	write_script "$dir/hangs/mailer" "echo \$\$ >$dir/hangs/hanging; echo mailer >>$dir/hangs/ran; exec sleep 1000"
	write_script "$dir/exec/program" "echo \$\$ >$dir/exec/hanging; echo program >>$dir/exec/ran; exec sleep 1001"
	rm "$dir/missing/mailer"
	for word in "${words[@]}"; do
		begin "$word"
		leave "$word" 3000
	done
	wait_for 30 ran hangs mailer
	wait_for 30 ran exec program
	wait_for 30 said missing 'cannot run .*/mailer: No such file'
	for_each feed 5 -- hangs missing
	for_each leave 12000 -- "${words[@]}"
	for_each feed 5 -- hangs missing
	wait_for 30 state_is hangs 'file system space action performed' no
	leave hangs 3000
	wait_for 30 said hangs 'space_left_action: the program \(pid [0-9]*\) of the last time still runs'
	tell exec USR2
	wait_for 30 logged exec 'type=DAEMON_RESUME .*cause=admin-space-left'
	for_each feed 5 -- "${words[@]}"
	for word in "${words[@]}"; do
		local before=$SECONDS
		finish "$word"
		[ $((SECONDS - before)) -le 12 ]
		run account "$word"
		[[ $output == *"lost 0 "* ]]
	done
	counts 1 "$dir/hangs/ran" mailer
	# They are not killed: their end is theirs.
	kill $(cat "$dir"/*/hanging)
}

# flushed NAME MODE FREQ: what the daemon asked of the disk, for 40 records in four writes.
flushed() {
	local name=$1 part d=$dir/$1
	make_daemon "$name" 16m
	configure "$name" "flush = $2" "freq = $3" 'confine = no'
	# Leaks cannot be looked for below strace.
	ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 begin "$name" strace -f -y -qq -o "$d/trace" \
		-e trace=openat,writev,fsync,fdatasync -e signal=none
}

# calls NAME PATTERN: how many calls have it.
calls() { grep -cE "$2" "$dir/$1/trace" || :; }

@test "flush: what the file is opened with and how often the disk is waited for, and a reload changes it" {
	local words=(none incremental incremental_async data sync) word part
	command -v strace >/dev/null || skip "no strace"
	for word in "${words[@]}"; do
		case $word in incremental*) flushed "$word" "$word" 10 ;; *) flushed "$word" "$word" 0 ;; esac
	done
	for part in 1 2 3 4; do for_each feed 10 -- "${words[@]}"; done
	log_open='audit\.log", O_WRONLY\|[A-Z_|]*'
	for word in none incremental incremental_async; do [ "$(calls "$word" "${log_open}SYNC")" -eq 0 ]; done
	[ "$(calls data "${log_open}O_DSYNC")" -ge 1 ]
	[ "$(calls sync "${log_open}O_SYNC|${log_open}__O_SYNC")" -ge 1 ]
	for word in none data sync; do [ "$(calls "$word" 'f(data)?sync\([0-9]*<.*audit\.log>')" -eq 0 ]; done
	for word in incremental incremental_async; do
		[ "$(calls "$word" 'fdatasync\([0-9]*<.*audit\.log>')" -ge 2 ]
		[ "$(calls "$word" 'fdatasync\([0-9]*<.*audit\.log>')" -le 5 ]
	done
	# Who records does not wait for it in the asynchronous mode.
	writer=$(awk '/writev\([0-9]*<[^>]*audit\.log>/ { print $1; exit }' "$dir/incremental_async/trace")
	[ "$(calls incremental_async "^$writer .*fdatasync\([0-9]*<.*audit\.log>")" -eq 0 ]
	writer=$(awk '/writev\([0-9]*<[^>]*audit\.log>/ { print $1; exit }' "$dir/incremental/trace")
	[ "$(calls incremental "^$writer .*fdatasync\([0-9]*<.*audit\.log>")" -ge 2 ]
	configure none 'flush = data' 'confine = no'
	tell none HUP
	wait_for 30 logged none 'op=reconfigure state=changed'
	[ "$(calls none "${log_open}O_DSYNC")" -ge 1 ]
	configure incremental 'flush = incremental' 'freq = 1000' 'confine = no'
	tell incremental HUP
	wait_for 30 logged incremental 'op=reconfigure state=changed'
	before=$(calls incremental 'fdatasync\([0-9]*<.*audit\.log>')
	feed incremental 40
	[ "$(calls incremental 'fdatasync\([0-9]*<.*audit\.log>')" -eq "$before" ]
	for_each finish -- "${words[@]}"
}

@test "log_file moves with a reload, and the new file system is the one that is watched" {
	make_daemon one 16m
	mkdir "$dir/one/log/below"
	mount -t tmpfs -o size=4m space-below "$dir/one/log/below"
	configure one 'space_left = 8' 'admin_space_left = 4' 'space_left_action = syslog'
	begin one
	feed one 5
	configure one "log_file = $dir/one/log/below/audit.log" 'space_left = 8' 'admin_space_left = 5' 'space_left_action = syslog'
	tell one HUP
	wait_for 30 grep -q 'op=reconfigure state=changed' "$dir/one/log/below/audit.log"
	wait_for 30 said one 'is low on space: 3 MiB are left$'
	feed one 5
	finish one
	[ "$(grep -c ' n=' "$dir/one/log/audit.log")" -eq 5 ]
	[ "$(grep -c ' n=' "$dir/one/log/below/audit.log")" -eq 5 ]
	umount "$dir/one/log/below"
}
