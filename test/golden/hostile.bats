#!/usr/bin/env bats
# Damaged and hostile logs: no crash, no hang, bounded memory, and what was not hit is still found.
# Witnesses (witness.awk) stand in each log, and test/damage.c hits everything but them: what a
# program tells of them has to be what it tells of a log that holds nothing else.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC
	LOGS=$BATS_FILE_TMPDIR
	TEST=$AURUM_BIN/../test
	HERE=$AURUM_TOP/test/golden
	ALL="-a -au -c --comm -cr -e -f -h --integrity -k -l -m -ma -n -p -r -s -tm --tty -u --virt -x"
	export LOGS TEST HERE ALL
	local genlog=$AURUM_BIN/../bench/genlog
	"$genlog" -s 1 -S 31 2>/dev/null | head -n 1500 >"$LOGS/base"
	"$genlog" -s 1 -S 32 -R -r 200 -I 20 2>/dev/null | head -n 1500 >"$LOGS/busy"
	# The same serials and times on two nodes, line by line.
	"$genlog" -s 1 -S 33 -n web1 2>/dev/null | head -n 750 >"$LOGS/one"
	"$genlog" -s 1 -S 33 -n web2 2>/dev/null | head -n 750 >"$LOGS/two"
	paste -d '\n' "$LOGS/one" "$LOGS/two" >"$LOGS/nodes"
	local log
	for log in base busy nodes; do
		awk -f "$HERE/witness.awk" "$LOGS/$log" >"$LOGS/$log.log"
		awk -v pure=1 -f "$HERE/witness.awk" "$LOGS/$log" >"$LOGS/$log.pure"
		[ "$(grep -c /w/ "$LOGS/$log.log")" -ge 400 ]
	done
}

# ask PROGRAM OPTION... : what it prints goes to $dir/out. A crash, a hang or a word of a
# sanitizer fails.
ask() {
	local status=0 program=$1
	shift
	timeout 60 "$AURUM_BIN/$program" "$@" >"$dir/out" 2>"$dir/err" </dev/null || status=$?
	[ "$status" -le 1 ] && ! grep -E 'Sanitizer|runtime error' "$dir/err" && return 0
	echo "$program $*: exit $status"
	return 1
}

# told PATTERN: the lines of the answer that are about witnesses, without the number of the row.
told() { { grep -aE "$1" "$dir/out" || true; } | sed -E 's/^[0-9]+\. //' | sort; }

