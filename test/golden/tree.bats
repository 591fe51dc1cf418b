#!/usr/bin/env bats
# aurum tree: who started a process, out of logs that are written here.

setup() {
	export TZ=UTC LC_ALL=C.UTF-8
	aurum=$AURUM_BIN/aurum
	log=$BATS_TEST_TMPDIR/audit.log
	sample=$AURUM_TOP/etc/sample/audit.log
}

# call TIME SERIAL SYSCALL REST PPID PID UID EXE: a SYSCALL record.
call() {
	echo "${node:+node=$node }type=SYSCALL msg=audit($1:$2): arch=c000003e syscall=$3 $4 items=0 ppid=$5 pid=$6 auid=54321 uid=$7" \
		"euid=$7 tty=pts0 ses=3 comm=\"c\" exe=\"$8\" key=(null)"
}

# run_program TIME SERIAL PPID PID UID EXE WORD: an execve that worked.
run_program() {
	call "$1" "$2" 59 "success=yes exit=0 a0=1" "$3" "$4" "$5" "$6"
	echo "${node:+node=$node }type=EXECVE msg=audit($1:$2): argc=2 a0=\"${6##*/}\" a1=\"$7\""
}

# login TIME SERIAL PID
login() {
	printf 'type=LOGIN msg=audit(%s:%s): pid=%s uid=0 old-auid=4294967295 auid=54321 tty=(none) old-ses=4294967295 ses=3 res=1\x1dAUID="alice"\n' "$@"
	printf 'type=USER_LOGIN msg=audit(%s:%s1): pid=%s uid=0 auid=54321 ses=3 msg='"'op=login id=54321 exe=\"/usr/sbin/sshd\" hostname=? addr=192.0.2.1 terminal=/dev/pts/0 res=success'\n" "$@"
}

same() { diff - <(echo "$output") || { echo "$output"; return 1; }; }

@test "the process of an event of the sample, from its login on" {
	run "$aurum" tree --log "$sample" 1792224379.500:115
	[ "$status" -eq 0 ]
	same <<-'END'
		alice logged in from 198.51.100.7 on /dev/pts/0 with /usr/sbin/sshd, 2026-10-17 08:05:16 (session 3)
		08:05:28 1800 (nothing of its own is recorded)
		08:05:38 └─ 1841 root vi /etc/ssh/sshd_config
		08:06:19         ▶ event 115: alice (as root) opened /etc/ssh/sshd_config for writing with /usr/bin/vim.basic from pts/0
		searched from the log's start to 2026-10-17 09:06:19 (--from, --to)
	END
	local first=$output
	run "$aurum" tree --log "$sample" --event 115
	[ "$output" = "$first" ]
	run "$aurum" tree --log "$sample" "audit(1792224379.500:115):"
	[ "$output" = "$first" ]
}

@test "forks, programs that did not run, ends, and several programs of one process" {
	{
		login 1700000000.000 1 100
		call 1700000001.000 3 56 "success=yes exit=110 a0=1200011" 90 100 0 /usr/sbin/sshd
		run_program 1700000002.000 4 100 110 54321 /usr/bin/bash -l
		call 1700000003.000 5 57 "success=yes exit=120 a0=0" 100 110 54321 /usr/bin/bash
		call 1700000003.001 6 59 "success=no exit=-2 a0=1" 110 120 54321 /usr/bin/bash
		echo 'type=PATH msg=audit(1700000003.001:6): item=0 name="/usr/local/bin/env" nametype=UNKNOWN'
		run_program 1700000003.002 7 110 120 54321 /usr/bin/env sh
		run_program 1700000003.003 8 110 120 54321 /usr/bin/sh "-c id"
		call 1700000004.000 9 231 "a0=3" 110 120 54321 /usr/bin/sh
	} >"$log"
	run "$aurum" tree --log "$log" 110
	[ "$status" -eq 0 ]
	same <<-'END'
		alice logged in from 192.0.2.1 on /dev/pts/0 with /usr/sbin/sshd, 2023-11-14 22:13:20 (session 3)
		22:13:20 100 root [/usr/sbin/sshd]
		22:13:21 └─ 110 unknown(54321) bash -l  ◀
		22:13:23    └─ 120 unknown(54321) env sh  (exit 3, 22:13:24)
		22:13:23            could not run /usr/local/bin/env: No such file or directory
		22:13:23            → sh '-c id'
		searched from the log's start to 2023-11-14 23:13:23 (--from, --to)
	END
	LC_ALL=C run "$aurum" tree --log "$log" 110 --depth 1
	[[ $output == *$'\n22:13:21 `- 110 unknown(54321) bash -l  <=\n22:13:23    `- 120'* ]]
}

@test "a pid that comes again is another process, and --at says which" {
	{
		run_program 1700000000.000 1 1 200 54321 /bin/first x
		call 1700000001.000 2 231 "a0=0" 1 200 54321 /bin/first
		run_program 1700000100.000 3 1 200 54321 /bin/second x
	} >"$log"
	run "$aurum" tree --log "$log" 200
	[[ $output == *"200 unknown(54321) second x"* ]]
	[[ $output != *first* ]]
	run "$aurum" tree --log "$log" 200 --at 2023-11-14T22:13:50
	[[ $output == *"200 unknown(54321) first x"* ]]
	[[ $output != *second* ]]
	run "$aurum" tree --log "$log" 200 --at 2023-11-14T20:00:00
	[[ $output == *"200 unknown(54321) first x"* ]]
}

