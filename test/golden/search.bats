#!/usr/bin/env bats
# aurum search: queries find what Debian's ausearch finds, whatever is made of the events; formats,
# counts, orders and limits; what it says when it is asked for something that cannot be.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC
	ORACLE=$("$AURUM_TOP/test/oracle")/ausearch
	LOGS=$BATS_FILE_TMPDIR LOG=$BATS_FILE_TMPDIR/log
	export ORACLE LOGS LOG
	"$AURUM_BIN/../bench/genlog" -s 1 -S 1 >"$LOG" 2>/dev/null
	"$AURUM_BIN/../bench/genlog" -s 1 -S 2 -R -r 200 -I 20 >"$LOGS/raw" 2>/dev/null
	"$AURUM_BIN/../bench/genlog" -s 1 -S 3 -n web1 -r 800 -I 40 >"$LOGS/node" 2>/dev/null
	mkdir "$LOGS/set"
	head -n 1500 "$LOG" >"$LOGS/set/audit.log.2"
	tail -n +1501 "$LOG" | head -n 1500 >"$LOGS/set/audit.log.1"
	tail -n +3001 "$LOG" >"$LOGS/set/audit.log"
}

setup() { OUT=$BATS_TEST_TMPDIR/out ERR=$BATS_TEST_TMPDIR/err; }

# search WORD...: runs it over $LOG; no sanitizer has anything to say.
search() {
	local status=0
	"$AURUM_BIN/aurum" search --log "$LOG" "$@" 2>"$ERR" </dev/null || status=$?
	! grep -E 'Sanitizer|runtime error' "$ERR" >&2 || return 99
	return $status
}

# same "AUSEARCH OPTIONS" WORD...: both find the same records and end alike.
same() {
	local options=$1 theirs=0 ours=0
	shift
	# shellcheck disable=SC2086
	"$ORACLE" $options -r -if "$LOG" >"$OUT.theirs" 2>/dev/null </dev/null 3>&- || theirs=$?
	search --format raw "$@" >"$OUT" || ours=$?
	[ "$theirs" -eq "$ours" ] && cmp "$OUT.theirs" "$OUT" && return 0
	echo "$options: exit $theirs; $*: exit $ours"
	return 1
}

events() { grep -oE 'msg=audit\([0-9.:]+\)' | sort -u | wc -l; }

@test "fields are compared as ausearch compares them" {
	for LOG in "$LOGS/log" "$LOGS/raw" "$LOGS/node"; do
		same "-w -k exec" key = exec
		same "-k ec" key '~' ec
		same "-k needle" key = needle
		same "-m USER_LOGIN" type = USER_LOGIN
		same "-m USER_LOGIN -sv no" type = USER_LOGIN and outcome = failed
		same "-m ANOM_ABEND,AVC" 'type in (ANOM_ABEND, AVC)'
		same "-ul 1003" auid = 1003
		same "-p 300" pid = 300
		same "-pp 300" ppid = 300
		same "-sc openat" syscall = openat
		same "-sc 257" syscall = 257
		same "-w -x /usr/bin/sudo" exe = /usr/bin/sudo
		same "-x sudo" 'exe like "*sudo*"'
		same "-w -c bash" comm = bash
		same "-sv no -m SYSCALL" success = no
		same "-e -13" exit = -13
		same "-e -EACCES" exit = EACCES
		same "-a 100" serial = 100
		same "-gi 0" gid = 0
		same "-w -f /etc/shadow" path = /etc/shadow
		same "-f shadow" path '~' shadow
		same "-hn 10.1.2.3" addr = 10.1.2.3
		same "--session 3" ses = 3
	done
	LOG=$LOGS/node
	same "-n web1" node = web1
	same "-n web2" node = web2
}

@test "conditions are combined for events, and with && for records" {
	same "-m SYSCALL -sc openat -sv no -ul 1001" 'syscall = openat && success = no && auid = 1001'
	same "-w -k exec -ul 1003" key = exec and auid = 1003
	same "-w -k exec -m EXECVE" 'key = "exec"' and 'type = EXECVE'
	[ $(($(search -C key = exec) + $(search -C not key = exec))) -eq "$(search -C)" ]
	[ $(($(search -C key = exec or key = delete))) -eq $(($(search -C key = exec) + $(search -C key = delete and not key = exec))) ]
}

