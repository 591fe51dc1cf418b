#!/usr/bin/env bats
# auditctl against the kernel itself, beside Debian's. Auditing is off meanwhile: rules can be
# loaded, nothing is recorded.

load lib

setup_file() {
	live_begin
	export OURS=$AURUM_BIN/auditctl THEIRS
	THEIRS=$("$AURUM_TOP/test/oracle")/auditctl
}
setup() { live_or_skip; }
teardown() { [ -n "$LIVE_SKIP" ] || live_quiet; }
teardown_file() { live_end; }

# rules: those of our own that every kernel takes, with a pid that nobody has added to each.
rules() {
	cat "$AURUM_TOP"/test/data/rules/{lists,fields,compare,machines,calls}.rules |
		grep -vE '^#|^-d |,task|exclude|filesystem|^-S |-w |exe|path=|dir=' | sed 's/$/ -F pid=4194305/' | sort -u
}

@test "what either loads the other lists as it does itself" {
	rules >"$LIVE_DIR/rules"
	(echo -i; cat "$LIVE_DIR/rules") >"$LIVE_DIR/loaded"
	for program in "$OURS" "$THEIRS"; do
		"$program" -R "$LIVE_DIR/loaded" >/dev/null 2>&1
		"$OURS" -l >"$LIVE_DIR/ours"
		"$THEIRS" -l >"$LIVE_DIR/theirs"
		[ "$(wc -l <"$LIVE_DIR/ours")" -ge 250 ]
		# Debian's names calls without arch after the rule before: look at rules with arch or all calls.
		diff <(grep -E 'arch=|-S all' "$LIVE_DIR/ours") <(grep -E 'arch=|-S all' "$LIVE_DIR/theirs")
		[ ! -f "$LIVE_DIR/first" ] || cmp "$LIVE_DIR/first" "$LIVE_DIR/ours"
		cp "$LIVE_DIR/ours" "$LIVE_DIR/first"
		[ "$("$program" -D)" = "No rules" ]
	done
}

@test "a listing loads again and is the same listing" {
	# Rules of other machines are listed as b64 and b32, which are this machine's.
	(echo -i; rules | grep -vE 'arch=[^b]') >"$LIVE_DIR/loaded"
	"$OURS" -R "$LIVE_DIR/loaded" >/dev/null 2>&1
	"$OURS" -l >"$LIVE_DIR/first"
	[ "$(wc -l <"$LIVE_DIR/first")" -ge 200 ]
	"$OURS" -D >/dev/null
	run "$OURS" -R "$LIVE_DIR/first"
	[ "$status" -eq 0 ]
	"$OURS" -l | cmp - "$LIVE_DIR/first"
}

@test "the status is the same in both" {
	[ "$("$OURS" -s)" = "$("$THEIRS" -s)" ]
	[ "$("$OURS" -s -i)" = "$("$THEIRS" -s -i)" ]
	[ "$("$OURS" -b 321)" = "$("$THEIRS" -b 321)" ]
	[ "$(live_status backlog_limit)" -eq 321 ]
	[ "$("$OURS" -l)" = "No rules" ]
}

@test "a rule is added once and deleted once, and the sentence says which" {
	"$OURS" -w /etc/hostname -p a -k live
	run "$OURS" -w /etc/hostname -p a -k live
	[ "$status" -eq 255 ]
	[ "$output" = "auditctl: cannot add the rule: the kernel has it already" ]
	[ "$("$OURS" -l -k liv)" = "-w /etc/hostname -p a -k live" ]
	[ -z "$("$OURS" -l -k other)" ]
	"$THEIRS" -W /etc/hostname -p a -k live
	run "$OURS" -W /etc/hostname -p a -k live
	[ "$status" -eq 255 ]
	[ "$output" = "auditctl: cannot delete the rule: the kernel has no such rule" ]
}

@test "the kernel takes rules for io_uring, and gives them back" {
	"$OURS" -a always,io_uring -S openat,read -F pid=4194305 -k ring
	"$OURS" -A never,io_uring -S all -F pid=4194305
	[ "$("$OURS" -l)" = "-a never,io_uring -S all -F pid=4194305
-a always,io_uring -S openat,read -F pid=4194305 -F key=ring" ]
	"$OURS" -d never,io_uring -S all -F pid=4194305
	[ "$("$OURS" -D -k ring)" = "No rules" ]
}

@test "delete all of a key leaves the others" {
	"$OURS" -w /etc/hostname -p a -k one
	"$OURS" -w /etc/hosts -p a -k two
	[ -z "$("$OURS" -D -k one)" ]
	[ "$("$OURS" -l)" = "-w /etc/hosts -p a -k two" ]
}

@test "an error of the kernel in a file has its line" {
	printf -- '-w /etc/hosts -p a\n\n-w /nonexistent/folder/file -p a\n-w /etc/hostname -p a\n' >"$LIVE_DIR/bad"
	run "$OURS" -R "$LIVE_DIR/bad"
	[ "$status" -eq 1 ]
	[[ $output == "auditctl: $LIVE_DIR/bad:3:1: cannot add the rule: "* ]]
	[ "$("$OURS" -l)" = "-w /etc/hosts -p a" ]
}

@test "the starter rules load, and say which folders this host does not have" {
	for file in "$AURUM_TOP"/etc/rules.d/*.rules; do (echo -i; cat "$file") >"$LIVE_DIR/starter"; "$OURS" -R "$LIVE_DIR/starter" >/dev/null 2>"$LIVE_DIR/said"; done
	! grep -vE 'no such|does not exist' "$LIVE_DIR/said"
	[ "$("$OURS" -l | wc -l)" -ge 30 ]
}

@test "a message and the counters" {
	"$OURS" -m "aurum live test"
	run "$OURS" --reset-lost
	[ "$status" -eq 0 ]
	[[ $output =~ ^lost:\ [0-9]+$ ]]
	run "$OURS" --reset_backlog_wait_time_actual
	[ "$status" -eq 0 ]
	"$OURS" -t
	run "$OURS" --signal state
	[ "$status" -eq 0 ]
	[ "$output" = "auditctl: the audit daemon is not running" ]
}
