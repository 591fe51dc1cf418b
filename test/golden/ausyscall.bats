#!/usr/bin/env bats
# ausyscall beside Debian's own: every row of test/data/ausyscall-options.txt gives the same bytes
# and exit code, but for calls that are newer than the reference: those may stand among its lines.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C
	ORACLE=$("$AURUM_TOP/test/oracle")/ausyscall
	OURS=$AURUM_BIN/ausyscall
	export ORACLE OURS
}

# same LINE: ours and theirs are equal, or ours has more lines, all of calls that the reference
# does not know on that machine.
same() {
	local theirs=$BATS_TEST_TMPDIR/theirs ours=$BATS_TEST_TMPDIR/ours known=$BATS_TEST_TMPDIR/known word
	cmp -s "$theirs" "$ours" && return 0
	diff "$theirs" "$ours" | grep -q '^<' && return 1
	for word in $1; do "$ORACLE" "$word" --dump; done >"$known" 2>/dev/null
	case $1 in
	*--dump*) ! diff "$theirs" "$ours" | sed -n 's/^> //p' | cut -f1 | grep -qxFf <(cut -f1 "$theirs") ;;
	*) ! diff "$theirs" "$ours" | sed -n 's/^> \([^ ]*\).*/\1/p' | grep -qxFf <(cut -f2 "$known") ;;
	esac
}

@test "every row gives the reference's bytes and exit code" {
	local line words bad=0 count=0 theirs ours dir=$BATS_TEST_TMPDIR
	while IFS= read -r line; do
		case $line in '' | '#'*) continue ;; esac
		read -ra words <<<"$line"
		theirs=0 ours=0 count=$((count + 1))
		"$ORACLE" "${words[@]}" >"$dir/theirs" 2>/dev/null || theirs=$?
		"$OURS" "${words[@]}" >"$dir/ours" 2>"$dir/err" || ours=$?
		[ $theirs -eq $ours ] && same "$line" && ! grep -qE 'Sanitizer|runtime error' "$dir/err" && continue
		echo "ausyscall $line: exit $theirs and $ours"
		cat "$dir/err"
		diff "$dir/theirs" "$dir/ours" | head -n 5
		bad=$((bad + 1))
	done <"$AURUM_TOP/test/data/ausyscall-options.txt"
	echo "$count rows, $bad differ"
	[ "$count" -ge 70 ] && [ "$bad" -eq 0 ]
}

@test "io_uring's operations are a table like a machine's" {
	run -0 "$OURS" uring 18
	[ "$output" = openat ]
	run -0 "$OURS" uring --exact unlinkat
	[ "$output" = 36 ]
}

@test "an unknown name gets the one that is meant" {
	run -1 --separate-stderr "$OURS" opnat
	[ -z "$output" ]
	[[ $stderr == *"unknown system call opnat using x86_64 lookup table: did you mean \"openat\"?"* ]]
	run -1 "$OURS" aarch64 --exact exceve
	[[ $output == *"using aarch64 lookup table: did you mean \"execve\"?"* ]]
	run -1 "$OURS" --dmp
	[[ $output == *"did you mean \"--dump\"?"* ]]
	run -1 "$OURS" 59x
	[[ $output == *'"59x" is neither a number nor a name'* ]]
	run -1 "$OURS" ia64 1
	[[ $output == *"no table for ia64"* ]]
}

@test "help and manual list every option" {
	local name
	run -0 "$OURS" --help
	for name in $(grep -oE -- '--[a-z]+' <<<"$output" | sort -u); do
		grep -qF -- "${name//-/\\-}" "$AURUM_TOP/docs/ausyscall.8"
	done
	run -1 --separate-stderr "$OURS"
	[[ $stderr == *"usage: ausyscall "* ]]
}
