#!/usr/bin/env bats
# aurum follow: a live tail with a query, while a writer appends, rotates and compresses.

bats_require_minimum_version 1.5.0

setup() {
	export TZ=UTC LC_ALL=C.UTF-8
	aurum=$AURUM_BIN/aurum
	dir=$BATS_TEST_TMPDIR/log log=$BATS_TEST_TMPDIR/log/audit.log
	out=$BATS_TEST_TMPDIR/out err=$BATS_TEST_TMPDIR/err
	mkdir "$dir"
	: >"$out" && : >"$err"
	serial=0
}

teardown() {
	[ -z "${follower:-}" ] || kill "$follower" 2>/dev/null || true
}

# event [WORD]: writes one event of three records to standard output, with the next serial number.
event() {
	serial=$((serial + 1))
	local at="msg=audit($((1700000000 + serial)).000:$serial):"
	echo "type=SYSCALL $at arch=c000003e syscall=257 success=yes exit=3 a0=1 items=1 ppid=1 pid=$((1000 + serial))" \
		"auid=54321 uid=0 euid=0 tty=pts0 ses=3 comm=\"c\" exe=\"/bin/${1:-cat}\" key=\"k\""
	echo "type=PATH $at item=0 name=\"/etc/file$serial\" nametype=NORMAL"
	echo "type=PROCTITLE $at proctitle=\"x\""
}

# events N [WORD]
events() {
	local i
	for ((i = 0; i < $1; i++)); do event "${2:-}"; done
}

# begin OPTION...: follows in the background; returns when it is there.
begin() {
	"$aurum" follow --log "$dir" "$@" >"$out" 2>"$err" 3>&- &
	follower=$!
	# It has the folder watched and has looked for the end when the first wait begins.
	wait_for is_waiting
}

# Sleeps in poll: what is written from now on is live.
is_waiting() { grep -qE '^(do_poll|poll_schedule|do_sys_poll|do_select)' "/proc/$follower/wchan" 2>/dev/null ||
	grep -qE '^(7|271) ' "/proc/$follower/syscall" 2>/dev/null || [ ! -d "/proc/$follower" ]; }

wait_for() {
	local tries=1200
	while ! "$@"; do
		[ $((tries -= 1)) -gt 0 ] || { echo "waited in vain: $*"; cat "$out" "$err"; return 1; }
		sleep 0.05
	done
}

lines_are() { [ "$(wc -l <"$out")" -ge "$1" ]; }
says() { grep -q "$1" "$err"; }

# serials: of the events in the output, which is raw or json.
serials() { grep -oE '^type=SYSCALL msg=audit\([0-9.]+:[0-9]+' "$out" | sed 's/.*://'; }
have_come() { [ "$(serials | wc -l)" -ge "$1" ]; }

# rotate: as auditd does, with a fresh file.
rotate() {
	local n=1
	while [ -e "$log.$n" ]; do n=$((n + 1)); done
	for ((; n > 1; n--)); do mv "$log.$((n - 1))" "$log.$n"; done
	mv "$log" "$log.1"
	: >"$log"
}

# compress: the oldest rotated file becomes a segment, in one step as for the archivist.
compress() {
	local n=1
	while [ -e "$log.$((n + 1))" ]; do n=$((n + 1)); done
	[ -e "$log.$n" ] || return 0
	segment=$((${segment:-0} + 1))
	zstd -q "$log.$n" -o "$dir/.draft"
	mv "$dir/.draft" "$log-$(printf %08d "$segment").zst"
	rm "$log.$n"
}

@test "what is there stays unsaid, what comes is printed as it comes" {
	events 3 >"$log"
	begin
	event one >>"$log"
	wait_for lines_are 1
	event two >>"$log"
	wait_for lines_are 2
	[[ $(sed -n 1p "$out") == *"/etc/file4 "*"with /bin/one"* ]]
	[[ $(sed -n 2p "$out") == *"/etc/file5 "*"with /bin/two"* ]]
	[ "$(wc -l <"$out")" -eq 2 ]
	[ ! -s "$err" ]
}

# stop: returns when it has stopped.
stop() {
	kill -STOP "$follower"
	wait_for grep -q '^State:[[:space:]]T' "/proc/$follower/status"
}

@test "no event is missed or comes twice over rotation and compression" {
	command -v zstd >/dev/null || skip "zstd is not installed"
	events 5 >"$log"
	begin --format raw
	local round
	for ((round = 1; round <= 6; round++)); do
		events 20 >>"$log"
		# An event on both sides of a rotation.
		event split >"$BATS_TEST_TMPDIR/split"
		head -n 1 "$BATS_TEST_TMPDIR/split" >>"$log"
		rotate
		tail -n +2 "$BATS_TEST_TMPDIR/split" >>"$log"
		# Nothing is compressed that nobody has read: who follows holds the present file.
		wait_for have_come $((round * 21))
		compress
	done
	events 10 >>"$log"
	wait_for have_come 136
	diff <(serials) <(seq 6 141)
	# The split ones are whole.
	diff <(grep -c '^type=PATH' "$out") <(echo 136)
	[ ! -s "$err" ] || { cat "$err"; false; }
}

