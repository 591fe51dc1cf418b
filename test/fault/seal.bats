#!/usr/bin/env bats
# A daemon that seals its log when the disk fails at any of its files, when it is killed between any two
# system calls, and when clocks jump. No record is lost to the seal, no silence about what is not sealed, and
# what is on the disk never looks as if somebody had changed it.

setup_file() {
	export SKIP= PRELOAD=$BATS_FILE_TMPDIR/fake.so
	if [ "$(id -u)" -ne 0 ]; then SKIP="needs root"
	elif ! unshare -m -n mount -t tmpfs tmpfs "$BATS_FILE_TMPDIR" 2>/dev/null; then SKIP="no namespaces to mount in"
	elif ! strace -qq -o /dev/null true 2>/dev/null; then SKIP="no ptrace here"
	fi
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fake_audit.c" -o "$PRELOAD"
}

setup() {
	[ -z "$SKIP" ] || skip "$SKIP"
	# In memory: a slow disk would make it minutes.
	dir=$(mktemp -d -p /dev/shm aurum-fault.XXXXXX 2>/dev/null || mktemp -d)
	chmod 755 "$dir"
	fault=$AURUM_TOP/test/fault
}

teardown() { [ -z "${dir:-}" ] || rm -rf "$dir"; }

# run_rows COUNT: each line of stdin is "EXPECTATION WORD...": seal.sh with these words, four at a time. Prints
# the lines whose outcome is not as expected:
#	well	nothing is wrong for longer than a checkpoint may take
#	told	the log says that it was unsealed, and that it is sealed again
#	alarm	the same, and lines may be gone: what a disk does not bring to itself is not trusted
# In each: all 60 records are in the log, the daemon ends by itself, with 0; and verified while the daemon
# runs, and behind its end, the log is proven, or (alarm) at least not called tampered with.
run_rows() {
	export dir fault
	xargs -P 4 -I ROW bash -c '
		read -r expectation words <<<"ROW"
		here=$(mktemp -d -p "$dir" XXXXXX)
		out=$("$fault/seal.sh" "$here" $words | tr "\n" " ")
		echo "$expectation $out <- $words"
		[[ $out == *"end=0"* ]] || { echo "# $words"; cat "$here/verdict" "$here/out"; grep -ah op=seal "$here"/log/audit.log*; } >>"$dir/why"
		rm -rf "$here"' >"$dir/outcomes"
	awk '
		{
			split("", v)
			for (i = 2; i <= NF && $i != "<-"; i++) { split($i, part, "="); v[part[1]] = part[2] }
			ok = v["in"] == "60" && v["code"] == "0"
			if ($1 == "alarm") ok = ok && v["live"] != "1" && v["end"] != "1" && v["told"] > 0
			else ok = ok && v["live"] == "0" && v["end"] == "0"
			if ($1 == "told") ok = ok && v["told"] > 0 && v["back"] == v["told"]
			if (!ok) print
		}' "$dir/outcomes"
	[ "$(wc -l <"$dir/outcomes")" -ge "$1" ] || echo "only $(wc -l <"$dir/outcomes") rows"
	cat "$dir/why" 2>/dev/null || :
}

@test "killed anywhere, the chain goes on where the keys were kept, and is never called tampered with" {
	run "$AURUM_BIN/../test/fault-seal-kill" "$AURUM_BIN/auditd-sealkey" "${SEAL_KILL_STEP:-3}"
	echo "$output"
	[[ $output != *"cannot trace"* ]] || skip "no ptrace here"
	[ "$status" -eq 0 ]
	[[ $output == *"ok 2 - killed at "* ]]
}

@test "in a run in which nothing fails the log is proven" {
	run run_rows 1 <<<"well -e trace=none"
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "no room for evidence, a while or once: records flow, it is told, and sealed again" {
	run run_rows 6 <<-ROWS
		well -P %seal/commits -e inject=pwrite64:error=ENOSPC:when=3
		told -P %seal/commits -e inject=pwrite64:error=ENOSPC:when=3..7
		told -P %seal/keys -e inject=pwrite64:error=ENOSPC:when=2..5
		well -P %seal/level0/00000000 -e inject=pwrite64:error=ENOSPC:when=2
		well -P %seal/segments -e inject=pwrite64:error=ENOSPC:when=2
		well -P %seal/checkpoint -P %seal/checkpoint.new -e inject=openat:error=ENOSPC:when=2..4
	ROWS
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "a disk with errors: evidence is not taken for written, and it is told" {
	run run_rows 5 <<-ROWS
		told -P %seal/commits -e inject=fdatasync:error=EIO:when=3..6
		told -P %seal/keys -e inject=fdatasync:error=EIO:when=2..5
		told -P %seal/commits -e inject=pwrite64:error=EIO:when=2..6
		well -P %seal/level0/00000000 -e inject=fdatasync:error=EIO:when=2
		alarm -P %log -e inject=fdatasync:error=EIO:when=4..8
	ROWS
	[ -z "$output" ] || { echo "$output"; false; }
}
