#!/usr/bin/env bats
# ausearch beside Debian's own: over generated and real logs, every row of
# test/data/ausearch-options.txt gives the same bytes on standard output and the same exit code.
# Where we differ on purpose (docs/differences.md), a test below says what we do.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC
	ORACLE=$("$AURUM_TOP/test/oracle")/ausearch
	OURS=$AURUM_BIN/ausearch
	LOGS=$BATS_FILE_TMPDIR
	ROWS=$AURUM_TOP/test/data/ausearch-options.txt
	export ORACLE OURS LOGS ROWS
	local genlog=$AURUM_BIN/../bench/genlog
	"$genlog" -s 1 -S 1 >"$LOGS/enriched" 2>/dev/null
	"$genlog" -s 1 -S 2 -R -r 200 -I 20 >"$LOGS/raw" 2>/dev/null
	"$genlog" -s 1 -S 3 -n web1 -r 800 -I 40 >"$LOGS/node" 2>/dev/null
	# The same serials and times on two nodes, line by line.
	"$genlog" -s 1 -S 4 -n web1 -R 2>/dev/null >"$LOGS/one"
	"$genlog" -s 1 -S 4 -n web2 2>/dev/null >"$LOGS/two"
	paste -d '\n' "$LOGS/one" "$LOGS/two" | head -n 3000 >"$LOGS/nodes"
	local name
	for name in rhel6 rhel7 ubuntu14 ubuntu17; do # some lack their last newline
		cat "$AURUM_TOP/test/data/linux/audit-$name.log"
		echo
	done >"$LOGS/real"
	recent >"$LOGS/recent"
}

# A few events around the present, far from any bound that moves while a test runs.
recent() {
	local now ago serial=1
	now=$(date +%s)
	for ago in 34560000 17280000 3456000 691200 259200 93600 72000 10800 1800 300 -86400; do
		echo "type=USER msg=audit($((now - ago)).000:$serial): pid=1 uid=0 auid=0 ses=1 msg='op=$ago res=success'"
		serial=$((serial + 1))
	done
}

# both OPTION... : runs the two with the words in ${words[@]} in front; true when they agree.
both() {
	local theirs=0 ours=0 dir=$BATS_TEST_TMPDIR
	"$ORACLE" "${words[@]}" "$@" >"$dir/theirs" 2>/dev/null </dev/null 3>&- &
	"$OURS" "${words[@]}" "$@" >"$dir/ours" 2>"$dir/ours.err" </dev/null || ours=$?
	wait $! || theirs=$?
	[ "$ours" -eq "$theirs" ] && cmp -s "$dir/theirs" "$dir/ours" &&
		! grep -qE 'Sanitizer|runtime error' "$dir/ours.err" && return 0
	echo "ausearch ${words[*]} $*: exit $theirs and $ours"
	cat "$dir/ours.err"
	diff -a "$dir/theirs" "$dir/ours" | head -n 6
	return 1
}

# rows OPTION... : both, for every row of the file.
rows() {
	local line words bad=0 count=0
	while IFS= read -r line; do
		case $line in '' | '#'*) continue ;; esac
		read -ra words <<<"$line"
		words=("${words[@]//%20/ }")
		count=$((count + 1))
		both "$@" || bad=$((bad + 1))
	done <"$ROWS"
	echo "$count rows, $bad differ"
	[ "$count" -ge 200 ] && [ "$bad" -eq 0 ]
}

@test "an enriched log gives the reference's bytes for every row" { rows -if "$LOGS/enriched"; }
@test "a raw, busy, interleaved log gives the reference's bytes for every row" { rows -if "$LOGS/raw"; }
@test "a log with node names gives the reference's bytes for every row" { rows -if "$LOGS/node"; }
@test "two nodes with equal serials give the reference's bytes for every row" { rows -if "$LOGS/nodes"; }
@test "real logs give the reference's bytes for every row" { rows -if "$LOGS/real"; }

