#!/usr/bin/env bats
# The daemon when its log's disk fails: each system call on the log, each error, and death between any
# two of them. The kernel is test/fake_audit.c, which loses nothing: what is not in the log, the daemon
# must have counted.

setup_file() {
	export SKIP= PRELOAD=$BATS_FILE_TMPDIR/fake.so:$BATS_FILE_TMPDIR/short.so
	if [ "$(id -u)" -ne 0 ]; then SKIP="needs root"
	elif ! unshare -m -n mount -t tmpfs tmpfs "$BATS_FILE_TMPDIR" 2>/dev/null; then SKIP="no namespaces to mount in"
	elif ! strace -qq -o /dev/null true 2>/dev/null; then SKIP="no ptrace here"
	fi
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fake_audit.c" -o "${PRELOAD%%:*}"
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fault/short_write.c" -o "${PRELOAD##*:}"
}

setup() {
	[ -z "$SKIP" ] || skip "$SKIP"
	# In memory: a slow disk would make it minutes.
	dir=$(mktemp -d -p /dev/shm aurum-fault.XXXXXX 2>/dev/null || mktemp -d)
	fault=$AURUM_TOP/test/fault
}

teardown() { [ -z "${dir:-}" ] || rm -rf "$dir"; }

# run_rows: each line of stdin is "EXPECTATION WORD...": inject.sh with these words, eight at a time.
# Prints the lines whose outcome is not as expected:
#	whole		all 60 records are in the log
#	counted		what is not in the log was counted, and something was
#	torn		the same, with one half line in it
#	refused		the daemon does not start
# In each: no record twice, no other half line, and the daemon ends by itself, with 0.
run_rows() {
	export dir fault
	xargs -P 8 -I ROW bash -c '
		read -r expectation words <<<"ROW"
		here=$(mktemp -d -p "$dir" XXXXXX)
		echo "$expectation $("$fault/inject.sh" "$here" $words | tr "\n" " ") <- $words"
		rm -rf "$here"' >"$dir/outcomes"
	awk '
		{
			split("", v)
			for (i = 2; i <= NF && $i != "<-"; i++) { split($i, part, "="); v[part[1]] = part[2] }
			missing = 60 - v["in"]
			ok = v["more"] == "0" && v["torn"] == ($1 == "torn") && v["code"] == "0"
			if ($1 == "whole") ok = ok && missing == 0 && v["lost"] == "0"
			# Records of the daemon itself are counted, too.
			else ok = ok && v["lost"] >= missing && v["lost"] <= missing + 5 && v["lost"] > 0
			if (!ok) print
		}' "$dir/outcomes"
	[ "$(wc -l <"$dir/outcomes")" -ge "$1" ] || echo "only $(wc -l <"$dir/outcomes") rows"
}

# calls: the system calls on the log, in order, of a run in which nothing fails.
calls() {
	"$fault/inject.sh" "$dir/plain" >"$dir/plain.out"
	[[ $(cat "$dir/plain.out") == "in=60 more=0 torn=0 lost=0 code=0" ]] || { cat "$dir/plain.out"; return 1; }
	grep -oE '^[a-z0-9_]+' "$dir/plain/trace"
}

@test "each call on the log may fail once: only a failed write loses records, and they are counted" {
	calls >"$dir/calls"
	# From the second write on it records: what fails before is the start's, below. fstatfs only reports.
	awk '
		{ count[$1]++ }
		$1 == "writev" { writes++ }
		writes < 2 || $1 == "fstatfs" || ($1 == "writev" && ++taken > 4) { next }
		{
			n = split("EIO ENOSPC EINTR", errors, " ")
			for (i = 1; i <= n; i++)
				print ($1 == "writev" && errors[i] != "EINTR" ? "counted" : "whole"), \
					"-e inject=" $1 ":error=" errors[i] ":when=" count[$1]
		}' "$dir/calls" >"$dir/rows"
	run run_rows 60 <"$dir/rows"
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "calls that go on failing, short writes, and what both make of a line" {
	run run_rows 12 <<-ROWS
		counted -e inject=writev:error=EIO:when=5+
		counted -e inject=writev:error=ENOSPC:when=4..9
		counted -e inject=openat:error=EIO:when=3+
		whole -e inject=rename:error=EIO
		whole -e inject=fchown:error=EIO:when=2+
		whole -e inject=fchmod:error=EIO:when=2+
		whole flush=INCREMENTAL -e inject=fdatasync:error=EIO
		whole flush=INCREMENTAL_ASYNC -f -e inject=fdatasync:error=EIO
		whole short=1
		whole short=40 -e inject=writev:error=EINTR:when=3..50
		whole flush=SYNC short=100
		counted limit=1000
		counted short=40 -e inject=writev:error=ENOSPC:when=9
		counted short=40 -e inject=writev:error=ENOSPC:when=9 -e inject=ftruncate:error=EIO:when=1
		torn short=40 -e inject=writev:error=ENOSPC:when=9 -e inject=ftruncate:error=EPERM
	ROWS
	[ -z "$output" ] || { echo "$output"; false; }
}

# kill_at CALL N: the daemon dies at that call, then another one is started. Prints what is wrong: what
# was in the log is there, nothing twice, no half line, and ausearch shows each record.
kill_at() {
	local here before after
	here=$(mktemp -d -p "$dir" XXXXXX)
	"$fault/inject.sh" "$here" -e "inject=$1:signal=KILL:when=$2" >"$here/outcome" 2>&1
	before=$("$fault/account.sh" "$here")
	"$fault/again.sh" "$here" || echo "$1 $2: it does not start again: $(cat "$here/out")"
	after=$("$fault/account.sh" "$here")
	[[ $after == "${before%% *} more=0 torn=0" ]] || echo "$1 $2: $before became $after"
	[ "in=$("$AURUM_BIN/ausearch" --raw -m SYSCALL -if "$here/log" 2>/dev/null </dev/null | grep -c 'n=[0-9]* end=')" = "${before%% *}" ] ||
		[[ $before == in=0* ]] || echo "$1 $2: ausearch does not show ${before%% *}"
	grep -q 'code=137' "$here/outcome" && echo killed >>"$dir/killed"
	cat "$here"/sanitizer.* 2>/dev/null
	rm -rf "$here"
}

@test "killed at each call on the log, the next daemon goes on behind what was recorded" {
	export dir fault
	export -f kill_at
	calls >"$dir/calls"
	run bash -c 'awk "\$1 != \"fstatfs\" { print \$1, ++count[\$1] }" "$dir/calls" | xargs -P 8 -L 1 bash -c "kill_at \$0 \$1"'
	[ -z "$output" ] || { echo "$output"; false; }
	[ "$(wc -l <"$dir/killed")" -ge 40 ]
}

@test "the half line of a crash is no event, and is kept in a record that Debian's ausearch reads, too" {
	local half="type=USER_CMD msg=audit(1700000000.777:77): pid=1 uid=0 auid=0 ses=1 msg='cwd=\"/ro"
	"$fault/inject.sh" "$dir/d" >/dev/null
	printf '%s' "$half" >>"$dir/d/log/audit.log"
	"$fault/again.sh" "$dir/d"
	[ "$("$fault/account.sh" "$dir/d")" = "in=60 more=0 torn=0" ]
	for ausearch in "$AURUM_BIN/ausearch" "$("$AURUM_TOP/test/oracle")/ausearch"; do
		run "$ausearch" -if "$dir/d/log" -m USER_CMD </dev/null
		[ "$status" -eq 1 ]
		run "$ausearch" --raw -if "$dir/d/log" -m DAEMON_ERR </dev/null
		[[ $output == *"op=lost cause=torn-line lost=1 bytes=${#half} text=$(printf '%s' "$half" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F) res=failed"* ]]
	done
}

@test "where the end of the log cannot be read, no record is glued to a half line" {
	"$fault/inject.sh" "$dir/d" >/dev/null
	printf 'type=USER_CMD msg=audit(1700000000.777:77): pid=1' >>"$dir/d/log/audit.log"
	"$fault/again.sh" "$dir/d" strace -qq -o "$dir/trace" -P "$dir/d/log/audit.log" -e inject=pread64:error=EIO
	grep -q INJECTED "$dir/trace"
	[ "$("$fault/account.sh" "$dir/d")" = "in=60 more=0 torn=1" ]
	tail -n 2 "$dir/d/log/audit.log" | head -n 1 | grep -q '^type=DAEMON_START '
}
