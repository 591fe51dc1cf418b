#!/usr/bin/env bats
# aurum rules match without a kernel: events of a text, rules of a file, answers as text and JSON.

setup() {
	cd "$BATS_TEST_TMPDIR"
	cat >set.rules <<-'END'
		# who reads what
		-a never,exit -F arch=b64 -S open -F auid<1000
		-a always,exit -F arch=b32 -S open -k narrow
		-w /etc/passwd -p wa -k identity
		-a always,exit -F arch=b64 -S openat -F exe=/usr/bin/vi -k edit
		-a always,exclude -F msgtype=PROCTITLE
	END
	cat >log <<-'END'
		type=SYSCALL msg=audit(1700000000.123:7): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=1 a2=2 a3=0 items=1 ppid=1 pid=2 auid=4294967295 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=4294967295 comm="vi" exe="/usr/bin/vi" key=(null)
		type=CWD msg=audit(1700000000.123:7): cwd="/etc"
		type=PATH msg=audit(1700000000.123:7): item=0 name="passwd" inode=5 dev=08:01 mode=0100644 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL
		type=PROCTITLE msg=audit(1700000000.123:7): proctitle="vi"
		type=USER_LOGIN msg=audit(1700000001.000:8): pid=9 uid=0 auid=1000 ses=3 msg='op=login'
	END
}

match() {
	"$AURUM_BIN/aurum" rules match "$@"
}

@test "every event gets its rule, and every earlier rule the condition that did not hold" {
	run match --event log set.rules
	[ "$status" -eq 0 ]
	echo "$output"
	diff - <(echo "$output") <<-'END'
		1700000000.123:7 SYSCALL openat: recorded with key identity by set.rules:4: -w /etc/passwd -p wa -k identity
		    set.rules:2: no: -S open: the event has syscall=openat
		    set.rules:3: no: -S open: the event has syscall=openat
		    set.rules:6: no: -F msgtype=PROCTITLE: the event has type=SYSCALL
		    set.rules:6: drops its PROCTITLE records: -a always,exclude -F msgtype=PROCTITLE
		1700000001.000:8 USER_LOGIN: recorded: no rule drops it: messages of programs are recorded without one
		    set.rules:6: no: -F msgtype=PROCTITLE: the event has type=USER_LOGIN
	END
}

@test "briefly, only the rule" {
	run match -b -e log set.rules
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
}

@test "events come from standard input too, rules from a folder" {
	mkdir d
	mv set.rules d/
	run match --event - d <log
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == *"by d/set.rules:4:"* ]]
}

@test "JSON has the same, an object an event" {
	run match --format json --event log set.rules
	[ "$status" -eq 0 ]
	echo "$output" | python3 -c '
import json, sys
first, second = [json.loads(line) for line in sys.stdin]
assert first["serial"] == 7 and first["decided"] and first["outcome"] == "recorded"
assert first["by"] == {"file": "set.rules", "line": 4, "rule": "-w /etc/passwd -p wa -k identity"}
assert first["key"] == "identity"
assert [(o["line"], o["holds"]) for o in first["others"]] == [(2, "no"), (3, "no"), (6, "no")]
assert first["others"][0]["condition"] == "-S open"
assert [w["type"] for w in first["without"]] == ["PROCTITLE"]
assert "by" not in second and second["reason"]
'
}

@test "what the event does not say is named, and the exit code is 1" {
	echo "-a always,exit -F arch=b64 -S openat -F gid=5 -k five" >set.rules
	run match --event log set.rules
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "1700000000.123:7 SYSCALL openat: not decided; otherwise not recorded: no rule takes it" ]
	[ "${lines[1]}" = "    set.rules:1: not said: -F gid=5: the event has gid=0, and does not say the other groups of the process" ]
}

@test "links are followed with --look" {
	ln -s real link
	echo >real
	inode=$(stat -c %i real) device=$(stat -c %d real)
	hex=$(printf '%02x:%02x' $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)))
	sed -e "s|name=\"passwd\" inode=5 dev=08:01|name=\"$PWD/link\" inode=$inode dev=$hex|" log >log2
	echo "-w $PWD/real -p wa -k real" >set.rules
	run match -b --event log2 set.rules
	[[ ${lines[0]} == *"not recorded"* ]]
	run match -b --look --event log2 set.rules
	[[ ${lines[0]} == *"recorded with key real"* ]]
}

@test "folders behind links are found with --look" {
	mkdir folder
	ln -s folder way
	echo >folder/file
	inode=$(stat -c %i folder/file) device=$(stat -c %d folder/file)
	hex=$(printf '%02x:%02x' $((device >> 8 & 0xfff)) $((device & 0xff | device >> 12 & 0xfff00)))
	sed -e "s|name=\"passwd\" inode=5 dev=08:01|name=\"$PWD/way/file\" inode=$inode dev=$hex|" log >log2
	echo "-a always,exit -F arch=b64 -F dir=$PWD/folder -F perm=wa -k below" >set.rules
	run match -b --event log2 set.rules
	[[ ${lines[0]} == *"not recorded"* ]]
	run match -b --look --event log2 set.rules
	[[ ${lines[0]} == *"recorded with key below"* ]]
}

@test "trouble is told and the exit code is 2" {
	run match set.rules
	[ "$status" -eq 2 ]
	[ "$output" = "aurum: which events? Give their file with --event" ]
	run match --event nowhere set.rules
	[ "$status" -eq 2 ]
	run match --event /dev/null set.rules
	[ "$status" -eq 2 ]
	[ "$output" = "aurum: /dev/null: there is no event in it" ]
	run match --event log --format xml set.rules
	[ "$status" -eq 2 ]
	run match --event - -
	[ "$status" -eq 2 ]
	echo "-a always,exit -S nosuch" >bad.rules
	run match --event log bad.rules
	[ "$status" -eq 2 ]
}

@test "a hostile log cannot write to the terminal" {
	printf 'type=\033[2J msg=audit(1.000:1): x=1\ntype=SYSCALL msg=audit(1.000:2): arch=c000003e syscall=2 items=0 exe=1B5B324A\n' >hostile
	echo "-a always,exit -S open -F exe=/x -k x" >set.rules
	run match --event hostile set.rules
	[[ $output != *$'\033'* ]]
	[[ $output == *'exe=\x1b[2J'* ]]
}
