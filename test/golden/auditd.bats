#!/usr/bin/env bats
# What the daemon says before it touches the kernel or a log.

setup() {
	dir=$(mktemp -d)
	mkdir -p "$dir/plugins.d" "$dir/log"
	log=$dir/log/audit.log
}

teardown() { rm -rf "$dir"; }

auditd() { "$AURUM_BIN/auditd" -f -c "$dir" "$@"; }

configure() {
	{
		printf '%s\n' "log_file = $log" 'space_left = 75' 'admin_space_left = 50' "plugin_dir = $dir/plugins.d" "$@"
	} >"$dir/auditd.conf"
	chmod 640 "$dir/auditd.conf"
}

needs_root() { [ "$(id -u)" -eq 0 ] || skip "needs root"; }

@test "bad arguments end with status 2 and the usage" {
	for words in --nosuchoption -x operand '-s maybe' '-s' '-c'; do
		run "$AURUM_BIN/auditd" $words
		[ "$status" -eq 2 ]
		[[ $output == *"usage: auditd [-f] [-l] [-n]"* ]]
	done
	run "$AURUM_BIN/auditd" --forground
	[[ $output == *"--foreground"* ]]
}

@test "without privilege the status is 4" {
	needs_root
	chmod 755 "$dir"
	run setpriv --reuid 65534 --clear-groups "$AURUM_BIN/auditd" -f -c "$dir"
	[ "$status" -eq 4 ]
	[ "$output" = "auditd: recording needs root or the capability CAP_AUDIT_CONTROL" ]
	configure
	run setpriv --bounding-set -audit_control --inh-caps -audit_control "$AURUM_BIN/auditd" -f -c "$dir"
	[ "$status" -eq 4 ]
	[[ $output == *"CAP_AUDIT_CONTROL"* ]]
}

@test "every mistake in the configuration is told with file and line, and nothing is opened" {
	needs_root
	configure 'num_logs = 1000' 'backlog_limit = 8192' 'flush' 'max_log_fil = 8' 'name_format = user'
	run auditd
	[ "$status" -eq 6 ]
	[ "${lines[0]}" = "auditd: $dir/auditd.conf:5: \"1000\" is not allowed for num_logs (allowed: 0..999)" ]
	[ "${lines[1]}" = "auditd: $dir/auditd.conf:6: unknown key \"backlog_limit\": it belongs in the rules (/etc/audit/rules.d), as \"-b NUMBER\"" ]
	[ "${lines[2]}" = "auditd: $dir/auditd.conf:7: missing \"=\" after \"flush\"" ]
	[ "${lines[3]}" = "auditd: $dir/auditd.conf:8: unknown key \"max_log_fil\": did you mean \"max_log_file\"?" ]
	[ "${lines[4]}" = "auditd: $dir/auditd.conf:9: name_format = user needs a name" ]
	[ "${#lines[@]}" -eq 5 ]
	[ ! -e "$log" ]
}

@test "a file that others could change is refused" {
	needs_root
	configure
	chmod 646 "$dir/auditd.conf"
	run auditd
	[ "$status" -eq 6 ]
	[ "$output" = "auditd: $dir/auditd.conf is writable by everyone: chmod o-w $dir/auditd.conf" ]
	mv "$dir/auditd.conf" "$dir/real.conf"
	ln -s real.conf "$dir/auditd.conf"
	run auditd
	[ "$status" -eq 6 ]
	[ "$output" = "auditd: $dir/auditd.conf is a symbolic link" ]
	chmod 640 "$dir/real.conf"
	echo 'num_logs = x' >>"$dir/real.conf"
	run auditd -l
	[ "$status" -eq 6 ]
	[[ $output == *"auditd.conf:5: \"x\" is not allowed for num_logs"* ]]
}

@test "the configuration that Debian ships has no mistake here, nor has ours there" {
	needs_root
	oracle=$("$AURUM_TOP/test/oracle") || skip "Debian's tools cannot be downloaded"
	sed "s,^log_file = .*,log_file = $log,; \$a nosuchkey = 1" "$oracle/../root/etc/audit/auditd.conf" >"$dir/auditd.conf"
	run auditd
	[ "$status" -eq 6 ]
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *"unknown key \"nosuchkey\""* ]]
	sed "s,^log_file = .*,log_file = $log,; \$a nosuchkey = 1" "$AURUM_TOP/etc/auditd.conf" >"$dir/auditd.conf"
	run "$oracle/auditd" -f -c "$dir"
	[ "$status" -eq 6 ]
	[[ $output == *'Unknown keyword "nosuchkey" in line'* ]]
	run grep -i error <<<"$(grep -v "parser called" <<<"$output")"
	[ "$status" -ne 0 ]
}

@test "every option of --help is in the manual" {
	"$AURUM_BIN/auditd" --help | grep -oE -- '--[a-z_]+' | while read -r option; do
		grep -qF -- "$(sed 's/-/\\-/g' <<<"$option")" "$AURUM_TOP/docs/auditd.8"
	done
}

# stuck_syslog COMMAND...: with a /dev/log of its own, which is full and nobody reads.
stuck_syslog() {
	unshare -m bash -c '
		mkdir "$0/dev" && mount -t tmpfs none "$0/dev" && mknod -m 666 "$0/dev/null" c 1 3 &&
			mount --bind "$0/dev" /dev || exit 99
		exec perl -MSocket -e "
			socket(L, AF_UNIX, SOCK_DGRAM, 0) and bind(L, sockaddr_un(q(/dev/log))) or exit 99;
			socket(S, AF_UNIX, SOCK_DGRAM, 0) and connect(S, sockaddr_un(q(/dev/log))) or exit 99;
			1 while defined send(S, q(full), MSG_DONTWAIT);
			system(@ARGV);
			exit(\$? >> 8);" "$@"' "$dir" "$@"
}

@test "a syslog that does not read is not waited for" {
	needs_root
	unshare -m true 2>/dev/null || skip "no mount namespaces"
	configure 'nosuchkey = 1'
	run stuck_syslog timeout 20 "$AURUM_BIN/auditd" -n -c "$dir"
	echo "$output"
	[ "$status" -eq 6 ]
}
