# aurum watch where it may not record: the bundled sample, in the words that are checked in.

setup() {
	export TZ=UTC
	aurum=$AURUM_BIN/aurum
}

# as_nobody COMMAND...: without root and without any capability but to read this tree, wherever it is.
as_nobody() {
	if [ "$(id -u)" -ne 0 ]; then "$@"; else
		setpriv --reuid 65534 --regid 65534 --clear-groups \
			--inh-caps=-all,+dac_read_search --ambient-caps=-all,+dac_read_search --bounding-set=-all,+dac_read_search "$@"
	fi
}

@test "the sample is told in the sentences that are checked in" {
	run diff <("$aurum" watch --sample 2>/dev/null) "$AURUM_TOP/test/data/watch/sample.txt"
	[ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "without root it says what is missing, how to get it, and shows the sample" {
	run as_nobody "$aurum" watch
	[ "$status" -eq 0 ]
	[[ $output == *"cannot record this host: "* ]]
	[[ $output == *"to get it: run it as root, with sudo"* ]] || [[ $output == *"no audit"* ]]
	[[ $output == *"alice (as root) ran /usr/sbin/useradd -m bob from pts/0"* ]]
}

@test "hostile bytes of a log never reach the terminal" {
	run "$aurum" watch --sample
	[[ $output == *'/tmp/.x\x1b[2K'* ]]
	[[ $output != *$'\x1b'* ]]
}

@test "--count ends after so many sentences, --date and --serial add to them" {
	run bash -c "'$aurum' watch --sample --count 3 --date --serial 2>/dev/null"
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 3 ]
	[ "${lines[2]}" = "2026-10-17 08:00:03 systemd started service nginx [serial 103]" ]
}

@test "a reader that goes away ends it quietly" {
	run bash -c "set -o pipefail; '$aurum' watch --sample 2>/dev/null | head -n 1"
	[ "$output" = "08:00:00 root (no login) started the audit daemon" ]
}

@test "bad options get the nearest good one and exit 2" {
	run "$aurum" watch --smaple
	[ "$status" -eq 2 ]
	[ "$output" = "aurum: watch: unknown option --smaple: did you mean \"--sample\"?" ]
	run "$aurum" watch --for never
	[ "$status" -eq 2 ]
	[ "$output" = "aurum: watch: --for takes whole seconds, 1 or more" ]
	run "$aurum" wacth
	[ "$status" -eq 2 ]
	[ "$output" = "aurum: unknown verb wacth: did you mean \"watch\"?" ]
}

@test "every option of --help is in the manual page" {
	for option in $("$aurum" watch --help | grep -oE -- '--[a-z]+' | sort -u); do
		grep -qF -- "${option/--/\\-\\-}" "$AURUM_TOP/docs/aurum.1" || { echo "$option"; false; }
	done
}

@test "--restore without a state has nothing to do" {
	run "$aurum" watch --restore --state "$BATS_TEST_TMPDIR/none"
	[ "$status" -eq 0 ]
	[ "$output" = "aurum: there is nothing to put back" ]
}

@test "--restore takes only a state that aurum wrote" {
	printf 'aurum-watch 1\nprocess 0\nstatus 0 1 0 64 60000\nhello\nfound 00\n' >"$BATS_TEST_TMPDIR/state"
	chmod 600 "$BATS_TEST_TMPDIR/state"
	run "$aurum" watch --restore --state "$BATS_TEST_TMPDIR/state"
	[ "$status" -eq 2 ]
	[[ $output == *"state:4: this is no state that aurum wrote" ]]
}
