#!/usr/bin/env bats
# csv and text beside Debian's ausearch: the same rows and sentences, but for csv's quotes, which
# are taken off, and for what the tests at the end say. json and checkpoints are tested here too.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC
	ORACLE=$("$AURUM_TOP/test/oracle")/ausearch
	OURS=$AURUM_BIN/ausearch
	LOGS=$BATS_FILE_TMPDIR
	HERE=$AURUM_TOP/test/golden
	export ORACLE OURS LOGS HERE
	local genlog=$AURUM_BIN/../bench/genlog seed
	"$genlog" -s 1 -S 21 >"$LOGS/enriched" 2>/dev/null
	"$genlog" -s 1 -S 22 -R -r 300 -I 20 >"$LOGS/raw" 2>/dev/null
	"$genlog" -s 1 -S 23 -n web1 -r 2000 -I 40 >"$LOGS/node" 2>/dev/null
	for seed in 1 2 3; do
		python3 "$HERE/normalise_log.py" "$seed" 4 >"$LOGS/words$seed"
	done
	python3 "$HERE/normalise_log.py" 4 4 node >"$LOGS/words4"
}

# both LOG OPTION... : runs the two; true when they agree.
both() {
	local theirs=0 ours=0 dir=$BATS_TEST_TMPDIR log=$1
	shift
	"$ORACLE" -if "$log" "$@" >"$dir/theirs" 2>/dev/null </dev/null 3>&- || theirs=$?
	"$OURS" -if "$log" "$@" >"$dir/ours" 2>"$dir/ours.err" </dev/null || ours=$?
	case " $* " in *" csv "*)
		python3 "$HERE/csv_plain.py" <"$dir/ours" >"$dir/plain" && mv "$dir/plain" "$dir/ours" || return 1
		sed -E -i 's/^(.*[^,]),{9,}$/\1/' "$dir/theirs"
		;;
	esac
	[ "$ours" -eq "$theirs" ] && cmp -s "$dir/theirs" "$dir/ours" &&
		! grep -qE 'Sanitizer|runtime error' "$dir/ours.err" && return 0
	echo "ausearch -if $log $*: exit $theirs and $ours"
	cat "$dir/ours.err"
	diff -a "$dir/theirs" "$dir/ours" | head -n 6
	return 1
}

EXTRA="--extra-keys --extra-labels --extra-obj2 --extra-time"

# rows LOG... : every line below, for every log.
rows() {
	local log line words bad=0
	while IFS= read -r line; do
		read -ra words <<<"$line"
		for log in "$@"; do both "$log" "${words[@]}" || bad=$((bad + 1)); done
	done <<-END
		--format csv
		--format csv $EXTRA
		--format csv --extra-keys
		--format csv --extra-labels
		--format csv --extra-obj2 --escape raw
		--format csv --extra-time --escape shell
		--format csv -m USER_LOGIN,USER_AUTH,SYSCALL
		--format csv -sv no --extra-keys
		--format csv --just-one
		--format text
		--format text --escape raw
		--format text --escape shell
		--format text -ul 1003
		--format text -sv yes --just-one
		--format text -k nosuchkey
	END
	[ "$bad" -eq 0 ]
}

@test "generated logs give the reference's rows and sentences" {
	rows "$LOGS/enriched" "$LOGS/raw" "$LOGS/node"
}

@test "every record type and system call gives the reference's rows and sentences" {
	local log line words bad=0
	for log in "$LOGS"/words?; do
		for line in "--format csv" "--format csv $EXTRA" "--format text" "--format csv --escape shell --extra-obj2"; do
			read -ra words <<<"$line"
			both "$log" -m ALL "${words[@]}" || bad=$((bad + 1))
		done
	done
	[ "$bad" -eq 0 ]
}

@test "real logs give the reference's rows and sentences" {
	local name line words bad=0
	for name in rhel6 rhel7 ubuntu14 ubuntu17; do
		for line in "--format csv" "--format csv $EXTRA" "--format text"; do
			read -ra words <<<"$line"
			both "$AURUM_TOP/test/data/linux/audit-$name.log" "${words[@]}" || bad=$((bad + 1))
		done
	done
	[ "$bad" -eq 0 ]
}

