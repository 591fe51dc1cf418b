#!/usr/bin/env bats
# Arguments are taken and refused as Debian's tools do, option by option: the rows of
# test/data/arguments.txt, each with its value left out, given twice, joined and so on. Where both
# take one, both print the same. Where one takes what the other refuses, or they print something
# else, arguments.known has the line, and docs/differences.md says why.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC
	ORACLE=$("$AURUM_TOP/test/oracle")
	LOG=$BATS_FILE_TMPDIR/log
	LOGINS=$BATS_FILE_TMPDIR/logins
	export ORACLE LOG LOGINS
	"$AURUM_BIN/../bench/genlog" -s 1 -S 1 -n web1 2>/dev/null | head -n 1200 | grep -v 'type=TTY ' >"$LOG"
	awk -v seed=1 -v enriched=1 -v apart=1 -f "$AURUM_TOP/test/golden/logins.awk" >"$LOGINS"
}

# judge PROGRAM FOLDER WORD...: "refused", or "taken" and what was printed goes to a file there.
# A sentence on standard error is a refusal; finding nothing is none.
judge() {
	local program=$1 at=$2 status=0
	shift 2
	"$program" "$@" >"$at.out" 2>"$at.err" </dev/null 3>&- || status=$?
	if [ "$status" -ne 0 ] && grep -qvE '^(<no matches>|Config file /etc/audit/auditd\.conf .*|)$' "$at.err"; then echo refused; else echo "taken $status"; fi
}

# compare PROGRAM WORD...: a line "PROGRAM WORD...: THEIRS, OURS" to $FOUND when they differ.
compare() {
	local program=$1 theirs ours dir=$BATS_TEST_TMPDIR words
	shift
	case $program in
	ausearch | aureport) words=(-if "$LOG" "$@") ;;
	aulast) words=(-f "$LOGINS" "$@") ;;
	*) words=("$@") ;;
	esac
	count=$((count + 1))
	theirs=$(judge "$ORACLE/$program" "$dir/theirs" "${words[@]}")
	ours=$(judge "$AURUM_BIN/$program" "$dir/ours" "${words[@]}")
	! grep -E 'Sanitizer|runtime error' "$dir/ours.err" || return 1
	if [ "$theirs" = "$ours" ]; then
		# ausyscall's tables are newer; a session that is open lasts until the present second.
		[[ "$ours $program $*" == *refused* || "$program $*" == ausyscall* || "$program $*" == aulast*proof* ]] && return
		cmp -s "$dir/theirs.out" "$dir/ours.out" && return
		theirs="prints" ours="prints something else"
	fi
	local word line=$program
	for word in "$@"; do
		word=${word// /%20}
		line+=" ${word:-%E}"
	done
	echo "$line: ${theirs% *}, ${ours% 1}" >>"$FOUND"
}

# value WORD: sets $value, as the file means it.
value() {
	value=${1//%20/ }
	[ "$value" != %E ] || value=
}

# forms PROGRAM NAME VALUE...: the command lines of one option with and without its values.
forms() {
	local program=$1 name=$2 value other=-i
	shift 2
	[ "$program" = aulast ] && other=--debug
	[ "$program" = aulastlog ] && other=--stdin
	[ "$program" = ausyscall ] && other=open
	compare "$program" "$name"
	compare "$program" "$name" "$other"
	if [ $# -eq 0 ]; then
		compare "$program" "$name" stray
		compare "$program" "$name=x"
		compare "$program" "$name" "$name"
		return
	fi
	for value in "$@"; do
		value "$value"
		compare "$program" "$name" "$value"
	done
	value "$1"
	compare "$program" "$name" "$value" "$name" "$value"
	compare "$program" "$name$value"
	compare "$program" "$name=$value"
	compare "$program" "$name" "$value" stray
}

# options PROGRAM: all rows of it; differences must be those of arguments.known, no more, no less.
options() {
	local program names values name words count=0
	FOUND=$BATS_TEST_TMPDIR/found
	: >"$FOUND"
	while read -r program names values; do
		[ "$program" = "$1" ] || continue
		read -ra words <<<"${values/| /}"
		for name in ${names//,/ }; do
			forms "$program" "$name" "${words[@]}"
			words=("${words[@]:0:1}")
		done
	done <"$AURUM_TOP/test/data/arguments.txt"
	together "$1"
	echo "$count command lines"
	diff <(grep "^$1 .*: " "$AURUM_TOP/test/golden/arguments.known" | sort) <(sort "$FOUND")
	[ "$count" -ge "$2" ]
}

# together PROGRAM: options that mean one thing only together.
together() {
	local words line
	while read -ra words; do
		if [ "${words[0]:-}" = "$1" ]; then compare "${words[@]}"; fi
	done <"$AURUM_TOP/test/data/arguments-together.txt"
}

@test "ausearch takes and refuses what the reference does" { options ausearch 500; }
@test "aureport takes and refuses what the reference does" { options aureport 250; }
@test "aulast takes and refuses what the reference does" { options aulast 20; }
@test "aulastlog takes and refuses what the reference does" { options aulastlog 10; }
@test "ausyscall takes and refuses what the reference does" { options ausyscall 10; }
