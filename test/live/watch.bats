#!/usr/bin/env bats
# aurum watch on the live kernel: it tells what happens, and leaves no trace whatever ends it.
# All rules name files of the test's own folder.

load lib

setup_file() {
	live_begin
	[ -n "$LIVE_SKIP" ] && return 0
	chmod 711 "$LIVE_DIR"
	cp /bin/true "$LIVE_DIR/hello"
	echo secret >"$LIVE_DIR/secret"
	echo config >"$LIVE_DIR/config"
	chmod 600 "$LIVE_DIR/secret" "$LIVE_DIR/config"
	cat >"$LIVE_DIR/test.rules" <<-RULES
		-D
		-b 99
		-a always,exit -F arch=b64 -S execve -F exe=$LIVE_DIR/hello -F key=ran
		-a always,exit -F arch=b64 -F path=$LIVE_DIR/config -F perm=wa -F key=edited
		-a always,exit -F arch=b64 -S openat -F path=$LIVE_DIR/secret -F exit=-EACCES -F key=denied
		-a always,exit -F arch=b64 -S openat,write,read,poll,sendto,recvmsg -F exe=$AURUM_BIN/aurum -F key=self
		-e 2
	RULES
	chmod 600 "$LIVE_DIR/test.rules"
}

setup() {
	live_or_skip
	export TZ=UTC
	aurum=$AURUM_BIN/aurum
	out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err state=$BATS_TEST_TMPDIR/state
	log=$LIVE_DIR/log.$BATS_TEST_NUMBER
	who='[^ ]+ (\((no login|as [^ ]+)\) )?'
}

teardown() {
	[ -n "$LIVE_SKIP" ] && return 0
	[ -z "${watch:-}" ] || kill -KILL "$watch" 2>/dev/null || true
	[ -z "${other:-}" ] || kill -TERM "$other" 2>/dev/null || true
	live_quiet
	"$LIVE_AUDITCTL" -r 0 -f 1 -b 64 >/dev/null
}

teardown_file() { live_end; }

# kernel: everything that must be as it was; counters are not.
kernel() {
	"$LIVE_AUDITCTL" -s | grep -vE '^(lost|backlog|backlog_wait_time_actual) '
	"$LIVE_AUDITCTL" -l
}

# watch_begin OPTION...: in the background, and waits until it records.
watch_begin() {
	kernel >"$BATS_TEST_TMPDIR/before"
	"$aurum" watch --log "$log" --state "$state" --rules "$LIVE_DIR/test.rules" "$@" >"$out" 2>"$err" 3>&- &
	watch=$!
	live_wait_for 30 grep -qE 'Ctrl-C ends it|^aurum: cannot' "$err" || { cat "$err"; return 1; }
}

# watch_end SIGNAL CODE: ends it and looks that nothing is left.
watch_end() {
	local code=0
	kill "-$1" "$watch"
	wait "$watch" || code=$?
	watch=
	[ "$code" -eq "$2" ] || { cat "$err"; echo "exit code $code"; return 1; }
	nothing_is_left
}

nothing_is_left() {
	diff "$BATS_TEST_TMPDIR/before" <(kernel)
	[ ! -e "$state" ]
	[ -z "$("$LIVE_AUDITCTL" -l | grep -F "$LIVE_DIR/hello")" ]
}

# told REGEX: a sentence like that appears within half a minute.
told() {
	live_wait_for 30 grep -qE "^[0-9:]{8} ${1}\$" "$out" || { echo "not told: $1"; cat "$out" "$err"; return 1; }
}

# do_things: what the rules of the test are about.
do_things() {
	"$LIVE_DIR/hello" world
	echo more >>"$LIVE_DIR/config"
	setpriv --reuid 65534 --clear-groups cat "$LIVE_DIR/secret" 2>/dev/null || true
}

@test "what happens is told as it happens, and Ctrl-C leaves nothing behind" {
	watch_begin
	do_things
	told "${who}ran $LIVE_DIR/hello world( from [^ ]+)?"
	told "${who}opened $LIVE_DIR/config for writing with [^ ]*bash( from [^ ]+)?"
	told "${who}failed to open $LIVE_DIR/secret with [^ ]*cat( from [^ ]+)?: Permission denied"
	watch_end INT 0
	grep -q "the kernel's audit rules and status are as they were found" "$err"
	grep -q "records that the kernel lost: 0" "$err"
}

