#!/usr/bin/env bats
# aurum status: boards as daemons leave them, and a kernel played by test/fake_audit.c.

bats_require_minimum_version 1.5.0

setup_file() {
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fake_audit.c" -o "$BATS_FILE_TMPDIR/fake.so"
}

setup() {
	cd "$BATS_TEST_TMPDIR"
	# What lives under the daemon's name.
	cp "$(command -v sleep)" auditd
	./auditd 600 3>&- &
	daemon=$!
	until [ "$(cat /proc/$daemon/comm)" = auditd ]; do sleep 0.02; done
	kernel=$daemon
	enabled=1
}

teardown() { kill "$daemon"; }

board() {
	"$AURUM_BIN/../test/board-make" board "pid=$daemon" "kernel_pid=$daemon" state=1 heartbeat=0 rate_minute=12 \
		backlog_limit=8192 lost_kernel=0 lost_last=0 "$@"
}

# status WORD...: with a kernel that says $enabled and $kernel, and no rules.
status() {
	# enabled failure pid rate_limit backlog_limit lost backlog
	FAKE_AUDIT_STATUS="$enabled 1 $kernel 0 8192 ${lost:-0} ${backlog:-0}" \
		ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0 LD_PRELOAD=$BATS_FILE_TMPDIR/fake.so \
		"$AURUM_BIN/aurum" status --board board --rules "${rules:-none}" "$@"
}

needs_root() { [ "$(id -u)" -eq 0 ] || skip "needs root"; }

@test "a host on which all is well: one line of praise, the figures, exit code 0" {
	needs_root
	board disk_free=3221225472 records=17 flush_max=3000000 lost_disk=0
	run status
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "all is well: auditd (pid $daemon) takes 12 records a second" ]
	[[ $output == *$'\nlosses      none\n'* ]]
	[[ $output == *$'\ndisk        free 3.0 GiB, slowest flush 3 ms'* ]]
}

@test "what is wrong comes first, with what to do, exit code 1" {
	needs_root
	board suspended=60 lost_suspended=9 lost_last=3
	run status
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "2 things are wrong: auditd (pid $daemon) takes 12 records a second" ]
	[[ ${lines[1]} == "WRONG       recording is suspended since "*": 9 records were not written" ]]
	[ "${lines[2]}" = "            -> make room for the log: it then goes on by itself, or at once with kill -USR2 $daemon" ]
	[[ $output == *"while recording was suspended were lost 9 records since the daemon started"* ]]
}

@test "a daemon that hangs, one that died, one that was stopped" {
	needs_root
	board heartbeat=45
	run status
	[ "$status" -eq 1 ]
	[[ ${lines[1]} == "WRONG       the audit daemon (pid $daemon) hangs: its last sign of life is "[45][0-9]* ]]
	# A process with another name has its number now.
	board pid=$$
	kernel=0
	run status
	[ "$status" -eq 1 ]
	[[ ${lines[1]} == "WRONG       the audit daemon (pid $$) has died: "* ]]
	board pid=$$ state=3
	run status
	[[ ${lines[1]} == "WRONG       no audit daemon runs: it was stopped" ]]
}

@test "a daemon that died is dead before its parent has noticed" {
	local zombie
	bash -c './auditd 600 & echo $! >zombie; exec sleep 600' 3>&- &
	until [ -s zombie ] && [ "$(cat "/proc/$!/comm")" = sleep ]; do sleep 0.02; done
	zombie=$(cat zombie)
	kill -KILL "$zombie"
	until grep -q ') Z ' "/proc/$zombie/stat"; do sleep 0.02; done
	board "pid=$zombie"
	kernel=0
	run status
	kill "$!"
	[[ $output == *"the audit daemon (pid $zombie) has died: "* ]]
}

@test "without a daemon the kernel is asked all the same" {
	needs_root
	kernel=0 enabled=0 lost=4 run status
	[ "$status" -eq 1 ]
	[[ $output == *"no audit daemon runs"*"enabled is 0"*"note        the kernel says it has lost 4 records since boot"* ]]
	[[ $output == *$'\nkernel      last answer '*" enabled 0, failure 1,"* ]]
	run status
	[ "$status" -eq 2 ]
	[ "${lines[0]}" = "it cannot be told whether all is well" ]
	[[ ${lines[1]} == "UNKNOWN     auditd (pid $daemon) has the kernel's records, and writes no board: "* ]]
}

@test "a board of another version, and a file that is none" {
	needs_root
	board
	printf x | dd of=board bs=1 seek=16 conv=notrunc status=none
	run status
	[ "$status" -eq 2 ]
	[[ $output == *"UNKNOWN     cannot use board: it was written by another version of auditd"* ]]
	echo hello >board
	run status
	[ "$status" -eq 2 ]
	[[ $output == *"it is no board of this machine's audit daemon"* ]]
}

