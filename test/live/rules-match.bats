#!/usr/bin/env bats
# `aurum rules match` against the kernel's filters: random rule sets, a process that acts, and the
# key of each event, or its absence, compared with what was said from a recording made before.

load lib

setup_file() {
	live_begin
	export TESTS=$AURUM_BIN/../test
}
setup() { live_or_skip; }
teardown() { [ -n "$LIVE_SKIP" ] || live_quiet; }
teardown_file() { live_end; }

# The seed is fixed, so that a failure can be looked at again; MATCH_SEED and MATCH_SETS try others.
@test "the kernel and aurum rules match agree on thousands of rule sets and acts" {
	mkdir "$LIVE_DIR/proof"
	chmod 755 "$LIVE_DIR"
	# The file systems that rules can hide, where they belong, in a namespace of the test's own.
	run unshare -m sh -c 'mount -t debugfs none /sys/kernel/debug; mount -t tracefs none /sys/kernel/tracing
		exec python3 "$@"' - "$AURUM_TOP/test/live/match_proof.py" "$AURUM_BIN" "$TESTS" "$LIVE_DIR/proof" \
		"${MATCH_SETS:-40}" "${MATCH_SEED:-1}"
	echo "$output"
	[ "$status" -eq 0 ]
	echo "$output" | grep -E ' 0 wrong, 0 rules not listed as loaded'
	[ "$(echo "$output" | sed -n 's/.* \([0-9]*\) pairs compared.*/\1/p')" -ge 2000 ]
}

@test "the calls behind perm= are the kernel's" {
	run "$TESTS/live-same" --classes
	echo "$output"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
}

ausyscall_of() {
	"$AURUM_BIN/ausyscall" "$1" --exact
}

# On the list task pid= is who starts the process, and what it starts is recorded whole.
@test "a process that a rule takes at its start is recorded whatever other rules say" {
	"$LIVE_AUDITCTL" -e 1 >/dev/null
	run "$TESTS/live-netlink" record 100000 bash -c '"$LIVE_AUDITCTL" -a always,task -F pid=$$
		"$LIVE_AUDITCTL" -a never,exit -S all -F ppid=$$
		head -c 1 /etc/hostname >/dev/null
		"$LIVE_AUDITCTL" -D >/dev/null'
	echo "$output" | grep -E "^1300 .*syscall=$(ausyscall_of openat) .*comm=\"head\" .*key=\(null\)"
	echo "$output" | sed -n 's/^1300 \(audit.*comm="head".*\)/type=SYSCALL msg=\1/p' | head -1 >"$LIVE_DIR/born"
	echo "-a always,task -F pid=1" >"$LIVE_DIR/born.rules"
	run "$AURUM_BIN/aurum" rules match --event "$LIVE_DIR/born" "$LIVE_DIR/born.rules"
	[ "$status" -eq 1 ] # the event does not say who started it
}