# same PATTERN PROGRAM OPTION... : $damaged and $pure tell the same of the witnesses.
same() {
	local pattern=$1 program=$2 input=-if want
	shift 2
	[[ $program == aulast* ]] && input=-f
	want=$dir/want
	[[ $pure != "$LOGS"/* ]] || want=$LOGS/want.${pure##*/}.$program.${*//\//_} # asked once
	if [[ $want == "$dir/want" || ! -e $want ]]; then
		ask "$program" "$@" "$input" "$pure" || return 1
		told "$pattern" >"$want"
	fi
	ask "$program" "$@" "$input" "$damaged" || return 1
	told "$pattern" >"$dir/got"
	[ -s "$want" ] && cmp -s "$want" "$dir/got" && return 0
	echo "$program $*: of witnesses, < is not told, > not there"
	diff "$want" "$dir/got" | head -n 6
	return 1
}

# survive: all programs, over $damaged.
survive() {
	local format serial='9700731[0-9]{6}'
	for format in raw default interpret csv json json-raw; do same "$serial" ausearch --format "$format" -m ALL || return 1; done
	same /w/ ausearch --format text || return 1
	same "$serial" ausearch -r -x /w/ -ul 3 || return 1
	same "$serial" ausearch -r -f /w/ -k w || return 1
	# shellcheck disable=SC2086
	same "$serial" aureport $ALL || return 1
	# shellcheck disable=SC2086
	same "$serial" aureport $ALL -i --success || return 1
	# shellcheck disable=SC2086
	ask aureport ${ALL/--tty/} --summary -i -if "$damaged" || return 1
	ask aureport -if "$damaged" || return 1
	same ' w[0-9]+ ' aulast --proof || return 1
	same '^sys ' aulastlog
}

# hit KIND SEED LOG...: each log, damaged in this way.
hit() {
	local kind=$1 seed=$2 log dir=$BATS_TEST_TMPDIR pure damaged=$BATS_TEST_TMPDIR/log
	shift 2
	for log in "$@"; do
		pure=$LOGS/$log.pure
		"$TEST/damage" "$kind" "$seed" <"$LOGS/$log.log" >"$damaged"
		! cmp -s "$damaged" "$LOGS/$log.log"
		survive || { echo "$kind, seed $seed, $log"; return 1; }
	done
}

@test "flipped bits hide nothing around them" { hit flip 1 base busy nodes; }
@test "bytes without a meaning hide nothing around them" { hit garbage 2 base nodes; }
@test "NUL bytes hide nothing around them" { hit nul 3 busy nodes; }
@test "torn lines hide nothing around them" { hit tear 4 base busy; }
@test "lost records, the last ones of events too, hide nothing around them" { hit lose 5 base nodes; }
@test "lines of a megabyte hide nothing around them" { hit long 6 busy nodes; }
@test "a clock that is stepped back and forth hides nothing" { hit clock 7 base busy; }

@test "windows are exact while the clock is stepped" {
	local dir=$BATS_TEST_TMPDIR pure=$LOGS/base.pure damaged=$BATS_TEST_TMPDIR/log seed window
	for seed in 8 9; do
		"$TEST/damage" clock "$seed" <"$LOGS/base.log" >"$damaged"
		for window in "-ts 11/14/23 22:13:25 -te 11/14/23 22:13:31" "-ts 11/14/23 22:13:33" "-te 11/14/23 22:13:24"; do
			# shellcheck disable=SC2086
			same '9700731[0-9]{6}' ausearch -r $window
			# shellcheck disable=SC2086
			same '9700731[0-9]{6}' aureport -e $window
		done
	done
}

@test "a log that is cut anywhere tells of all that is whole in it" {
	local dir=$BATS_TEST_TMPDIR pure=$BATS_TEST_TMPDIR/pure damaged=$BATS_TEST_TMPDIR/log bytes at step torn
	bytes=$(wc -c <"$LOGS/busy.log")
	for ((step = 1; step <= 40; step++)); do
		at=$((step * 7919 * 131 % bytes))
		head -c "$at" "$LOGS/busy.log" >"$damaged"
		# What is left of the last line's event is not asked for.
		torn=$(tail -n 1 "$damaged" | grep -oE 'audit\([0-9.]+:9700731[0-9]{6}' || true)
		grep /w/ "$damaged" | grep -vF "${torn:-no such line}" >"$pure" || continue
		[ -z "$torn" ] || { head -n -1 "$damaged" | grep -vF "$torn" || true; } >"$dir/whole"
		[ -z "$torn" ] || { cat "$dir/whole"; tail -n 1 "$damaged" | tr 9 8 | tr w v; } >"$damaged"
		same '9700731[0-9]{6}' ausearch -r -m ALL
		[ $((step % 20)) -ne 0 ] || survive
	done
}

@test "a log whose beginning is lost tells of all the rest" {
	local dir=$BATS_TEST_TMPDIR pure=$BATS_TEST_TMPDIR/pure damaged=$BATS_TEST_TMPDIR/log bytes at step
	bytes=$(wc -c <"$LOGS/base.log")
	for ((step = 1; step <= 12; step++)); do
		at=$((step * 7919 * 131 % (bytes / 2)))
		tail -c "+$at" "$LOGS/base.log" | sed 1s,/w/,/v/,g >"$damaged"
		# An event whose first record is gone is not asked for.
		sed -n 1,18p "$damaged" | grep -oE '9700731[0-9]{6}' | head -n 1 >"$dir/first" || true
		[ ! -s "$dir/first" ] || continue
		grep /w/ "$damaged" >"$pure"
		same '9700731[0-9]{6}' ausearch -r -m ALL
	done
}

# ---- memory ----

# most KIB PROGRAM OPTION... : it takes no more than that, from a pipe unless an option names the
# log, with all its sanitizers.
most() {
	local limit=$1 program=$2 kib status=0
	shift 2
	cat "$BATS_TEST_TMPDIR/log" | ASAN_OPTIONS=quarantine_size_mb=1 timeout 100 "$TEST/peak" "$AURUM_BIN/$program" "$@" \
		3>"$BATS_TEST_TMPDIR/kib" 2>"$BATS_TEST_TMPDIR/err" >"$BATS_TEST_TMPDIR/out" || status=$?
	kib=$(cat "$BATS_TEST_TMPDIR/kib")
	echo "$program $*: $kib KiB, exit $status"
	[ "$status" -le 1 ] && [ "$kib" -le "$limit" ] && ! grep -E 'Sanitizer|runtime error' "$BATS_TEST_TMPDIR/err"
}

@test "millions of records of one serial take bounded memory and hide nothing" {
	{
		cat "$LOGS/base.pure"
		awk 'BEGIN { for (i = 0; i < 2200000; i++)
			printf "type=PATH msg=audit(1700000100.000:7): item=%d name=\"/v/x\" inode=1\n", i }'
		sed 's/audit(17000000/audit(17000002/' "$LOGS/base.pure"
	} >"$BATS_TEST_TMPDIR/log"
	local witnesses
	witnesses=$(grep -c . "$LOGS/base.pure")
	most 400000 ausearch -r
	[ "$(grep -cE '9700731[0-9]{6}' "$BATS_TEST_TMPDIR/out")" -eq $((2 * witnesses)) ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq $((2 * witnesses + 2200000)) ]
	most 400000 aureport -f
	[ "$(grep -cE '9700731[0-9]{6}' "$BATS_TEST_TMPDIR/out")" -eq "$((2 * $(grep -c type=SYSCALL "$LOGS/base.pure")))" ]
	most 400000 aulast --stdin
	# From a file all processors hold parts of it at a time.
	most 400000 ausearch -r -if "$BATS_TEST_TMPDIR/log"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -eq $((2 * witnesses + 2200000)) ]
	most 400000 aureport -f -if "$BATS_TEST_TMPDIR/log"
}

@test "a line without an end takes bounded memory" {
	{
		head -n 300 "$LOGS/base.log"
		printf 'type=USER msg=audit(1700000000.000:1): pid=1 msg='
		head -c 300000000 /dev/zero | tr '\0' x
	} >"$BATS_TEST_TMPDIR/log"
	most 100000 ausearch -r
	[ "$(grep -c . "$BATS_TEST_TMPDIR/out")" -eq 301 ]
	most 100000 aureport -e
}
