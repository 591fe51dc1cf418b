# Daemons of their own for tests: each with its folders, its log on a small tmpfs, its syslog and its
# /run, and a kernel that test/fake_audit.c plays. Many may run at once. A bats file uses it so:
#
#	load daemon
#	setup_file() { daemon_setup; }
#	setup() { daemon_or_skip; }
#	teardown() { daemon_teardown; }
#
# NAME is an instance. Its folder $dir/NAME has: etc/auditd.conf, log/audit.log (a tmpfs of SIZE), run
# (its /run), syslog (what it said there), ran (a line for each run of $dir/NAME/program, mailer or
# init, with its arguments), mail (what the mailer read), feed (the FIFO of its records).

daemon_setup() {
	export DAEMON_SKIP= FAKE=$BATS_FILE_TMPDIR/fake_audit.so
	if [ "$(id -u)" -ne 0 ]; then
		DAEMON_SKIP="needs root"
	elif ! unshare -m -n mount -t tmpfs tmpfs "$BATS_FILE_TMPDIR" 2>/dev/null; then
		DAEMON_SKIP="no namespaces to mount and to talk in"
	fi
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fake_audit.c" -o "$FAKE"
}

daemon_or_skip() {
	[ -z "$DAEMON_SKIP" ] || skip "$DAEMON_SKIP"
	dir=$(mktemp -d "$BATS_TEST_TMPDIR/XXXX")
	chmod 755 "$dir"
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	local end=$((SECONDS + $1))
	shift
	until "$@"; do
		[ "$SECONDS" -lt "$end" ] || { echo "still not: $*" >&2; return 1; }
		sleep 0.05
	done
}

# write_script FILE TEXT: a program that root may run.
write_script() {
	printf '#!/bin/sh\n%s\n' "$2" >"$1"
	chmod 755 "$1"
}

# make_daemon NAME SIZE: everything but the configuration.
make_daemon() {
	local d=$dir/$1 script
	mkdir -p "$d/etc/plugins.d" "$d/log" "$d/run/audit" "$d/dev"
	mount -t tmpfs -o "size=$2" "space-$1" "$d/log"
	mkfifo "$d/feed"
	: >"$d/syslog"
	: >"$d/ran"
	echo 0 >"$d/sent"
	for script in program init; do
		write_script "$d/$script" "echo $script \"\$@\" >>$d/ran"
	done
	write_script "$d/mailer" "{ echo; cat; } >>$d/mail; echo mailer \"\$@\" >>$d/ran"
}

# configure NAME LINE...: the smallest configuration, and these lines after it.
configure() {
	local d=$dir/$1
	shift
	{
		[[ "$*" == *space_left\ =* ]] || printf '%s\n' 'space_left = 1' 'admin_space_left = 0'
		[[ " $*" == *" log_file ="* ]] || echo "log_file = $d/log/audit.log"
		printf '%s\n' 'log_format = RAW' "plugin_dir = $d/etc/plugins.d" \
			"run_dir = $d/run/audit" "state_dir = $d/run" "mail_program = $d/mailer" "init_program = $d/init" "$@"
	} >"$d/etc/auditd.conf"
	chmod 640 "$d/etc/auditd.conf"
}

# begin NAME [COMMAND...]: starts it, behind the command's words, and returns when it records.
begin() {
	local d=$dir/$1
	shift
	[ -n "${BIN:=$AURUM_BIN}" ]
	unshare -m -n bash -c '
		d=$1 fake=$2 bin=$3
		shift 3
		echo 1000 >/proc/sys/net/unix/max_dgram_qlen
		mount -t tmpfs none "$d/dev" && mknod -m 666 "$d/dev/null" c 1 3 && mount --bind "$d/dev" /dev &&
			mount --bind "$d/run" /run || exit 99
		perl -MSocket -e "
			socket(L, AF_UNIX, SOCK_DGRAM, 0) and bind(L, sockaddr_un(q(/dev/log))) or exit 99;
			open(F, q(>), shift) or exit 99; select(F); \$| = 1;
			print qq(\$_\n) while defined recv(L, \$_, 4096, 0);" "$d/syslog" </dev/null >/dev/null 2>&1 &
		echo $! >"$d/listener"
		while [ ! -S /dev/log ]; do sleep 0.01; done
		echo $$ >"$d/pid"
		exec "$@" env ASAN_OPTIONS="$ASAN_OPTIONS:verify_asan_link_order=0:log_path=$d/sanitizer" \
			FAKE_AUDIT_SENT="$d/requests" FAKE_AUDIT_FEED="$d/feed" LD_PRELOAD="$fake" "$bin/auditd" -n -c "$d/etc"
	' - "$d" "$FAKE" "$BIN" "$@" </dev/null >"$d/out" 2>&1 3>&- &
	wait_for 30 said "${d##*/}" 'auditd .* records' || { cat "$d/out" "$d/syslog"; return 1; }
}