@test "the commands that it prints at the end find the events again" {
	watch_begin
	do_things
	told ".*hello world.*"
	watch_end INT 0
	grep -E "^  .*ausearch .* -k ran" "$err" >"$BATS_TEST_TMPDIR/command"
	run bash -c "$(cat "$BATS_TEST_TMPDIR/command")"
	[ "$status" -eq 0 ]
	[[ $output == *"$LIVE_DIR/hello"* ]]
}

@test "its log is sealed, and the command that it prints proves it; a watch more goes on" {
	for _ in 1 2; do
		watch_begin
		"$LIVE_DIR/hello"
		live_wait_for 20 grep -q hello "$out"
		watch_end INT 0
		grep -E '^  .*/aurum verify ' "$err" >"$BATS_TEST_TMPDIR/command"
		run sh "$BATS_TEST_TMPDIR/command"
		[ "$status" -eq 0 ] || { echo "$output"; false; }
	done
	sed -i 's/comm="hello"/comm="olleh"/' "$log/audit.log"
	run sh "$BATS_TEST_TMPDIR/command"
	[ "$status" -eq 1 ]
}

@test "the log is followed over rotations that somebody asks for" {
	watch_begin
	"$LIVE_DIR/hello" before
	kill -USR1 "$(live_status pid)"
	# Plain, or compressed already.
	rotated() { [ "$(ls "$log" | grep -cE '^audit\.log(\.[0-9]+|-[0-9]+\.zst)$')" -ge "$1" ]; }
	live_wait_for 30 rotated 1
	"$LIVE_DIR/hello" between
	kill -USR1 "$(live_status pid)"
	live_wait_for 30 rotated 2
	"$LIVE_DIR/hello" after
	told ".*hello before.*"
	told ".*hello between.*"
	told ".*hello after.*"
	watch_end INT 0
}

@test "rules and flags that were there stay, in their order and byte for byte" {
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S openat -F path="$LIVE_DIR/secret" -F key=mine >/dev/null
	"$LIVE_AUDITCTL" -w "$LIVE_DIR/config" -p wa -k watch >/dev/null
	"$LIVE_AUDITCTL" -a always,exclude -F msgtype=CWD >/dev/null
	"$LIVE_AUDITCTL" -r 5000 -f 0 -b 333 >/dev/null
	watch_begin
	"$LIVE_AUDITCTL" -l | head -n 2 | tail -n 1 | grep -q -- 'key=mine\|-k mine'
	do_things
	told ".*hello world.*"
	watch_end TERM 0
	[ "$("$LIVE_AUDITCTL" -l | wc -l)" -eq 3 ]
	[ "$(live_status backlog_limit)" -eq 333 ]
}

@test "a rule that was there already is not taken away" {
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S execve -F exe="$LIVE_DIR/hello" -F key=ran >/dev/null
	watch_begin
	local code=0
	kill -INT "$watch"; wait "$watch" || code=$?; watch=
	[ "$code" -eq 0 ]
	diff "$BATS_TEST_TMPDIR/before" <(kernel)
	[ "$("$LIVE_AUDITCTL" -l | wc -l)" -eq 1 ]
}

@test "recording that was on stays on" {
	"$LIVE_AUDITCTL" -e 1 >/dev/null
	watch_begin
	do_things
	told ".*hello world.*"
	watch_end HUP 0
	[ "$(live_status enabled)" -eq 1 ]
}

@test "it does not tell its own reading and writing" {
	watch_begin
	do_things
	told ".*hello world.*"
	watch_end INT 0
	run grep -c 'key="self"' "$log/audit.log"
	[ "$output" -eq 0 ]
}

@test "killed with SIGKILL, --restore puts everything back, and until then none starts" {
	watch_begin
	do_things
	told ".*hello world.*"
	kill -KILL "$watch"
	wait "$watch" || true
	watch=
	daemon_has_gone() { ! pgrep -f "auditd -n -s nochange -c $log" >/dev/null; }
	live_wait_for 30 daemon_has_gone
	run "$aurum" watch --log "$log" --state "$state" --rules "$LIVE_DIR/test.rules" --for 1
	[ "$status" -eq 2 ]
	[[ $output == *"aurum watch --restore"* ]]
	run "$aurum" watch --restore --state "$state"
	[ "$status" -eq 0 ]
	nothing_is_left
}

