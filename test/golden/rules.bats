#!/usr/bin/env bats
# auditctl beside Debian's: what both send to the kernel, and what both print, are the same but for
# the rows of rules.known and docs/differences.md. The kernel is test/fake_audit.c.

setup_file() {
	[ "$(id -u)" -eq 0 ] || skip "Debian's auditctl wants root, even before this kernel"
	export THEIRS OURS=$AURUM_BIN/auditctl DATA=$AURUM_TOP/test/data/rules
	export WORK=$BATS_FILE_TMPDIR FAKE=$BATS_FILE_TMPDIR/fake_audit.so
	export ASAN_OPTIONS=$ASAN_OPTIONS:verify_asan_link_order=0
	export FAKE_AUDIT_STATUS="1 1 77 0 8192 3 0 127 60000 5"
	local oracle
	oracle=$("$AURUM_TOP/test/oracle")
	THEIRS=$oracle/auditctl
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fake_audit.c" -o "$FAKE"
	# Rule lines that the examples have commented out count, too; those with a hole to fill in do not.
	cat "$oracle"/../root/usr/share/doc/auditd/examples/rules/*.rules |
		sed -E 's/^#+ *(-[a-zA-Z] )/\1/; s/=chrony/=daemon/' | grep -vE '(path|dir)=<?[a-z]' |
		sent examples
	cat "$DATA"/*.rules | sent own
	export DUMMY
	DUMMY=$(echo '-a always,exit -F arch=b64 -S close' | with "$THEIRS" dummy && cat "$WORK/dummy")
}

# with PROGRAM NAME: loads the rules on stdin, all of them whatever happens; what was sent goes to NAME.
with() {
	(echo -c; cat) >"$WORK/$2.rules"
	: >"$WORK/$2"
	FAKE_AUDIT_SENT=$WORK/$2 LD_PRELOAD=$FAKE "$1" -R "$WORK/$2.rules" >"$WORK/$2.out" 2>"$WORK/$2.err" || true
}

# sent NAME: loads the rules on stdin with both.
sent() {
	cat >"$WORK/$1"
	with "$THEIRS" "$1.theirs" <"$WORK/$1"
	with "$OURS" "$1.ours" <"$WORK/$1"
}

# compare NAME LEAST: both sent the same, and at least so many rules.
compare() {
	[ "$(grep -cE '^101[12] ' "$WORK/$1.theirs")" -ge "$2" ]
	# The version number in AUDIT_SET_FEATURE: 0 there, the true one here.
	diff <(sed -E 's/^1018 0[01]/1018 0x/' "$WORK/$1.theirs") <(sed -E 's/^1018 0[01]/1018 0x/' "$WORK/$1.ours")
}

# listed OPTION...: prints what differs between the listings of all rules and is not known.
# The kernel returns no "prepend" flag. A b64 rule stands before each rule, because the reference
# names the calls of a rule without arch after the machine of the rule before it.
listed() {
	cat "$WORK"/{examples,own}.theirs | grep -E '^101[12] ' | sed -E 's/^101[12] 1/1011 0/' | awk '!seen[$0]++' |
		awk -v dummy="$DUMMY" '{ print dummy; print }' >"$WORK/list"
	FAKE_AUDIT_RULES=$WORK/list LD_PRELOAD=$FAKE "$THEIRS" -l "$@" >"$WORK/list.theirs"
	FAKE_AUDIT_RULES=$WORK/list LD_PRELOAD=$FAKE "$OURS" -l "$@" >"$WORK/list.ours"
	[ "$(wc -l <"$WORK/list.theirs")" -gt 1000 ] || echo "too few rules"
	paste "$WORK/list.theirs" "$WORK/list.ours" | awk -F'\t' -v known="$AURUM_TOP/test/golden/rules.known" '
		BEGIN { while ((getline line < known) > 0) if (line !~ /^#/) is_known[line] = 1 }
		$1 != $2 && !($0 in is_known)
		{ delete is_known[$0] }
		END { for (line in is_known) print "no longer differs: " line }'
}

# run_both ARGUMENT...: sets theirs, ours: exit code and standard output.
run_both() {
	theirs=$(FAKE_AUDIT_SENT=$WORK/t LD_PRELOAD=$FAKE "$THEIRS" "$@" 2>"$WORK/t.err"; echo "exit $?")
	ours=$(FAKE_AUDIT_SENT=$WORK/o LD_PRELOAD=$FAKE "$OURS" "$@" 2>"$WORK/o.err"; echo "exit $?")
}

@test "rules of Debian's examples give the same bytes" {
	compare examples 200
}

@test "our own rules, of every list, field, operator, pair and machine, give the same bytes" {
	compare own 450
}

@test "listings are the same" {
	run listed
	echo "$output"
	[ -z "$output" ]
}

@test "listings with arguments and ids in words are the same" {
	run listed -i
	echo "$output"
	[ -z "$output" ]
}

@test "listings of rules with a key are the same" {
	FAKE_AUDIT_RULES=$WORK/own.theirs
	export FAKE_AUDIT_RULES
	for key in one identity k nonesuch "space key"; do
		run_both -l -k "$key"
		diff <(sed 's/\\//g' <<<"$theirs") <(sed 's/\\//g' <<<"$ours")
	done
}

@test "newer kernels' rules are listed as they were written" {
	with "$OURS" newer <"$DATA/newer/newer.rules"
	sed -E 's/^101[12] 1/1011 0/' "$WORK/newer" >"$WORK/newer.list"
	FAKE_AUDIT_RULES=$WORK/newer.list LD_PRELOAD=$FAKE "$OURS" -l >"$WORK/newer.listing"
	diff "$DATA/newer/newer.listing" "$WORK/newer.listing"
}

@test "a listing can be loaded and gives the rules back" {
	grep -hE '^101[12] ' "$WORK"/{examples,own}.ours | sed -E 's/^101[12] 1/1011 0/' |
		awk '!seen[$0]++' >"$WORK/before"
	FAKE_AUDIT_RULES=$WORK/before LD_PRELOAD=$FAKE "$OURS" -l |
		with "$OURS" again
	FAKE_AUDIT_RULES=$WORK/again LD_PRELOAD=$FAKE "$OURS" -l >"$WORK/again.listing"
	FAKE_AUDIT_RULES=$WORK/before LD_PRELOAD=$FAKE "$OURS" -l >"$WORK/before.listing"
	# A watch on a directory with a slash at its end loses it.
	diff <(sed -E 's|^(-w /.*[^/])/ -p|\1 -p|' "$WORK/before.listing") "$WORK/again.listing"
}

@test "commands print the same and end with the same code" {
	export FAKE_AUDIT_RULES=$WORK/own.theirs
	while read -r -a words; do
		run_both "${words[@]}"
		echo "${words[*]}: $theirs / $ours"
		[ "$theirs" = "$ours" ]
	done <<-'END'
		-s
		-s -i
		-e 0
		-e 1
		-f 0
		-r 100
		-b 8192
		-b 0x10
		--backlog_wait_time 1000
		--reset-lost
		--reset_backlog_wait_time_actual
		--loginuid-immutable
		-t
		-q /srv,/srv/mnt
		-m hello
		-w /etc/passwd -p wa -k x
		-a exit,possible -S open
		-R /nonexistent
		-R /etc
	END
	diff "$WORK/t" "$WORK/o" | grep -vE '^[<>] 10(05|18) |^---$|^[0-9,c]+$' | { ! grep .; }
	text() { awk '$1 == 1005 { print $2 }' "$WORK/$1" | perl -pe 's/([0-9a-f]{2})/chr hex $1/ge' | sed 's/exe="[^"]*"/exe=/'; }
	[ -n "$(text t)" ]
	[ "$(text t)" = "$(text o)" ]
}

@test "no rules, and what is left when all or some were deleted" {
	for arguments in "-l" "-D" "-D -k x" "-l -k x"; do
		FAKE_AUDIT_RULES=/dev/null run_both $arguments
		[ "$theirs" = "$ours" ]
		[ "$ours" = "No rules
exit 0" ]
	done
	: >"$WORK/t"
	: >"$WORK/o"
	FAKE_AUDIT_RULES=$WORK/own.theirs run_both -D -k identity
	[ "$theirs" = "$ours" ]
	cmp "$WORK/t" "$WORK/o"
	[ "$(wc -l <"$WORK/o")" -ge 2 ]
}

@test "the status in all its values" {
	for FAKE_AUDIT_STATUS in "0 0 0 0 64 0 0 127 60000 0" "2 2 4194304 4294967295 0 1 2 127 3 4" "7 9 1"; do
		export FAKE_AUDIT_STATUS
		for arguments in "-s" "-s -i"; do
			run_both $arguments
			[ "$theirs" = "$ours" ]
		done
	done
}

@test "a locked system refuses rules with exit code 0, a daemon that does not run is no failure" {
	export FAKE_AUDIT_STATUS="2 1 0 0 64"
	: >"$WORK/o"
	for arguments in "-w /etc/passwd" "-R $WORK/own" "--signal TERM"; do
		run_both $arguments
		[ "$theirs" = "exit 0" ]
		[ "$ours" = "exit 0" ]
		[ "$(wc -l <"$WORK/o.err")" -eq 1 ]
	done
	[ ! -s "$WORK/o" ]
}

# signalled PROGRAM SIGNAL: how a process ends that the kernel calls the daemon.
signalled() {
	local pid code=0
	sleep 30 &
	pid=$!
	FAKE_AUDIT_STATUS="1 1 $pid 0 64" LD_PRELOAD=$FAKE "$1" --signal "$2" || { kill "$pid"; return 1; }
	wait "$pid" 2>/dev/null || code=$?
	echo $((code - 128))
}

@test "a signal reaches the process that the kernel names, by name and by word" {
	for pair in TERM:stop:15 HUP:reload:1 usr1:rotate:10 USR2:resume:12; do
		IFS=: read -r name word number <<<"$pair"
		[ "$(signalled "$THEIRS" "$name")" -eq "$number" ]
		[ "$(signalled "$OURS" "$name")" -eq "$number" ]
		[ "$(signalled "$OURS" "$word")" -eq "$number" ]
	done
}

@test "a daemon that has ended is named" {
	sleep 0 &
	gone=$!
	wait "$gone"
	export FAKE_AUDIT_STATUS="1 1 $gone 0 64"
	run_both --signal TERM
	[ "$theirs" = "exit 255" ]
	[ "$ours" = "exit 255" ]
	[ "$(cat "$WORK/o.err")" = "auditctl: cannot signal the audit daemon, process $gone: No such process" ]
}

@test "what the kernel refuses ends with the same code" {
	for FAKE_AUDIT_ERRNO in 17 2 22; do
		export FAKE_AUDIT_ERRNO
		for arguments in "-w /etc/passwd -p r" "-a always,exit -S open" "-d always,exit -S open"; do
			run_both $arguments
			[ "$theirs" = "exit 255" ]
			[ "$ours" = "exit 255" ]
		done
	done
}

@test "bad commands end with the same code and send nothing" {
	: >"$WORK/t"
	: >"$WORK/o"
	while IFS= read -r line; do
		read -r -a words <<<"$line"
		run_both "${words[@]}"
		echo "$line: $theirs / $ours"
		[ "$theirs" = "exit 255" ]
		[ "$ours" = "exit 255" ]
		[ "$(grep -vc warning: "$WORK/o.err")" -eq 1 ]
		[ ! -s "$WORK/o" ]
	done <"$DATA/refused.txt"
	[ ! -s "$WORK/t" ]
}

@test "one bad rule in a file is one sentence with file, line and column, and ends the reading" {
	printf '# first\n-D\n-w /a -p r\r\n\t-a always,exit -F arch=b64 -S opne -k x\n-w /b' >"$WORK/bad"
	run env LD_PRELOAD="$FAKE" "$OURS" -R "$WORK/bad"
	[ "$status" -eq 1 ]
	[ "${lines[1]}" = "auditctl: $WORK/bad:4:32: unknown system call \"opne\": did you mean \"open\"?" ]
	[ "${#lines[@]}" -eq 2 ]
}

@test "-c goes on and fails, -i goes on and does not, in a file and beside -R" {
	printf -- '-w a\n-w /b -p r\n-Q\n-w /c -p r' >"$WORK/three"
	for option in -c -i; do
		(echo $option; cat "$WORK/three") >"$WORK/four"
		: >"$WORK/o"
		run_both -R "$WORK/four"
		[ "$theirs" = "$ours" ]
		[ "$(grep -c ^1011 "$WORK/o")" -eq 2 ]
		[ "$(wc -l <"$WORK/o.err")" -eq 2 ]
		run env LD_PRELOAD="$FAKE" "$OURS" -R "$WORK/three" $option
		[ "exit $status" = "$ours" ]
	done
}

@test "files that others could write are refused" {
	: >"$WORK/plain"
	chmod 666 "$WORK/plain"
	run_both -R "$WORK/plain"
	[ "$theirs" = "$ours" ]
	[ "$(cat "$WORK/o.err")" = "auditctl: $WORK/plain is writable by everyone: chmod o-w $WORK/plain" ]
	chmod 644 "$WORK/plain"
	chown daemon "$WORK/plain"
	run_both -R "$WORK/plain"
	[ "$theirs" = "$ours" ]
	[[ $(cat "$WORK/o.err") == *"must belong to user 0" ]]
	mkfifo "$WORK/fifo"
	run timeout 10 env LD_PRELOAD="$FAKE" "$OURS" -R "$WORK/fifo"
	[ "$status" -eq 1 ]
}

@test "without privilege only help and version" {
	chmod 755 "$WORK"
	for arguments in "-l" "-s" "-D"; do
		run setpriv --reuid=65534 --clear-groups "$OURS" $arguments
		[ "$status" -eq 4 ]
	done
	run setpriv --reuid=65534 --clear-groups "$OURS" --help
	[ "$status" -eq 0 ]
	run setpriv --reuid=65534 --clear-groups "$OURS" -v
	[ "$status" -eq 0 ]
}

@test "the starter rules load without a complaint" {
	for file in "$AURUM_TOP"/etc/rules.d/*.rules; do
		: >"$WORK/t"
		: >"$WORK/o"
		run_both -R "$file"
		[ "$theirs" = "$ours" ]
		[ "${ours##*exit }" -eq 0 ]
		[ ! -s "$WORK/o.err" ]
		cmp "$WORK/t" "$WORK/o"
	done
}

@test "the manual's examples do their work without a complaint" {
	export FAKE_AUDIT_RULES=$WORK/own.theirs
	sed -n '/^.SH EXAMPLES/,/^.SH SEE/s/^auditctl //p' "$AURUM_TOP/docs/auditctl.8" | sed 's/\\-/-/g' >"$WORK/manual"
	[ "$(wc -l <"$WORK/manual")" -ge 7 ]
	while read -r -a words; do
		run_both "${words[@]}"
		echo "${words[*]}: $theirs / $ours: $(cat "$WORK/o.err")"
		[ "$theirs" = "$ours" ]
		[ "${ours##*exit }" -eq 0 ]
		[ ! -s "$WORK/o.err" ]
	done <"$WORK/manual"
}