@test "windows are those of ausearch, in its words and as ISO 8601" {
	same "-ts 11/14/23 22:14:00" --from "11/14/23 22:14:00"
	same "-ts 11/14/23 22:14:00" --from 2023-11-14T22:14:00
	same "-ts 11/14/23 22:14:00 -te 11/14/23 22:14:10" --from @1700000040 --to 2023-11-14T22:14:10Z
	same "-ts 11/14/23 22:14:00 -te 11/14/23 22:14:10" \
		'time >= 2023-11-14T22:14:00 and time <= 2023-11-14T22:14:10'
	same "-ts today" --from today
	same "-ts yesterday 10:00:00" --from "yesterday 10:00:00"
	same "-te week-ago" --to week-ago
}

@test "several words are one query, numbers with a sign included" {
	search -f raw key = exec and exit = -2 >"$OUT.1"
	search -f raw 'key = exec and exit = -2' >"$OUT.2"
	search key = exec and exit = -2 -f raw >"$OUT.3"
	[ -s "$OUT.1" ]
	cmp "$OUT.1" "$OUT.2"
	cmp "$OUT.1" "$OUT.3"
	same "-ts yesterday" time '>' -24h
}

@test "raw, csv and json are those of ausearch; text is a sentence an event" {
	local theirs=$AURUM_BIN/ausearch
	search -f raw | cmp - <("$theirs" -r -if "$LOG" </dev/null)
	search -f csv key = exec | cmp - <("$theirs" --format csv -w -k exec -if "$LOG" </dev/null)
	search -f json | cmp - <("$theirs" --format json -if "$LOG" </dev/null)
	search -f json-raw | cmp - <("$theirs" --format json-raw -if "$LOG" </dev/null)
	[ "$(search | wc -l)" -eq "$(search --count)" ]
	search -n 1 --serial serial = 2 | grep -qE '^2023-11-14 [0-9:]{8} .* \[serial 2\]$'
}

@test "columns are a table, csv or json" {
	search -n 3 -f table | head -n 1 | grep -qE '^time +type +subject +action +object +outcome$'
	search -c time,pid,exe serial = 3 | tail -n 1 | grep -qE '^2023-11-14T[0-9:]{8} +[0-9]+ +/'
	search -c serial,syscall -f csv syscall = openat -n 2 | head -n 1 | grep -qx serial,syscall
	search -c serial,path,acct,\"nonsense\" -f json key = exec -n 20 | python3 -c '
import json, sys
for line in sys.stdin:
	o = json.loads(line)
	assert list(o) == ["serial", "path", "acct", "nonsense"], o
	assert o["acct"] is None and o["serial"].isdigit(), o'
	[ "$(search -c serial -f json | wc -l)" -eq "$(search -C)" ]
}

@test "a terminal gets a table that fits, and nothing that it would obey" {
	printf '%s\n' 'type=USER msg=audit(1700000000.000:1): pid=1 uid=0 auid=0 ses=1 msg='\''op=x acct=1B5B324A412020 exe="/usr/bin/this/is/a/very/long/path/to/some/program/that/nobody/has" res=success'\''' >"$OUT.log"
	script -qec "stty cols 60; \"$AURUM_BIN/aurum\" search --log \"$OUT.log\" -c time,acct,exe,res" "$OUT" </dev/null >/dev/null
	grep -a '^2023' "$OUT" | tr -d '\r' >"$OUT.row"
	[ "$(wc -m <"$OUT.row")" -le 61 ] || [ "$(LC_ALL=C.UTF-8 wc -m <"$OUT.row")" -le 61 ]
	grep -qaF '\x1b[2JA' "$OUT.row"
	! grep -qaF $'\x1b[2J' "$OUT"
}

@test "a limit gives the first events of all, and stops reading" {
	search -f raw >"$OUT.all"
	search -f raw -n 7 >"$OUT.7"
	[ "$(events <"$OUT.7")" -eq 7 ]
	cmp -n "$(stat -c %s "$OUT.7")" "$OUT.all" "$OUT.7"
	# A pipe that goes on for ever is left when there is enough.
	timeout 60 "$AURUM_BIN/aurum" search -l - -n 3 < <(while cat "$LOG"; do :; done 2>/dev/null) >"$OUT"
	[ "$(wc -l <"$OUT")" -eq 3 ]
}

