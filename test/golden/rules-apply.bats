#!/usr/bin/env bats
# aurum rules diff, apply, confirm and drift as far as no kernel is needed; test/live/apply.bats has
# the rest. A locked kernel is test/fake_audit.c.

bats_require_minimum_version 1.5.0

setup() {
	aurum=$AURUM_BIN/aurum
	cd "$BATS_TEST_TMPDIR"
	cat >a.rules <<-RULES
		-b 8192
		-f 1
		-w /etc/passwd -p wa -k identity
		-w /etc/group -p wa -k identity
		-a always,exit -F arch=b64 -S execve -F uid=0 -k root
		-a never,task -F uid=65531
	RULES
	cat >b.rules <<-RULES
		-b 64
		-w /etc/group -p wa -k identity
		-a always,exit -F arch=b64 -S 59 -F uid=root -k root
		-w /etc/passwd -p wa -k identity
		-a always,exclude -F msgtype=CWD
	RULES
	chmod 600 a.rules b.rules
}

diff_is() {
	run --separate-stderr "$aurum" rules diff "$@"
	[ "$status" -eq 1 ]
	[ "$output" = "$(cat)" ] || { echo "$output"; false; }
}

@test "what is gone, what came and what moved stands in one text" {
	diff_is a.rules b.rules <<-TEXT
		--- a.rules
		+++ b.rules
		@@ settings @@
		- -f 1
		- -b 8192
		+ -b 64
		@@ task -1,1 +0,0 @@
		- -a never,task -F uid=65531  # a.rules:6
		@@ exit -1,3 +1,3 @@
		< -w /etc/passwd -p wa -k identity  # goes to 3
		  -w /etc/group -p wa -k identity
		  -a always,exit -F arch=b64 -S execve -F uid=0 -F key=root
		> -w /etc/passwd -p wa -k identity  # from 1
		@@ exclude -0,0 +1,1 @@
		+ -a always,exclude -F msgtype=CWD  # b.rules:5
	TEXT
}

@test "only what is near a difference is shown" {
	for i in {1..20}; do echo "-w /etc/$i -p w"; done >long.rules
	sed -e 4d -e 15d long.rules >short.rules
	diff_is long.rules short.rules <<-TEXT
		--- long.rules
		+++ short.rules
		@@ exit -1,7 +1,6 @@
		  -w /etc/1 -p w
		  -w /etc/2 -p w
		  -w /etc/3 -p w
		- -w /etc/4 -p w  # long.rules:4
		  -w /etc/5 -p w
		  -w /etc/6 -p w
		  -w /etc/7 -p w
		@@ exit -12,7 +11,6 @@
		  -w /etc/12 -p w
		  -w /etc/13 -p w
		  -w /etc/14 -p w
		- -w /etc/15 -p w  # long.rules:15
		  -w /etc/16 -p w
		  -w /etc/17 -p w
		  -w /etc/18 -p w
	TEXT
}

@test "the same rules in other words and files are no difference" {
	mkdir rules.d
	sed -n 3,4p a.rules >rules.d/10-watches.rules
	printf -- '-f 1\n-b 1\n-a always,exit -F arch=b64 -S 59 -F uid=root -F key=root\n' >rules.d/9-first.rules
	printf -- '-b 8192\n-a task,never -F uid=65531\n' >rules.d/20-end.rules
	run "$aurum" rules diff a.rules rules.d
	[ "$status" -eq 1 ] # the order
	mv rules.d/9-first.rules rules.d/15-middle.rules
	run "$aurum" rules diff a.rules rules.d
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	run "$aurum" rules diff - rules.d <a.rules
	[ "$status" -eq 0 ]
}

@test "JSON says the same, and is JSON" {
	run --separate-stderr "$aurum" rules diff --format json a.rules b.rules
	[ "$status" -eq 1 ]
	python3 -c '
import json, sys
d = json.loads(sys.argv[1])
assert (d["same"], d["removed"], d["added"], d["moved"]) == (False, 1, 1, 1), d
assert [s["setting"] for s in d["settings"]] == ["failure", "backlog_limit"], d
assert d["settings"][0]["b"] is None and d["settings"][1]["b"] == 64, d
moved = [r for r in d["rules"] if r["change"] == "moved"][0]
assert moved["a"] == {"place": 1, "file": "a.rules", "line": 3}, moved
assert moved["b"]["place"] == 3 and moved["list"] == "exit", moved
assert len(d["rules"]) == 3, d
' "$output"
	run --separate-stderr "$aurum" rules diff --format json a.rules a.rules
	[ "$status" -eq 0 ]
	[[ $output == *'"same":true'*'"settings":[],"rules":[]}' ]]
}