# archive: the archivist compresses all rotated files.
archive() {
	mkdir -p "$BATS_TEST_TMPDIR/etc"
	chmod 700 "$dir" "$BATS_TEST_TMPDIR/etc"
	printf '%s\n' "log_file = $log" 'compress = yes' 'num_logs = 99' 'max_log_file = 8' 'max_log_file_action = rotate' \
		'space_left = 75' 'admin_space_left = 50' >"$BATS_TEST_TMPDIR/etc/auditd.conf"
	chmod 600 "$BATS_TEST_TMPDIR/etc/auditd.conf"
	"$AURUM_BIN/auditd-archivist" -c "$BATS_TEST_TMPDIR/etc"
}

@test "files that were compressed before they were read are read from their segments" {
	[ "$(id -u)" -eq 0 ] || skip "the archivist needs root"
	events 2 >"$log"
	begin --format raw
	events 3 >>"$log"
	wait_for have_come 3
	stop
	local round
	for round in 1 2 3; do
		events 4 >>"$log"
		rotate
	done
	events 2 >>"$log"
	archive
	[ ! -e "$log.1" ]
	kill -CONT "$follower"
	wait_for have_come 17
	diff <(serials) <(seq 3 19)
	[ ! -s "$err" ] || { cat "$err"; false; }
}

@test "the last events come first, also those in rotated and compressed files" {
	events 40 >"$log"
	rotate
	events 3 >>"$log"
	begin --format raw --last 10
	events 2 >>"$log"
	wait_for have_come 12
	diff <(serials) <(seq 34 45)
	kill "$follower"
	wait "$follower" || true
	command -v zstd >/dev/null || return 0
	compress
	: >"$out"
	begin --format raw --last 7
	events 1 >>"$log"
	wait_for have_come 8
	diff <(serials) <(seq 39 46)
}

@test "an event that was begun before comes out whole, and once" {
	events 3 >"$log"
	event begun >"$BATS_TEST_TMPDIR/begun"
	head -n 1 "$BATS_TEST_TMPDIR/begun" >>"$log"
	begin --format raw --last 2
	tail -n +2 "$BATS_TEST_TMPDIR/begun" >>"$log"
	event >>"$log"
	wait_for have_come 4
	diff <(serials) <(seq 2 5)
	[ "$(grep -c '^type=PATH.*file4"' "$out")" -eq 1 ]
}

@test "the query is that of aurum search, and errors point at the column" {
	: >"$log"
	begin 'exe = "/bin/two" and not path = "/etc/file4"'
	for word in one two one two two; do event "$word" >>"$log"; done
	event two >>"$log"
	wait_for lines_are 3
	[ "$(grep -c "with /bin/two" "$out")" -eq 3 ]
	! grep -q "file4 \|/bin/one" "$out"
	run "$aurum" follow --log "$dir" 'exe = '
	[ "$status" -eq 2 ]
	[[ $output == *"^"* ]]
}

@test "a user that nobody is here is told before it is waited for" {
	begin --format raw 'auid = no-such-user or auid = 54321'
	says '^no user no-such-user is known on this machine'
	event >>"$log"
	wait_for have_come 1
}

@test "formats are those of aurum search" {
	: >"$log"
	for format in json csv table raw text; do
		: >"$out"
		begin --format "$format" --limit 2
		events 2 >>"$log"
		wait "$follower"
		diff <("$aurum" search --log "$log" --format "$format" "serial >= $((serial - 1))" | sed -n 's/ *$//p') <(sed -n 's/ *$//p' "$out")
	done
}

@test "lines that are cut off or rotated away unread are told" {
	events 5 >"$log"
	begin --format raw
	events 2 >>"$log"
	wait_for have_come 2
	: >"$log"
	events 1 >>"$log"
	wait_for have_come 3
	wait_for says "aurum: follow: the log was cut off or replaced"
	# While it does not look, a file comes and goes.
	stop
	local i
	for i in 1 2 3; do
		mv "$log" "$log.1"
		events 2 >"$log"
	done
	kill -CONT "$follower"
	wait_for says "aurum: follow: parts of the log were removed before they were read"
	echo "no record" >>"$log"
	wait_for says "aurum: follow: lines that are no records: 1"
}

@test "a log that is not there yet is waited for" {
	begin --format raw
	wait_for says "is not there yet: waiting for it"
	events 2 >"$log"
	wait_for have_come 2
}

@test "it ends quietly when nobody reads it, after --limit, and at Ctrl-C" {
	: >"$log"
	"$aurum" follow --log "$dir" 2>"$err" 3>&- | head -n 1 >"$out" &
	local pipe=$!
	wait_for [ -e "/proc/$pipe" ]
	write_some() { events 1 >>"$log"; lines_are 1; }
	wait_for write_some
	wait "$pipe"
	[ ! -s "$err" ]
	begin --limit 1
	events 3 >>"$log"
	wait "$follower"
	[ "$(wc -l <"$out")" -eq 1 ]
	run timeout --signal=INT 2 "$aurum" follow --log "$dir"
	[ "$status" -eq 124 ]
	[ -z "$output" ]
}

@test "what cannot be followed is refused" {
	run "$aurum" follow --log -
	[ "$status" -eq 2 ]
	[[ $output == *"standard input cannot be followed"* ]]
	run "$aurum" follow --log "$BATS_TEST_TMPDIR/none/audit.log"
	[ "$status" -eq 2 ]
	[[ $output == *"cannot watch"* ]]
	run "$aurum" follow --last many
	[ "$status" -eq 2 ]
}

@test "every option of --help is in the manual page" {
	for option in $("$aurum" follow --help | grep -oE -- '--[a-z-]+' | sort -u); do
		grep -qF -- "${option//-/\\-}" "$AURUM_TOP/docs/aurum-follow.1" || { echo "$option"; false; }
	done
}