@test "in another zone and locale the bytes are the reference's" {
	export TZ=Asia/Kolkata LC_ALL=C.UTF-8
	rows -if "$LOGS/enriched"
}

@test "in a zone with daylight saving real logs give the reference's bytes" {
	export TZ=America/New_York LC_ALL=C.UTF-8
	rows -if "$LOGS/real"
}

@test "windows around the present give the reference's bytes" {
	local words line
	for line in "-ts recent" "-ts today" "-ts yesterday" "-ts this-week" "-ts week-ago" "-ts this-month" \
		"-ts this-year" "-ts boot" "-ts now" "-te now" "-te today" "-te yesterday" "-te recent" "-te this-week" \
		"-te week-ago" "-te this-month" "-te this-year" "-ts week-ago -te yesterday" "-ts yesterday 00:01" \
		"-ts this-year 01:00 -te week-ago 12:00" "-te today 23:59:59"; do
		read -ra words <<<"$line"
		both -r -if "$LOGS/recent"
		[ "$line" != "-ts week-ago" ] || [ -s "$BATS_TEST_TMPDIR/ours" ]
	done
}

@test "a folder of rotated logs is read as one, events across files included" {
	local folder=$BATS_TEST_TMPDIR/logs words line
	mkdir "$folder"
	head -n 1001 "$LOGS/enriched" >"$folder/audit.log.2"
	tail -n +1002 "$LOGS/enriched" | head -n 2000 >"$folder/audit.log.1"
	tail -n +3002 "$LOGS/enriched" >"$folder/audit.log"
	for line in -r "-k exec" "-i -m EXECVE" "--just-one -k delete" "-a 999999"; do
		read -ra words <<<"$line"
		both -if "$folder"
		both -if "$folder/"
	done
	"$OURS" -r -if "$folder" 2>/dev/null >"$BATS_TEST_TMPDIR/one"
	"$OURS" -r -if "$LOGS/enriched" | cmp - "$BATS_TEST_TMPDIR/one"
}

@test "a pipe among rotated logs is left out, and not waited for" {
	local folder=$BATS_TEST_TMPDIR/logs
	mkdir "$folder"
	mkfifo "$folder/audit.log.1"
	head -n 1001 "$LOGS/enriched" >"$folder/audit.log.2"
	tail -n +1002 "$LOGS/enriched" >"$folder/audit.log"
	timeout 60 "$OURS" -r -if "$folder" 2>/dev/null >"$BATS_TEST_TMPDIR/set"
	"$OURS" -r -if "$LOGS/enriched" | cmp - "$BATS_TEST_TMPDIR/set"
	mkfifo "$folder/pipe"
	mv "$folder/pipe" "$folder/audit.log"
	run -1 timeout 60 "$OURS" -r -if "$folder"
	[[ $output == *"audit.log: it is no regular file" ]]
}

