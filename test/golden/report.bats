#!/usr/bin/env bats
# aurum report: each report is the search that its manual page says it is, and a query narrows it.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC
	LOG=$BATS_FILE_TMPDIR/log
	export LOG
	"$AURUM_BIN/../bench/genlog" -s 2 -S 1 -n web1 >"$LOG" 2>/dev/null
}

setup() { OUT=$BATS_TEST_TMPDIR/out ERR=$BATS_TEST_TMPDIR/err; }

# aurum VERB WORD...: runs it over $LOG; no sanitizer has anything to say.
aurum() {
	local verb=$1 status=0
	shift
	"$AURUM_BIN/aurum" "$verb" --log "$LOG" "$@" 2>"$ERR" </dev/null || status=$?
	! grep -E 'Sanitizer|runtime error' "$ERR" >&2 || return 99
	return $status
}

names() { "$AURUM_BIN/aurum" report --help | sed -n '/^Reports:/,$ { /^  /p }' | awk '{ print $1 }'; }

@test "every report can be printed in every format, and narrowed" {
	local name count=0
	for name in $(names); do
		aurum report "$name" >"$OUT" || { cat "$ERR"; echo "$name"; return 1; }
		[ -s "$OUT" ]
		aurum report "$name" --format csv >/dev/null
		aurum report "$name" --format json | python3 -c 'import json, sys; [json.loads(l) for l in sys.stdin]'
		run -1 aurum report "$name" key = needle
		count=$((count + 1))
	done
	[ "$count" -ge 15 ]
}

@test "a report is a search" {
	aurum report users | cmp - <(aurum search --count-by subject)
	aurum report failures | cmp - <(aurum search -b subject,action,program outcome = failed)
	aurum report files --top 7 | cmp - <(aurum search -b path -t 7 has path)
	aurum report logins | cmp - <(aurum search -c time,subject,addr,terminal,program,outcome type = USER_LOGIN)
	aurum report activity | cmp - <(aurum search --timeline hour)
	aurum report logins --format text | cmp - <(aurum search type = USER_LOGIN)
}

@test "a query narrows a report, and binds as a whole" {
	aurum report failures auid = 1003 or auid = 1001 |
		cmp - <(aurum search -b subject,action,program 'outcome = failed and (auid = 1003 or auid = 1001)')
	[ "$(aurum report logins --count outcome = failed)" -eq "$(aurum search -C type = USER_LOGIN and outcome = failed)" ]
	aurum report logins --from @1700000040 -f csv | cmp - <(aurum search --from @1700000040 -f csv \
		-c time,subject,addr,terminal,program,outcome type = USER_LOGIN)
}

@test "options take the place of what a report would show" {
	aurum report logins --timeline day | cmp - <(aurum search -T day type = USER_LOGIN)
	aurum report files --count-by program | cmp - <(aurum search -b program has path)
	aurum report logins -c serial -f csv | cmp - <(aurum search -c serial -f csv type = USER_LOGIN)
}

@test "the overview counts several things in one pass" {
	aurum report >"$OUT"
	[ "$(grep -c '^events ' "$OUT")" -eq 6 ]
	for field in subject action outcome program key type; do
		aurum search -b $field -t 5 >"$OUT.one"
		while IFS= read -r line; do grep -qxF -- "$line" "$OUT"; done <"$OUT.one"
	done
	aurum report overview | cmp - "$OUT"
	aurum report key = exec >"$OUT.exec"
	[ "$(awk '/subject/ { on = 1; next } /^$/ { on = 0 } on { n += $1 } END { print n }' "$OUT.exec")" -le "$(aurum search -C key = exec)" ]
}

@test "a report that is not there is told with the nearest one" {
	run -2 aurum report logns
	[ "$(cat "$ERR")" = 'aurum: report: there is no report logns: did you mean "logins"?' ]
	run -2 aurum report xyz
	grep -qF 'aurum report --help' "$ERR"
	run -2 aurum report logins 'key ='
	grep -qE '^ +\^' "$ERR"
	run -2 aurum report users --limit 3
	grep -qF -- '--limit is about events' "$ERR"
}
