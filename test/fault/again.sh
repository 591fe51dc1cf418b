#!/bin/bash
# again.sh FOLDER [WORD...]: starts a daemon where inject.sh left one, behind these words, waits until
# it records, and stops it.
set -u
dir=$1
shift
rm -f "$dir/run/auditd.pid"
unshare -m -n bash -c '
	dir=$1 bin=$2 preload=$3
	shift 3
	mount --bind "$dir/run" /run
	LD_PRELOAD=$preload ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0:log_path=$dir/sanitizer \
		exec "$@" "$bin/auditd" -n -c "$dir"
' - "$dir" "$AURUM_BIN" "$PRELOAD" "$@" >"$dir/out" 2>&1 </dev/null &
for ((tries = 100; tries; tries--)); do
	[ -s "$dir/run/auditd.pid" ] && tail -n 1 "$dir/log/audit.log" 2>/dev/null | grep -aq 'type=DAEMON_START.*res=success$' && break
	sleep 0.05
done
[ -s "$dir/run/auditd.pid" ] && kill -TERM "$(cat "$dir/run/auditd.pid")" 2>/dev/null
wait "$!"
