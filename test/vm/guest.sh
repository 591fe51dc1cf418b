# What the scripts that run in a guest share; sourced before each.

export PATH=/sbin:/bin:/usr/bin LC_ALL=C TZ=UTC
export ASAN_OPTIONS=abort_on_error=0:detect_leaks=0:allocator_may_return_null=1
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1

# configure LINE...: an auditd.conf for small logs, with these lines instead of those of their keys.
configure() {
	cat >/tmp/auditd.conf <<-'CONF'
		log_file = /var/log/audit/audit.log
		plugin_dir = /etc/audit/plugins.d
		max_log_file = 1
		num_logs = 99
		max_log_file_action = ROTATE
		space_left = 3
		admin_space_left = 2
		space_left_action = IGNORE
		admin_space_left_action = IGNORE
		disk_full_action = IGNORE
		disk_error_action = IGNORE
	CONF
	for line; do
		sed -i "/^${line%% *} /d" /tmp/auditd.conf
		echo "$line" >>/tmp/auditd.conf
	done
	cp /tmp/auditd.conf /etc/audit/auditd.conf
	chmod 640 /etc/audit/auditd.conf
}

# wait_for SECONDS COMMAND...: true as soon as the command is.
wait_for() {
	left=$(($1 * 10))
	shift
	until "$@"; do
		[ $((left -= 1)) -gt 0 ] || return 1
		sleep 0.1
	done
}

# kernel FIELD: a number of the kernel's status.
kernel() {
	auditctl -s | awk -v field="$1" '$1 == field { print $2 }'
}

has_ended() {
	[ ! -d "/proc/$1" ]
}

# attempt COMMAND...: runs it and prints what it said, then its exit code.
attempt() {
	echo "attempt: $*"
	"$@" 2>&1
	echo "exit $?"
}

# preload LIBRARY COMMAND...: runs it with a library of ours, behind the sanitizer's if there is one.
preload() {
	library=$1
	shift
	LD_PRELOAD="$(ls /lib/x86_64-linux-gnu/libasan.so.* 2>/dev/null) $library" "$@"
}

# share_acknowledged: the page that vm-load reads, and acknowledge.so writes where it is preloaded.
share_acknowledged() {
	truncate -s 4096 /run/acknowledged
}
share_acknowledged