@test "the interpreter's records give the reference's rows and sentences" {
	local log line words bad=0
	# SECCOMP without subj= and AppArmor's records are told better than there (docs/differences.md).
	for log in "$AURUM_TOP"/test/data/interpret/*.log; do
		grep -av -e '^type=SECCOMP' -e apparmor= -e 'UNKNOWN\[1400\]' "$log" >"$BATS_TEST_TMPDIR/log"
		for line in "--format csv" "--format csv $EXTRA" "--format text"; do
			read -ra words <<<"$line"
			both "$BATS_TEST_TMPDIR/log" "${words[@]}" || bad=$((bad + 1))
		done
	done
	[ "$bad" -eq 0 ]
}

@test "in other zones and locales the rows are the reference's" {
	local zone bad=0
	for zone in Asia/Tokyo America/New_York Europe/Berlin Pacific/Auckland UTC; do
		export TZ=$zone
		both "$LOGS/enriched" --format csv --extra-time || bad=$((bad + 1))
		both "$LOGS/enriched" --format text || bad=$((bad + 1))
		both "$AURUM_TOP/test/data/linux/audit-rhel7.log" --format csv --extra-time || bad=$((bad + 1))
	done
	export LC_ALL=C.UTF-8
	both "$LOGS/words1" --format csv --extra-time -m ALL || bad=$((bad + 1))
	[ "$bad" -eq 0 ]
}

@test "a folder of rotated logs gives the reference's rows" {
	local folder=$BATS_TEST_TMPDIR/logs
	mkdir "$folder"
	head -n 1501 "$LOGS/enriched" >"$folder/audit.log.1"
	tail -n +1502 "$LOGS/enriched" >"$folder/audit.log"
	both "$folder" --format csv
	both "$folder" --format text
}

@test "extra columns are refused where there are no columns" {
	run -1 "$OURS" -if "$LOGS/raw" --extra-keys
	[[ $output == *"--format csv"* ]]
	run -1 "$OURS" -if "$LOGS/raw" --extra-time --format text
	run -1 "$OURS" -if "$LOGS/raw" --format csv --format text
}

# ---- differences ----

log_of() { printf '%s\n' "$@" >"$BATS_TEST_TMPDIR/log"; }

@test "difference: csv quotes a value with a comma, a quote or a line end" {
	local call='arch=c000003e syscall=257 success=yes exit=3 a0=0 a1=0 a2=0 a3=0 items=1 ppid=1 pid=2 auid=0 uid=0 gid=0'
	log_of "type=SYSCALL msg=audit(1700000000.000:1): $call ses=1 comm=\"x\" exe=\"/x\" key=(null)" \
		'type=CWD msg=audit(1700000000.000:1): cwd="/"' \
		'type=PATH msg=audit(1700000000.000:1): item=0 name=2F612C22620A63 inode=7 mode=0100644 nametype=NORMAL'
	run -0 "$OURS" --format csv -if "$BATS_TEST_TMPDIR/log"
	[[ ${lines[1]} == *',"/a,""b\012c",7,file,/x' ]]
	run -0 "$OURS" --format csv --escape raw -if "$BATS_TEST_TMPDIR/log"
	[[ $output == *$',"/a,""b\nc",7,file,/x' ]]
}

@test "difference: the offset of a zone has its minutes" {
	log_of "type=USER msg=audit(1700000000.000:1): pid=1 uid=0 auid=0 ses=1 msg='x res=success'"
	check() {
		TZ=$1 run -0 "$OURS" --format csv --extra-time -if "$BATS_TEST_TMPDIR/log"
		[[ ${lines[1]} == *",$2,1,"* ]] || { echo "$1: $output"; return 1; }
	}
	check Asia/Kolkata +05:30
	check Asia/Kathmandu +05:45
	check America/St_Johns -03:30
	check America/New_York -05:00
	check UTC +00:00
}

@test "difference: a row without a SYSCALL record has all its columns" {
	log_of 'type=CWD msg=audit(1700000000.000:1): cwd="/"' 'type=PATH msg=audit(1700000000.000:1): item=0 name="/x"'
	run -0 "$OURS" --format csv --extra-labels --extra-keys --extra-obj2 -if "$BATS_TEST_TMPDIR/log"
	[ "$(tr -cd , <<<"${lines[0]}" | wc -c)" -eq "$(tr -cd , <<<"${lines[1]}" | wc -c)" ]
}

@test "difference: the call of a SECCOMP record is known wherever it stands" {
	log_of 'type=SECCOMP msg=audit(1700000000.000:1): auid=0 uid=0 gid=0 ses=1 pid=2 comm="x" exe="/x" sig=31 arch=c000003e syscall=59 compat=0 ip=0x0 code=0x0'
	run -0 "$OURS" --format text -if "$BATS_TEST_TMPDIR/log"
	[[ $output == *"called-seccomp-controlled-syscall execve using /x" ]]
}

@test "difference: the root folder is told as it is" {
	local call='arch=c000003e syscall=257 success=yes exit=3 a0=0 a1=0 a2=0 a3=0 items=1 ppid=1 pid=2 auid=0 uid=0 gid=0'
	log_of "type=SYSCALL msg=audit(1700000000.000:1): $call ses=1 comm=\"x\" exe=\"/x\" key=(null)" \
		'type=CWD msg=audit(1700000000.000:1): cwd="/"' \
		'type=PATH msg=audit(1700000000.000:1): item=0 name="." inode=7 mode=040755 nametype=NORMAL'
	run -0 "$OURS" --format text -if "$BATS_TEST_TMPDIR/log"
	[[ $output == *"opened-file / using /x" ]]
}

# ---- json ----

@test "every line of json is one object, whatever the log holds" {
	local log format
	head -c 20000 "$LOGS/enriched" | tr 'e' '\377' | sed 's/typ\xff/type/g' >"$LOGS/bytes"
	printf "type=USER msg=audit(1.000:1): a=\\001\\002 A=3 a=4 msg='\\355\\240\\200 \\xee\\xbe\\x80 \"x\\\\y\"'\\n" >>"$LOGS/bytes"
	for log in "$LOGS"/enriched "$LOGS"/raw "$LOGS"/node "$LOGS"/words1 "$LOGS"/bytes "$AURUM_TOP"/test/data/linux/*.log \
		"$AURUM_TOP"/test/data/interpret/*.log; do
		for format in json json-raw; do
			"$OURS" --format "$format" -m ALL -if "$log" >"$BATS_TEST_TMPDIR/json" 2>/dev/null || true
			"$OURS" -m ALL -if "$log" 2>/dev/null | grep -ac '^time->' >"$BATS_TEST_TMPDIR/count" || true
			python3 "$HERE/json_check.py" "$format" "$(cat "$BATS_TEST_TMPDIR/count")" <"$BATS_TEST_TMPDIR/json"
		done
	done
}

@test "json-raw gives the log back byte by byte" {
	"$OURS" --format json-raw -if "$LOGS/bytes" 2>/dev/null | python3 "$HERE/json_check.py" lines >"$BATS_TEST_TMPDIR/back"
	"$OURS" --format raw -if "$LOGS/bytes" 2>/dev/null | tr -d '\035' >"$BATS_TEST_TMPDIR/raw"
	tr -d '\035' <"$BATS_TEST_TMPDIR/back" | cmp - "$BATS_TEST_TMPDIR/raw"
}

@test "json tells who did what in csv's words, and the arguments as a list" {
	local call='arch=c000003e syscall=59 success=yes exit=0 a0=0 a1=0 a2=0 a3=0 items=1 ppid=1 pid=2 auid=1 uid=0 gid=0'
	log_of "type=SYSCALL msg=audit(1700000000.123:1): $call ses=1 comm=\"ls\" exe=\"/bin/ls\" key=610162" \
		'type=EXECVE msg=audit(1700000000.123:1): argc=4 a0="ls" a1=2D6C2061 a2_len=4 a2[0]=C3 a2[1]=A4 a3=""' \
		'type=CWD msg=audit(1700000000.123:1): cwd="/home"' \
		'type=PATH msg=audit(1700000000.123:1): item=0 name="/bin/ls" inode=7 mode=0100755 nametype=NORMAL'
	"$OURS" --format json -if "$BATS_TEST_TMPDIR/log" >"$BATS_TEST_TMPDIR/json"
	python3 - "$BATS_TEST_TMPDIR/json" <<-END
		import json, sys
		e = json.loads(open(sys.argv[1]).read())
		assert e["argv"] == ["ls", "-l a", "\u00e4", ""], e["argv"]
		assert e["keys"] == ["a", "b"], e["keys"]
		assert e["time"] == "2023-11-14T22:13:20.123Z" and e["serial"] == 1
		assert e["subject"] == {"name": "daemon", "acting_as": "root", "kind": "privileged-acct"}, e["subject"]
		assert e["action"] == "executed" and e["result"] == "success" and e["how"] == "/bin/ls"
		assert e["records"][0]["fields"]["uid"] == "0" and e["records"][0]["meaning"]["uid"] == "root"
	END
}

# ---- checkpoints ----

# search PROGRAM TAG OPTION... : one run over the folder, its exit code and checkpoint's event.
search() {
	local program=$1 tag=$2 status=0
	shift 2
	"$program" "$@" --checkpoint "$BATS_TEST_TMPDIR/$tag.point" -if "$FOLDER" >>"$BATS_TEST_TMPDIR/$tag.out" \
		2>/dev/null 3>&- || status=$?
	echo "$status $(grep -s '^output' "$BATS_TEST_TMPDIR/$tag.point")" >>"$BATS_TEST_TMPDIR/$tag.runs"
}

# Both search the same growing, rotating folder; files end between events.
grow() {
	local first=$1 second=$2
	shift 2
	FOLDER=$BATS_TEST_TMPDIR/logs
	mkdir "$FOLDER"
	step() { search "$first" a "$@"; search "$second" b "$@"; }
	awk -v dir="$FOLDER" '{ split($0, p, /[:)]/); if (NR % 1000 == 0) cut = 1
		if (cut && p[2] != last) { n++; cut = 0 } last = p[2]; print > (dir "/part" n + 0) }' "$LOGS/words1"
	cp "$FOLDER/part0" "$FOLDER/audit.log"
	step "$@"
	cat "$FOLDER/part1" >>"$FOLDER/audit.log"
	step "$@"
	step "$@"
	mv "$FOLDER/audit.log" "$FOLDER/audit.log.1"
	cp "$FOLDER/part2" "$FOLDER/audit.log"
	step "$@"
}

@test "checkpoints give what the reference's give, over growth and rotation" {
	grow "$ORACLE" "$OURS" -r
	diff "$BATS_TEST_TMPDIR/a.runs" "$BATS_TEST_TMPDIR/b.runs"
	cmp "$BATS_TEST_TMPDIR/a.out" "$BATS_TEST_TMPDIR/b.out"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/a.runs")" -eq 4 ]
	cmp "$BATS_TEST_TMPDIR/a.point" "$BATS_TEST_TMPDIR/b.point"
}

@test "each reads the other's checkpoint" {
	local FOLDER=$BATS_TEST_TMPDIR/logs
	mkdir "$FOLDER"
	head -n 1000 "$LOGS/raw" >"$FOLDER/audit.log"
	search "$ORACLE" a -r
	search "$OURS" b -r
	tail -n +1001 "$LOGS/raw" >>"$FOLDER/audit.log"
	mv "$BATS_TEST_TMPDIR/a.point" "$BATS_TEST_TMPDIR/c.point"
	mv "$BATS_TEST_TMPDIR/b.point" "$BATS_TEST_TMPDIR/a.point"
	mv "$BATS_TEST_TMPDIR/c.point" "$BATS_TEST_TMPDIR/b.point"
	search "$ORACLE" a -r
	search "$OURS" b -r
	cmp "$BATS_TEST_TMPDIR/a.out" "$BATS_TEST_TMPDIR/b.out"
	diff "$BATS_TEST_TMPDIR/a.runs" "$BATS_TEST_TMPDIR/b.runs"
}

@test "a checkpoint that is bad, cannot be written or is of another log exits 10, 11, 12" {
	local FOLDER=$BATS_TEST_TMPDIR/logs point=$BATS_TEST_TMPDIR/x.point
	mkdir "$FOLDER"
	cp "$LOGS/words1" "$FOLDER/audit.log"
	for text in "garbage" "dev=0x1" $'dev=0x1\ninode=1\noutput=-' $'dev=0xffff\ninode=99\noutput=- 1.000:1 0x1'; do
		echo "$text" >"$point"
		run -10 "$ORACLE" -r --checkpoint "$point" -if "$FOLDER"
		echo "$text" >"$point"
		run -10 "$OURS" -r --checkpoint "$point" -if "$FOLDER"
	done
	run -11 "$ORACLE" -r --checkpoint "$FOLDER/no/such" -if "$FOLDER"
	run -11 "$OURS" -r --checkpoint "$FOLDER/no/such" -if "$FOLDER"
	for program in "$ORACLE" "$OURS"; do
		printf 'dev=0x%x\ninode=%d\noutput=- 1600000000.000:1 0x514\n' "$(stat -c %d "$FOLDER/audit.log")" \
			"$(stat -c %i "$FOLDER/audit.log")" >"$point"
		run -12 "$program" -r --checkpoint "$point" -if "$FOLDER"
	done
	printf 'dev=0x1\ninode=1\noutput=- 1700000500.000:1 0x514\n' >"$point"
	"$ORACLE" -r --checkpoint "$point" -ts checkpoint -if "$FOLDER" 2>/dev/null >"$BATS_TEST_TMPDIR/theirs"
	printf 'dev=0x1\ninode=1\noutput=- 1700000500.000:1 0x514\n' >"$point"
	"$OURS" -r --checkpoint "$point" -ts checkpoint -if "$FOLDER" 2>/dev/null | cmp - "$BATS_TEST_TMPDIR/theirs"
	run -1 "$OURS" -r -ts checkpoint -if "$FOLDER"
}

@test "difference: a checkpoint works with a search that leaves events out" {
	grow "$ORACLE" "$OURS" -r -m USER_LOGIN
	run cat "$BATS_TEST_TMPDIR/b.runs"
	[[ $output != *12* ]]
	[ "$(grep -c ^type=USER_LOGIN "$BATS_TEST_TMPDIR/b.out")" -eq \
		"$(cat "$FOLDER"/part[012] | grep -c ^type=USER_LOGIN)" ]
}

# ---- times beyond the reference ----

@test "times are also ISO 8601, seconds since 1970 and time ago" {
	local now text
	now=$(date +%s)
	log_of "type=USER msg=audit(1700000000.000:1): pid=1 uid=0 auid=0 ses=1 msg='x'" \
		"type=USER msg=audit(1700003600.000:2): pid=1 uid=0 auid=0 ses=1 msg='x'" \
		"type=USER msg=audit($((now - 7300)).000:3): pid=1 uid=0 auid=0 ses=1 msg='x'" \
		"type=USER msg=audit($((now - 60)).000:4): pid=1 uid=0 auid=0 ses=1 msg='x'"
	first() {
		local want=$1
		shift
		run -0 "$OURS" -r --just-one "$@" -if "$BATS_TEST_TMPDIR/log"
		[[ $output == *":$want):"* ]] || { echo "$*: $output"; return 1; }
	}
	first 1 -ts @1700000000
	first 2 -ts 1700000001
	first 1 -ts 2023-11-14
	first 2 -ts 2023-11-14 22:13:21
	first 2 -ts 2023-11-14T22:13:20.5Z -te 2023-11-14T23:30 -a 2
	first 1 -ts 2023-11-15T03:43:20+05:30
	first 2 -ts 2023-11-15T03:43:21+05:30
	first 4 -ts -2h
	first 3 -ts "3 hours ago"
	first 3 -ts 3 hours ago
	first 3 -ts 3h ago -te 5 min ago
	first 4 -ts "10 min ago" -te -0s
	for words in "-3h" "3 hours ago" "2h ago -i"; do
		# shellcheck disable=SC2086
		run -0 "$AURUM_BIN/aureport" -e -ts $words -if "$BATS_TEST_TMPDIR/log"
		[[ $output == *" USER "* ]]
	done
	run -1 "$AURUM_BIN/aureport" -e -ts -1s -if "$BATS_TEST_TMPDIR/log"
	for text in 2023-02-30 2023-13-01 2023-11-14T25:00 -2x "3 days" @x 2023-11-14T; do
		run -1 "$OURS" -r -ts "$text" -if "$BATS_TEST_TMPDIR/log"
		[[ $output == "ausearch: "* ]]
	done
	run -1 "$OURS" -ts -k x -if "$BATS_TEST_TMPDIR/log"
	[[ $output == *"before option -k"* ]]
}
