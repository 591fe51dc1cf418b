#!/usr/bin/env bats
# aulast and aulastlog beside Debian's own: over generated logins (logins.awk), generated traffic
# and real logs, in several zones, the same bytes on standard output and the same exit code. Where
# we differ on purpose (docs/differences.md), a test below says what we do.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC
	ORACLE=$("$AURUM_TOP/test/oracle")
	LOGS=$BATS_FILE_TMPDIR
	export ORACLE LOGS
	local seed genlog=$AURUM_BIN/../bench/genlog
	for seed in 1 2 3 4 5 6; do
		logins seed=$seed enriched=$((seed % 2)) nodes=$((seed == 3)) >"$LOGS/logins$seed"
		logins seed=$seed enriched=$((seed % 2)) apart=1 >"$LOGS/apart$seed"
	done
	"$genlog" -s 1 -S 1 >"$LOGS/enriched" 2>/dev/null
	"$genlog" -s 1 -S 2 -R -r 200 -I 20 >"$LOGS/raw" 2>/dev/null
}

logins() {
	local name options=()
	for name in "$@"; do options+=(-v "$name"); done
	awk "${options[@]}" -f "$AURUM_TOP/test/golden/logins.awk"
}

# both PROGRAM OPTION... : runs the two, with ${log[@]} behind; true when they agree. The reference
# prints a session number that was never set behind some failed logins. A session that is still
# open ends at the present second in --proof: another try helps.
both() {
	local program=$1 theirs ours try dir=$BATS_TEST_TMPDIR
	shift
	for try in 1 2 3; do
		theirs=0 ours=0
		"$ORACLE/$program" "$@" "${log[@]}" >"$dir/raw" 2>/dev/null </dev/null || theirs=$?
		sed -E 's/ --session [0-9]+( -a [0-9]+)$/\1/' "$dir/raw" >"$dir/theirs"
		"$AURUM_BIN/$program" "$@" "${log[@]}" >"$dir/ours" 2>"$dir/ours.err" </dev/null || ours=$?
		[ "$ours" -eq "$theirs" ] && cmp -s "$dir/theirs" "$dir/ours" &&
			! grep -qE 'Sanitizer|runtime error' "$dir/ours.err" && return 0
	done
	echo "$program $* ${log[*]}: exit $theirs and $ours"
	cat "$dir/ours.err"
	diff -a "$dir/theirs" "$dir/ours" | head -n 6
	return 1
}

# rows LOG... : both programs' command lines over these logs.
rows() {
	local file line words log bad=0 count=0
	for file in "$@"; do
		log=(-f "$file")
		both aulast || bad=$((bad + 1))
		while IFS= read -r line; do
			case $line in '' | '#'*) continue ;; esac
			read -ra words <<<"$line"
			count=$((count + 1))
			both aulast "${words[@]}" || bad=$((bad + 1))
		done <"$AURUM_TOP/test/data/aulast-options.txt"
	done
	echo "$count rows, $bad differ"
	[ "$count" -ge 20 ] && [ "$bad" -eq 0 ]
}

