#!/bin/bash
# seal.sh FOLDER WORD...: an audit daemon that seals its log records 60 records of a played kernel and is
# rotated twice meanwhile, while something goes wrong with a file of integrity/ or with the log. FOLDER is
# made. The words are options of strace, for all threads of the daemon; %log is the log's path, %seal that of
# integrity/. Prints, in one line:
#	in=N	how many of the records are in the log		code=N	how the daemon ended
#	live=N	exit code of aurum verify while the daemon runs, at the latest 30 s after the last record
#	end=N	the same behind its end
#	told=N	how often the log says that it was unsealed	back=N	that it was sealed again
# Needs root.
set -u
dir=$1 options=()
shift
log=$dir/log/audit.log
for word in "$@"; do
	word=${word//%log/$log}
	options+=("${word//%seal/$dir/log/integrity}")
done
mkdir -p "$dir/log" "$dir/plugins.d" "$dir/run/audit"
chmod 700 "$dir/log"
printf '%s\n' "log_file = $log" 'log_format = RAW' 'num_logs = 5' 'max_log_file = 8' 'max_log_file_action = ROTATE' \
	'disk_full_action = SYSLOG' 'disk_error_action = SYSLOG' 'space_left = 2' 'admin_space_left = 1' \
	'recover_records = no' "plugin_dir = $dir/plugins.d" "run_dir = $dir/run/audit" "state_dir = $dir/run" \
	'seal = yes' 'seal_checkpoint_ms = 20' 'seal_epoch_s = 1' >"$dir/auditd.conf"
chmod 640 "$dir/auditd.conf"
mkfifo "$dir/feed"
"$AURUM_BIN/aurum" seal init --config-dir "$dir" >"$dir/enrolled" 2>&1 || { cat "$dir/enrolled"; exit 1; }

wait_for() {
	local tries=$(($1 * 20))
	shift
	until "$@"; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.05
	done
}

unshare -m -n bash -c '
	dir=$1 preload=$2
	shift 2
	mount --bind "$dir/run" /run
	exec strace -f -qq -o "$dir/trace" -e signal=none "$@"
' - "$dir" "$PRELOAD" "${options[@]}" \
	-E LD_PRELOAD="${PRELOAD%%:*}" -E FAKE_AUDIT_FEED="$dir/feed" \
	-E ASAN_OPTIONS="detect_leaks=0:verify_asan_link_order=0:log_path=$dir/sanitizer" \
	"$AURUM_BIN/auditd" -n -c "$dir" >"$dir/out" 2>&1 </dev/null &
strace=$!
exec 8<>"$dir/feed"
wait_for 60 [ -s "$dir/run/auditd.pid" ] || { echo "not started: $(cat "$dir/out")"; kill "$strace"; exit 1; }
pid=$(cat "$dir/run/auditd.pid")

verify() { "$AURUM_BIN/aurum" verify "$log" --anchor "$dir/run/seal/anchor" >"$dir/verdict" 2>&1; }
has() { cat "$log"* 2>/dev/null | grep -aq " n=$1 "; }
count() { cat "$log"* | grep -ac "$1"; }
is_settled() { [ "$(count 'op=seal-unsealed')" -eq "$(count 'op=seal-sealed')" ]; }

n=0
for part in 1 2 3 4 5 6; do
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		n=$((n + 1))
		echo "1300 audit(1700000000.123:$n): arch=c000003e syscall=59 success=yes exit=0 items=2 n=$n end=$n"
	done >&8
	wait_for 30 has "$n"
	sleep 0.3
	[ $((part % 3)) -ne 2 ] || kill -USR1 "$pid" 2>/dev/null
done
wait_for 30 is_settled
wait_for 30 verify
live=$?
[ "$live" -eq 0 ] || { verify; live=$?; }
kill -TERM "$pid" 2>/dev/null
wait "$strace"
code=$?
verify
end=$?
echo "in=$(count ' end=') live=$live end=$end told=$(count 'op=seal-unsealed') back=$(count 'op=seal-sealed') code=$code"
cat "$dir"/sanitizer.* 2>/dev/null
exit 0
