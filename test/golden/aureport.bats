#!/usr/bin/env bats
# aureport beside Debian's own: over generated and real logs, every row of
# test/data/aureport-options.txt gives the same bytes on standard output and the same exit code.
# Where we differ on purpose (docs/differences.md), a test below says what we do.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC
	ORACLE=$("$AURUM_TOP/test/oracle")/aureport
	OURS=$AURUM_BIN/aureport
	LOGS=$BATS_FILE_TMPDIR
	ROWS=$AURUM_TOP/test/data/aureport-options.txt
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
	done | grep -av 'NETFILTER_CFG\|auid=?' >"$LOGS/real" # differences, tested below
}

# both OPTION... : runs the two with the words in ${words[@]} in front; true when they agree.
both() {
	local theirs=0 ours=0 dir=$BATS_TEST_TMPDIR
	"$ORACLE" "${words[@]}" "$@" >"$dir/theirs" 2>/dev/null </dev/null 3>&- &
	"$OURS" "${words[@]}" "$@" >"$dir/ours" 2>"$dir/ours.err" </dev/null || ours=$?
	wait $! || theirs=$?
	[ "$ours" -eq "$theirs" ] && cmp -s "$dir/theirs" "$dir/ours" &&
		! grep -qE 'Sanitizer|runtime error' "$dir/ours.err" && return 0
	echo "aureport ${words[*]} $*: exit $theirs and $ours"
	cat "$dir/ours.err"
	diff -a "$dir/theirs" "$dir/ours" | head -n 6
	return 1
}

# rows WORD OPTION... : both, for every row of the file that holds the word.
rows() {
	local line words bad=0 count=0 only=$1
	shift
	while IFS= read -r line; do
		case $line in '' | '#'*) continue ;; esac
		[[ $line == *"$only"* ]] || continue
		read -ra words <<<"$line"
		words=("${words[@]//%20/ }")
		count=$((count + 1))
		both "$@" || bad=$((bad + 1))
	done <"$ROWS"
	echo "$count rows, $bad differ"
	[ "$count" -ge 40 ] && [ "$bad" -eq 0 ]
}

@test "an enriched log gives the reference's bytes for every row" { rows "" -if "$LOGS/enriched"; }
@test "a raw, busy, interleaved log gives the reference's bytes for every row" { rows "" -if "$LOGS/raw"; }
@test "a log with node names gives the reference's bytes for every row" { rows "" -if "$LOGS/node"; }
@test "two nodes with equal serials give the reference's bytes for every row" { rows "" -if "$LOGS/nodes"; }
@test "real logs give the reference's bytes for every row" { rows "" -if "$LOGS/real"; }

@test "in another zone and locale the bytes are the reference's" {
	export TZ=Asia/Kolkata LC_ALL=C.UTF-8
	rows summary -if "$LOGS/enriched"
	export TZ=America/New_York
	rows -i -if "$LOGS/real"
}

@test "a folder of rotated logs is read as one, events across files included" {
	local folder=$BATS_TEST_TMPDIR/logs words line
	mkdir "$folder"
	head -n 1001 "$LOGS/enriched" >"$folder/audit.log.2"
	tail -n +1002 "$LOGS/enriched" | head -n 2000 >"$folder/audit.log.1"
	tail -n +3002 "$LOGS/enriched" >"$folder/audit.log"
	for line in -t --summary "-x --summary" "-e -i" "-f" "-t -ts 11/14/23 22:13:40"; do
		read -ra words <<<"$line"
		both -if "$folder"
	done
}

@test "a pipe on standard input is the log, unless --input-logs says otherwise" {
	local line words
	for line in "-x --summary" "-au" "-t" "-s -i" "--summary"; do
		read -ra words <<<"$line"
		cat "$LOGS/enriched" | "$ORACLE" "${words[@]}" >"$BATS_TEST_TMPDIR/theirs" 2>/dev/null || true
		cat "$LOGS/enriched" | "$OURS" "${words[@]}" 2>/dev/null | cmp - "$BATS_TEST_TMPDIR/theirs"
	done
	mkdir "$BATS_TEST_TMPDIR/etc"
	echo "log_file = $LOGS/raw" >"$BATS_TEST_TMPDIR/etc/auditd.conf"
	cat "$LOGS/enriched" | "$OURS" -e --input-logs --config-dir "$BATS_TEST_TMPDIR/etc" >"$BATS_TEST_TMPDIR/out"
	"$OURS" -e -if "$LOGS/raw" | cmp - "$BATS_TEST_TMPDIR/out"
}