@test "when auditd dies everything is put back, and it says so" {
	watch_begin
	kill -KILL "$(live_status pid)"
	local code=0
	wait "$watch" || code=$?
	watch=
	[ "$code" -eq 2 ]
	grep -q "auditd has ended by itself" "$err"
	nothing_is_left
}

@test "--for and --count end it by themselves" {
	kernel >"$BATS_TEST_TMPDIR/before"
	run "$aurum" watch --log "$log" --state "$state" --rules "$LIVE_DIR/test.rules" --for 1
	[ "$status" -eq 0 ]
	nothing_is_left
	watch_begin --count 1
	do_things
	wait "$watch"
	watch=
	[ "$(wc -l <"$out")" -eq 1 ]
	nothing_is_left
}

@test "a reader that goes away ends it, and everything is put back" {
	kernel >"$BATS_TEST_TMPDIR/before"
	("$aurum" watch --log "$log" --state "$state" --rules "$LIVE_DIR/test.rules" 2>"$err" 3>&- | head -n 1 >"$out") &
	live_wait_for 30 grep -q 'Ctrl-C ends it' "$err"
	do_things; do_things; do_things
	gone() { [ ! -e "$state" ]; }
	live_wait_for 30 gone
	nothing_is_left
}

@test "hostile names are told harmlessly" {
	watch_begin
	"$LIVE_DIR/hello" $'\033]0;owned\007' $'a\nb'
	told '.*hello .*\\x1b\]0;owned\\x07.*a\\x0ab.*'
	watch_end INT 0
	run grep -c $'\033' "$out"
	[ "$output" -eq 0 ]
}

@test "a log folder that others can write to is refused before anything is touched" {
	kernel >"$BATS_TEST_TMPDIR/before"
	mkdir -m 777 "$LIVE_DIR/open"
	chmod 777 "$LIVE_DIR/open"
	run "$aurum" watch --log "$LIVE_DIR/open" --state "$state" --rules "$LIVE_DIR/test.rules" --for 1
	[ "$status" -eq 2 ]
	[[ $output == *"only this user can write"* ]]
	nothing_is_left
}

@test "a rules file with nothing in it that is a rule is refused, and nothing is left" {
	kernel >"$BATS_TEST_TMPDIR/before"
	echo "-D" >"$LIVE_DIR/empty.rules"
	run "$aurum" watch --log "$log" --state "$state" --rules "$LIVE_DIR/empty.rules" --for 1
	[ "$status" -eq 2 ]
	nothing_is_left
}

@test "the starter rules load and are taken away again" {
	kernel >"$BATS_TEST_TMPDIR/before"
	run "$aurum" watch --log "$log" --state "$state" --for 1
	[ "$status" -eq 0 ]
	[[ $output == *"rules loaded from $AURUM_TOP/etc/rules.d: "* ]]
	[[ $output != *"left out: cannot"* ]]
	nothing_is_left
}

@test "another audit daemon is left alone, and its multicast copy is told" {
	mkdir -m 700 "$LIVE_DIR/other"
	printf 'log_file = %s/audit.log\nlog_format = RAW\nmax_log_file = 8\nnum_logs = 0\nspace_left = 75\nadmin_space_left = 50\n' \
		"$LIVE_DIR/other" >"$LIVE_DIR/other/auditd.conf"
	"$("$AURUM_TOP/test/oracle")/auditd" -n -c "$LIVE_DIR/other" >"$LIVE_DIR/other/messages" 2>&1 3>&- &
	other=$!
	registered() { [ "$(live_status pid)" -ne 0 ]; }
	live_wait_for 30 registered || { cat "$LIVE_DIR/other/messages"; false; }
	local pid
	pid=$(live_status pid)
	"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S execve -F exe="$LIVE_DIR/hello" -F key=theirs >/dev/null
	watch_begin
	grep -q "another audit daemon, auditd with pid $pid, owns the kernel's audit socket: it is left alone" "$err"
	grep -q "read-only: no rule and no setting is changed" "$err"
	grep -q "1 rule is loaded" "$err"
	"$LIVE_DIR/hello" multicast
	told "${who}ran $LIVE_DIR/hello multicast( from [^ ]+)?"
	local code=0
	kill -INT "$watch"
	wait "$watch" || code=$?
	watch=
	[ "$code" -eq 0 ]
	diff "$BATS_TEST_TMPDIR/before" <(kernel)
	[ "$(live_status pid)" -eq "$pid" ]
	[ ! -e "$log" ]
	kill -TERM "$other"
	wait "$other" || true
	other=
}
