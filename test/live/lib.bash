# For tests and benches that touch the kernel's audit state. A bats file uses it so:
#
#	load lib
#	setup_file() { live_begin; }
#	setup() { live_or_skip; }
#	teardown_file() { live_end; }
#
# live_begin takes the lock that all live work on a machine shares and keeps it until live_end,
# writes down rules and status, and says in LIVE_SKIP why it cannot when it cannot. live_end puts
# back what was written down. Between them a test may change what it likes, except: never
# "enabled 2" or "failure 2", and no rule without a filter on its own processes.

LIVE_LOCK=/run/aurum-live.lock

: "${AURUM_TOP:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"

# live_find_auditctl: ours if it is built, else Debian's, into LIVE_AUDITCTL.
live_find_auditctl() {
	LIVE_AUDITCTL=${AURUM_BIN:-/nonexistent}/auditctl
	[ -x "$LIVE_AUDITCTL" ] || LIVE_AUDITCTL=$("$AURUM_TOP/test/oracle")/auditctl
	[ -x "$LIVE_AUDITCTL" ]
}

# live_status FIELD: one number of the kernel's status.
live_status() {
	"$LIVE_AUDITCTL" -s | awk -v field="$1" '$1 == field { print $2 }'
}

# live_reason: prints why the kernel's audit state cannot be used, or nothing.
live_reason() {
	local status pid
	[ "$(id -u)" -eq 0 ] || { echo "needs root"; return; }
	command -v flock >/dev/null || { echo "needs flock"; return; }
	# CAP_AUDIT_CONTROL is bit 30.
	(( 0x$(awk '/^CapEff/ { print $2 }' /proc/self/status) >> 30 & 1 )) ||
		{ echo "needs CAP_AUDIT_CONTROL"; return; }
	live_find_auditctl || { echo "no auditctl: not built, and Debian's cannot be downloaded"; return; }
	status=$("$LIVE_AUDITCTL" -s 2>&1) || { echo "the kernel's audit does not answer: $status"; return; }
	case $status in *"enabled 2"*) echo "the audit configuration is locked"; return ;; esac
	pid=$(live_status pid)
	[ "$pid" -eq 0 ] || [ ! -d "/proc/$pid" ] ||
		echo "another audit daemon, pid $pid, owns the kernel's socket"
}

# live_begin: lock, look, write down. Sets and exports LIVE_DIR (a temporary folder) and LIVE_SKIP.
live_begin() {
	export LIVE_DIR LIVE_SKIP LIVE_AUDITCTL LIVE_LOCK_FD
	LIVE_DIR=$(mktemp -d)
	chmod 700 "$LIVE_DIR"
	LIVE_SKIP=
	if [ "$(id -u)" -eq 0 ]; then
		exec {LIVE_LOCK_FD}>"$LIVE_LOCK"
		flock -w 1800 "$LIVE_LOCK_FD" || LIVE_SKIP="the live lock is taken for half an hour"
	fi
	[ -n "$LIVE_SKIP" ] || LIVE_SKIP=$(live_reason)
	[ -z "$LIVE_SKIP" ] || return 0
	live_find_auditctl
	"$LIVE_AUDITCTL" -s >"$LIVE_DIR/status.before"
	"$LIVE_AUDITCTL" -l | sed '/^No rules/d' >"$LIVE_DIR/rules.before"
	chmod 600 "$LIVE_DIR/rules.before"
	live_quiet
}

# live_quiet: no rules, no daemon, no limit on the rate, audit off: where every test starts.
live_quiet() {
	live_end_daemon
	"$LIVE_AUDITCTL" -D >/dev/null
	"$LIVE_AUDITCTL" -r 0 >/dev/null
	"$LIVE_AUDITCTL" -e 0 >/dev/null
}

# live_or_skip: for setup().
live_or_skip() {
	[ -z "$LIVE_SKIP" ] || skip "$LIVE_SKIP"
}

# live_end_daemon: ends whoever registered since live_begin, which saw nobody. The lock is ours,
# so it is a test's daemon.
live_end_daemon() {
	local pid
	pid=$(live_status pid)
	[ "${pid:-0}" -gt 1 ] && [ -d "/proc/$pid" ] || return 0
	kill "$pid" 2>/dev/null
	live_wait_for 20 live_daemon_is_gone "$pid" || kill -KILL "$pid" 2>/dev/null
	return 0
}

live_daemon_is_gone() {
	[ ! -d "/proc/$1" ] || [ "$(live_status pid)" -ne "$1" ]
}

# live_start COMMAND...: for what goes on after the test that started it, a daemon: it must hold
# neither the lock nor the test runner's output.
live_start() {
	(
		exec 3>&- {LIVE_LOCK_FD}>&-
		exec "$@"
	)
}

# live_has_daemon: the kernel has one.
live_has_daemon() { [ "$(live_status pid)" -gt 1 ]; }

# live_daemon FOLDER [LINE...]: auditd (DAEMON, or ours) with its configuration and logs in that folder,
# which is made, and these lines in auditd.conf; audit is on when it returns. No space is too little for it.
live_daemon() {
	local folder=$1
	shift
	mkdir -p "$folder/plugins.d"
	chmod 750 "$folder"
	printf '%s\n' "log_file = $folder/audit.log" 'log_group = root' 'space_left = 75' 'space_left_action = IGNORE' \
		'admin_space_left = 50' 'admin_space_left_action = IGNORE' 'disk_full_action = IGNORE' \
		'disk_error_action = IGNORE' "plugin_dir = $folder/plugins.d" "$@" >"$folder/auditd.conf"
	chmod 640 "$folder/auditd.conf"
	live_start "${DAEMON:-$AURUM_BIN/auditd}" -c "$folder" -s nochange
	live_wait_for 30 live_has_daemon
	"$LIVE_AUDITCTL" -b 8192 >/dev/null
	"$LIVE_AUDITCTL" -e 1 >/dev/null
}

# live_wait_for SECONDS COMMAND...: true as soon as the command is.
live_wait_for() {
	local tries=$(($1 * 20))
	shift
	while ! "$@"; do
		[ $((tries -= 1)) -gt 0 ] || return 1
		sleep 0.05
	done
}

# live_end: puts back rules and status, gives up the lock.
live_end() {
	if [ -z "$LIVE_SKIP" ] && [ -f "$LIVE_DIR/status.before" ]; then
		live_quiet
		[ ! -s "$LIVE_DIR/rules.before" ] || "$LIVE_AUDITCTL" -R "$LIVE_DIR/rules.before" >/dev/null
		live_restore -f failure
		live_restore -r rate_limit
		live_restore -b backlog_limit
		live_restore --backlog_wait_time backlog_wait_time
		live_restore -e enabled
	fi
	[ -z "${LIVE_LOCK_FD:-}" ] || exec {LIVE_LOCK_FD}>&-
	LIVE_LOCK_FD=
	rm -rf "$LIVE_DIR"
	return 0
}

# live_restore OPTION FIELD
live_restore() {
	local value
	value=$(awk -v field="$2" '$1 == field { print $2 }' "$LIVE_DIR/status.before")
	[ -z "$value" ] || "$LIVE_AUDITCTL" "$1" "$value" >/dev/null
}