daemon_pid() {
	local pid
	pid=$(cat "$dir/$1/run/auditd.pid")
	echo "$pid"
}

# tell NAME SIGNAL
tell() { kill "-$2" "$(daemon_pid "$1")"; }

# logged NAME PATTERN, said NAME PATTERN (to syslog), ran NAME PATTERN: whether a line is there.
logged() { grep -qaE "$2" "$dir/$1/log/audit.log"; }
said() { grep -qaE "$2" "$dir/$1/syslog"; }
ran() { grep -qE "$2" "$dir/$1/ran"; }

# counts COUNT FILE PATTERN: whether that many lines of it have the pattern.
counts() { [ "$(grep -caE "$3" "$2")" -eq "$1" ]; }

is_gone() { ! kill -0 "$1" 2>/dev/null; }

# finish NAME: stops it.
finish() {
	local pid
	pid=$(daemon_pid "$1") && kill -TERM "$pid" && wait_for 30 is_gone "$pid"
}

# state NAME KEY: the value of a line of a state report that is made now.
state() {
	rm -f "$dir/$1/run/auditd.state"
	tell "$1" CONT
	wait_for 30 [ -s "$dir/$1/run/auditd.state" ] || return 1
	sed -n "s/^$2 = //p" "$dir/$1/run/auditd.state"
}

state_is() { [ "$(state "$1" "$2")" = "$3" ]; }

# feed NAME COUNT [BYTES]: records with a number each, of that many bytes, and waits until the daemon
# has dealt with them.
feed() {
	local d=$dir/$1 sent
	sent=$(cat "$d/sent")
	perl -e '
		my ($from, $count, $pad) = @ARGV;
		print "1300 audit(1.002:$_): arch=c000003e syscall=2 n=$_ pad=", "x" x $pad, "\n" for $from + 1 .. $from + $count;
	' "$sent" "$2" "${3:-0}" 1<>"$d/feed"
	echo $((sent + $2)) >"$d/sent"
	wait_for 30 state_is "$1" 'records received' $((sent + $2))
}

# free_mib NAME, leave NAME KIB: what the file system has left; makes it so with a file that fills it.
free_kib() {
	local block free
	read -r block free <<<"$(stat -f -c '%S %a' "$dir/$1/log")"
	echo $((block * free / 1024))
}
leave() {
	local ballast=$dir/$1/log/ballast have
	have=$(stat -c %s "$ballast" 2>/dev/null || echo 0)
	have=$((have / 1024 + $(free_kib "$1") - $2))
	[ "$have" -gt 0 ] || have=0
	# Never empty in between: the daemon would see room.
	truncate -s "<${have}K" "$ballast"
	[ "$have" -eq 0 ] || fallocate -l "${have}K" "$ballast"
}

# account NAME: what was sent is in the log, or counted in one of its gaps; prints both. The logs hold
# whole lines, each record once.
account() {
	local d=$dir/$1
	cat "$d"/log/audit.log* "$d"/moved* 2>/dev/null >"$d/all"
	[ "$(grep -avc '^type=[A-Z_]* msg=audit(.*' "$d/all")" -eq 0 ] || { echo "torn lines" >&2; return 1; }
	[ -z "$(grep -ao ' n=[0-9]*' "$d/all" | sort | uniq -d)" ] || { echo "a record twice" >&2; return 1; }
	awk -v sent="$(cat "$d/sent")" '
		/ n=[0-9]+ / { found++ }
		/type=DAEMON_RESUME/ && match($0, / lost=[0-9]+/) { lost += substr($0, RSTART + 6, RLENGTH - 6) }
		END { printf "found %d lost %d sent %d\n", found, lost, sent; exit found + lost != sent }' "$d/all"
}

# end_daemon FOLDER: whatever is left of one.
end_daemon() {
	local d=$1 pid
	pid=$(cat "$d/pid" 2>/dev/null) || pid=
	if [ -n "$pid" ] && kill -KILL "$pid" 2>/dev/null; then wait "$pid" 2>/dev/null || :; fi
	kill "$(cat "$d/listener" 2>/dev/null)" 2>/dev/null || :
	# The attendant ends with the recorder; programs of actions may hang.
	for pid in $(pgrep -f "$d/"); do
		[ "$pid" -eq $$ ] || kill -KILL "$pid" 2>/dev/null || :
	done
	umount -l "$d/log" 2>/dev/null || :
}

daemon_teardown() {
	[ -n "${dir:-}" ] || return 0
	local d failed=0
	for d in "$dir"/*/; do
		d=${d%/}
		end_daemon "$d"
		# A thread that ends while leaks are looked for is no finding.
		grep -hv 'Unable to get registers from thread' "$d"/sanitizer.* 2>/dev/null && failed=1
		[ -n "$BATS_TEST_COMPLETED" ] || { echo "== $d"; cat "$d/out" "$d/syslog" "$d/ran"; } 2>/dev/null
	done
	return "$failed"
}
