#!/usr/bin/env bats
# aurum tree on what this kernel records: forks, programs, failures and ends of a shell of our own.

load lib

setup_file() {
	live_begin
	export LC_ALL=C.UTF-8 TZ=UTC
	[ -n "$LIVE_SKIP" ] && return 0
	chmod 711 "$LIVE_DIR"
	cp /bin/bash "$LIVE_DIR/shell"
	cp /bin/true "$LIVE_DIR/hello"
}
setup() { live_or_skip; }
teardown() { [ -n "$LIVE_SKIP" ] || live_quiet; }
teardown_file() { live_end; }

start_daemon() {
	etc=$BATS_TEST_TMPDIR/etc
	live_daemon "$etc" 'log_format = ENRICHED' 'flush = NONE' 'max_log_file_action = IGNORE'
}

@test "a shell, its children, what they ran and how they ended" {
	start_daemon
	local calls=execve,execveat,fork,vfork,clone,clone3,exit_group
	for program in shell hello; do
		"$LIVE_AUDITCTL" -a always,exit -F arch=b64 -S "$calls" -F exe="$LIVE_DIR/$program" -F key=tree >/dev/null
	done
	"$LIVE_DIR/shell" -c '
		echo $$ >"$1/outer"
		"$1/shell" -c "echo \$\$ >\"\$1/inner\"; \"\$1/hello\" within; exit 3" inner "$1"
		"$1/missing" 2>/dev/null
		"$1/hello" last
		exec "$1/hello" instead' outer "$LIVE_DIR" || true
	outer=$(cat "$LIVE_DIR/outer") inner=$(cat "$LIVE_DIR/inner")
	# Its last sign: the end of the program that took its place.
	has_end() { "$AURUM_BIN/ausearch" -if "$etc/audit.log" -p "$outer" -sc exit_group --raw </dev/null 2>/dev/null | grep -q .; }
	live_wait_for 30 has_end
	run "$AURUM_BIN/aurum" tree --config-dir "$etc" "$outer"
	echo "$output"
	[ "$status" -eq 0 ]
	grep -qE "^[0-9:]{8} (.. )?.*$outer [^ ]+ $LIVE_DIR/shell -c " <<<"$output"
	grep -qE "─ $inner [^ ]+ $LIVE_DIR/shell -c .*\(exit 3, [0-9:]{8}\)" <<<"$output"
	grep -qE "─ [0-9]+ [^ ]+ $LIVE_DIR/hello within +\(exit 0, [0-9:]{8}\)" <<<"$output"
	grep -qE "could not run $LIVE_DIR/missing: No such file or directory" <<<"$output"
	grep -qE "─ [0-9]+ [^ ]+ $LIVE_DIR/hello last +\(exit 0" <<<"$output"
	grep -qE "→ $LIVE_DIR/hello instead" <<<"$output"
	# The inner one's line leads up to the outer one.
	run "$AURUM_BIN/aurum" tree --config-dir "$etc" --json "$inner"
	python3 - "$outer" "$inner" <<-END
		import json, sys
		t = json.loads('''${output//\\/\\\\}''')
		outer, inner = int(sys.argv[1]), int(sys.argv[2])
		by = {p["pid"]: p for p in t["processes"]}
		assert t["processes"][by[inner]["parent"]]["pid"] == outer
		assert "forked" in by[inner] and by[inner]["end"]["status"] == 3
		assert any(p.get("parent") == by[inner]["id"] for p in t["processes"])
	END
}
