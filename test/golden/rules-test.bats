#!/usr/bin/env bats
# aurum rules test without a kernel: what a file of expectations says, against recorded events.

setup() {
	cd "$BATS_TEST_TMPDIR"
	mkdir -p rules.d tests
	cat >rules.d/10.rules <<-'END'
		-a never,exit -F arch=b64 -S openat -F exe=/usr/bin/vi -F auid=1001
		-a always,exit -F arch=b64 -S openat -F exe=/usr/bin/vi -F auid>=1000 -F auid!=unset -k edit
	END
	cat >rules.d/20.rules <<-'END'
		-a always,exit -F arch=b64 -S openat -F exe=/usr/bin/cat -k read -k all
		-a always,exit -F arch=b64 -S openat -F exe=/usr/bin/less
		-a always,exit -F arch=b64 -S openat -F exe=/usr/bin/ls -F gid=7 -F sgid=0 -k list
		-e 2
	END
	chmod 600 rules.d/*
	event alice 1000 /usr/bin/vi
	event bob 1001 /usr/bin/vi
	event service 4294967295 /usr/bin/vi
	event cat 0 /usr/bin/cat
	event less 0 /usr/bin/less
	event ls 0 /usr/bin/ls
	sed -i "s/ sgid=0//" tests/ls.log
	cat tests/alice.log tests/service.log >tests/both.log
	echo "type=USER_LOGIN msg=audit(1700000001.000:8): pid=9 uid=0 auid=1000 ses=3 msg='op=login'" >tests/message.log
}

# event NAME AUID EXE: a log with an openat.
serial=1
event() {
	serial=$((serial + 1))
	cat >"tests/$1.log" <<-END
		type=SYSCALL msg=audit(1700000000.123:$serial): arch=c000003e syscall=257 success=yes exit=3 a0=ffffff9c a1=1 a2=2 a3=0 items=1 ppid=1 pid=2 auid=$2 uid=0 gid=7 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=pts0 ses=1 comm="x" exe="$3" key=(null)
		type=CWD msg=audit(1700000000.123:$serial): cwd="/etc"
	END
}

# expectations LINE...
expectations() {
	{
		echo "rules ../rules.d"
		printf '%s\n' "$@"
	} >tests/a.rules-test
}

run_tests() {
	run "$AURUM_BIN/aurum" rules test "$@" tests/a.rules-test
	echo "$output"
}

@test "expectations that hold, without any privilege" {
	expectations '# comment' 'event alice.log: key edit' 'event bob.log: nothing' 'event service.log: nothing' \
		'event cat.log: key all' 'event cat.log: key read' 'event less.log: no key edit' \
		"event $PWD/tests/alice.log: no key read"
	run_tests
	[ "$status" -eq 0 ]
	diff - <(echo "$output" | sed "s,$PWD,PWD,") <<-'END'
		ok      tests/a.rules-test:3: event alice.log: key edit
		ok      tests/a.rules-test:4: event bob.log: nothing
		ok      tests/a.rules-test:5: event service.log: nothing
		ok      tests/a.rules-test:6: event cat.log: key all
		ok      tests/a.rules-test:7: event cat.log: key read
		ok      tests/a.rules-test:8: event less.log: no key edit
		ok      tests/a.rules-test:9: event PWD/tests/alice.log: no key read
		7 ok, 0 not ok
	END
}

@test "what does not hold says what came instead, by which rule, or what kept the rules" {
	expectations 'event alice.log: nothing' 'event bob.log: key edit' 'event service.log: key edit' \
		'event less.log: nothing' 'event cat.log: no key all' 'event both.log: key edit' \
		'event alice.log: key nosuch' 'event ls.log: key list'
	run_tests
	[ "$status" -eq 1 ]
	diff - <(echo "$output") <<-'END'
		not ok  tests/a.rules-test:2: event alice.log: nothing
		    recorded with key edit, by tests/../rules.d/10.rules:2: -a always,exit -F arch=b64 -S openat -F exe=/usr/bin/vi -F auid>=1000 -F auid!=-1 -F key=edit
		not ok  tests/a.rules-test:3: event bob.log: key edit
		    dropped by tests/../rules.d/10.rules:1: -a never,exit -F arch=b64 -S openat -F exe=/usr/bin/vi -F auid=1001
		not ok  tests/a.rules-test:4: event service.log: key edit
		    no rule takes it
		    tests/../rules.d/10.rules:2: -F auid!=unset: the event has auid=unset
		not ok  tests/a.rules-test:5: event less.log: nothing
		    recorded without a key, by tests/../rules.d/20.rules:2: -a always,exit -F arch=b64 -S openat -F exe=/usr/bin/less
		not ok  tests/a.rules-test:6: event cat.log: no key all
		    recorded with key read\x01all, by tests/../rules.d/20.rules:1: -a always,exit -F arch=b64 -S openat -F exe=/usr/bin/cat -F key=read -F key=all
		not ok  tests/a.rules-test:7: event both.log: key edit
		    no rule takes it
		    tests/../rules.d/10.rules:2: -F auid!=unset: the event has auid=unset
		not ok  tests/a.rules-test:8: event alice.log: key nosuch
		    recorded with key edit, by tests/../rules.d/10.rules:2: -a always,exit -F arch=b64 -S openat -F exe=/usr/bin/vi -F auid>=1000 -F auid!=-1 -F key=edit
		    no rule has the key nosuch
		not ok  tests/a.rules-test:9: event ls.log: key list
		    the event does not say enough to be certain
		    tests/../rules.d/20.rules:3: -F sgid=0: the event does not say sgid
		0 ok, 8 not ok
	END
}

@test "TAP for who runs tests, commands left out with --offline" {
	expectations 'event alice.log: key edit' 'event alice.log: key #1' 'expect nothing: true'
	run_tests --offline --format tap
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = 1..3 ]
	[ "${lines[1]}" = "ok 1 - tests/a.rules-test:2: event alice.log: key edit" ]
	[ "${lines[2]}" = 'not ok 2 - tests/a.rules-test:3: event alice.log: key \#1' ]
	[[ ${lines[3]} == "# recorded with key edit, by "* ]]
	[ "${lines[5]}" = "ok 3 - tests/a.rules-test:4: expect nothing: true # SKIP --offline" ]
}

@test "JSON has the same" {
	expectations 'event alice.log: key edit' 'event bob.log: key edit' 'expect nothing: true'
	run_tests --offline --format json
	[ "$status" -eq 1 ]
	echo "$output" | python3 -c '
import json, sys
o = json.load(sys.stdin)
assert [t["result"] for t in o["tests"]] == ["ok", "not ok", "skipped"], o
assert o["tests"][1]["why"][0].startswith("dropped by "), o
assert o["tests"][1]["line"] == 3 and o["tests"][1]["test"] == "event bob.log: key edit", o
assert (o["ok"], o["not ok"], o["trouble"], o["skipped"]) == (1, 1, 0, 1), o
'
}

@test "several sources of rules are one set" {
	printf '%s\n' 'rules ../rules.d/20.rules ../rules.d/10.rules' 'event alice.log: key edit' 'event cat.log: key all' >tests/a.rules-test
	run_tests
	[ "$status" -eq 0 ]
}

@test "trouble is told apart from what does not hold" {
	expectations 'event missing.log: nothing' 'event message.log: nothing' 'event bob.log: key edit'
	run_tests
	[ "$status" -eq 2 ]
	[[ $output == *"cannot open tests/missing.log"* || $output == *"tests/missing.log: No such file"* ]]
	[[ $output == *"tests/message.log: there is no event in it that goes through rules"* ]]
	[[ $output == *"0 ok, 1 not ok, 2 in trouble" ]]
}

@test "every bad line is told with its place, and nothing is run" {
	expectations 'expect nothing true' 'event alice.log: key edit' 'event alice.log key edit'
	run_tests
	[ "$status" -eq 2 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == "aurum: tests/a.rules-test:2:16: a colon is missing"* ]]
	[[ ${lines[1]} == "aurum: tests/a.rules-test:4:21: a colon is missing"* ]]
	expectations '# none'
	run_tests
	[ "$status" -eq 2 ]
	[[ $output == *"there is no expectation in it" ]]
	expectations 'event alice.log: key edit'
	echo "-a always,exit -S nosuch" >>rules.d/20.rules
	run_tests
	[ "$status" -eq 2 ]
	[[ $output == *"20.rules:5:"*"nosuch"* ]]
}