@test "names in rules cannot drive a terminal" {
	printf -- '-w /etc/a\x9bb\xc2\x9b31m -p w\n' >evil.rules
	run --separate-stderr "$aurum" rules diff evil.rules a.rules
	[ "$status" -eq 1 ]
	! grep -q $'\xc2\x9b' <<<"$output"
}

@test "what is not understood is trouble, with a sentence" {
	local words
	for words in "diff a b c" "diff --format yaml a.rules b.rules" "diff none.rules a.rules" "apply --confirm 0 a.rules" \
		"apply --confirm 1x a.rules" "apply a.rules b.rules" "apply kernel" "apply -" "apply none.rules" "confirm now" \
		"drift --format xml a.rules" "drift --each 0" "drift a b" "apply --nonsense"; do
		run --separate-stderr "$aurum" rules $words
		[ "$status" -eq 2 ] || { echo "$words: $status"; false; }
		[ -z "$output" ]
		[[ $stderr == "aurum: "* ]]
	done
}

@test "bad lines are all told, and nothing is asked of any kernel" {
	printf -- '-w /etc/passwd -p wq\n-a always,exit -S nosuch\n' >>a.rules
	run "$aurum" rules apply a.rules
	[ "$status" -eq 1 ]
	[[ $output == *"a.rules:7:"*"a.rules:8:"*"nothing was applied" ]]
}

@test "a file that others can write to is not applied" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	chmod 666 a.rules
	run "$aurum" rules apply a.rules
	[ "$status" -eq 2 ]
	[[ $output == *"a.rules is writable by everyone"* ]]
}

@test "a locked kernel is told, and nothing is tried" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fake_audit.c" -o fake.so
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0
	run env FAKE_AUDIT_SENT=sent FAKE_AUDIT_STATUS="2 1 0 0 64" LD_PRELOAD=./fake.so "$aurum" rules apply --state state a.rules
	[ "$status" -eq 1 ]
	[[ $output == *"locked until the next boot (enabled 2)"* ]]
	[ ! -e sent ]
	[ ! -e state ]
}

@test "-e 2 is the last request, and with --confirm only after the word" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fake_audit.c" -o fake.so
	export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0:detect_leaks=0
	# This kernel forgets: it has no rules, and asked for settings it has these.
	printf -- '-f 0\n--loginuid-immutable\n-b 77\n-e 2\n' >lock.rules
	chmod 600 lock.rules
	run env FAKE_AUDIT_SENT=sent FAKE_AUDIT_STATUS="1 1 0 0 64" LD_PRELOAD=./fake.so "$aurum" rules apply --state state lock.rules
	[ "$status" -eq 0 ]
	[ "$(cut -d' ' -f1 sent | tr '\n' ' ')" = "1001 1001 1018 1001 " ]
	tail -n 1 sent | grep -q '^1001 0100000002000000'
	rm sent
	run env FAKE_AUDIT_SENT=sent FAKE_AUDIT_STATUS="1 1 0 0 64" LD_PRELOAD=./fake.so \
		"$aurum" rules apply --confirm 1 --state state lock.rules </dev/null
	[ "$status" -eq 1 ]
	[[ $output == *"nobody confirmed in time"* ]]
	! grep -qE '^1018|^1001 0100000002000000' sent
	[ ! -e state ]
}

@test "without a state there is nothing to put back, and nobody waits for a word" {
	run "$aurum" rules apply --restore --state none
	[ "$status" -eq 0 ]
	[ "$output" = "aurum: there is nothing to put back" ]
	run "$aurum" rules confirm --state none
	[ "$status" -eq 1 ]
	[ "$output" = "aurum: no apply waits for a confirmation" ]
	printf 'aurum-rules 1\nprocess 1\nnonsense\nready\n' >state
	chmod 600 state
	run "$aurum" rules apply --restore --state state
	[ "$status" -eq 2 ]
	[[ $output == *"state:3: this is no state that aurum wrote" ]]
}

@test "every option of --help is in the manual page" {
	local verb option
	for verb in diff apply confirm drift; do
		for option in $("$aurum" rules "$verb" --help | grep -oE -- '--[a-z-]+' | sort -u); do
			grep -qF -- "$(sed 's/-/\\-/g' <<<"$option")" "$AURUM_TOP/docs/aurum-rules.1" || { echo "$verb $option"; false; }
		done
	done
}
