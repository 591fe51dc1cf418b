#!/usr/bin/env bats
# The key at rest under a real auditd, whose kernel is test/fake_audit.c: each way to keep it over stops,
# crashes and boots, and what `aurum verify` says then.

load daemon

setup_file() { daemon_setup; }
bats_require_minimum_version 1.5.0
setup() {
	daemon_or_skip
	tpm=
}
teardown() {
	daemon_teardown
	[ -z "$tpm" ] || { [ ! -s "$tpm/pid" ] || kill "$(cat "$tpm/pid")"; rm -rf "$tpm"; } 2>/dev/null || true
}

# sealed LINE...: a daemon's folder, enrolled.
sealed() {
	make_daemon a 32m
	configure a 'seal = yes' 'seal_checkpoint_ms = 20' "$@"
	chmod 700 "$dir/a/log"
	run -0 "$AURUM_BIN/aurum" seal init --config-dir "$dir/a/etc" ${tpm:+--tcti "swtpm:path=$tpm/s"}
	key=$(sed -n 's/^  //p' <<<"$output")
}

anchor() { echo "$dir/a/run/seal/anchor"; }

# is_sealed STARTS: the daemon runs, and has signed that many starts.
is_sealed() {
	run "$AURUM_BIN/aurum" seal status --config-dir "$dir/a/etc"
	[[ $output == *"sealed by a daemon that runs"* && $output == *" $1 starts;"* ]]
}

# is_unsealed: the log says so, behind the newest start.
is_unsealed() {
	tac "$dir/a/log/audit.log" | sed '/^type=DAEMON_START/q' | grep -q 'op=seal-unsealed .*res=failed'
}

status_unsealed() {
	run "$AURUM_BIN/aurum" seal status --config-dir "$dir/a/etc"
	[[ $status -eq 1 && $output == *"NOT SEALED: a daemon runs, and signs nothing"* ]]
}

verify() {
	run "$AURUM_BIN/aurum" verify --key "$key" --anchor "$(anchor)" "$@" "$dir/a/log/audit.log"
}

die() {
	local pid
	pid=$(daemon_pid a)
	kill -KILL "$pid"
	wait_for 30 is_gone "$pid"
	rm -f "$dir/a/run/auditd.pid"
	wait_for 30 nobody_has_keys
}

# nobody_has_keys: the program that keeps them has seen the end of the daemon.
nobody_has_keys() { ! pgrep -f "auditd-sealkey --folder=$dir/" >/dev/null; }

# restart [COMMAND...]: as begin
restart() {
	: >"$dir/a/syslog"
	begin a "$@"
}

boot_tpm() {
	if [ -s "$tpm/pid" ]; then
		kill "$(cat "$tpm/pid")"
		wait_for 10 test ! -e "$tpm/pid"
	fi
	rm -f "$tpm/s" "$tpm/s.ctrl"
	swtpm socket --tpm2 --tpmstate dir="$tpm" --server type=unixio,path="$tpm/s" --ctrl type=unixio,path="$tpm/s.ctrl" \
		--flags not-need-init,startup-clear --daemon --pid file="$tpm/pid"
}

with_tpm() {
	command -v swtpm >/dev/null || skip "swtpm is not installed"
	tpm=$(mktemp -d /tmp/aurum-tpm.XXXX) # the path of a socket is short
	boot_tpm
	run -2 "$AURUM_BIN/auditd-sealkey"
	! grep -qa 'was built without tpm2-tss' "$AURUM_BIN/auditd-sealkey" || skip "auditd-sealkey was built without tpm2-tss"
}

