#!/usr/bin/env bats
# What ausearch and aureport read of rotated logs with an index, and that they say so: --explain, --no-index.

bats_require_minimum_version 1.5.0

setup_file() {
	export LOGS=$BATS_FILE_TMPDIR/logs
	mkdir "$LOGS"
	awk -v to="$LOGS/audit.log" 'BEGIN {
		for (n = 1; n <= 8000; n++) {
			second = 1700000000 + int(n / 10)
			file = to (n > 6000 ? "" : n > 4000 ? ".1" : n > 2000 ? ".2" : ".3")
			stamp = sprintf("msg=audit(%d.%03d:%d):", second, n % 10 * 100, n)
			key = n == 1234 || n == 4321 ? "\"needle\"" : "(null)"
			printf "type=SYSCALL %s arch=c000003e syscall=257 success=yes exit=3 ppid=1 pid=%d auid=1000 uid=0 comm=\"cat\" exe=\"/usr/bin/cat\" key=%s\n", stamp, n, key >file
			printf "type=CWD %s cwd=\"/root\"\ntype=PATH %s item=0 name=\"/etc/file%d\" inode=%d\n", stamp, stamp, n % 50, n >file
		}
	}'
	"$AURUM_BIN/aurum" index build "$LOGS" >/dev/null
}

setup() {
	export TZ=UTC LC_ALL=C
}

# search OPTION...: what is found goes to $stdout, what is told to $stderr.
search() {
	"$AURUM_BIN/ausearch" --raw -if "$LOGS" "$@" </dev/null >"$BATS_TEST_TMPDIR/found" 2>"$BATS_TEST_TMPDIR/told"
}

told() {
	grep -qE "$1" "$BATS_TEST_TMPDIR/told" || { cat "$BATS_TEST_TMPDIR/told"; return 1; }
}

@test "a rare key is looked for where it can be, and --explain says where" {
	search -k needle --explain
	[ "$(grep -c 'key="needle"' "$BATS_TEST_TMPDIR/found")" -eq 2 ]
	told '^ausearch: looked for: key has needle$'
	told 'audit.log.2: .*index: nothing read; at most 0 of 2000 events fit'
	told 'audit.log.3: .*index: [1-3] of [0-9]+ frames read.*at most 1 of 2000 events fit'
	told 'audit.log: .*, read whole: no index'
	told '^ausearch: 4 files, 3 by index; '
}

@test "--no-index reads everything and finds the same" {
	search -k needle --explain
	cp "$BATS_TEST_TMPDIR/found" "$BATS_TEST_TMPDIR/with"
	search -k needle --explain --no-index
	cmp "$BATS_TEST_TMPDIR/found" "$BATS_TEST_TMPDIR/with"
	told '^ausearch: every line is read$'
}

@test "a window leaves out the files around it" {
	search --start 1700000250 --end 1700000255 --explain
	[ "$(grep -c type=SYSCALL "$BATS_TEST_TMPDIR/found")" -eq 60 ]
	told 'audit.log.3: .*nothing read: outside of the window'
	told 'audit.log.1: .*nothing read: outside of the window'
	search --start 1700000250 --end 1700000255 --no-index
	[ "$(grep -c type=SYSCALL "$BATS_TEST_TMPDIR/found")" -eq 60 ]
}

@test "a stale and a damaged index are told, and done without" {
	cp -a "$LOGS" "$BATS_TEST_TMPDIR/logs"
	touch "$BATS_TEST_TMPDIR/logs/audit.log.3"
	for file in "$BATS_TEST_TMPDIR"/logs/index/*.idx; do
		printf 'XXXX' | dd of="$file" bs=1 seek=80 conv=notrunc status=none
	done
	LOGS=$BATS_TEST_TMPDIR/logs search -k needle --explain
	[ "$(grep -c 'key="needle"' "$BATS_TEST_TMPDIR/found")" -eq 2 ]
	told 'audit.log.2: .*read whole: (stale|damaged) index: '
	told '^ausearch: 4 files, 0 by index; '
}

@test "aureport explains its window, too" {
	run --separate-stderr "$AURUM_BIN/aureport" -k --summary -if "$LOGS" --start 1700000250 --end 1700000255 --explain </dev/null
	[[ $stderr == *"outside of the window"* ]]
	with=$output
	run --separate-stderr "$AURUM_BIN/aureport" -k --summary -if "$LOGS" --start 1700000250 --end 1700000255 --no-index </dev/null
	[ "$output" = "$with" ]
}
