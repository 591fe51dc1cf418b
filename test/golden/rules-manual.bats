#!/usr/bin/env bats
# The manual of aurum rules: its examples do what they say, and nothing is left out of it.

setup() {
	page=$AURUM_TOP/docs/aurum-rules.1
	PATH=$AURUM_BIN:$PATH
	cd "$BATS_TEST_TMPDIR" || return
	cp -r "$AURUM_TOP/etc/rules.d" .
	mkdir -p .git/hooks
}

# example WORDS: runs the example of the manual that has these words, as it stands there.
example() {
	awk -v words="$1" '
		/^\.SH / { inside = $2 == "EXAMPLES" }
		inside && /^\.nf/ { text = ""; taking = 1; next }
		inside && /^\.fi/ { taking = 0; if (index(text, words)) { printf "%s", text; found++ } }
		taking { gsub(/\\-/, "-"); gsub(/\\e/, "\\"); text = text $0 "\n" }
		END { exit found != 1 }' "$page" >script || { echo "not one example has: $1"; return 1; }
	run bash -eu script
}

break_rules() { echo '-a always,exit -F arch=b64 -S mkdri -k made' >rules.d/70-new.rules; }
doubt_rules() { echo '-a always,exit -F arch=b64 -S mkdir -k made' >rules.d/70-new.rules; }

@test "rules are explained for a review" {
	example 'review.txt'
	[ "$status" -eq 0 ]
	grep -q '^    Records' review.txt
	grep -q 'rules.d/50-system.rules:' review.txt
}

@test "a rule is explained before it is written down" {
	example 'auid>=1000'
	[ "$status" -eq 0 ]
	[[ ${lines[0]} == "Records "*"; key as-root." ]]
	[[ $output == *"type=SYSCALL"*"key=\"as-root\""* ]]
}

@test "a build fails on errors and warnings" {
	example '--strict rules.d'
	[ "$status" -eq 0 ]
	doubt_rules
	example '--strict rules.d'
	[ "$status" -eq 1 ]
	break_rules
	example '--strict rules.d'
	[ "$status" -eq 1 ]
	[[ $output == *'rules.d/70-new.rules:1:31: error: '*'did you mean "mkdir"'* ]]
}

@test "findings go to a file for code review, and only trouble ends the build" {
	example sarif
	[ "$status" -eq 0 ]
	break_rules
	example sarif
	[ "$status" -eq 0 ]
	python3 -c '
import json, sys
results = json.load(open("rules.sarif"))["runs"][0]["results"]
assert any(r["ruleId"] == "unknown-call" and r["level"] == "error" for r in results), results'
	rm -r rules.d
	example sarif
	[ "$status" -ne 0 ]
}

@test "findings that a team lives with are left out" {
	echo '-w /etc/hosts -p wa -k hosts' >rules.d/70-new.rules
	example --ignore
	[ "$status" -eq 0 ]
	[[ $output != *watch-form* ]]
}

@test "a hook keeps bad rules out of a repository" {
	example pre-commit
	[ "$status" -eq 0 ]
	run .git/hooks/pre-commit
	[ "$status" -eq 0 ]
	break_rules
	run .git/hooks/pre-commit
	[ "$status" -eq 1 ]
}

@test "every example is one of these" {
	# The last would load the rules of the host.
	[ "$(sed -n '/^.SH EXAMPLES/,/^.SH SEE/p' "$page" | grep -c '^\.nf')" -eq 7 ]
}

@test "every option of every verb is in the manual" {
	local verb option
	for verb in $(aurum rules help | awk '/^  / && $1 != "help" { print $1 }'); do
		grep -q "^\.SH ${verb^^}" "$page" || { echo "no section for $verb"; return 1; }
		for option in $(aurum rules "$verb" --help | grep -oE '^  -.*' | grep -oE -- '--[a-z-]+' | sort -u); do
			sed -n "/^\.SH ${verb^^}/,/^\.SH [A-Z]/p" "$page" | grep -qF -- "${option//-/\\-}" || { echo "$verb: no $option"; return 1; }
		done
	done
}
