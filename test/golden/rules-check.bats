#!/usr/bin/env bats
# aurum rules check from its command line. What each check finds is in lib/policy/check_test.c.

bats_require_minimum_version 1.5.0

setup() {
	cd "$BATS_TEST_TMPDIR" || return
	cat >good.rules <<-'END'
		-D
		-b 8192
		-a always,exit -F arch=b64 -F path=/etc/passwd -F perm=wa -F key=identity
		-a always,exit -F arch=b32 -F path=/etc/passwd -F perm=wa -F key=identity
		-e 2
	END
	cat >warned.rules <<-'END'
		-D
		-b 8192
		-a always,exit -F arch=b64 -S mkdir -F key=made
		-e 2
	END
	cat >bad.rules <<-'END'
		-D
		-b 8192
		-a always,exit -F arch=b64 -S mkdri -F key=made
		-a always,exit -F arch=b64 -F path=/etc/passwd -F perm=wz -F key=identity
		-e 2
		-w /etc/group -p wa -k identity
	END
}

check() { run --separate-stderr "$AURUM_BIN/aurum" rules check "$@"; }

@test "a good file is nothing to speak of" {
	check good.rules
	[ "$status" -eq 0 ]
	[ "$output" = "2 rules in 1 file: 0 errors, 0 warnings, 0 notes" ]
	[ "$stderr" = "" ]
}

@test "all errors are told at once, with file, line, column and what would be right" {
	check bad.rules
	[ "$status" -eq 1 ]
	grep -qF 'bad.rules:3:31: error: unknown system call "mkdri": did you mean "mkdir"? [unknown-call]' <<<"$output"
	grep -qF 'bad.rules:4:' <<<"$output"
	grep -qF 'bad.rules:6:1: error: bad.rules:5 locked the rules with -e 2: the kernel refuses this [after-lock]' <<<"$output"
	[[ ${lines[-1]} == *": 3 errors, "* ]]
}

@test "warnings are errors to --strict only" {
	check warned.rules
	[ "$status" -eq 0 ]
	grep -qF '[no-twin]' <<<"$output"
	grep -qF '    -a always,exit -F arch=b32 -S mkdir -F key=made' <<<"$output"
	check --strict warned.rules
	[ "$status" -eq 1 ]
	check --strict --ignore no-twin warned.rules
	[ "$status" -eq 0 ]
	[[ $output != *no-twin* ]]
}

@test "quiet leaves notes out" {
	printf -- '-D\n-b 8192\n-w /etc/passwd -p wa -k a\n' >noted.rules
	check noted.rules
	[[ $output == *watch-form* && $output == *not-locked* ]]
	check -q noted.rules
	[ "$status" -eq 0 ]
	[ "$output" = "1 rule in 1 file: 0 errors, 0 warnings, 0 notes" ]
}

@test "the fixes that are proposed have nothing to fix" {
	printf -- '-D\n-b 8192\n' >fixed.rules
	printf -- '-w /etc/passwd -p wa -k a\n-a always,exit -F arch=b64 -S mkdir -F auid>=1000 -F key=b\n' >before.rules
	check --format json before.rules
	python3 -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    if f["check"] in ("watch-form", "unset-included"):
        print(f["fix"], end="")' <<<"$output" >>fixed.rules
	[ "$(wc -l <fixed.rules)" -eq 5 ]
	check fixed.rules
	[[ $output != *watch-form* && $output != *unset-included* && $output != *error* ]] || grep -q " 0 errors" <<<"$output"
	! grep -qE 'watch-form|unset-included' <<<"$output"
}

@test "a folder is taken as augenrules joins it" {
	mkdir rules.d
	printf -- '-e 2\n-b 320\n-a always,exit -F arch=b64 -S chmod -F key=made\n' >rules.d/9-a.rules
	printf -- '-D\n-b 9000\n-a always,exit -F arch=b32 -S chmod -F key=made\n' >rules.d/10-b.rules
	printf -- 'nonsense\n' >rules.d/README
	check rules.d
	[ "$status" -eq 0 ]
	[ "${#lines[@]}" -eq 2 ]
	[ "${lines[0]}" = 'rules.d/9-a.rules:2:1: note: has no effect: augenrules takes "-b 9000" of rules.d/10-b.rules:2 instead [overridden]' ]
	[ "${lines[1]}" = "2 rules in 2 files: 0 errors, 0 warnings, 1 note" ]
	printf -- '-b 9000\n' >rules.d/11-c.rules
	check rules.d
	[[ $output != *'rules.d/10-b.rules:2:1'* ]]
}