@test "events are sorted by any field, the other way round, and within a limit" {
	search -f csv -c serial | tail -n +2 >"$OUT.serials"
	search -f csv -c serial --reverse | tail -n +2 | cmp - <(tac "$OUT.serials")
	search -f csv -c serial --reverse -n 5 | tail -n +2 | cmp - <(tac "$OUT.serials" | head -n 5)
	pids() { search -f csv -c pid --sort pid "$@" 'type = SYSCALL' | sed '1d; s/"//g; s/,.*//'; }
	pids >"$OUT.pids"
	[ "$(wc -l <"$OUT.pids")" -gt 500 ]
	sort -n "$OUT.pids" | cmp - "$OUT.pids"
	pids -n 50 | cmp - <(head -n 50 "$OUT.pids")
	pids -r -n 50 | cmp - <(tac "$OUT.pids" | head -n 50)
	# Events without the field stand at the end, either way.
	[ "$(search -f csv -c key -s key | tail -n 1)" = "" ]
	[ "$(search -f csv -c key -s key -r | tail -n 1)" = "" ]
	search -f raw --sort time | cmp - <(search -f raw)
}

@test "a count is the number of events that are found" {
	for query in 'key = exec' 'type = USER_LOGIN' 'exe ~ "/sudo$"' 'key = exec or success = no' ''; do
		[ "$(search -C "$query")" -eq "$(search -f raw "$query" | events)" ]
	done
	[ "$(search -C -f json key = exec)" = "{\"events\":$(search -C key = exec)}" ]
	search -C -f csv key = exec | head -n 1 | grep -qx events
	run -1 search -C key = needle
	[ "$output" = 0 ]
}

@test "whatever is counted for a value is found by asking for it" {
	local field events value
	for field in key auid uid type syscall success exit tty subject action object outcome program user \
		addr port path args ses comm exe; do
		search -b "$field" -f json | python3 -c '
import json, sys
for line in sys.stdin:
	o = json.loads(line)
	(value,) = [v for k, v in o.items() if k != "events"]
	if value is not None and value.isprintable():
		bare = all(c.isalnum() or c in "_./-" for c in value)
		print(o["events"], value if bare else json.dumps(value, ensure_ascii=False))' | awk 'NR % 7 == 1' | head -n 6 >"$OUT.values"
		[ -s "$OUT.values" ] || { echo "nothing of $field"; return 1; }
		while IFS=' ' read -r events value; do
			[ "$(search -C "$field = $value")" -ge "$events" ] ||
				{ echo "$field = $value: $(search -C "$field = $value") of $events"; return 1; }
		done <"$OUT.values"
	done
}

@test "counts of a field that each event has once add up, and are sorted as asked" {
	[ "$(search -b outcome -f csv | awk -F, 'NR > 1 { n += $1 } END { print n }')" -eq "$(search -C)" ]
	search -b pid -f csv | tail -n +2 | cut -d, -f1 >"$OUT"
	sort -rn "$OUT" | cmp - "$OUT"
	search -b pid --sort value -f csv 'has pid' | tail -n +2 | cut -d, -f2 >"$OUT"
	sort -n "$OUT" | cmp - "$OUT"
	search -b pid --sort value --reverse -f csv 'has pid' | tail -n +2 | cut -d, -f2 | cmp - <(tac "$OUT")
	search -b key --sort time -f csv | sed -n 2p | cut -d, -f2 >"$OUT.first"
	search -c key -f csv -n 1 | sed -n 2p | cmp - "$OUT.first"
	[ "$(search -b pid --top 3 -f csv | wc -l)" -eq 4 ]
	search -b pid -t 3 -f csv | cmp - <(search -b pid -f csv | head -n 4)
}

@test "several fields are counted together" {
	search -b auid,success -f csv 'type = SYSCALL' | head -n 1 | grep -qx events,auid,success
	[ "$(search -b success,syscall -f csv 'type = SYSCALL' | awk -F, '$2 == "no" { n += $1 } END { print n }')" -eq \
		"$(search -C 'type = SYSCALL and success = no')" ]
}

@test "a timeline has all events, each at its minute" {
	local minute events
	search -T minute -f csv >"$OUT"
	[ "$(awk -F, 'NR > 1 { n += $2 } END { print n }' "$OUT")" -eq "$(search -C)" ]
	while IFS=, read -r minute events; do
		[ "$(search -C --from "${minute%+*}" --to "${minute%:00+*}:59")" -eq "$events" ]
	done < <(tail -n +2 "$OUT")
	search -T day | grep -qE '^2023-11-14 +[0-9]+$'
	script -qec "\"$AURUM_BIN/aurum\" search --log \"$LOG\" -T minute" "$OUT" </dev/null >/dev/null
	grep -qaE '^2023-11-14 22:1[34]  [0-9]+ #+' "$OUT"
}