@test "what the reference refuses is refused, with a sentence" {
	local line words
	while read -r line; do
		read -ra words <<<"$line"
		run -1 "$ORACLE" "${words[@]}" -if "$LOGS/raw"
		run -1 --separate-stderr "$OURS" "${words[@]}" -if "$LOGS/raw"
		[[ $stderr == "aureport: "* ]] && [ -z "$output" ] || { echo "$line: $output $stderr"; return 1; }
	done <<-'END'
		-t --summary
		--tty --summary
		--nosuch
		-x stray
		-f stray
		-i stray
		--eoe-timeout 0
		--eoe-timeout x
		--escape nosuch
		--escape
		-ts
		-te nosuch
		-if
		--node
	END
	run -1 "$OURS" --sumary -if "$LOGS/raw"
	[[ $output == *"did you mean \"--summary\"?"* ]]
	run -1 "$OURS" --format josn -if "$LOGS/raw"
	[[ $output == *"text, csv or json"* ]]
}

@test "help lists every option on standard output, and so does the manual" {
	local name count=0
	run -0 "$OURS" --help
	for name in $(grep -oE '^ +-[^A-Z[]*' <<<"$output" | grep -oE -- '-{1,2}[a-z][a-z-]*'); do
		count=$((count + 1))
		grep -qF -- "${name//-/\\-}" "$AURUM_TOP/docs/aureport.8" || { echo "$name is not in aureport.8"; return 1; }
	done
	[ "$count" -ge 65 ]
	run -0 "$OURS" -v
	[[ $output == "aureport version "* ]]
}

@test "a reader that leaves early is no trouble, a full disk is" {
	"$OURS" -e -if "$LOGS/enriched" 2>"$BATS_TEST_TMPDIR/err" | head -n 1
	[ ! -s "$BATS_TEST_TMPDIR/err" ]
	run -1 bash -c '"$OURS" -e -if "$LOGS/enriched" >/dev/full'
	[[ $output == *"cannot write the report: No space left on device"* ]]
}

# ---- beyond the reference ----

@test "several reports in one pass are what each gives alone" {
	local report
	for report in -x -au -e -tm --tty; do "$OURS" $report -i -if "$LOGS/raw" || true; done >"$BATS_TEST_TMPDIR/alone"
	"$OURS" -x -au -e -tm --tty -i -if "$LOGS/raw" | cmp - "$BATS_TEST_TMPDIR/alone"
	for report in -x -au -e -tm; do "$OURS" $report --summary -if "$LOGS/raw"; done >"$BATS_TEST_TMPDIR/alone"
	"$OURS" --summary -x -au -e -tm -if "$LOGS/raw" | cmp - "$BATS_TEST_TMPDIR/alone"
}

@test "csv and json hold every row and every count of every report" {
	command -v python3 >/dev/null || skip "no python3"
	local report
	for report in -a -au -c --comm -cr -e -f -h --integrity -k -l -m -ma -n -p -r -s -tm --tty -u --virt -x -t; do
		for shape in "" --summary; do
			[[ $report == --tty || $report == -t ]] && [ -n "$shape" ] && continue
			"$OURS" $report $shape -i -if "$LOGS/enriched" >"$BATS_TEST_TMPDIR/text" || true
			"$OURS" $report $shape -i --format csv -if "$LOGS/enriched" >"$BATS_TEST_TMPDIR/csv" || true
			"$OURS" $report $shape -i --format json -if "$LOGS/enriched" >"$BATS_TEST_TMPDIR/json" || true
			python3 - "$BATS_TEST_TMPDIR" "$report $shape" <<-'END'
				import csv, json, sys
				dir, what = sys.argv[1], sys.argv[2]
				text = [l for l in open(dir + "/text", encoding="latin-1") if l[0].isdigit() or l[0] == "/"]
				table = list(csv.reader(open(dir + "/csv", encoding="latin-1", newline="")))
				rows = [json.loads(l) for l in open(dir + "/json")]
				assert len(text) == len(table) - 1 == len(rows), (what, len(text), len(table), len(rows))
				assert all(len(r) == len(table[0]) for r in table), what
				assert all("report" in r for r in rows), what
			END
		done
	done
	"$OURS" --format json -if "$LOGS/enriched" | python3 -c 'import json,sys; assert json.load(sys.stdin)["events"] > 1000'
}

@test "a timeline counts the events of the report, by minute, hour and day" {
	local events unit report
	for report in -e -au "-x --failed"; do
		events=$("$OURS" $report -if "$LOGS/raw" | grep -c '^[0-9]*\. ')
		for unit in minute hour day; do
			[ "$("$OURS" $report --timeline $unit --format csv -if "$LOGS/raw" | awk -F, 'NR>1{n+=$2} END{print n}')" -eq "$events" ]
		done
	done
	! "$OURS" -e --timeline hour -if "$LOGS/raw" | grep -q '#$'
	run -1 "$OURS" -e --timeline hour --summary -if "$LOGS/raw"
}

