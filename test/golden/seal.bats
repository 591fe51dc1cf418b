#!/usr/bin/env bats
# aurum seal: the first key of a log, its state, and another key at rest.

bats_require_minimum_version 1.5.0

setup() {
	d=$(mktemp -d "$BATS_TEST_TMPDIR/s.XXXX")
	mkdir -m 700 "$d/etc" "$d/log"
	conf
}

# conf LINE...: auditd.conf of this test.
conf() {
	printf '%s\n' "log_file = $d/log/audit.log" "state_dir = $d/state" 'space_left = 75' 'admin_space_left = 50' "$@" >"$d/etc/auditd.conf"
	chmod 600 "$d/etc/auditd.conf"
}

seal() {
	"$AURUM_BIN/aurum" seal "$1" --config-dir "$d/etc" "${@:2}"
}

# vkey: the key that the last run printed.
vkey() {
	sed -n 's/^  //p' <<<"$output"
}

@test "init enrols the log: the public key is printed and lies beside it, the secret one does not" {
	run -0 seal init
	key=$(vkey)
	[[ $key =~ ^audit\.[^/]+/h/[0-9a-f]{12}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$ ]]
	[ "$(cat "$d/log/integrity/enrolment")" = "$key" ]
	[ "$(ls "$d/log/integrity")" = enrolment ]
	[ "$(stat -c %a "$d/log/integrity" "$d/log/integrity/enrolment" "$d/state/seal/next.key" | xargs)" = "700 600 600" ]
	[ "$(sed -n 2p "$d/state/seal/anchor")" = "$key" ]
	[ "$(sed -n 3p "$d/state/seal/anchor")" = 0 ]
	[[ $output == *"Set seal = yes in auditd.conf, and restart auditd."* ]]
	[[ $output == *"in a file that root can read"* ]]
	# The id is as C2SP has it.
	name=${key%%+*}
	id=$({ printf '%s\n' "$name"; cut -d+ -f3- <<<"$key" | base64 -d; } | sha256sum | cut -c 1-8)
	[ "$id" = "$(cut -d+ -f2 <<<"$key")" ]
}

@test "the log may have a name of its choice, and its group may read the evidence" {
	conf 'seal = yes' 'log_group = adm'
	run -0 seal init --origin audit.example.org/h/1
	[[ $(vkey) == audit.example.org/h/1+* ]]
	[[ $output == *"auditd seals it from its next start on: restart it."* ]]
	[ "$(stat -c %a%G "$d/log/integrity" "$d/log/integrity/enrolment" | xargs)" = "750adm 640adm" ]
	run -2 seal init --origin 'two words'
	run -2 seal init --origin 'a+b'
}

@test "init refuses what is enrolled, also where the evidence was taken away" {
	run -0 seal init
	key=$(vkey)
	run -1 seal init
	[ "$output" = "aurum: seal init: the log is enrolled already: $d/log/integrity is there (--replace moves it aside and begins anew)" ]
	rm -r "$d/log/integrity"
	run -1 seal init
	[[ $output == "aurum: seal init: the log was enrolled before: $d/state/seal/anchor is there, and $d/log/integrity is missing."* ]]
	[ "$(sed -n 2p "$d/state/seal/anchor")" = "$key" ]
}