@test "a pipe on standard input is the log, unless --input-logs says otherwise" {
	local line words
	for line in "-k exec" "-r" "-i -m LOGIN" "-k nosuch"; do
		read -ra words <<<"$line"
		cat "$LOGS/enriched" | "$ORACLE" "${words[@]}" >"$BATS_TEST_TMPDIR/theirs" 2>/dev/null || true
		cat "$LOGS/enriched" | "$OURS" "${words[@]}" 2>/dev/null | cmp - "$BATS_TEST_TMPDIR/theirs"
	done
	mkdir "$BATS_TEST_TMPDIR/etc"
	echo "log_file = $LOGS/raw" >"$BATS_TEST_TMPDIR/etc/auditd.conf"
	cat "$LOGS/enriched" | "$OURS" -r --input-logs --config-dir "$BATS_TEST_TMPDIR/etc" >"$BATS_TEST_TMPDIR/out"
	"$OURS" -r -if "$LOGS/raw" | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "the configured timeout decides when an event ends" {
	mkdir "$BATS_TEST_TMPDIR/etc"
	printf 'log_file = %s\nend_of_event_timeout = 1\n' "$LOGS/raw" >"$BATS_TEST_TMPDIR/etc/auditd.conf"
	"$OURS" -m ALL --config-dir "$BATS_TEST_TMPDIR/etc" --input-logs >"$BATS_TEST_TMPDIR/out"
	"$ORACLE" -m ALL --eoe-timeout 1 -if "$LOGS/raw" 2>/dev/null | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "a mistake in auditd.conf is told with file and line, and the search goes on" {
	mkdir "$BATS_TEST_TMPDIR/etc"
	printf '# ours\nlogfile = /x\n' >"$BATS_TEST_TMPDIR/etc/auditd.conf"
	run -0 --separate-stderr "$OURS" -m LOGIN -if "$LOGS/raw" --config-dir "$BATS_TEST_TMPDIR/etc"
	[[ $stderr == *"$BATS_TEST_TMPDIR/etc/auditd.conf:2:"*log_file* ]]
}

@test "nothing found is said on standard error, but not with raw output, and exits 1" {
	run -1 --separate-stderr "$OURS" -k nosuchkey -if "$LOGS/raw"
	[ "$stderr" = "<no matches>" ]
	[ -z "$output" ]
	run -1 "$OURS" -r -k nosuchkey -if "$LOGS/raw"
	[ -z "$output" ]
}

@test "an unknown option or name gets the one that is meant" {
	local want
	check() {
		want=$1
		shift
		run -1 "$OURS" "$@" -if "$LOGS/raw"
		[[ $output == *"$want"* ]] || { echo "$* said: $output"; return 1; }
	}
	check "did you mean \"-sc\"?" -S unlink
	check "did you mean \"--executable\"?" --excutable /bin/sh
	check "did you mean \"unlink\"?" -sc unlnk
	check "did you mean \"USER_LOGIN\"?" -m USER_LOGN
	check 'did you mean "yesterday"?' -ts yesteray
	check "-k KEY" -k -r
	check "Valid message types are: ALL" -m
	check 'no user "nosuchuser"' -ui nosuchuser
	check "raw, default, interpret, csv, text, json or json-raw" --format josn
	check "stray" stray
}

@test "help lists every option on standard output, and so does the manual" {
	local name count=0
	run -0 "$OURS" --help
	for name in $(grep -oE '^ +-[^A-Z[]*' <<<"$output" | grep -oE -- '-{1,2}[a-z][a-z-]*'); do
		count=$((count + 1))
		grep -qF -- "${name//-/\\-}" "$AURUM_TOP/docs/ausearch.8" || { echo "$name is not in ausearch.8"; return 1; }
	done
	[ "$count" -ge 75 ]
	run -1 "$OURS"
	[[ $output == usage:* ]]
	run -0 "$OURS" -v
	[[ $output == "ausearch version "* ]]
}

@test "a reader that leaves early is no trouble" {
	"$OURS" -r -if "$LOGS/enriched" 2>"$BATS_TEST_TMPDIR/err" | head -n 1
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	{ (trap '' PIPE; "$OURS" -r -if "$LOGS/enriched" 2>"$BATS_TEST_TMPDIR/err"); echo $? >"$BATS_TEST_TMPDIR/status"; } |
		head -n 1
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	[ "$(cat "$BATS_TEST_TMPDIR/status")" -eq 0 ]
	run -1 bash -c '"$OURS" -r -if "$LOGS/enriched" >/dev/full'
	[[ $output == *"cannot write the result: No space left on device"* ]]
}

@test "a reader that leaves early does not move the checkpoint" {
	local checkpoint=$BATS_TEST_TMPDIR/checkpoint
	"$OURS" -r -if "$LOGS/enriched" --checkpoint "$checkpoint" 2>/dev/null | head -n 1
	[ ! -e "$checkpoint" ]
}

@test "with -l each event is out as soon as it is complete" {
	local line
	mkfifo "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
	cat "$BATS_TEST_TMPDIR/in" | "$OURS" -l -r -m USER >"$BATS_TEST_TMPDIR/out" 3>&- &
	exec 7>"$BATS_TEST_TMPDIR/in" 8<"$BATS_TEST_TMPDIR/out"
	echo "type=USER msg=audit(1700000000.000:1): pid=1 msg='first'" >&7
	read -r -t 20 line <&8
	[[ $line == *first* ]]
	exec 7>&- 8<&-
	wait
}

# ---- hostile and damaged logs ----

@test "events handed out early, because too many are open, are told of" {
	awk 'BEGIN { for (i = 0; i < 600000; i++) print "type=PATH msg=audit(1700000000.000:" i "): a=b" }' \
		>"$BATS_TEST_TMPDIR/log"
	"$OURS" -r -k nosuch -if "$BATS_TEST_TMPDIR/log" 2>"$BATS_TEST_TMPDIR/err" && return 1
	[ "$(grep -c "^ausearch: events taken as complete early" "$BATS_TEST_TMPDIR/err")" -eq 1 ]
	"$OURS" -r -k nosuch -if "$LOGS/enriched" 2>"$BATS_TEST_TMPDIR/err" && return 1
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
}

@test "garbage, NUL bytes, a megabyte line and a torn end hide nothing around them" {
	local log=$BATS_TEST_TMPDIR/log
	{
		echo "type=USER msg=audit(1700000000.000:1): pid=1 msg='a'"
		head -c 1048576 /dev/zero | tr '\0' x
		echo
		head -c 5000 /dev/zero
		echo "type=USER msg=audit(1700000000.000:2): pid=2 msg='b'"
		echo "not a record"
		printf 'type=USER msg=audit(1700000000.000:3): pid=3 msg=\0c'
	} >"$log"
	"$OURS" -r -if "$log" >"$BATS_TEST_TMPDIR/out"
	[ "$(grep -ac '^type=USER' "$BATS_TEST_TMPDIR/out")" -eq 3 ]
	"$OURS" --debug -r -p 2 -if "$log" 2>&1 | grep -F "not a record: not a record"
	run -0 --separate-stderr "$OURS" -r -p 2 -if "$log"
	[[ $stderr == *"lines that are no records: 2 (--debug shows them)"* ]]
	[[ $stderr == *"lines cut at 65536 bytes: 1"* ]]
}

@test "text inside a long line never becomes a record" {
	{
		printf "type=USER msg=audit(1700000000.000:1): pid=1 msg='"
		for _ in $(seq 20); do
			head -c 8900 /dev/zero | tr '\0' ' '
			printf "type=USER msg=audit(1700000000.000:66): pid=66 msg='forged' "
		done
		echo
	} >"$BATS_TEST_TMPDIR/log"
	run -1 "$OURS" -a 66 -if "$BATS_TEST_TMPDIR/log"
	run -0 "$OURS" -a 1 -r -if "$BATS_TEST_TMPDIR/log"
}

# ---- deliberate differences ----

log_of() { printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/log"; }
count_of() { { "$OURS" -r "$@" -if "$BATS_TEST_TMPDIR/log" || true; } | wc -l; }

@test "difference: AppArmor's records are found" {
	run -0 "$OURS" -r -m AVC -sv no -c metricbeat -if "$AURUM_TOP/test/data/linux/audit-ubuntu16.log"
	[[ $output == *'apparmor="DENIED"'* ]]
}

@test "difference: a record that lacks a field does not hide its event" {
	local task="ppid=1 pid=391 auid=0 uid=0 tty=x ses=1 comm=\"x\" exe=\"/x\" key=(null)"
	log_of "type=SYSCALL msg=audit(1700000000.000:1): arch=c000003e sysc" \
		"type=CWD msg=audit(1700000000.000:1): cwd=\"/home/x\"" \
		"type=NETFILTER_CFG msg=audit(1700000009.000:2): table=filter family=2 entries=0" \
		"type=SYSCALL msg=audit(1700000009.000:2): arch=c000003e syscall=1 success=yes exit=0 a0=0 a1=0 $task"
	[ "$(count_of -f /home/x)" -eq 2 ]
	[ "$(count_of -p 391)" -eq 2 ]
	[ "$(count_of -sc 0)" -eq 0 ]
}

@test "difference: keystrokes and anomalies belong to their own user, and ? is nobody" {
	log_of "type=TTY msg=audit(1700000000.000:1): tty pid=1 uid=1000 auid=1001 ses=1 major=136 minor=0 comm=\"bash\" data=41" \
		"type=ANOM_ABEND msg=audit(1700000009.000:2): auid=1001 uid=1000 gid=1 ses=1 pid=1 comm=\"x\" exe=\"/x\" sig=11" \
		"type=DAEMON_END msg=audit(1700000020.000:3): auditd normal halt, sending auid=? pid=? subj=? res=success"
	[ "$(count_of -ui 1000)" -eq 2 ]
	[ "$(count_of -ui 1001)" -eq 0 ]
	[ "$(count_of -ui 0)" -eq 0 ]
	[ "$(count_of -ul 0)" -eq 0 ]
}

@test "difference: every user option counts, by name and by number together" {
	log_of "type=USER msg=audit(1700000000.000:1): pid=1 uid=5 auid=0 ses=1 msg='x'"
	[ "$(count_of -ul root -ui 5)" -eq 1 ]
	[ "$(count_of -ul root -ui 6)" -eq 0 ]
}

@test "difference: text that somebody chose is no field" {
	local task="ppid=1 pid=2 auid=0 uid=0 tty=x ses=1 comm=\"exe=x\" exe=\"/real\" key=(null)"
	log_of "type=SYSCALL msg=audit(1700000000.000:1): arch=c000003e syscall=59 success=yes exit=0 a0=0 a1=0 $task" \
		"type=USER msg=audit(1700000009.000:2): pid=1 uid=0 auid=0 ses=1 msg='op=x uid=1000 res=success'"
	[ "$(count_of -x /real)" -eq 1 ]
	[ "$(count_of -ui 0 -m USER)" -eq 1 ]
	[ "$(count_of -ui 1000 -m USER)" -eq 1 ]
}

@test "difference: a number that means nothing to the reference is searched for" {
	log_of "type=USER msg=audit(1700000000.000:1): pid=1 uid=5 auid=4294967295 ses=1 msg='x'" \
		"type=USER msg=audit(1700000009.000:18446744073709551615): pid=4294967295 uid=5 auid=0 ses=1 msg='x'"
	[ "$(count_of -a 18446744073709551615)" -eq 1 ]
	[ "$(count_of -p 4294967295)" -eq 1 ]
	[ "$(count_of -ua 4294967295)" -eq 1 ]
	[ "$(count_of -ul unset)" -eq 1 ]
}

@test "difference: the name of a field is no part of a context" {
	log_of "type=LOGIN msg=audit(1700000000.000:1): pid=1 uid=0 subj=unconfined old-auid=1 auid=33 tty=x old-ses=1 ses=3 res=1"
	[ "$(count_of -su b)" -eq 0 ]
	[ "$(count_of -su unconf)" -eq 1 ]
	"$ORACLE" -r -su b -if "$BATS_TEST_TMPDIR/log" </dev/null 3>&-
}

@test "the manual's examples are searches" {
	sed -n '/^.SH EXAMPLES/,/^.SH SEE/s/^ausearch //p' "$AURUM_TOP/docs/ausearch.8" | sed 's/\\-/-/g; s/alice/root/' >"$BATS_TEST_TMPDIR/manual"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/manual")" -ge 3 ]
	while read -r -a words; do
		"$AURUM_BIN/ausearch" "${words[@]}" -if "$AURUM_TOP/etc/sample/audit.log" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || true
		echo "${words[*]}: $(cat "$BATS_TEST_TMPDIR/err")"
		[ -s "$BATS_TEST_TMPDIR/out" ] || [ "$(cat "$BATS_TEST_TMPDIR/err")" = "<no matches>" ]
	done <"$BATS_TEST_TMPDIR/manual"
}
