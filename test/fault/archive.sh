#!/bin/bash
# archive.sh FOLDER EXPECTATION WORD...: an archivist at work on two rotated files, behind strace with these
# words, and then another one without. FOLDER is made. Prints what is wrong, with the words:
#	killed		it dies somewhere
#	failed		something goes wrong, it says so, and leaves no draft
#	any		whatever happens
# After the first: each record is in the log, once. After the second: that, both files are segments with an
# index, and nothing else is left.
set -u
dir=$1 expectation=$2 words=("${@:3}")
log=$dir/log

wrong() { echo "${words[*]}: $*"; }

mkdir -p -m 700 "$dir/log"
for i in 2 1; do
	for n in $(seq $((400 - i * 200 + 1)) $((600 - i * 200))); do
		printf 'type=SYSCALL msg=audit(1700000000.%03d:%d): arch=c000003e syscall=2 n=%d key="k%d"\n' "$n" "$n" "$n" $((n % 7))
	done >"$log/audit.log.$i"
done
cat "$log/audit.log.2" "$log/audit.log.1" >"$dir/all"
: >"$log/audit.log"
chmod 400 "$log"/audit.log.*
printf '%s\n' "log_file = $log/audit.log" 'space_left = 2' 'admin_space_left = 1' 'compress = yes' 'index = yes' \
	'num_logs = 9' 'max_log_file = 8' 'max_log_file_action = rotate' >"$dir/auditd.conf"
chmod 640 "$dir/auditd.conf"

# has WHAT COMMAND...: that the command, which filters what was recorded, says what ausearch finds with WHAT.
has() {
	local query=$1
	shift
	"$AURUM_BIN/ausearch" --raw $query -if "$log" </dev/null >"$dir/found" 2>"$dir/err"
	"$@" "$dir/all" | cmp -s - "$dir/found" || wrong "ausearch $query does not find each record once: $(cat "$dir/err") $(ls -A "$log" | xargs)"
	! grep -v '^NOTE' "$dir/err" || wrong "says ausearch"
}
has_all() {
	has '' cat
	has '-k k3' grep 'key="k3"'
}

export ASAN_OPTIONS=detect_leaks=0:log_path=$dir/sanitizer
strace -qq -f -o "$dir/trace" -e signal=none "${words[@]}" "$AURUM_BIN/auditd-archivist" -c "$dir" >"$dir/out" 2>&1 &
wait $! 2>/dev/null
code=$?
[ "$expectation" != killed ] || [ "$code" -eq 137 ] || wrong "not killed: $code"
if [ "$expectation" = failed ]; then
	[ "$code" -eq 2 ] || wrong "ends with $code: $(cat "$dir/out")"
	[ -s "$dir/out" ] || wrong "says nothing"
	[ -z "$(find "$log" -name '*.new')" ] || wrong "leaves $(find "$log" -name '*.new')"
fi
has_all

"$AURUM_BIN/auditd-archivist" -c "$dir" >"$dir/out" 2>&1 || wrong "the next one ends with $?: $(cat "$dir/out")"
has_all
[ "$(cd "$log" && find . -type f ! -name '.*.last' ! -name .archivist.lock -printf '%P\n' | sed 's/[0-9a-f]*-[0-9a-f]*.idx/IDX/; s/0[0-9]*.zst/ZST/' | sort | xargs)" = \
	'audit.log audit.log-ZST audit.log-ZST index/IDX index/IDX' ] || wrong "leaves $(ls -AR "$log" | xargs)"
[ "$(stat -c %a "$log"/audit.log-*.zst "$log"/index/* | sort -u)" = 400 ] || wrong "modes: $(stat -c '%n %a' "$log"/audit.log-*.zst "$log"/index/* | xargs)"
cat "$dir"/sanitizer.* 2>/dev/null
exit 0