@test "generated logins, enriched and raw, give the reference's sessions" {
	rows "$LOGS"/logins[1-6]
}
@test "generated traffic gives the reference's sessions" { rows "$LOGS/enriched" "$LOGS/raw"; }
@test "real logs give the reference's sessions" { rows "$AURUM_TOP"/test/data/linux/*.log; }

@test "in a zone with half an hour and another locale the bytes are the reference's" {
	export TZ=Asia/Kolkata LC_ALL=C.UTF-8
	rows "$LOGS/logins1" "$LOGS/logins4"
}

@test "in a zone with daylight saving the bytes are the reference's" {
	export TZ=America/New_York
	rows "$LOGS/logins2" "$LOGS/logins3"
}

@test "standard input is the log with --stdin" {
	local line
	for line in "" --bad --proof; do
		# shellcheck disable=SC2086
		"$ORACLE/aulast" --stdin $line <"$LOGS/apart2" >"$BATS_TEST_TMPDIR/theirs"
		# shellcheck disable=SC2086
		cat "$LOGS/apart2" | "$AURUM_BIN/aulast" --stdin $line >"$BATS_TEST_TMPDIR/ours"
		sed -E 's/ --session [0-9]+( -a [0-9]+)$/\1/' "$BATS_TEST_TMPDIR/theirs" | grep -v 'ausearch --start.*--end' >"$BATS_TEST_TMPDIR/theirs.kept"
		grep -v 'ausearch --start.*--end' "$BATS_TEST_TMPDIR/ours" | cmp - "$BATS_TEST_TMPDIR/theirs.kept"
	done
}

@test "without an option the logs are read, rotated ones first" {
	[ "$(id -u)" -eq 0 ] && unshare -m true || skip "needs a mount namespace"
	local folder=$BATS_TEST_TMPDIR/logs program
	mkdir "$folder"
	head -n 300 "$LOGS/apart1" >"$folder/audit.log.1"
	tail -n +301 "$LOGS/apart1" >"$folder/audit.log"
	there() {
		unshare -m sh -c 'mount -t tmpfs none /var/log && mkdir /var/log/audit && cp "$0"/* /var/log/audit && exec "$1"' "$folder" "$1"
	}
	for program in aulast aulastlog; do
		there "$ORACLE/$program" >"$BATS_TEST_TMPDIR/theirs"
		there "$AURUM_BIN/$program" >"$BATS_TEST_TMPDIR/ours"
		[ -s "$BATS_TEST_TMPDIR/ours" ]
		cmp "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/ours"
	done
}

@test "the records that were used are written to aulast.log" {
	mkdir "$BATS_TEST_TMPDIR/theirs.d" "$BATS_TEST_TMPDIR/ours.d"
	(cd "$BATS_TEST_TMPDIR/theirs.d" && "$ORACLE/aulast" --extract -f "$LOGS/apart1" >/dev/null)
	(cd "$BATS_TEST_TMPDIR/ours.d" && "$AURUM_BIN/aulast" --extract -f "$LOGS/apart1" >/dev/null)
	# Where it looked for a field in vain, the reference writes "(null)" for the record.
	[ "$(wc -l <"$BATS_TEST_TMPDIR/theirs.d/aulast.log")" -eq "$(wc -l <"$BATS_TEST_TMPDIR/ours.d/aulast.log")" ]
	paste -d '\n' "$BATS_TEST_TMPDIR/theirs.d/aulast.log" "$BATS_TEST_TMPDIR/ours.d/aulast.log" |
		awk 'NR % 2 { theirs = $0; next } theirs != "(null)" && theirs != $0 { print theirs "\n" $0; bad = 1 } END { exit bad }'
	"$AURUM_BIN/aulast" -f "$BATS_TEST_TMPDIR/ours.d/aulast.log" >"$BATS_TEST_TMPDIR/again"
	"$AURUM_BIN/aulast" -f "$LOGS/apart2" >/dev/null
	[ -s "$BATS_TEST_TMPDIR/again" ]
}

@test "aulastlog gives the reference's list" {
	local seed options
	for seed in 1 2 3 4 5 6; do
		for options in "" "-u root" "--user daemon" "-u bin" "-u nosuchuser"; do
			# shellcheck disable=SC2086
			"$ORACLE/aulastlog" --stdin $options <"$LOGS/apart$seed" >"$BATS_TEST_TMPDIR/theirs" && theirs=0 || theirs=$?
			# shellcheck disable=SC2086
			"$AURUM_BIN/aulastlog" $options -f "$LOGS/apart$seed" >"$BATS_TEST_TMPDIR/ours" && ours=0 || ours=$?
			[ "$theirs" -eq "$ours" ]
			cmp "$BATS_TEST_TMPDIR/theirs" "$BATS_TEST_TMPDIR/ours"
		done
	done
	grep -q '/' "$BATS_TEST_TMPDIR/ours" || "$AURUM_BIN/aulastlog" -f "$LOGS/apart1" | grep -v Never
}

@test "aulastlog shows a login that follows another one at once" {
	local at='type=USER_LOGIN msg=audit' end='hostname=h addr=? terminal=t res=success'
	printf "%s\n" "$at(1700000000.001:1): pid=1 uid=0 auid=0 ses=1 msg='op=login id=0 $end'" \
		"$at(1700000000.002:2): pid=2 uid=0 auid=1 ses=2 msg='op=login id=1 $end'" >"$BATS_TEST_TMPDIR/log"
	"$AURUM_BIN/aulastlog" -f "$BATS_TEST_TMPDIR/log" -u daemon | grep -q '^daemon  *t  *h  *11/14/23 22:13:20$'
	"$AURUM_BIN/aulastlog" --stdin -u root <"$BATS_TEST_TMPDIR/log" | grep -q '^root  *t  *h  *11/14/23 22:13:20$'
}

@test "what a terminal would act on is not sent to it" {
	printf "type=USER_LOGIN msg=audit(1700000000.001:1): pid=1 uid=0 auid=0 ses=1 msg='op=login acct=1B5B324A hostname=a\033[2Jb addr=? terminal=\033c res=failed'\n" >"$BATS_TEST_TMPDIR/log"
	"$AURUM_BIN/aulast" --bad -f "$BATS_TEST_TMPDIR/log" >"$BATS_TEST_TMPDIR/out"
	[ -s "$BATS_TEST_TMPDIR/out" ]
	! grep -q "$(printf '\033')" "$BATS_TEST_TMPDIR/out"
}

@test "mistakes end with 1 and a sentence" {
	local want
	check() {
		want=$1
		shift
		run -1 "$@"
		[[ $output == *"$want"* ]] || { echo "$* said: $output"; return 1; }
	}
	check "two logs" "$AURUM_BIN/aulast" -f "$LOGS/raw" --stdin
	check "two logs" "$AURUM_BIN/aulast" --stdin -f "$LOGS/raw"
	check "given twice" "$AURUM_BIN/aulast" --user a --user b
	check "given twice" "$AURUM_BIN/aulast" --tty a --tty b
	check "did you mean \"--proof\"?" "$AURUM_BIN/aulast" --prof
	check "belongs to no option" "$AURUM_BIN/aulast" alice
	check "No such file" "$AURUM_BIN/aulast" -f "$LOGS/none"
	check "needs a value" "$AURUM_BIN/aulast" -f
	check "did you mean \"--stdin\"?" "$AURUM_BIN/aulastlog" --stdn
	check "No such file" "$AURUM_BIN/aulastlog" -f "$LOGS/none"
	check "needs a value" "$AURUM_BIN/aulastlog" -u
	check "Unknown User: nosuchuser" "$AURUM_BIN/aulastlog" -u nosuchuser -f "$LOGS/raw"
}

@test "help and manuals list every option" {
	local name program
	for program in aulast aulastlog; do
		run -0 "$AURUM_BIN/$program" --help
		for name in $(grep -oE '^ +-[^A-Z[]*' <<<"$output" | grep -oE -- '-{1,2}[a-z][a-z-]*'); do
			grep -qF -- "${name//-/\\-}" "$AURUM_TOP/docs/$program.8" || { echo "$name is not in $program.8"; return 1; }
		done
	done
}

@test "a full disk is told" {
	run -1 bash -c '"$AURUM_BIN/aulastlog" -f "$LOGS/raw" >/dev/full'
	[[ $output == *"cannot write the result: No space left on device"* ]]
	run -1 bash -c '"$AURUM_BIN/aulast" --bad -f "$LOGS/raw" >/dev/full'
	[[ $output == *"cannot write the result: No space left on device"* ]]
}