@test "rules come from standard input, too" {
	check - <good.rules
	[ "$status" -eq 0 ]
	check - <bad.rules
	[ "$status" -eq 1 ]
	[[ $output == *"stdin:3:31: error"* ]]
}

@test "users and paths of another host are not looked up" {
	printf -- '-D\n-b 8192\n-a always,exit -F arch=b64 -F dir=/no/such/folder -F perm=wa -F auid=nosuchuser -F key=a\n-e 2\n' >other.rules
	check other.rules
	[ "$status" -eq 1 ]
	[[ $output == *unknown-user* ]]
	check --any-host other.rules
	[ "$status" -eq 0 ]
	[[ $output != *unknown-user* && $output != *path-missing* ]]
}

@test "JSON is whole, and says what the text says" {
	check --format json bad.rules good.rules
	[ "$status" -eq 1 ]
	python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["errors"] == 3 and d["files"] == 2, d
assert sum(f["severity"] == "error" for f in d["findings"]) == 3
f = next(f for f in d["findings"] if f["check"] == "unknown-call")
assert (f["file"], f["line"], f["column"]) == ("bad.rules", 3, 31), f
assert f["text"].startswith("-a always"), f
f = next(f for f in d["findings"] if f["check"] == "after-lock")
assert f["other"] == {"file": "bad.rules", "line": 5}, f' <<<"$output"
	check --format json good.rules
	[ "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["findings"])' <<<"$output")" = "[]" ]
}

@test "SARIF has what code review tools ask for" {
	check --format sarif bad.rules
	[ "$status" -eq 1 ]
	python3 -c '
import json, sys
d = json.load(sys.stdin)
assert d["version"] == "2.1.0" and len(d["runs"]) == 1
run = d["runs"][0]
rules = run["tool"]["driver"]["rules"]
ids = [r["id"] for r in rules]
assert len(set(ids)) == len(ids) > 30
assert run["results"]
for r in run["results"]:
    assert ids[r["ruleIndex"]] == r["ruleId"]
    assert r["level"] in ("error", "warning", "note")
    assert r["message"]["text"]
    where = r["locations"][0]["physicalLocation"]
    assert where["artifactLocation"]["uri"] == "bad.rules"
    if "region" in where:
        assert where["region"]["startLine"] >= 1 and where["region"]["startColumn"] >= 1' <<<"$output"
}

@test "what a file holds cannot drive a terminal or break the formats" {
	printf -- '-a always,exit -F arch=b64 -S mk\x1b[31mdir\xff"\\ -k a\n' >evil.rules
	check evil.rules
	[ "$status" -eq 1 ]
	[[ $output != *$'\x1b'* ]]
	check --format json evil.rules
	python3 -m json.tool <<<"$output" >/dev/null
}

@test "files that cannot be read and options that are wrong are trouble, not findings" {
	check nosuch.rules
	[ "$status" -eq 2 ]
	[ "$stderr" = "aurum: cannot read nosuch.rules: No such file or directory" ]
	check --format xml good.rules
	[ "$status" -eq 2 ]
	check --ignore no-twins good.rules
	[ "$status" -eq 2 ]
	[[ $stderr == *': did you mean "no-twin"?'* ]]
	check --strickt good.rules
	[ "$status" -eq 2 ]
	[[ $stderr == *"--strict"* ]]
}

@test "every check is listed, and in the manual" {
	check --list
	[ "$status" -eq 0 ]
	[ "$(grep -cE '^[a-z]' <<<"$output")" -gt 30 ]
	while read -r name severity rest; do
		[ -n "$rest" ]
		grep -qE "^\.B[R]? ${name//-/\\\\-}( |$)" "$AURUM_TOP/docs/aurum-rules.1" || { echo "$name is not in the manual"; return 1; }
	done < <(grep -E '^[a-z]' <<<"$output")
}

@test "our own rules have no errors and nothing to warn of" {
	check --any-host --strict "$AURUM_TOP/etc/rules.d"
	[ "$status" -eq 0 ]
}

@test "the rule sets that Debian ships are read, and their mistakes found" {
	examples=$(dirname "$("$AURUM_TOP/test/oracle")")/root/usr/share/doc/auditd/examples/rules
	[ -d "$examples" ]
	check --any-host --format json "$examples"
	python3 -c '
import json, sys
d = json.load(sys.stdin)
found = {f["check"] for f in d["findings"]}
assert d["rules"] > 200, d["rules"]
assert "syntax" not in found and "unknown-call" not in found, found
assert {"duplicate", "shadowed", "task-never", "watch-form"} <= found, found' <<<"$output"
}
