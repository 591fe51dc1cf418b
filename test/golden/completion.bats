#!/usr/bin/env bats
# Shell completion as a shell does it: the scripts of the build are read and asked.

bats_require_minimum_version 1.5.0

setup() {
	SCRIPTS=$AURUM_BIN/completions
	programs="audisp-filter auditctl auditd augenrules aulast aulastlog aurum ausearch ausyscall autrace"
	[ ! -f "$AURUM_BIN/aureport" ] || programs+=" aureport"
}

# offer WORD... : what bash offers for the last word, which may be empty; in $offered. The shell
# asks in a child of its own, without anybody's start files.
offer() {
	offered=$(bash --norc -c '
		set -u
		source "$1/$2"
		shift
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		compopt() { :; }
		function=$(complete -p "$1" | sed "s/.*-F \([^ ]*\).*/\1/")
		"$function" "$1" "${!#}" "${@:$#-1:1}"
		[ ${#COMPREPLY[@]} -eq 0 ] || printf "%s\n" "${COMPREPLY[@]}"' _ "$SCRIPTS" "$@")
}

is() { [ "$offered" = "$(printf '%s\n' "$@")" ] || { echo "offered: $offered"; return 1; }; }
has() {
	local word
	for word in "$@"; do grep -qxF -e "$word" <<<"$offered" || { echo "no $word in: $offered"; return 1; }; done
}

# A line for all that takes options: programs, and verbs where a program has them.
commands() {
	tr ' ' '\n' <<<"$programs" | grep -vx aurum
	printf "aurum %s\n" watch follow tree search report
	"$AURUM_BIN/aurum" rules help | awk '/^  / && $1 != "help" { print "aurum rules", $1 }'
}

@test "every option that a program or verb lists is offered, and nothing else" {
	local words count=0
	while read -ra words; do
		echo "${words[@]}"
		offer "${words[@]}" -
		diff <(sort -u <<<"$offered") <("$AURUM_BIN/${words[0]}" "${words[@]:1}" --help </dev/null |
			grep -oE '^  -[^ ]+(, -[^ ]+)*' | grep -oE -- '-[^ ,]+' | sort -u)
		count=$((count + 1))
	done < <(commands)
	[ "$count" -ge 9 ]
}

@test "options are completed from what is typed" {
	offer ausearch --ju
	is --just-one
	offer auditctl --loginuid
	is --loginuid-immutable
	offer aulast --pr
	is --proof
}

@test "record types are completed, each of several" {
	offer ausearch -m USER_LOGI
	is USER_LOGIN
	offer ausearch --message SYSCALL,USER_LOGI
	is SYSCALL,USER_LOGIN
	offer ausearch -m --ju
	is --just-one
}

@test "system calls and machines are completed" {
	offer ausearch -sc openat2
	is openat2
	offer ausearch --arch aarch
	is aarch64
	offer auditctl -S execve,renameat
	has execve,renameat execve,renameat2
	offer ausyscall renamea
	has renameat renameat2
	offer ausyscall b
	has b32 b64 bpf bind brk
	offer ausyscall --e
	is --exact
}

@test "formats, words of time, users and groups are completed" {
	offer ausearch --format ra
	has raw
	offer ausearch --escape shell
	has shell shell_quote
	offer ausearch -ts yes
	is yesterday
	offer ausearch -sv y
	is yes
	offer ausearch -ul roo
	is root
	offer ausearch -gi roo
	is root
	offer aulast --user roo
	is root
	offer auditctl --signal = ROT
	is
	offer auditctl --signal = rot
	is rotate
	offer auditctl --signal =
	has TERM stop reload
	offer auditd -s en
	is enable
	offer auditctl -a always,e
	has always,exit always,exclude
}

@test "files and folders are completed, blanks and all" {
	cd "$BATS_TEST_TMPDIR"
	mkdir "a folder"
	touch "a file" other
	offer ausearch -if a
	has "a file" "a folder"
	offer aulast -f "a f"
	has "a file" "a folder"
	offer aurum watch --log a
	is "a folder"
	offer ausearch --config-dir a
	is "a folder"
}

@test "values that nobody can know are left alone" {
	offer ausearch -p ""
	is ""
	offer ausearch -k ""
	is ""
}

@test "aurum's verbs come first" {
	offer aurum ""
	has watch help version
	offer aurum watch --sam
	is --sample
	offer aurum help --sam
	is ""
}

@test "verbs of verbs come next, and no verb twice" {
	offer aurum rules ""
	[ "$(grep -cF "'aurum rules match')" "$SCRIPTS/aurum")" -eq 1 ]
	diff <(echo "$offered") <("$AURUM_BIN/aurum" rules help | awk '/^  / { print $1 }')
	offer aurum rules ch
	is check
	offer aurum rules help ""
	is ""
	offer aurum check ""
	is ""
	offer aurum rules check --str
	is --strict
	offer aurum rules check -a --str
	is --strict
}

@test "formats, checks and rules are completed for aurum rules" {
	cd "$BATS_TEST_TMPDIR"
	mkdir rules.d
	touch 10-base.rules
	offer aurum rules check --format ""
	is text json sarif
	offer aurum rules check --format = j
	is json
	offer aurum rules check --ignore no-tw
	is no-twin
	offer aurum rules check -i no-key,never-l
	is no-key,never-late
	offer aurum rules check ""
	has 10-base.rules rules.d
	offer aurum rules explain ""
	has 10-base.rules rules.d kernel
	offer aurum rules explain --no-example ker
	is kernel
	offer aurum rules diff rules.d ker
	is kernel
	offer aurum rules match --event 10
	is 10-base.rules
}

@test "fields of events and reports are completed for aurum search and report" {
	offer aurum search --count-by user,syscal
	is user,syscall
	offer aurum search --sort exi
	is exit
	offer aurum search -T ""
	is minute hour day
	offer aurum report logi
	is logins
	offer aurum search --format json
	is json json-raw
}

@test "zsh reads the scripts and is given every option" {
	command -v zsh >/dev/null || skip "zsh is not installed"
	local words
	while read -ra words; do
		echo "${words[@]}"
		zsh -f -n "$SCRIPTS/_${words[0]}"
		# What _arguments is called with, when nothing is typed yet; -C takes a verb away.
		zsh -f -c '
			_arguments() { [[ $1 == -C ]] && { shift words; return 1 }; print -rl -- "$@" }
			script=$1
			shift
			words=("$@")
			source $script' _ "$SCRIPTS/_${words[0]}" "${words[@]}" >"$BATS_TEST_TMPDIR/specs"
		offer "${words[@]}" -
		diff <(sort -u <<<"$offered") <(sed -nE 's/^\*(-[^[+=]+)[+=]?\[.*/\1/p' "$BATS_TEST_TMPDIR/specs" | sort -u)
	done < <(commands)
}

@test "zsh completes with them" {
	command -v zsh >/dev/null || skip "zsh is not installed"
	# A terminal that zsh types into, Tab keys and all; the commands say how they were run.
	cat >"$BATS_TEST_TMPDIR/type.zsh" <<-'TYPED'
		zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z "fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D"
		zpty -w z 'ausearch() { print -r -- RAN "$@" }; auditctl() { print -r -- RAN "$@" }; aurum() { print -r -- RAN "$@" }'
		zpty -n -w z $'ausearch --just\t --form\tinterp\t -m USER_LOGI\t -sc openat2\t\n'
		zpty -n -w z $'auditctl --loginuid\t -S execve,openat2\t\n'
		zpty -n -w z $'aurum wat\t--samp\t\n'
		zpty -n -w z $'aurum rul\tche\t--form\tsar\t --ignore no-ke\t,no-tw\t\n'
		zpty -n -w z $'aurum rul\texp\t--no-ex\tkern\t\n'
		zpty -w z "cd $AURUM_TOP/etc"
		zpty -n -w z $'aurum rul\texp\trules\t\n'
		zpty -w z exit
		while zpty -r z line; do print -r -- $line; done
	TYPED
	timeout 120 zsh -f "$BATS_TEST_TMPDIR/type.zsh" "$SCRIPTS" 2>&1 | tr -d '\r' | grep '^RAN' >"$BATS_TEST_TMPDIR/ran"
	diff "$BATS_TEST_TMPDIR/ran" - <<-'RAN'
		RAN --just-one --format interpret -m USER_LOGIN -sc openat2
		RAN --loginuid-immutable -S execve,openat2
		RAN watch --sample
		RAN rules check --format=sarif --ignore no-key,no-twin
		RAN rules explain --no-example kernel
		RAN rules explain rules.d
	RAN
}

# indexed_log: a folder with a rotated file and its index, in $log.
indexed_log() {
	log=$BATS_TEST_TMPDIR/log
	mkdir "$log"
	cp "$AURUM_TOP/etc/sample/audit.log" "$log/audit.log.1"
	# What a shell would obey, and what a query would take for more than one word, is not offered.
	echo 'type=SYSCALL msg=audit(1792224999.000:999): arch=c000003e syscall=2 success=yes pid=1 key="ident$(reboot)"' >>"$log/audit.log.1"
	: >"$log/audit.log"
	"$AURUM_BIN/aurum" index build "$log" >/dev/null
	PATH=$AURUM_BIN:$PATH
}

@test "queries are completed: fields, values that indexes have seen, what may follow" {
	indexed_log
	offer aurum search -l "$log" kerne
	is kernel
	offer aurum follow -l "$log" key = iden
	is identity
	offer aurum search --log "$log" key =
	has identity access exec
	offer aurum search --log "$log" user = ali
	has alice
	offer aurum search --log "$log" exe in "(" a , /usr/bin/ca
	is /usr/bin/cat
	offer aurum search --log "$log" type = USER_LOGI
	is USER_LOGIN
	offer aurum search --log "$log" key = identity an
	is and
	offer aurum search --log "$log" key = identity and not key i
	is in
	# A query in quotes is one word.
	offer aurum search --log "$log" "'key = identity or progr"
	is "key = identity or program"
	offer aurum search --form
	is --format
}

@test "completion is silent about whatever is wrong" {
	indexed_log
	for file in "$log"/index/*; do printf 'garbage' | dd of="$file" bs=1 seek=100 conv=notrunc status=none; done
	run --separate-stderr "$AURUM_BIN/aurum" complete -- -l "$log" key = ""
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	run --separate-stderr "$AURUM_BIN/aurum" complete -- -l /nonexistent key = ""
	[ "$status" -eq 0 ]
	[ -z "$output$stderr" ]
	run --separate-stderr "$AURUM_BIN/aurum" complete -- '"' "(((" "'" '=' "$(printf 'x%.0s' {1..100000})"
	[ "$status" -eq 0 ]
	[ -z "$stderr" ]
	run "$AURUM_BIN/aurum" help
	[[ $output != *complete* ]]
}
