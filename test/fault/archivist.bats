#!/usr/bin/env bats
# The archivist when it dies between any two calls that change a file, and when each of those fails:
# each record is in the log, once, and the next archivist finishes what was begun.

setup_file() {
	export SKIP=
	if [ "$(id -u)" -ne 0 ]; then SKIP="needs root"
	elif ! strace -qq -o /dev/null true 2>/dev/null; then SKIP="no ptrace here"
	fi
}

setup() {
	[ -z "$SKIP" ] || skip "$SKIP"
	dir=$(mktemp -d -p /dev/shm aurum-fault.XXXXXX 2>/dev/null || mktemp -d)
	export dir fault=$AURUM_TOP/test/fault
}

teardown() { [ -z "${dir:-}" ] || rm -rf "$dir"; }

# calls: those that change files, or bring them to the disk, as NAME NUMBER, from the first lock on.
calls() {
	"$fault/archive.sh" "$dir/plain" any >"$dir/plain.out"
	[ ! -s "$dir/plain.out" ] || { cat "$dir/plain.out"; return 1; }
	awk '
		{ sub(/^[0-9]+ +/, ""); name = $0; sub(/\(.*/, "", name); count[name]++ }
		/F_OFD_SETLK/ { begun = 1 }
		!begun || !(name ~ /^(openat|mkdir|write|pwrite64|fsync|utimensat|fchmod|fchown|rename|renameat2|unlink|unlinkat)$/) { next }
		name == "openat" && !/O_CREAT/ { next }
		name == "write" && /^write\([12],/ { next }
		{ print name, count[name] }' "$dir/plain/trace"
}

# run_rows: each line of stdin is "EXPECTATION WORD...": archive.sh with these words, eight at a time.
run_rows() {
	xargs -P 8 -I ROW bash -c '
		here=$(mktemp -d -p "$dir" XXXXXX)
		"$fault/archive.sh" "$here" ROW 2>&1
		rm -rf "$here"'
}

@test "killed at each call that changes a file, nothing is lost or there twice, and the next one finishes" {
	calls >"$dir/calls"
	[ "$(wc -l <"$dir/calls")" -ge 30 ]
	for name in openat write fsync fchmod rename renameat2 unlink; do grep -q "^$name " "$dir/calls"; done
	run run_rows < <(sed -E 's/^(.*) (.*)$/killed -e inject=\1:signal=KILL:when=\2/' "$dir/calls")
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "each call that changes a file may fail once: without room, or with an error of the disk" {
	calls >"$dir/calls"
	run run_rows < <(sed -nE '/^utimensat/d; s/^(.*) (.*)$/any -e inject=\1:error=ENOSPC:when=\2\nany -e inject=\1:error=EIO:when=\2/p' "$dir/calls")
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "a write that only says it was done is found out before the text goes" {
	calls >"$dir/calls"
	run run_rows < <(sed -nE 's/^write (.*)$/any -e inject=write:retval=1:when=\1/p' "$dir/calls")
	[ -z "$output" ] || { echo "$output"; false; }
}

@test "what goes on failing is said, leaves no draft, and is done when it works again" {
	run run_rows <<-'ROWS'
		any -e inject=write:error=ENOSPC:when=1+
		failed -e inject=fsync:error=EIO:when=1+
		failed -e inject=rename:error=EACCES:when=1+
		failed -e inject=mkdir:error=ENOSPC:when=1+
		failed -e inject=fchmod:error=EPERM:when=1+
		failed -e inject=renameat2:error=EROFS:when=1+
		any -e inject=renameat2:error=EINVAL:when=1+
		any -e inject=utimensat:error=EPERM:when=1+
		any -e inject=unlink:error=EIO:when=1+
		any -e inject=pread64:error=EIO:when=20..22
		any -e inject=ioprio_set:error=EPERM -e inject=sched_setscheduler:error=EPERM
	ROWS
	[ -z "$output" ] || { echo "$output"; false; }
	# Neither leases nor the lock of the names, the one after the archivist's own.
	calls >/dev/null
	local own
	own=$(awk '/ fcntl\(/ { n++ } /F_OFD_SETLK/ { print n; exit }' "$dir/plain/trace")
	run run_rows <<<"any -e inject=fcntl:error=EINVAL:when=$((own + 1))+"
	[ -z "$output" ] || { echo "$output"; false; }
}
