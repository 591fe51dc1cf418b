#!/usr/bin/env bats
# autrace before it touches the kernel; what it does there: test/live/autrace.bats.

bats_require_minimum_version 1.5.0

@test "the manual page has every option in the words of --help" {
	"$AURUM_BIN/autrace" --help | sed -n 's/^ \+-.*  \+//p' >"$BATS_TEST_TMPDIR/words"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/words")" -eq 3 ]
	while read -r words; do
		grep -qxF "$words" "$AURUM_TOP/docs/autrace.8" || { echo "$words"; return 1; }
	done <"$BATS_TEST_TMPDIR/words"
}

@test "wrong words end with 1 and a sentence" {
	run -1 "$AURUM_BIN/autrace"
	[ "$output" = "usage: autrace [-r] PROGRAM [ARGUMENT...]" ]
	run -1 "$AURUM_BIN/autrace" -r
	[[ $output == usage:* ]]
	run -1 "$AURUM_BIN/autrace" -x /bin/true
	[[ $output == "autrace: "*-x* ]]
	run -0 "$AURUM_BIN/autrace" --version
	[[ $output == "autrace version "* ]]
}

@test "without privilege it says so and runs nothing" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	run -1 setpriv --bounding-set -audit_control --inh-caps -audit_control \
		"$AURUM_BIN/autrace" /bin/touch "$BATS_TEST_TMPDIR/file"
	[[ $output == "autrace: no permission: "* ]]
	[ ! -e "$BATS_TEST_TMPDIR/file" ]
}