@test "the login is found days before, in rotated and compressed files of a folder" {
	mkdir "$BATS_TEST_TMPDIR/logs"
	login 1700000000.000 1 100 >"$BATS_TEST_TMPDIR/logs/audit.log.2"
	run_program 1700000002.000 4 100 110 54321 /usr/bin/bash -l >>"$BATS_TEST_TMPDIR/logs/audit.log.2"
	run_program 1700100000.000 5 90 91 54321 /usr/bin/other x >"$BATS_TEST_TMPDIR/logs/audit.log.1"
	run_program 1700200000.000 6 110 120 54321 /usr/bin/vi x >"$BATS_TEST_TMPDIR/logs/audit.log"
	run "$aurum" tree --log "$BATS_TEST_TMPDIR/logs" --event 6
	[ "$status" -eq 0 ]
	[[ $output == *"logged in from 192.0.2.1"* ]]
	[[ $output == *"110 unknown(54321) bash -l"* ]]
	[[ $output != *other* ]]
	local plain=$output
	if command -v zstd >/dev/null; then
		zstd -q --rm "$BATS_TEST_TMPDIR/logs/audit.log.2" -o "$BATS_TEST_TMPDIR/logs/audit.log-00000001.zst"
		run "$aurum" tree --log "$BATS_TEST_TMPDIR/logs" --event 6
		[ "$output" = "$plain" ]
	fi
}

@test "--from and --to bound the search, and it says so" {
	{
		login 1700000000.000 1 100
		run_program 1700000002.000 4 100 110 54321 /usr/bin/bash -l
		run_program 1700000200.000 6 110 120 54321 /usr/bin/vi x
		run_program 1700000300.000 7 120 130 54321 /usr/bin/late x
	} >"$log"
	run "$aurum" tree --log "$log" 120 --from 2023-11-14T22:15:00 --to 2023-11-14T22:17:00
	[ "$status" -eq 0 ]
	same <<-'END'
		unknown(54321) on pts0: session 3, whose login was not found
		22:16:40 110 (nothing of its own is recorded)
		22:16:40 └─ 120 unknown(54321) vi x  ◀
		searched from 2023-11-14 22:15:00 to 2023-11-14 22:17:00 (--from, --to)
	END
}

@test "events of other machines in one log are left out" {
	{
		node=one run_program 1700000000.000 1 100 200 54321 /bin/one x
		node=two run_program 1700000001.000 1 300 200 54321 /bin/two x
	} >"$log"
	run "$aurum" tree --log "$log" 200
	[[ $output == *"two x"* && $output != *"one x"* ]]
	run "$aurum" tree --log "$log" 200 --node one
	[[ $output == *"one x"* && $output != *"two x"* ]]
}

@test "of several events with one serial number the last is taken, and the others are named" {
	{
		run_program 1700000000.000 7 100 200 54321 /bin/one x
		run_program 1700090000.000 7 100 201 54321 /bin/two x
	} >"$log"
	run "$aurum" tree --log "$log" --event 7
	[[ $output == *"two x"* ]]
	[[ $output == *"aurum: tree: the last event with that serial number; there are others: 1700000000.000:7"* ]]
	run "$aurum" tree --log "$log" 1700000000.000:7
	[[ $output == *"one x"* && $output != *"others"* ]]
}

@test "what is not there, and what is no process, is said" {
	run "$aurum" tree --log "$sample" 77777
	[ "$status" -eq 1 ]
	[ "$output" = "aurum: tree: process 77777 is not in the log; of the event with that serial number: aurum tree --event 77777" ]
	run "$aurum" tree --log "$sample" --event 77777
	[ "$status" -eq 1 ]
	run "$aurum" tree --log "$sample" /etc/passwd
	[ "$status" -eq 2 ]
	[ "$output" = 'aurum: tree: "/etc/passwd" is no event: a serial number, or 1700000000.123:456' ]
	run "$aurum" tree --log "$sample" 1 2
	[ "$status" -eq 2 ]
	run "$aurum" tree --log "$sample"
	[ "$status" -eq 2 ]
	run "$aurum" tree --log "$BATS_TEST_TMPDIR/none" 1
	[ "$status" -eq 2 ]
	run "$aurum" tree --log "$sample" 1 --at never
	[ "$status" -eq 2 ]
}

@test "JSON says the same, and is valid whatever the log holds" {
	{
		login 1700000000.000 1 100
		call 1700000003.000 5 59 "success=yes exit=0 a0=1" 100 110 54321 /bin/ls
		printf 'type=EXECVE msg=audit(1700000003.000:5): argc=2 a0="ls" a1=1B5B324AFF0A\n'
	} >"$log"
	run "$aurum" tree --log "$log" --json 110
	[ "$status" -eq 0 ]
	python3 - <<-END
		import json
		t = json.loads('''${output//\\/\\\\}''')
		assert t["login"]["address"] == "192.0.2.1"
		assert [p["pid"] for p in t["processes"]] == [100, 110]
		assert t["processes"][1]["parent"] == 0 and t["processes"][1]["asked_for"]
		assert t["processes"][1]["runs"][0]["argv"] == ["ls", "\x1b[2J\uefff\n"]
	END
	run "$aurum" tree --log "$log" 110
	[[ $output == *'ls \x1b[2J\xff\x0a'* || $output == *"ls '\\x1b[2J\\xff\\x0a'"* ]]
	[[ $output != *$'\x1b'* ]]
}

@test "a reader that goes away ends it quietly" {
	run bash -c "set -o pipefail; '$aurum' tree --log '$sample' 1800 | head -n 1"
	[ "${#lines[@]}" -eq 1 ]
}

@test "every option of --help is in the manual page" {
	for option in $("$aurum" tree --help | grep -oE -- '--[a-z-]+' | sort -u); do
		grep -qF -- "${option//-/\\-}" "$AURUM_TOP/docs/aurum-tree.1" || { echo "$option"; false; }
	done
}