@test "a summary is flat in the number of different values" {
	awk 'BEGIN { for (i = 1; i <= 60000; i++)
		printf "type=USER msg=audit(%d.000:%d): pid=%d uid=0 auid=%d ses=1 msg=\047exe=\"/bin/%d\" res=success\047\n", 1700000000 + i / 100, i, i * 7 % 50021, i, i % 30011 }' >"$BATS_TEST_TMPDIR/many"
	for report in "-p" "-x" "-u -i" ""; do
		timeout 60 "$OURS" $report --summary -if "$BATS_TEST_TMPDIR/many" >"$BATS_TEST_TMPDIR/out"
	done
	grep -q "^Number of process IDs: 50021$" "$BATS_TEST_TMPDIR/out"
	[ "$("$OURS" -p --summary -if "$BATS_TEST_TMPDIR/many" | sed -n '6,$p' | sort -c -k1,1nr -k2,2n && echo sorted)" = sorted ]
}

# ---- hostile and damaged logs ----

@test "garbage, NUL bytes and a torn end hide nothing around them" {
	{
		echo "type=USER msg=audit(1700000000.000:1): pid=1 uid=0 auid=0 msg='exe=\"/a\"'"
		head -c 1048576 /dev/zero | tr '\0' x
		echo
		head -c 5000 /dev/zero
		echo "type=USER msg=audit(1700000000.000:2): pid=2 uid=0 auid=0 msg='exe=\"/b\"'"
		echo "not a record"
		printf 'type=USER msg=audit(1700000000.000:3): pid=3 uid=0 auid=0 msg=\0c'
	} >"$BATS_TEST_TMPDIR/log"
	run -0 --separate-stderr "$OURS" -p -if "$BATS_TEST_TMPDIR/log"
	[ "$(grep -c '^[123]\. ' <<<"$output")" -eq 3 ]
	[[ $stderr == *"lines that are no records: 2 (--debug shows them)"* ]]
	[[ $stderr == *"lines cut at 65536 bytes: 1"* ]]
}

# ---- deliberate differences ----

