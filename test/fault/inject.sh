#!/bin/bash
# inject.sh FOLDER WORD...: an audit daemon that records 60 records of a played kernel and is rotated
# three times meanwhile, while something goes wrong. FOLDER is made. The words are options of strace
# for the system calls on its log, or
#	short=N		the disk takes at most N bytes of a write
#	limit=N		no file becomes larger than N bytes (setrlimit)
#	flush=MODE
# Prints: in=N, how many of the records are in the log; lost=N, how many lines the daemon says that it
# has not written; more=N, records that are there twice; torn=N, lines that are none; code=N, how the
# daemon ended. Needs root.
set -u
dir=$1 flush=NONE short= limit=unlimited options=()
shift
for word in "$@"; do
	case $word in
	short=*) short=${word#*=} ;;
	limit=*) limit=${word#*=} ;;
	flush=*) flush=${word#*=} ;;
	*) options+=("$word") ;;
	esac
done
log=$dir/log/audit.log
mkdir -p "$dir/log" "$dir/plugins.d" "$dir/run/audit"
printf '%s\n' "log_file = $log" 'log_format = RAW' "flush = $flush" 'freq = 1' 'num_logs = 5' \
	'max_log_file = 8' 'max_log_file_action = ROTATE' 'disk_full_action = SYSLOG' \
	'disk_error_action = SYSLOG' 'space_left = 2' 'admin_space_left = 1' \
	'recover_records = no' "plugin_dir = $dir/plugins.d" >"$dir/auditd.conf"
chmod 640 "$dir/auditd.conf"
mkfifo "$dir/feed"

wait_for() {
	local tries=1200
	until "$@"; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.05
	done
}

unshare -m -n bash -c '
	dir=$1 bin=$2 preload=$3 short=$4 limit=$5
	shift 5
	mount --bind "$dir/run" /run
	exec strace -qq -o "$dir/trace" -e signal=none -P "$dir/log/audit.log" "$@" \
		-E LD_PRELOAD="$preload" -E FAKE_AUDIT_FEED="$dir/feed" ${short:+-E SHORT_WRITE="$short"} \
		-E ASAN_OPTIONS="detect_leaks=0:verify_asan_link_order=0:log_path=$dir/sanitizer" \
		prlimit --fsize="$limit" "$bin/auditd" -n -c "$dir"
' - "$dir" "$AURUM_BIN" "$PRELOAD" "$short" "$limit" "${options[@]}" >"$dir/out" 2>&1 </dev/null &
strace=$!
exec 8<>"$dir/feed"
wait_for [ -s "$dir/run/auditd.pid" ] || { echo "not started: $(cat "$dir/out")"; kill "$strace"; exit 1; }
pid=$(cat "$dir/run/auditd.pid")

# Whether the report of the daemon's state, which is made now, says that it got all; sets lost.
reported() {
	rm -f "$dir/run/auditd.state"
	kill -CONT "$pid" 2>/dev/null || return 0
	wait_for [ -s "$dir/run/auditd.state" ] || return 1
	lost=$(sed -n 's/^records not written = //p' "$dir/run/auditd.state")
	grep -q '^records received = 60$' "$dir/run/auditd.state"
}

# In six parts, so that there are as many writes; it matters to nothing if two become one.
n=0
for part in 1 2 3 4 5 6; do
	for i in 1 2 3 4 5 6 7 8 9 10; do
		n=$((n + 1))
		echo "1300 audit(1700000000.123:$n): arch=c000003e syscall=59 success=yes exit=0 items=2 n=$n end=$n"
	done >&8
	sleep 0.15
	[ $((part % 2)) -eq 1 ] || kill -USR1 "$pid" 2>/dev/null
	sleep 0.05
done
lost=
wait_for reported
kill -TERM "$pid" 2>/dev/null
wait "$strace"
code=$?
"$(dirname "$0")/account.sh" "$dir"
echo " lost=$lost code=$code"
cat "$dir"/sanitizer.* 2>/dev/null
exit 0
