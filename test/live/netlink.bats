#!/usr/bin/env bats
# The netlink floor against the kernel itself, driven by the small program beside this file.

load lib

setup_file() {
	live_begin
	export PROBE=$AURUM_BIN/../test/live-netlink
	case $(uname -m) in x86_64) OPENAT=257 ;; *) OPENAT=56 ;; esac
	export OPENAT
}
setup() { live_or_skip; }
teardown() { [ -n "$LIVE_SKIP" ] || live_quiet; }
teardown_file() { live_end; }

field() { # FIELD: of live-netlink's status
	"$PROBE" status | grep -oE "(^| )$1 [0-9]+" | awk '{ print $2 }'
}

@test "every field of the status can be set and read back" {
	local name value before
	for pair in rate_limit:1000 backlog_limit:321 backlog_wait_time:123 failure:0 failure:1 enabled:1 enabled:0; do
		name=${pair%:*} value=${pair#*:}
		before=$(field "$name")
		"$PROBE" set "$name" "$value"
		[ "$(field "$name")" -eq "$value" ]
		[ "$(live_status "$name")" -eq "$value" ]
		"$PROBE" set "$name" "$before"
	done
}

@test "a value that the kernel refuses is a sentence" {
	run "$PROBE" set failure 9
	[ "$status" -eq 1 ]
	[ "$output" = "live-netlink: cannot set the failure flag: the kernel does not accept the value" ]
	run "$PROBE" set pid 1
	[ "$output" = "live-netlink: cannot register as the audit daemon: the kernel does not accept the value" ]
}

@test "the counters can be reset" {
	run "$PROBE" reset-lost
	[ "$status" -eq 0 ]
	[[ $output =~ ^lost\ was\ [0-9]+ ]]
	[ "$(field lost)" -eq 0 ]
}

@test "features, terminal auditing, the last signal and trimming are answered" {
	"$PROBE" features | grep -E '^version 1 '
	"$PROBE" tty | grep -E '^enabled [01] log_passwd [01]'
	"$PROBE" signal | grep -E '^uid [0-9]+ pid [0-9]+'
	"$PROBE" trim
}

@test "a rule is added once, listed, and deleted once" {
	local oracle
	"$PROBE" add 1 "$OPENAT" live-key
	run "$PROBE" add 1 "$OPENAT" live-key
	[ "$output" = "live-netlink: cannot add the rule: the kernel has it already" ]
	[ "$("$PROBE" list)" = "rule of 1048 bytes, fields 2, strings live-key" ]
	oracle=$("$AURUM_TOP/test/oracle")
	[ "$("$oracle/auditctl" -l)" = "-a always,exit -S openat -F pid=1 -F key=live-key" ]
	"$PROBE" delete 1 "$OPENAT" live-key
	run "$PROBE" delete 1 "$OPENAT" live-key
	[ "$output" = "live-netlink: cannot delete the rule: the kernel has no such rule" ]
	[ -z "$("$PROBE" list)" ]
}

@test "a long list of rules comes whole" {
	"$PROBE" fill 1 "$OPENAT" 300 # more than the receive buffer holds at once
	[ "$("$PROBE" list | wc -l)" -eq 300 ]
}

@test "records reach the daemon whole, in order and without a gap" {
	"$PROBE" set enabled 1 # what was forked before the first time has no audit context
	"$PROBE" record 100000 sh -c '"$PROBE" add $$ "$OPENAT" live-opens
		i=0; while [ $i -lt 500 ]; do : </etc/hostname; i=$((i + 1)); done
		"$PROBE" delete $$ "$OPENAT" live-opens' >"$LIVE_DIR/records"
	[ "$(grep -cE '^1300 .*key="live-opens"$' "$LIVE_DIR/records")" -eq 500 ]
	[ "$(grep -cE '^1302 .*name="/etc/hostname"' "$LIVE_DIR/records")" -eq 500 ]
	grep "^records " "$LIVE_DIR/records" | grep -E 'overruns 0 foreign 0 malformed 0 cut 0 other [0-9]+ missing 0$'
}

@test "daemon and multicast group get the same text" {
	"$PROBE" listen 100 "$PROBE" record 2 "$PROBE" user 1112 "op=one more" >"$LIVE_DIR/both"
	[ "$(grep -cE "^1112 audit\([0-9.]+:[0-9]+\): pid=[0-9]+ .* msg='op=one more'$" "$LIVE_DIR/both")" -eq 2 ]
	[ "$(grep '^1112 ' "$LIVE_DIR/both" | sort -u | wc -l)" -eq 1 ]
}

@test "the longest records are not cut" {
	local long hex
	long=$(printf 'x%.0s' $(seq 8500))
	"$PROBE" record 3 "$PROBE" user 1112 "$long" >"$LIVE_DIR/long"
	grep -qF "msg='$long'" "$LIVE_DIR/long"
	# A path with a blank is written in hexadecimal, twice as long.
	hex="/$(printf 'a a/%.0s' $(seq 1020))"
	"$PROBE" set enabled 1
	"$PROBE" record 100 sh -c '"$PROBE" add $$ "$OPENAT" live-long; true <"$0" || true' "$hex" >"$LIVE_DIR/long" 2>/dev/null
	awk '/^1302 / && match($0, / name=[0-9A-F]+/) && RLENGTH == 6 + 2 * 4081 { found = 1 } END { exit !found }' "$LIVE_DIR/long"
	grep "^records " "$LIVE_DIR/long" | grep ' cut 0 '
}

# until_enough: a command for the daemon to watch, until there is $LIVE_DIR/enough.
until_enough() {
	rm -f "$LIVE_DIR/enough"
	"$PROBE" record 100 sh -c 'until [ -e "$0" ]; do sleep 0.05; done' "$LIVE_DIR/enough"
}

@test "a living daemon is not replaced, and named" {
	until_enough &
	live_wait_for 30 eval '[ "$(field pid)" -ne 0 ]'
	owner=$(field pid)
	run "$PROBE" steal
	[ "$status" -eq 1 ]
	[ "$output" = "live-netlink: cannot register as the audit daemon: the audit daemon with pid $owner owns the kernel's audit socket" ]
	touch "$LIVE_DIR/enough"
	wait
}

@test "another process cannot put a record into the daemon's socket" {
	local port
	until_enough >"$LIVE_DIR/forged" &
	live_wait_for 30 eval 'port=$(grep -oE "port [0-9]+" "$LIVE_DIR/forged" | cut -c6-); [ -n "$port" ]'
	run "$PROBE" forge "$port"
	[ "$output" = "live-netlink: Connection refused" ]
	touch "$LIVE_DIR/enough"
	wait
	! grep -q forged "$LIVE_DIR/forged"
	grep '^records .* foreign 0 ' "$LIVE_DIR/forged"
}

@test "records that a slow listener misses are counted" {
	"$PROBE" set enabled 1
	"$PROBE" late 100000 sh -c '"$PROBE" add $$ "$OPENAT" live-late
		i=0; while [ $i -lt 500 ]; do : </etc/hostname; i=$((i + 1)); done' >"$LIVE_DIR/late"
	grep -E '^records [0-9]+ overruns [1-9]' "$LIVE_DIR/late"
	[ "$(grep -c '^1300 ' "$LIVE_DIR/late")" -lt 500 ]
}

@test "only the daemon itself ends its registration" {
	until_enough &
	live_wait_for 30 eval '[ "$(field pid)" -ne 0 ]'
	run "$PROBE" set pid 0
	[ "$output" = "live-netlink: cannot end the registration as the audit daemon: only the registered audit daemon itself may do that" ]
	touch "$LIVE_DIR/enough"
	wait
}

@test "a missing capability is named" {
	run setpriv --bounding-set -audit_control --inh-caps -audit_control "$PROBE" status
	[ "$output" = "live-netlink: cannot read the audit status: CAP_AUDIT_CONTROL is missing (run as root)" ]
	run setpriv --bounding-set -audit_write --inh-caps -audit_write "$PROBE" user 1112 x
	[ "$output" = "live-netlink: cannot send the message: CAP_AUDIT_WRITE is missing (run as root)" ]
	run setpriv --bounding-set -audit_read --inh-caps -audit_read "$PROBE" listen 1
	[ "$output" = "live-netlink: cannot join the audit multicast group: CAP_AUDIT_READ is missing (run as root)" ]
}

@test "another user or pid namespace is named" {
	unshare -Ur true 2>/dev/null || skip "no user namespaces here"
	run unshare -Ur "$PROBE" status
	[[ $output == *"only from the initial user namespace"* ]]
	run unshare -pf "$PROBE" status
	[[ $output == *"only from the initial pid namespace"* ]]
}

@test "subtrees are made equivalent only where a rule watches" {
	mkdir -p "$LIVE_DIR/a" "$LIVE_DIR/b"
	run "$PROBE" equivalent "$LIVE_DIR/none" "$LIVE_DIR/b"
	[ "$status" -eq 1 ]
	[ "$output" = "live-netlink: cannot make the directories equivalent: one of the directories does not exist" ]
}
