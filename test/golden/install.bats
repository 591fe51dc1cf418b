#!/usr/bin/env bats
# What `make install` puts where, and what it leaves alone. Installs into a folder of the test's.

bats_require_minimum_version 1.5.0

setup() {
	to=$BATS_TEST_TMPDIR/root
	share=$to/usr/local/share/aurum
}

install_there() {
	meson install -C "${AURUM_BIN%/bin}" --no-rebuild --quiet --destdir "$to"
}

@test "programs, manual pages and samples are installed" {
	install_there
	for program in sbin/auditctl sbin/auditd sbin/auditd-archivist sbin/auditd-attendant sbin/auditd-sealkey sbin/augenrules sbin/autrace sbin/ausearch bin/aurum; do
		[ -x "$to/usr/local/$program" ]
	done
	for page in man8/auditctl.8 man8/auditd.8 man8/auditd-archivist.8 man5/auditd.conf.5 man8/ausearch.8 man1/aurum.1 man1/aurum-status.1; do
		[ -s "$to/usr/local/share/man/$page" ]
	done
	cmp "$share/auditd.conf" "$AURUM_TOP/etc/auditd.conf"
	cmp "$share/sample/audit.log" "$AURUM_TOP/etc/sample/audit.log"
	diff -r "$share/rules.d" "$AURUM_TOP/etc/rules.d"
}

@test "a host without audit configuration gets one that only root may read" {
	install_there
	[ "$(diff "$AURUM_TOP/etc/auditd.conf" "$to/etc/audit/auditd.conf" | grep '^>')" = $'> compress = yes\n> index = yes' ] ||
		{ diff "$AURUM_TOP/etc/auditd.conf" "$to/etc/audit/auditd.conf"; false; }
	diff -r "$to/etc/audit/rules.d" "$AURUM_TOP/etc/rules.d"
	[ -z "$(find "$to/etc/audit" -perm /027 ! -type d ! -perm 640)" ]
	[ "$(stat -c %a "$to/etc/audit")" = 750 ]
}

@test "plugins are installed, none of them active, where they can be found" {
	install_there
	for conf in "$AURUM_TOP"/etc/plugins.d/*.conf; do
		installed=$to/etc/audit/plugins.d/${conf##*/}
		cmp "$share/plugins.d/${conf##*/}" "$conf"
		grep -qx 'active = no' "$installed"
		[ "$(sed -n 's/^path = //p' "$installed")" = "/usr/local/$(sed -n 's,^path = /,,p' "$conf")" ]
		[ -x "$to$(sed -n 's/^path = //p' "$installed")" ]
	done
	grep -qF ' /etc/audit/audisp-filter.conf /usr/local/sbin/audisp-syslog ' "$to/etc/audit/plugins.d/filter.conf"
	[ -s "$to/etc/audit/audisp-filter.conf" ]
	echo 'active = yes' >"$installed"
	install_there
	[ "$(cat "$installed")" = 'active = yes' ]
}

@test "configuration and rules that are there stay as they are" {
	mkdir -p "$to/etc/audit/rules.d"
	echo "num_logs = 3" >"$to/etc/audit/auditd.conf"
	echo "-D" >"$to/etc/audit/rules.d/audit.rules"
	install_there
	[ "$(cat "$to/etc/audit/auditd.conf")" = "num_logs = 3" ]
	[ "$(ls "$to/etc/audit/rules.d")" = audit.rules ]
	[ "$(cat "$to/etc/audit/rules.d/audit.rules")" = -D ]
}

@test "an installed aurum finds its sample by itself, wherever it was put" {
	install_there
	run "$to/usr/local/bin/aurum" watch --sample -n 1
	[ "$status" -eq 0 ]
	[[ $output == *"$share/sample/audit.log"* ]]
}

@test "units and actions are where service managers look, and name the installed programs" {
	install_there
	local units=$to/usr/local/lib/systemd/system
	grep -qx 'ExecStart=/usr/local/sbin/auditd' "$units/auditd.service"
	grep -qx 'ExecStart=/usr/local/sbin/augenrules --load' "$units/audit-rules.service"
	[ -s "$to/usr/local/lib/tmpfiles.d/audit.conf" ]
	[ -x "$to/etc/init.d/auditd" ]
	grep -qx 'sbin=/usr/local/sbin' "$to/etc/init.d/auditd"
	[ "$(readlink "$to/usr/local/libexec/initscripts/legacy-actions/auditd/rotate")" = /etc/init.d/auditd ]
	cmp "$to/etc/audit/audit-stop.rules" "$AURUM_TOP/etc/audit-stop.rules"
	[ "$(stat -c %a "$to/var/log/audit")" = 750 ]
}

@test "what was installed is removed again, but for the configuration" {
	install_there
	run -0 ninja -C "${AURUM_BIN%/bin}" uninstall
	[ -z "$(find "$to" ! -type d ! -path "$to/etc/audit/*")" ]
	[ -e "$to/etc/audit/auditd.conf" ]
}