log_of() { printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/log"; }

@test "difference: AppArmor's decisions are reported" {
	run -0 "$OURS" -a -if "$AURUM_TOP/test/data/linux/audit-ubuntu16.log"
	[[ $output == *"metricbeat docker-default 0 ptrace trace (null) denied 61207"* ]]
}

@test "difference: a record that lacks a field does not hide its event" {
	log_of "type=NETFILTER_CFG msg=audit(1700000009.000:2): table=filter family=2 entries=0"
	run -0 "$OURS" -c -if "$BATS_TEST_TMPDIR/log"
	[[ $output == *"NETFILTER_CFG -1 unset 2"* ]]
}

@test "difference: nobody is not root" {
	log_of "type=DAEMON_END msg=audit(1700000020.000:3): auditd normal halt, sending auid=? pid=? subj=? res=success"
	run -0 "$OURS" -e -if "$BATS_TEST_TMPDIR/log"
	[[ $output == *"3 DAEMON_END -2 yes"* ]]
	run -1 "$OURS" -p -if "$BATS_TEST_TMPDIR/log"
}

@test "difference: the range of the log starts at its first record" {
	run -0 "$OURS" -ts 01/01/20 -if "$LOGS/raw"
	[[ $output == *"Range of time in logs: 11/14/23 22:13:20"* ]]
}

@test "difference: an account that starts with digits stays what it is" {
	log_of "type=USER_AUTH msg=audit(1700000000.000:1): pid=1 uid=0 auid=0 ses=1 msg='acct=\"7up\" exe=\"/a\" hostname=? addr=? terminal=x res=failed'"
	run -0 "$OURS" -au --summary -if "$BATS_TEST_TMPDIR/log"
	[[ $output == *"1  7up"* ]]
}

# on_terminal COMMAND : its output on a terminal, where it is made to take more than a second.
on_terminal() {
	script -qec "$1 & p=\$!; sleep 0.2; kill -STOP \$p; sleep 1.1; kill -CONT \$p; wait \$p" "$BATS_TEST_TMPDIR/terminal" </dev/null >/dev/null
	cat "$BATS_TEST_TMPDIR/terminal"
}

@test "a terminal sees how far a long report has come, a file does not" {
	local log=$BATS_TEST_TMPDIR/log i
	for ((i = 0; i < 64; i++)); do cat "$LOGS/enriched"; done >"$log"
	# A machine may be done before it is stopped: then the log is too short.
	for ((i = 0; i < 6; i++)); do
		on_terminal "$OURS -f -i --summary -if $log" >"$BATS_TEST_TMPDIR/seen"
		! grep -qaE '\[#+ *\] +[0-9]+ %' "$BATS_TEST_TMPDIR/seen" || break
		cat "$log" "$log" >"$log.2"
		mv "$log.2" "$log"
	done
	[ "$i" -lt 6 ]
	on_terminal "$OURS -f -i --summary -if $log 2>$BATS_TEST_TMPDIR/errors" | grep -aF ' %' && false
	[ ! -s "$BATS_TEST_TMPDIR/errors" ]
}

TASK='arch=c000003e syscall=59 success=yes exit=0 a0=0 a1=0 a2=0 a3=0 items=0 ppid=1 pid=2 auid=0 uid=0 gid=0 euid=0'
TASK+=' suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 tty=x ses=1'

# differ OPTION... : the reference still prints something else; ours is in $output.
differ() {
	"$ORACLE" "$@" -if "$BATS_TEST_TMPDIR/log" </dev/null >"$BATS_TEST_TMPDIR/theirs" 2>/dev/null 3>&- || true
	run -0 --separate-stderr "$OURS" "$@" -if "$BATS_TEST_TMPDIR/log"
	! diff "$BATS_TEST_TMPDIR/theirs" - <<<"$output" >/dev/null
}

@test "difference: text that somebody chose is no field" {
	log_of "type=SYSCALL msg=audit(1700000000.000:1): $TASK comm=\"exe=x\" exe=\"/real\" key=(null)"
	differ -p
	[[ $output == *" 2 /real 59 0 1" ]]
	differ -x --summary
	[[ $output == *"1  /real" ]]
}

@test "difference: long names are whole" {
	local name
	name=$(printf 'n%.0s' {1..80})
	log_of "type=USER_AUTH msg=audit(1700000000.000:1): pid=1 uid=0 auid=70000 ses=1 msg='acct=\"a\" exe=\"/a\" hostname=? addr=? terminal=x res=failed'"$'\035'"UID=\"root\" AUID=\"$name\""
	differ -u -i
	[[ $output == *" $name x ? /a 1" ]]
	differ -u -i --summary
	[[ $output == *"1  $name" ]]
}

@test "difference: a record type without a name is told by its number" {
	log_of "type=UNKNOWN[1399] msg=audit(1700000000.000:1): pid=1 uid=0 auid=0 ses=1 res=1"
	differ -e
	[[ $output == *" 1 UNKNOWN[1399] "* ]]
}

@test "difference: a TTY record without data has a row of its own" {
	log_of 'type=TTY msg=audit(1700000000.000:1): tty pid=1 uid=0 auid=0 ses=1 major=136 minor=0 comm="x"' \
		'type=TTY msg=audit(1700000009.000:2): tty pid=1 uid=0 auid=0 ses=1 major=136 minor=0 comm="x" data=41'
	differ --tty
	[[ $output == *$'22:13:20 1 0 ? 1 x ?\n2. '* ]]
}

@test "difference: control bytes do not reach the terminal, unless they are asked for" {
	local report clear=$'\033[2J'
	log_of "type=USER_LOGIN msg=audit(1700000000.000:1): pid=1 uid=0 auid=0 ses=1 msg='op=login acct=\"a\" exe=\"/a$clear\" hostname=h$clear addr=? terminal=t$clear res=success'" \
		"type=SYSCALL msg=audit(1700000009.000:2): $TASK comm=\"x\" exe=\"/x\" subj=s$clear key=\"k$clear\"" \
		"type=AVC msg=audit(1700000009.000:2): avc:  denied  { read } for  pid=1 comm=\"x\" scontext=s tcontext=t$clear tclass=file"
	for report in -h "-h --summary" -tm "-tm --summary" -l -a "-a --summary" -k; do
		# shellcheck disable=SC2086
		differ $report || { echo "$report is the same"; return 1; }
		[[ $output == *'\033[2J'* && $output != *$'\033'* ]] || { echo "$report: $output"; return 1; }
		# shellcheck disable=SC2086
		run -0 "$OURS" $report --escape raw -if "$BATS_TEST_TMPDIR/log"
		[[ $output == *"$clear"* ]] || { echo "$report: $output"; return 1; }
	done
}

@test "difference: the call of an unknown machine is unknown" {
	log_of "type=SYSCALL msg=audit(1700000000.000:1): ${TASK/c000003e/deadbeef} comm=\"x\" exe=\"/x\" key=(null)"
	run -0 "$OURS" -s -i --summary -if "$BATS_TEST_TMPDIR/log"
	[[ $output == *"1  ?" ]]
}