@test "who may not ask the kernel is told what the board says" {
	needs_root
	board
	chmod 644 board
	chmod 755 .
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$AURUM_BIN/aurum" status --board board
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "all is well"* ]]
	chmod 600 board
	run setpriv --reuid 65534 --regid 65534 --clear-groups "$AURUM_BIN/aurum" status --board board
	[ "$status" -eq 2 ]
	[[ $output == *"cannot open board: Permission denied"*"log_group"* ]]
}

@test "json: one object, the kernel's answer in it, consumers with their names" {
	needs_root
	board "la\"u:consumer_state=1" "la\"u:lag_records=5" "syslog:consumer_state=4" "syslog:restarts=11"
	run --separate-stderr status --json
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 1 ]
	python3 - "$output" <<-'PY'
		import json, sys
		o = json.loads(sys.argv[1])
		assert o["version"] == 1 and o["status"] == "trouble", o
		assert [f["id"] for f in o["findings"]] == ["consumer-failed"], o["findings"]
		assert o["kernel"]["backlog_limit"] == 8192 and o["kernel"]["backlog_high"] is None
		assert [c["name"] for c in o["consumers"]] == ['la"u', "syslog"]
		assert o["consumers"][0]["lag_records"] == 5 and o["consumers"][1]["state"] == "failed"
		assert 0 <= o["daemon"]["heartbeat_age_seconds"] < 60
	PY
}

@test "metrics: every line is one that Prometheus takes, every family stands once" {
	needs_root
	board lost_disk=2 lost_last=5 flush_1ms=1 flushes=2 flush_time=1500000 "laurel:lag_records=5" "syslog:lag_records=6"
	run --separate-stderr status --metrics -
	[ "$status" -eq 1 ]
	python3 - "$output" <<-'PY'
		import re, sys
		seen, family = set(), None
		for line in sys.argv[1].splitlines():
		    if m := re.fullmatch(r"# HELP (aurum_[a-z0-9_]+) \S.*\.", line):
		        family = m[1]
		        assert family not in seen, family
		        seen.add(family)
		    elif m := re.fullmatch(r"# TYPE (\S+) (gauge|counter|histogram)", line):
		        assert m[1] == family
		    else:
		        assert re.fullmatch(r'aurum_[a-z0-9_]+(\{[a-z]+="[^"]*"\})? [0-9.]+', line), line
		        assert line.startswith(family), line
		text = sys.argv[1] + "\n"
		for line in ("aurum_healthy 0", 'aurum_lost_records_total{cause="disk"} 2', "aurum_flush_seconds_count 2",
		             "aurum_flush_seconds_sum 0.0015", 'aurum_consumer_lag_records{consumer="syslog"} 6',
		             "aurum_kernel_backlog_limit 8192"):
		    assert "\n" + line + "\n" in text, line
	PY
	run status --metrics out.prom
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	grep -qx 'aurum_daemon_up 1' out.prom
	[ "$(stat -c %a out.prom)" = 644 ]
	run status --metrics nowhere/out.prom
	[ "$status" -eq 2 ]
}

@test "rules of the kernel that are not those of the files are wrong, and among the metrics" {
	needs_root
	board
	echo '-w /etc/passwd -p wa' >a.rules
	rules=a.rules run status
	[ "$status" -eq 1 ]
	[[ ${lines[1]} == "WRONG       the kernel's rules are not those of the files: 1 rule missing"* ]]
	rules=a.rules run status --metrics -
	[[ $output == *$'\naurum_rules_missing 1\n'* ]]
	echo '-w' >a.rules
	rules=a.rules run status
	[ "$status" -eq 1 ]
	[[ $output == *"they cannot be compared: aurum rules check says what is wrong"* ]]
}

@test "--watch looks again until it is stopped, and ends with the last verdict" {
	needs_root
	board
	status --watch 1 --json >out 3>&- &
	until [ "$(wc -l <out)" -ge 2 ]; do sleep 0.1; done
	# The shell between is the job; what it runs is not.
	kill "$(pgrep -P $!)" || kill $!
	run wait $!
	[ "$(head -n 1 out | python3 -c 'import json, sys; print(json.load(sys.stdin)["status"])')" = healthy ]
}

@test "words that are none of its own are refused with code 2" {
	for words in "--watch 0" "--watch x" "--nonsense" "word" "--metrics"; do
		run "$AURUM_BIN/aurum" status $words
		[ "$status" -eq 2 ]
		[[ $output == "aurum: status: "* ]]
	done
	run "$AURUM_BIN/aurum" status --help
	[ "$status" -eq 0 ]
	[[ $output == *"--metrics FILE"* ]]
}