@test "a key in a file: over a stop and a crash, and another one on demand" {
	sealed
	begin a
	wait_for 30 is_sealed 1
	old=$(cat "$dir/a/run/seal/next.key")
	run -0 "$AURUM_BIN/aurum" seal rotate --config-dir "$dir/a/etc"
	[ "$(cat "$dir/a/run/seal/next.key")" != "$old" ]
	finish a
	verify
	[ "$status" -eq 0 ]
	restart
	wait_for 30 is_sealed 2
	die
	restart
	wait_for 30 is_sealed 3
	finish a
	verify
	[ "$status" -eq 2 ] # what came between the last signature and the crash
	[ "$(sed -n 3p "$(anchor)")" = 3 ]
	grep -cx 'audit\..*/start' "$dir/a/log/integrity/keys" | grep -qx 3
	[ "$(grep -Ec '^(first|clean|unclean)$' "$dir/a/log/integrity/keys")" = 3 ]
}

@test "the key that was stolen before it was replaced signs nothing" {
	sealed
	begin a
	wait_for 30 is_sealed 1
	cp "$dir/a/run/seal/next.key" "$dir/a/stolen"
	run -0 "$AURUM_BIN/aurum" seal rotate --config-dir "$dir/a/etc"
	finish a
	cp "$dir/a/stolen" "$dir/a/run/seal/next.key"
	restart
	wait_for 30 is_unsealed
	finish a
}

@test "a key that systemd-creds encrypts: over a stop, and not with another host's key" {
	[ -x /usr/bin/systemd-creds ] || skip "systemd-creds is not installed"
	local hosts=(sh -c 'mount --bind "$0" /var/lib/systemd && exec "$@"' "$dir/host")
	mkdir -p "$dir/host" "$dir/other" /var/lib/systemd
	make_daemon a 32m
	configure a 'seal = yes' 'seal_checkpoint_ms = 20' 'seal_key = creds'
	chmod 700 "$dir/a/log"
	run -0 unshare -m "${hosts[@]}" "$AURUM_BIN/aurum" seal init --config-dir "$dir/a/etc"
	key=$(sed -n 's/^  //p' <<<"$output")
	begin a "${hosts[@]}"
	wait_for 60 is_sealed 1
	finish a
	wait_for 30 nobody_has_keys
	restart "${hosts[@]}"
	wait_for 60 is_sealed 2
	grep -qx 'kept creds' "$dir/a/run/seal/next.key"
	finish a
	verify
	[ "$status" -eq 0 ]
	hosts[3]=$dir/other
	restart "${hosts[@]}"
	wait_for 60 is_unsealed
	finish a
}

@test "a key in a TPM: over a stop and a boot, with quotes that verify" {
	with_tpm
	sealed 'seal_key = tpm'
	begin a
	wait_for 60 is_sealed 1
	finish a
	verify
	[ "$status" -eq 0 ]
	restart # in the same boot: the stop has left a key for it
	wait_for 60 is_sealed 2
	finish a
	boot_tpm
	restart
	wait_for 60 is_sealed 3
	finish a
	verify
	[ "$status" -eq 0 ]
	grep -c '^tpm ' "$dir/a/log/integrity/keys" | grep -qx 3
}

@test "a key in a TPM after a crash: unsealed and loud until the machine is booted" {
	with_tpm
	sealed 'seal_key = tpm'
	begin a
	wait_for 60 is_sealed 1
	die
	restart
	wait_for 60 is_unsealed
	wait_for 30 status_unsealed
	finish a
	boot_tpm
	restart
	wait_for 60 is_sealed 2
	finish a
	verify
	[ "$status" -eq 2 ]
}

@test "T5: log, evidence and keys put back to an earlier moment go on in no way within the boot" {
	with_tpm
	sealed 'seal_key = tpm'
	begin a
	wait_for 60 is_sealed 1
	cp -a "$dir/a/log" "$dir/a/log.then"
	cp -a "$dir/a/run/seal" "$dir/a/seal.then"
	finish a
	rm -rf "$dir/a/log"/* "$dir/a/run/seal"
	cp -a "$dir/a/log.then"/* "$dir/a/log"
	cp -a "$dir/a/seal.then" "$dir/a/run/seal"
	restart # the key that the old chain names was taken in this boot
	wait_for 60 is_unsealed
	finish a
	verify
	[ "$status" -ne 0 ]
}