@test "a folder, a file and standard input are read alike" {
	search -f raw key = exec >"$OUT.file"
	LOG=$LOGS/set search -f raw key = exec >"$OUT.set"
	cmp "$OUT.file" "$OUT.set"
	[ ! -s "$ERR" ]
	"$AURUM_BIN/aurum" search -l - -f raw key = exec <"$LOG" | cmp - "$OUT.file"
	# shellcheck disable=SC2002
	cat "$LOG" | "$AURUM_BIN/aurum" search -l - -f raw key = exec | cmp - "$OUT.file"
}

@test "one thread and many give the same" {
	local big=$BATS_TEST_TMPDIR/big options
	"$AURUM_BIN/../bench/genlog" -s 8 -S 5 >"$big" 2>/dev/null
	for options in "-f raw" "-f text" "-c time,path,user" "-b user,action" "-T minute" "-s pid -f raw -n 100"; do
		# shellcheck disable=SC2086
		LOG=$big search $options success = no >"$OUT.many"
		# shellcheck disable=SC2086
		"$AURUM_BIN/aurum" search $options -l - success = no <"$big" | cmp - "$OUT.many"
	done
}

# make_archive: $LOGS/archive is a log of six files, five of them compressed and with an index; $LOGS/plain
# the same as one file.
make_archive() {
	local part i=5 d=$LOGS/archive
	[ ! -d "$d" ] || return 0
	"$AURUM_BIN/../bench/genlog" -s 3 -S 9 >"$LOGS/plain" 2>/dev/null
	mkdir -m 700 "$d" "$d.conf"
	split -n l/6 "$LOGS/plain" "$d/part."
	for part in "$d"/part.*; do
		mv "$part" "$d/audit.log.$i"
		i=$((i - 1))
	done
	mv "$d/audit.log.0" "$d/audit.log"
	chmod 600 "$d"/*
	printf '%s\n' "log_file = $d/audit.log" 'compress = yes' 'index = yes' 'num_logs = 20' 'max_log_file = 8' \
		'space_left = 75' 'admin_space_left = 50' >"$d.conf/auditd.conf"
	chmod 640 "$d.conf/auditd.conf"
	"$AURUM_BIN/auditd-archivist" -c "$d.conf" >/dev/null
	[ "$(find "$d" -name '*.zst' | wc -l)" -eq 5 ]
	[ "$(find "$d/index" -name '*.idx' | wc -l)" -eq 5 ]
}

@test "whatever is made of the events is the same with an index, without, and of a plain file" {
	local query options
	make_archive
	for query in '' 'key = exec' 'key = needle' 'auid = 1003 and success = no' 'exe like "*sudo*"' 'path = /etc/shadow' \
		'type = USER_LOGIN or type = ANOM_ABEND' 'not key = exec' 'pid = 300' 'outcome = failed' \
		'time >= 2023-11-14T22:15:00 and time <= 2023-11-14T22:15:30'; do
		for options in "-C" "-f raw" "-b user,action" "-b key -f json" "-T minute" "-n 5" "-s pid -n 20 -f raw" "-r -n 9" \
			"-C --from 2023-11-14T22:15:00" "-f raw --to 2023-11-14T22:16:00"; do
			# shellcheck disable=SC2086
			LOG=$LOGS/plain search $options "$query" >"$OUT.plain" || [ $? -eq 1 ]
			# shellcheck disable=SC2086
			LOG=$LOGS/archive search $options "$query" >"$OUT.index" || [ $? -eq 1 ]
			cmp "$OUT.plain" "$OUT.index" || { echo "$options $query"; return 1; }
		done
		LOG=$LOGS/plain search -f raw "$query" >"$OUT.plain" || [ $? -eq 1 ]
		LOG=$LOGS/archive search --no-index -f raw "$query" >"$OUT.none" || [ $? -eq 1 ]
		cmp "$OUT.plain" "$OUT.none" || { echo "--no-index $query"; return 1; }
	done
}

@test "it is told what was read and what was left out" {
	make_archive
	LOG=$LOGS/archive search --explain -f raw key = exec and auid = 1003 >"$OUT"
	grep -qF 'key = exec' "$ERR"
	grep -qE '6 files, .* by index; .* read' "$ERR"
	LOG=$LOGS/plain search -f raw key = exec and auid = 1003 | cmp - "$OUT"
	LOG=$LOGS/archive search --explain -f raw key = needle >"$OUT" || [ $? -eq 1 ]
	grep -qE '6 files, 5 by index; .* read' "$ERR"
	LOG=$LOGS/archive search --explain --no-index key = exec -C >"$OUT"
	! grep -qE ' [1-9][0-9]* by index' "$ERR"
	[ "$(LOG=$LOGS/plain search key = exec -C)" -eq "$(cat "$OUT")" ]
	# Nothing is told when nobody asks.
	LOG=$LOGS/archive search key = exec -C >"$OUT"
	[ ! -s "$ERR" ]
}

@test "a query that is none is shown with the place that is wrong" {
	run -2 search 'key = exec and foo ~ x'
	[ ! -s "$OUT" ]
	grep -qF 'key = exec and foo ~ x' "$ERR"
	grep -qE '^ +\^+$' "$ERR"
	[ "$(grep -nE '^ +\^+$' "$ERR" | cut -d: -f2 | tr -d '\n' | sed 's/\^.*//' | wc -c)" -eq \
		"$(grep -F 'and foo' "$ERR" | sed 's/foo.*//' | tr -d '\n' | wc -c)" ]
	run -2 search 'key ='
	run -2 search '(key = a'
	run -2 search 'exe ~ "("'
}

