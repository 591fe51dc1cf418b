#!/usr/bin/env bats
# aurum rules check and explain of the rules that the kernel has.

bats_require_minimum_version 1.5.0
load lib

setup_file() { live_begin; }
setup() { live_or_skip; }
teardown() { [ -n "$LIVE_SKIP" ] || live_quiet; }
teardown_file() { live_end; }

@test "the kernel's rules are checked and explained as those of a file are" {
	"$AURUM_BIN/auditctl" -b 8192
	"$AURUM_BIN/auditctl" -a always,exit -F arch=b64 -S chmod -F pid=4194305 -k one
	"$AURUM_BIN/auditctl" -a always,exit -F arch=b32 -S chmod -F pid=4194305 -k one
	"$AURUM_BIN/auditctl" -a always,exit -F arch=b64 -S chown -F pid=4194305 -F auid=-1
	run --separate-stderr "$AURUM_BIN/aurum" rules check kernel
	[ "$status" -eq 0 ]
	grep -q '^kernel:3:1: warning: no key' <<<"$output"
	grep -q '^kernel:3:1: warning: 32-bit programs' <<<"$output"
	! grep -qE '^kernel:[12]:|not-cleared|no-backlog' <<<"$output"
	[[ ${lines[-1]} == "3 rules in 1 file: 0 errors, 2 warnings, "* ]]
	run --separate-stderr "$AURUM_BIN/aurum" rules explain kernel --no-example
	[ "$status" -eq 0 ]
	[ "${lines[1]}" = "    Records the system call chmod by 64-bit programs, when the process is 4194305; key one." ]
	[ "${#lines[@]}" -eq 6 ]
}
