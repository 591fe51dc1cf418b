#!/usr/bin/env bats
# augenrules --load on the live kernel: what is loaded, and what is told of lines that are refused.

bats_require_minimum_version 1.5.0
load lib

setup_file() { live_begin; }
teardown_file() { live_end; }

setup() {
	live_or_skip
	live_quiet
	at=$BATS_TEST_TMPDIR
	mkdir -p "$at/rules.d"
}

augenrules() {
	"$AURUM_BIN/augenrules" -c "$at" "$@"
}

rules() {
	"$AURUM_BIN/auditctl" -l
}

# Rules about one folder that nothing happens in.
put() {
	sed "s|/HERE|$at|" >"$at/rules.d/$1"
}

@test "rules are written and loaded, -D first and the settings with them" {
	"$AURUM_BIN/auditctl" -w "$at" -p wa -k old
	put 2-b.rules <<<"-w /HERE/rules.d -p wa -k new"
	put 10-a.rules <<<$'-D\n-b 777\n-w /HERE -p a -k new'
	run -0 augenrules --load
	[ "$(rules)" = "-w $at/rules.d -p wa -k new"$'\n'"-w $at -p a -k new" ]
	[ "$(live_status backlog_limit)" -eq 777 ]
	[ -s "$at/audit.rules" ]
	run -0 augenrules --load
	[[ $output == *"augenrules: No change"* ]]
	[ "$(rules | wc -l)" -eq 2 ]
}

@test "the kernel has the same rules as after auditctl -R of the joined file" {
	put 1.rules <<<$'-D\n-w /HERE -p wa -k a\n-A never,exit -F arch=b64 -S openat -F path=/HERE/x -F uid=12345'
	put 2.rules <<<$'-w /HERE/rules.d -p r -k b\n-d never,exit -F arch=b64 -S openat -F path=/HERE/x -F uid=12345'
	run -0 augenrules --load
	rules >"$at/ours"
	"$("$AURUM_TOP/test/oracle")/auditctl" -R "$at/audit.rules" >/dev/null
	rules | diff "$at/ours" -
}

@test "a bad line is told with its own file and line, and what stands behind it as well" {
	put 1.rules <<<$'-D\n-w /HERE -p wa -k a'
	put 2.rules <<<$'# comment\n-w /HERE/no/where/at/all -p wa -k b\n-a always,exit -F arch=b64 -S opne -F uid=12345'
	put 3.rules <<<$'-w /HERE/rules.d -p wa -k c'
	run -1 --separate-stderr augenrules --load
	[ "$(rules)" = "-w $at -p wa -k a" ]
	[[ ${stderr_lines[0]} == "augenrules: $at/rules.d/2.rules:2:"* ]]
	[[ ${stderr_lines[1]} == "augenrules: loading stopped at $at/rules.d/2.rules:2: nothing behind this line is loaded" ]]
	[[ ${stderr_lines[2]} == "augenrules: $at/rules.d/2.rules:3:"*'"opne"'* ]]
	[ "${#stderr_lines[@]}" -eq 3 ]
	[[ $stderr != *"audit.rules:"* ]]
}

@test "behind -c loading goes on and exits with 1, behind -i with 0" {
	put 1.rules <<<$'-D\n-c\n-w /HERE/no/where -p wa -k b\n-w /HERE -p wa -k a'
	run -1 augenrules --load
	[ "$(rules)" = "-w $at -p wa -k a" ]
	[[ $output != *stopped* ]]
	put 1.rules <<<$'-D\n-i\n-w /HERE/no/where -p wa -k b\n-w /HERE -p wa -k c'
	run -0 augenrules --load
	[ "$(rules)" = "-w $at -p wa -k c" ]
}

@test "rules of yesterday are loaded when those of today cannot be read" {
	put 1.rules <<<$'-D\n-w /HERE -p wa -k a'
	augenrules
	live_quiet
	ln -s /nonexistent "$at/rules.d/2.rules"
	run -1 augenrules --load
	[[ $output == *"cannot open $at/rules.d/2.rules: No such file or directory"* ]]
	[[ $output == *"$at/audit.rules was loaded as it is"* ]]
	[ "$(rules)" = "-w $at -p wa -k a" ]
	live_quiet
	rm -r "$at/rules.d"
	run -1 augenrules --load
	[[ $output == *"No rules directory - $at/rules.d"* ]]
	[ "$(rules)" = "-w $at -p wa -k a" ]
}

@test "rules are loaded even where the file cannot be written" {
	put 1.rules <<<$'-D\n-w /HERE -p wa -k a'
	ASAN_OPTIONS=detect_leaks=0 run -1 strace -qq -o /dev/null -e trace=rename -e inject=rename:error=EROFS \
		"$AURUM_BIN/augenrules" -c "$at" --load
	[[ $output == *"cannot write $at/audit.rules: Read-only file system"* ]]
	[ "$(rules)" = "-w $at -p wa -k a" ]
}
