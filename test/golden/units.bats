#!/usr/bin/env bats
# The systemd units, tmpfiles.d and the actions of service(8), as they are built.

bats_require_minimum_version 1.5.0

setup() {
	at=$BATS_TEST_TMPDIR
	etc=${AURUM_BIN%/bin}/etc
}

# units: copies whose programs are those of the build, in $at.
units() {
	for unit in auditd audit-rules; do
		sed "s|=/[^ ]*/sbin/|=$AURUM_BIN/|" "$etc/$unit.service" >"$at/$unit.service"
	done
}

needs() {
	command -v "$1" >/dev/null || skip "needs $1"
}

@test "systemd finds nothing wrong with the units" {
	needs systemd-analyze
	units
	run -0 systemd-analyze verify --man=no "$at/auditd.service" "$at/audit-rules.service"
	[ -z "$output" ]
}

@test "the units take away more than the reference's, which systemd rates 8.9" {
	needs systemd-analyze
	units
	run -0 systemd-analyze security --offline=true --threshold=60 "$at/auditd.service"
	run -0 systemd-analyze security --offline=true --threshold=45 "$at/audit-rules.service"
}

@test "the daemon can be stopped and restarted, and reloaded" {
	run ! grep -i '^RefuseManual' "$etc/auditd.service"
	grep -q '^ExecReload=' "$etc/auditd.service"
	grep -q '^RestartPreventExitStatus=2 4 6$' "$etc/auditd.service"
}

@test "the daemon may leave the keys of the seal with systemd" {
	grep -qx 'NotifyAccess=exec' "$etc/auditd.service"
	grep -qx 'FileDescriptorStoreMax=1' "$etc/auditd.service"
}

@test "rules are loaded with the paths that everybody else sees" {
	run ! grep -E '^(Private|Protect|Read|Inaccessible|Exec?Paths|Bind|Temporary|Root(Dir|Image)|Mount|Dynamic|(Runtime|State|Cache|Logs)Dir)' \
		"$etc/audit-rules.service"
}

@test "the folders of log and state are made" {
	needs systemd-tmpfiles
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	mkdir -p "$at/root/etc"
	cp /etc/passwd /etc/group "$at/root/etc"
	run -0 systemd-tmpfiles --create --root="$at/root" "$etc/audit.conf"
	[ "$(stat -c %a "$at/root/var/log/audit")" = 750 ]
	[ "$(stat -c %a "$at/root/var/lib/audit")" = 750 ]
	[ -d "$at/root/run/audit" ]
}

# actions: the script with programs that write down what they are asked, and no systemd.
actions() {
	mkdir -p "$at/sbin" "$at/actions"
	cat >"$at/sbin/auditctl" <<-END
		#!/bin/sh
		[ "\$1" != -s ] || { echo enabled 1; echo "pid \$(cat $at/pid 2>/dev/null || echo 0)"; exit; }
		echo "auditctl \$*" >>$at/asked
		case \$2 in
		stop) kill \$(cat $at/pid); rm $at/pid ;;
		state) echo "report of \$\$" >$at/auditd.state ;;
		esac
	END
	cat >"$at/sbin/augenrules" <<-END
		#!/bin/sh
		echo "augenrules \$*" >>$at/asked
	END
	cat >"$at/sbin/auditd" <<-END
		#!/bin/sh
		echo "auditd \$*" >>$at/asked
		setsid sleep 60 >/dev/null 2>&1 3>&- &
		echo \$! >$at/pid
	END
	chmod 755 "$at"/sbin/*
	sed "s|^sbin=.*|sbin=$at/sbin|; s|^state=.*|state=$at/auditd.state|; s|/run/systemd/system|$at/systemd|" \
		"$etc/auditd.init" >"$at/actions/auditd"
	chmod 755 "$at/actions/auditd"
	for action in condrestart reload restart resume rotate state stop; do
		ln -s auditd "$at/actions/$action"
	done
}

asked() {
	[ "$(cat "$at/asked" 2>/dev/null)" = "$1" ] || { cat "$at/asked"; return 1; }
	rm -f "$at/asked"
}

action() {
	env -i PATH="$PATH" "$at/actions/auditd" "$@"
}

teardown() {
	[ ! -s "$BATS_TEST_TMPDIR/pid" ] || kill "$(cat "$BATS_TEST_TMPDIR/pid")" || true
}

@test "actions of service(8) signal the daemon, in both ways of calling them" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	actions
	run -0 action start
	asked $'auditd \naugenrules --load'
	run -0 action start
	asked ""
	for word in rotate resume; do
		run -0 action $word
		asked "auditctl --signal $word"
		run -0 "$at/actions/$word"
		asked "auditctl --signal $word"
	done
	run -0 action reload
	asked $'augenrules --load\nauditctl --signal reload'
	run -0 action state
	[[ $output == "report of "* ]]
	run -0 "$at/actions/state"
	[[ $output == "report of "* ]]
	rm "$at/asked"
	run -0 action status
	[[ $output == "auditd is running, process "* ]]
	run -0 action restart
	asked $'auditctl --signal stop\nauditd \naugenrules --load'
	run -0 "$at/actions/condrestart"
	asked $'auditctl --signal stop\nauditd \naugenrules --load'
	run -0 action stop
	asked "auditctl --signal stop"
}

@test "actions say when the daemon does not run, and know what they do not know" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	actions
	for word in rotate resume state; do
		run -7 action $word
		[ "$output" = "auditd: it is not running" ]
	done
	run -3 action status
	run -0 action stop
	run -0 action condrestart
	asked ""
	run -2 action fly
	[[ $output == "usage: "* ]]
	run -2 action
	chmod 711 "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR/test" "$at"
	run -4 setpriv --reuid 65534 "$at/actions/auditd" rotate
}

@test "with systemd the daemon is started by it" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	actions
	mkdir "$at/systemd" "$at/path"
	printf '#!/bin/sh\necho "systemctl $*" >>%s\n' "$at/asked" >"$at/path/systemctl"
	chmod 755 "$at/path/systemctl"
	PATH=$at/path:$PATH run -0 action restart
	asked "systemctl start auditd.service"
}
