#!/usr/bin/env bats
# SIGKILL between any two system calls of the write path: test/fault/kill.c says what must be there.

@test "killed anywhere, the log has each recorded line once, and no half one is an event" {
	run "$AURUM_BIN/../test/fault-kill" "$AURUM_BIN/ausearch"
	echo "$output"
	[[ $output != *"cannot trace"* ]] || skip "no ptrace here"
	[ "$status" -eq 0 ]
	[[ $output == *"ok 8 - these are "* ]]
}
