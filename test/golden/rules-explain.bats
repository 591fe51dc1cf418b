#!/usr/bin/env bats
# aurum rules explain from its command line. The sentences are in lib/policy/explain_test.c.

bats_require_minimum_version 1.5.0

explain() { run --separate-stderr "$AURUM_BIN/aurum" rules explain "$@"; }

@test "a rule on the command line is a sentence and an event" {
	explain -w /etc/passwd -p wa -k identity
	[ "$status" -eq 0 ]
	[ "${lines[0]}" = "Records every attempt to write to or change the attributes of /etc/passwd; key identity." ]
	[[ ${lines[1]} == "type=SYSCALL "*' key="identity"' ]]
	explain --no-example '-a always,exit -F arch=b64 -S mkdir -F auid=root' '-w /etc/group -p r'
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[ "${lines[0]}" = "Records the system call mkdir by 64-bit programs, when the login user is root." ]
	[ "${lines[1]}" = "Records every attempt to read /etc/group." ]
}

@test "a folder is explained line by line" {
	explain "$AURUM_TOP/etc/rules.d" --no-example
	[ "$status" -eq 0 ]
	lines=$(grep -hcvE '^ *(#|$)' "$AURUM_TOP"/etc/rules.d/*.rules | paste -sd+ | bc)
	[ "$(grep -c '^    [A-Z].*\.$' <<<"$output")" -eq "$lines" ]
}

@test "our ausearch finds the example by its rule's key, and so does Debian's" {
	oracle=$("$AURUM_TOP/test/oracle")
	"$AURUM_BIN/aurum" rules explain -a always,exit -F arch=b64 -S execve -F exe=/usr/bin/id -k ran |
		tail -n +2 >"$BATS_TEST_TMPDIR/log"
	for ausearch in "$AURUM_BIN/ausearch" "$oracle/ausearch"; do
		[ "$("$ausearch" -if "$BATS_TEST_TMPDIR/log" -k ran -x /usr/bin/id --raw </dev/null | wc -l)" -eq 5 ]
	done
}

@test "bad rules and files are trouble" {
	explain -a always,exit -S mkdri
	[ "$status" -eq 2 ]
	[[ $stderr == *'"mkdri"'* ]]
	explain nosuch.rules
	[ "$status" -eq 2 ]
	[ "$stderr" = "aurum: cannot read nosuch.rules: No such file or directory" ]
	printf -- '-D\n-x\n-w /etc/passwd -p wz\n' >"$BATS_TEST_TMPDIR/bad.rules"
	explain "$BATS_TEST_TMPDIR/bad.rules"
	[ "$status" -eq 2 ]
	[[ $stderr == *"bad.rules:2:"*"bad.rules:3:"*"2 bad lines" ]]
	[[ $output == *"bad.rules:1: -D"*"Deletes all rules." ]]
	explain --example
	[ "$status" -eq 2 ]
}

@test "names in rules cannot drive a terminal" {
	printf -- '-w /etc/a\x9bb\xc2\x9b31m -p wa -k k\n' >"$BATS_TEST_TMPDIR/evil.rules"
	explain "$BATS_TEST_TMPDIR/evil.rules"
	[ "$status" -eq 0 ]
	! grep -q $'\xc2\x9b' <<<"$output"
}

@test "the example of every starter rule is what the rule takes" {
	local rule count=0
	while IFS= read -r rule; do
		cd "$BATS_TEST_TMPDIR"
		printf '%s\n' "$rule" >one.rules
		"$AURUM_BIN/aurum" rules explain one.rules | sed -n 's/^    type=/type=/p' >one.log
		"$AURUM_BIN/aurum" rules match --brief --event one.log one.rules | grep -q ': recorded with key .* by one.rules:1: ' ||
			{ echo "$rule"; cat one.log; return 1; }
		count=$((count + 1))
	done < <(cat "$AURUM_TOP"/etc/rules.d/*.rules | grep -E '^-(a always|w)')
	[ "$count" -gt 50 ]
}
