#!/usr/bin/env bats
# Dates in other countries' order, and in other zones: the same bytes as Debian's tools give, and
# the same dates taken behind -ts and -te. The locales are made for the test; none is installed.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC LOCPATH=$BATS_FILE_TMPDIR/locales
	ORACLE=$("$AURUM_TOP/test/oracle")
	LOGS=$BATS_FILE_TMPDIR
	export ORACLE LOGS
	mkdir "$LOCPATH"
	local name genlog=$AURUM_BIN/../bench/genlog
	for name in de_DE en_US sv_SE; do
		localedef -i "$name" -f UTF-8 "$LOCPATH/$name.UTF-8" || [ -f "$LOCPATH/$name.UTF-8/LC_TIME" ]
	done
	"$genlog" -s 1 -S 41 2>/dev/null | head -n 1500 | grep -v 'type=TTY ' >"$LOGS/enriched"
	"$genlog" -s 1 -S 42 -R -r 200 -I 20 2>/dev/null | head -n 1500 | grep -v 'type=TTY ' >"$LOGS/raw"
	"$genlog" -s 1 -S 43 -n web1 -R 2>/dev/null >"$LOGS/one"
	"$genlog" -s 1 -S 43 -n web2 2>/dev/null >"$LOGS/two"
	paste -d '\n' "$LOGS/one" "$LOGS/two" | head -n 1500 | grep -v 'type=TTY ' >"$LOGS/nodes"
	awk -v seed=2 -v enriched=1 -v apart=1 -f "$AURUM_TOP/test/golden/logins.awk" >"$LOGS/logins"
}

# both PROGRAM OPTION... : true when the two print the same and exit alike.
both() {
	local theirs=0 ours=0 dir=$BATS_TEST_TMPDIR program=$1
	shift
	count=$((count + 1))
	"$ORACLE/$program" "$@" >"$dir/theirs" 2>/dev/null </dev/null 3>&- || theirs=$?
	"$AURUM_BIN/$program" "$@" >"$dir/ours" 2>"$dir/err" </dev/null || ours=$?
	# Options that are refused: the reference prints all that there are.
	[ "$program $ours $theirs" = "aureport 1 1" ] && grep -q '^aureport: ' "$dir/err" && return 0
	[ "$ours" -eq "$theirs" ] && cmp -s "$dir/theirs" "$dir/ours" && ! grep -qE 'Sanitizer|runtime error' "$dir/err" && return 0
	echo "$LC_ALL $TZ $program $*: exit $theirs and $ours"
	diff -a "$dir/theirs" "$dir/ours" | head -n 6
	return 1
}

# country DAY SECOND: everything that prints or takes a date, with this day and this second of it.
# They are the day and the time in the zone, as the locale writes them.
country() {
	local day=$1 time=$2 log count=0 words line
	for log in enriched raw nodes; do
		while read -ra words; do
			both "${words[@]}" -if "$LOGS/$log" || return 1
		done <<-END
			ausearch -i -m LOGIN
			ausearch -i -k exec
			ausearch -m LOGIN
			ausearch --format text -m USER_LOGIN,LOGIN
			ausearch -r -ts $day $time
			ausearch -r -te $day $time
			ausearch -r -ts $time $day
			ausearch -r -ts $day
			ausearch -r -te $day 23:59:59
			ausearch -i -ts $day -m LOGIN
			ausearch -r -ts 13/13/13
			ausearch -r -ts 11/14/23
			ausearch -r -ts 14.11.2023
			ausearch -r -ts $day ${time%:*}
			aureport
			aureport -i -au
			aureport -t
			aureport -e -ts $day $time
			aureport -e -te $day $time
			aureport -x --summary -ts $time $day
			aureport -f -ts 11/14/23
		END
	done
	both aulast -f "$LOGS/logins"
	echo "$count command lines"
}

@test "days before months, with dots" { LC_ALL=de_DE.UTF-8 country 14.11.2023 22:13:24; }
@test "days before months, in a zone ahead" { LC_ALL=de_DE.UTF-8 TZ=Asia/Kolkata country 15.11.2023 03:43:24; }
@test "months before days, with whole years" { LC_ALL=en_US.UTF-8 TZ=America/New_York country 11/14/2023 17:13:24; }
@test "years first" { LC_ALL=sv_SE.UTF-8 TZ=Europe/Stockholm country 2023-11-14 23:13:24; }
@test "a zone of three quarters of an hour" { TZ=Asia/Kathmandu country 11/15/23 03:58:24; }
@test "a zone behind the date line" { TZ=Pacific/Marquesas country 11/14/23 12:43:24; }
@test "a zone that is written as a rule" { TZ='<-03>3<-02>,M3.5.0/-2,M10.5.0/-1' country 11/14/23 19:13:24; }