@test "with --replace the evidence moves aside and stays" {
	run -0 seal init
	old=$(vkey)
	run -0 seal init --replace
	[ "$(vkey)" != "$old" ]
	[ "$(cat "$d/log/integrity/enrolment" "$d/log/integrity".2*/enrolment)" = "$(vkey)
$old" ]
	[ "$(sed -n 2p "$d/state/seal/anchor")" = "$(vkey)" ]
	[[ $output == *"What was there before is in $d/log/integrity.2"*" now."* ]]
}

@test "what a crash left of an init is no enrolment and in nobody's way" {
	mkdir -m 700 "$d/log/integrity.new"
	echo torn >"$d/log/integrity.new/enrolment"
	run -0 seal init
	[ ! -e "$d/log/integrity.new" ]
	[ "$(cat "$d/log/integrity/enrolment")" = "$(vkey)" ]
}

# sealing COMMAND...: while the command runs, somebody holds the lock of who seals, and does what is asked.
sealing() {
	timeout 30 python3 - "$d/log/integrity" "$@" <<'END'
import fcntl, os, subprocess, sys, time
folder, command = sys.argv[1], sys.argv[2:]
lock = open(folder + "/lock", "w")
fcntl.lockf(lock, fcntl.LOCK_EX)
asked = subprocess.Popen(command)
while asked.poll() is None:
    if os.path.exists(folder + "/rotate"):
        time.sleep(0.2)
        os.unlink(folder + "/rotate")
    time.sleep(0.01)
sys.exit(asked.returncode)
END
}

@test "a log that is being sealed is not enrolled again" {
	run -0 seal init
	run -1 sealing "$AURUM_BIN/aurum" seal init --config-dir "$d/etc" --replace
	[ "$output" = "aurum: seal init: auditd seals $d/log/audit.log now: stop it first" ]
}

@test "rotate asks who seals, and waits until it is done" {
	run -1 seal rotate
	[ "$output" = "aurum: seal rotate: $d/log/audit.log is not enrolled: \`aurum seal init\` does that" ]
	run -0 seal init
	run -1 seal rotate
	[ "$output" = "aurum: seal rotate: nobody seals $d/log/audit.log now; each start replaces the key anyway" ]
	run -0 sealing "$AURUM_BIN/aurum" seal rotate --config-dir "$d/etc"
	[ "$output" = "The key of the next start is another one; the chain of keys names it." ]
	[ ! -e "$d/log/integrity/rotate" ]
}

# made STEP...: a sealed log of these steps, with what its host remembers, and a key at rest.
made() {
	rm -rf "$d/log" "$d/state"
	"$AURUM_BIN/../test/seal-make" "$d/log" "$@" >/dev/null 2>&1
	mkdir -p -m 700 "$d/state/seal"
	cp "$d/log/anchor" "$d/state/seal/anchor"
	printf '%s\n' aurum-seal-key/v1 "origin audit.example.org/h/4f1c2a" "enrolled $(sed -n 4p "$d/log/anchor")" \
		"public $(sed -n 4p "$d/log/anchor")" 'kept file' "secret $(head -c 32 /dev/zero | base64)" >"$d/state/seal/next.key"
	chmod 600 "$d/state/seal/next.key"
}

@test "status: not enrolled, enrolled, stopped, gone down" {
	run -1 seal status
	[ "$output" = "$d/log/audit.log is not enrolled: \`aurum seal init\` does that." ]
	run -0 seal init
	key=$(vkey)
	run -0 seal status
	[ "${lines[0]}" = "$d/log/audit.log" ]
	[ "${lines[1]}" = "  key        $key" ]
	[ "${lines[2]}" = "  state      enrolled, but seal = no in auditd.conf" ]
	[ "${lines[3]}" = "  next key   in a file (seal_key = file)" ]
	[ "${lines[4]}" = "  anchor     $d/state/seal/anchor: 0 starts" ]
	[ "${#lines[@]}" -eq 5 ]
	conf 'seal = yes'
	run -0 seal status
	[ "${lines[2]}" = "  state      enrolled: sealed from the next start of auditd on" ]
	made start lines:300 wait:30 lines:20 stop
	run -0 seal status
	[ "${lines[2]}" = "  state      stopped: the end of the log is signed" ]
	[ "${lines[3]}" = "  lines      320 signed, from line 0 on" ]
	made start lines:300 wait:30 crash
	run -1 seal status
	[ "${lines[2]}" = "  state      ended without a stop: the daemon or the machine went down" ]
}

@test "status: a daemon that seals" {
	made -N start lines:10 stop
	rm -r "$d/log"
	coproc maker { exec "$AURUM_BIN/../test/seal-make" -N "$d/log" start lines:10 wait:2 hold 2>&1; }
	maker_pid=$maker_PID # bash forgets it when the process has ended
	while read -r -t 20 line <&"${maker[0]}"; do [[ $line == *ready* ]] && break; done
	cp "$d/log/anchor" "$d/state/seal/anchor"
	run -0 seal status
	[ "${lines[2]}" = "  state      sealed by a daemon that runs" ]
	exec {maker[1]}>&-
	wait "$maker_pid"
}

@test "T9, on the host itself: evidence that was put back as it was is told by the anchor" {
	made start lines:100 stop
	cp -a "$d/log" "$d/yesterday"
	made start lines:100 stop start lines:50 stop
	rm -r "$d/log"
	mv "$d/yesterday" "$d/log"
	run -1 seal status
	[[ $output == *"  TAMPERED   "* ]]
}

@test "status: a key or an anchor that is missing, and evidence that was removed" {
	made start lines:10 stop
	rm "$d/state/seal/next.key"
	run -1 seal status
	[[ $output == *"  next key   missing: the next start cannot be signed"* ]]
	made start lines:10 stop
	rm "$d/state/seal/anchor"
	run -1 seal status
	[[ $output == *"  anchor     missing: $d/state/seal/anchor"* ]]
	made start lines:10 stop
	rm -r "$d/log/integrity"
	run -1 seal status
	[[ $output == *"  missing    "* || $output == *"  TAMPERED   "* ]]
	echo "not a key" >"$d/state/seal/next.key"
	run -1 seal status
	[[ $output == *"  next key   damaged: next.key is no key of a seal"* ]]
}

@test "a protection that is not there is told before anything is made" {
	conf 'seal_key = tpm'
	run -1 seal init --tcti swtpm:path="$d/none"
	[[ $output == "aurum: seal init: "*"TPM"* ]]
	[ ! -e "$d/log/integrity" ]
	run -2 seal init --tcti /lib/other.so
}

@test "bad configurations and words are refused" {
	conf 'seal = maybe'
	run -1 seal init
	[[ $output == "aurum: seal: $d/etc/auditd.conf:"* ]]
	run -2 seal init more
	run -2 seal rotate more
	run -2 "$AURUM_BIN/aurum" seal
	run -0 "$AURUM_BIN/aurum" seal help
}