@test "options that cannot be are told with what would be right" {
	local words
	while IFS='|' read -r words expected; do
		eval "run -2 search $words"
		grep -qF -- "$expected" "$ERR" || { echo "$words: $(cat "$ERR")"; return 1; }
		[ "$(wc -l <"$ERR")" -eq 1 ]
	done <<-'END'
		--format xml|unknown format "xml": text, table, json, json-raw, csv or raw
		-b usr|unknown field usr: did you mean "user"?
		-s usr|unknown field usr
		-c time,,pid|is no name of a field
		-T week|unknown unit of time "week": minute, hour or day
		-n 0|is no number
		-C -b key|one of them
		-C -T day|one of them
		-b key -n 3|--limit is about events
		-t 3|--top is about counts
		-C -f raw|counts are printed as
		-b key -c pid|--columns are those of events
		-c pid -f raw|--columns need --format
		-s count|events are sorted by a field
		-b key -s pid|counts are sorted by
		--from tomorow|invalid date "tomorow"
		--from now --to yesterday|--from is later than --to
		--limt 3|unknown option
	END
	run -2 "$AURUM_BIN/aurum" search -l "$LOGS/nowhere"
	[[ $output == "aurum: search: cannot open $LOGS/nowhere: No such file or directory" ]]
}

@test "a name that is none is told with its place, a user of another machine only where nothing is found" {
	run -2 search 'key = exec and syscall = opnat'
	grep -qxF '  key = exec and syscall = opnat' "$ERR"
	grep -qxF '                           ^^^^^' "$ERR"
	grep -qxF 'no system call opnat: did you mean "openat"?' "$ERR"
	run -2 search 'exit = EFOO'
	grep -q '^no error EFOO is known: ' "$ERR"
	run -1 search 'auid = rooot'
	grep -qxF 'aurum: search: nothing was found:' "$ERR"
	grep -qxF '         ^^^^^' "$ERR"
	grep -q '^no user rooot is known on this machine: .*: did you mean "root"?$' "$ERR"
	sed 's/AUID="[^"]*"/AUID="nobody-of-here"/' "$LOG" >"$LOGS/elsewhere"
	LOG=$LOGS/elsewhere search -C 'auid = nobody-of-here' >"$OUT"
	[ "$(cat "$OUT")" -gt 0 ]
	[ ! -s "$ERR" ]
}

@test "exit codes: 0 found, 1 nothing, 2 trouble" {
	search -n 1 >/dev/null
	run -1 search key = needle
	[ "$output" = "" ]
	run -1 search -b key key = needle
	run -1 search -c pid key = needle
	run -2 search 'key'
	bash -c '"$0" search -l "$1" >/dev/full' "$AURUM_BIN/aurum" "$LOG" 2>"$ERR" && return 1
	grep -qF "cannot write the result: No space left on device" "$ERR"
}

@test "a reader that leaves is no trouble" {
	"$AURUM_BIN/aurum" search -l "$LOG" -f raw 2>"$ERR" </dev/null | head -n 1 >/dev/null
	[ ! -s "$ERR" ]
	bash -c 'trap "" PIPE; "$0" search -l "$1" -f raw 2>"$2" | head -n 1 >/dev/null' "$AURUM_BIN/aurum" "$LOG" "$ERR"
	[ ! -s "$ERR" ]
}

@test "damage is passed over and told" {
	{ head -n 20 "$LOG"; echo "no record at all"; tail -n +21 "$LOG"; } >"$OUT.damaged"
	LOG=$OUT.damaged search -C >"$OUT"
	[ "$(cat "$OUT")" -eq "$(search -C)" ]
	LOG=$OUT.damaged search -C >/dev/null
	grep -qF "lines that are no records: 1" "$ERR"
}
