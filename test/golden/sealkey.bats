#!/usr/bin/env bats
# auditd-sealkey: the key at rest of a sealed log, in a file, by systemd-creds and in a TPM (swtpm). The
# calls of a sealer come from test/reserve_drive.c; quotes and sealed keys are checked with tpm2-tools.

bats_require_minimum_version 1.5.0

ORIGIN=audit.example.org/h/4f1c2a

setup() {
	export SEALKEY=$AURUM_BIN/auditd-sealkey
	dir=$(mktemp -d "$BATS_TEST_TMPDIR/k.XXXX")
	keys=$dir/seal
	how=(file)
	wrap=()
}

teardown() {
	[ ! -s "$dir/tpm/pid" ] || kill "$(cat "$dir/tpm/pid")" 2>/dev/null || true
	[[ $dir != /tmp/aurum-tpm.* ]] || rm -rf "$dir"
}

# drive CALL...: one auditd-sealkey; prints what each call gives.
drive() {
	printf '%s\n' "$@" | "${wrap[@]}" "$AURUM_BIN/../test/reserve-drive" "$keys" "$ORIGIN" "${how[@]}"
}

# enrol: the first key, which is printed.
enrol() {
	drive 'stage boot' 'commit 0 staged' | sed -n 's/^staged //p'
}

key_of() {
	sed -n 's/^public //p' "$keys/$1.key"
}

@test "a log's first key is kept, and the anchor names it" {
	run drive load 'stage boot' 'commit 0 staged' load
	[ "${lines[0]}" = "0 keys" ]
	key=${lines[1]#staged }
	[ "${lines[2]}" = committed ]
	[ "${lines[3]}" = "key $key" ]
	[ "${lines[4]}" = "1 keys" ]
	[ "$(stat -c %a "$keys/next.key")" = 600 ]
	[ "$(ls "$keys")" = "anchor
next.key" ]
	[ "$(sed -n 1p "$keys/anchor")" = aurum-seal-anchor/v1 ]
	[[ $(sed -n 2p "$keys/anchor") == "$ORIGIN"+*+* ]]
	[ "$(sed -n 2p "$keys/anchor" | cut -d+ -f3- | base64 -d | tail -c +2 | base64 -w 0)" = "$key" ]
	[ "$(sed -n '3,4p' "$keys/anchor")" = "0
$key" ]
}

@test "a start is signed with the key that is there, which makes place for the one that the start names" {
	key=$(enrol)
	secret=$(sed -n 's/^secret //p' "$keys/next.key")
	run drive load 'stage boot' "sign $key 0 first" 'commit 1 staged' load "sign $key 0 first"
	next=${lines[2]#staged }
	[ "${lines[1]}" = "1 keys" ]
	[ "${lines[3]}" = "$ORIGIN/start" ]
	[ "${lines[10]}" = "$next" ]
	[[ ${lines[12]} == "— $ORIGIN "* ]]
	[ "${lines[13]}" = committed ]
	[ "${lines[14]}" = "key $next" ]
	[[ ${lines[16]} == "failed: the key at rest is not the one that the chain names" ]]
	[ "$(sed -n '3,4p' "$keys/anchor")" = "1
$next" ]
	run ! grep -rqF "$secret" "$keys"

	# The signature is one that OpenSSL's tool takes.
	drive load 'stage boot' "sign $next 1 unclean" | sed -n '/\/start$/,/^— /p' >"$dir/note"
	sed '/^$/,$d' "$dir/note" >"$dir/text"
	sed -n 's/^— [^ ]* //p' "$dir/note" | base64 -d | tail -c 64 >"$dir/signature"
	{ printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'; base64 -d <<<"$next"; } >"$dir/public"
	openssl pkeyutl -verify -rawin -pubin -keyform DER -inkey "$dir/public" -in "$dir/text" -sigfile "$dir/signature"
}

@test "a crash between any two steps leaves a key that the chain names" {
	key=$(enrol)
	run drive load 'stage boot'
	first=${lines[2]#staged }
	run drive load # not named yet
	[ "${lines[0]} ${lines[1]}" = "key $key key $first" ]
	run drive load 'stage boot' # once more: another
	second=${lines[3]#staged }
	[ "$second" != "$first" ]
	run drive load "commit 1 $second" load # the note was written, its commit was not
	[ "${lines[3]}" = committed ]
	[ "${lines[4]} ${lines[5]}" = "key $second 1 keys" ]
	run drive "commit 1 $second" # and once more
	[ "$output" = committed ]
	run drive "commit 2 $first"
	[ "$output" = "failed: the chain names a key for its next start that is not there" ]
}

@test "a staged key that the chain names outlives the staging of another" {
	first=$(enrol)
	# The start that names it was written, and then the machine went down.
	run drive load "settle $first" 'stage boot' "sign $first 0 first"
	named=${lines[3]#staged }
	[ "$(key_of staged)" = "$named" ]
	run drive load "settle $named" 'stage boot' "sign $named 1 unclean" 'commit 2 staged' load
	[ "${lines[1]}" = "key $named" ]
	[ "${lines[3]}" = settled ]
	next=${lines[4]#staged }
	[ "${lines[5]}" = "$ORIGIN/start" ]
	[ "${lines[-2]}" = "key $next" ]
	[ "$(key_of next)" = "$next" ]
	[ ! -e "$keys/staged.key" ]
}

@test "killed at each of its calls, it leaves a whole key" {
	local n tried=0 calls=openat,write,fsync,fchmod,renameat,unlinkat,sendto
	key=$(enrol)
	cp -a "$keys" "$dir/before"
	cat >"$dir/traced" <<END
#!/bin/sh
export ASAN_OPTIONS=detect_leaks=0 # it does not work below a tracer
exec strace -o $dir/trace -e trace=$calls -e inject=$calls:signal=KILL:when=\$(cat $dir/when) $AURUM_BIN/auditd-sealkey "\$@"
END
	chmod +x "$dir/traced"
	for ((n = 1; n <= 120; n++)); do
		rm -rf "$keys"
		cp -a "$dir/before" "$keys"
		echo "$n" >"$dir/when"
		SEALKEY=$dir/traced run drive load 'stage boot' "sign $key 0 first" 'commit 1 staged'
		[[ $output == *failed* ]] || break
		staged=$(sed -n 's/^staged //p' <<<"$output")
		run drive load
		[[ $output == *"key $key"* || (-n $staged && $output == *"key $staged"*) ]]
		[[ $output != *" is no key"* ]]
		tried=$((tried + 1))
	done
	[ "$tried" -gt 10 ]
	[ "$n" -le 120 ]
}

@test "what is no start, or of a chain that was cut, is not signed" {
	key=$(enrol)
	run drive load 'stage boot' "sign $key 0 first" 'commit 1 staged'
	next=${lines[2]#staged }
	run drive load 'stage boot' "sign $next 1 continued" "sign $next 0 unclean" 'commit 0 staged'
	[ "${lines[3]}" = "failed: only starts of $ORIGIN are signed" ]
	[ "${lines[4]}" = "failed: the chain was cut, or put back as it was: it is at start 0, and the anchor knows of 1" ]
	[ "${lines[5]}" = "${lines[4]}" ]
}

@test "an anchor that was removed is written again" {
	key=$(enrol)
	cp "$keys/anchor" "$dir/anchor"
	rm "$keys/anchor"
	run drive "commit 0 $key"
	[ "$output" = committed ]
	cmp "$keys/anchor" "$dir/anchor"
}

@test "keys of another log are not used, and make place for a new one" {
	key=$(enrol)
	ORIGIN=audit.example.org/h/other run drive load 'stage boot' 'commit 0 staged' load
	[ "${lines[0]}" = "0 keys" ]
	[ "${lines[3]}" = "key ${lines[1]#staged }" ]
	[ "$(sed -n 3p "$keys/anchor")" = 0 ]
	grep -qx 'origin audit.example.org/h/other' "$keys/next.key"
}

@test "a key file that others may read, a link and a damaged one are refused" {
	key=$(enrol)
	chmod 640 "$keys/next.key"
	run drive load
	[ "$output" = "0 keys: next.key is not ours alone: its owner or its mode is another" ]
	chmod 600 "$keys/next.key"
	mv "$keys/next.key" "$dir/next.key"
	ln -s "$dir/next.key" "$keys/next.key"
	run drive load
	[[ $output == "0 keys: cannot open next.key: "* ]]
	rm "$keys/next.key"
	head -c -2 "$dir/next.key" >"$keys/next.key"
	chmod 600 "$keys/next.key"
	run drive load
	[ "$output" = "0 keys: next.key is no key of a seal" ]
	sed 's/^public .*/public AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=/' "$dir/next.key" >"$keys/next.key"
	run drive load
	[ "$output" = "0 keys: next.key holds another key than it says" ]
}

@test "a folder that others can write to is refused, and one at a time works in it" {
	mkdir "$keys"
	chmod 777 "$keys"
	run drive load
	[[ $output == "failed: "*"$keys"* ]]
	chmod 755 "$keys"
	(
		exec 9<"$keys"
		flock 9
		run drive load
		[[ $output == "failed: another auditd-sealkey is at work in $keys"* ]]
	)
}

@test "people who start it are told that they have no use for it" {
	run -2 "$AURUM_BIN/auditd-sealkey" --folder="$keys" --origin=$ORIGIN --keep=file 3>&-
	[ "$output" = "auditd-sealkey: auditd and aurum seal start this program; there is nothing that people could do with it" ]
	run -2 "$AURUM_BIN/auditd-sealkey" --keep=paper
	[ "$output" = 'auditd-sealkey: keys are kept by file, creds or tpm, not: "paper"' ]
	run -0 "$AURUM_BIN/auditd-sealkey" --help
}

@test "one that hangs holds nobody up for long" {
	local began=$SECONDS
	printf '#!/bin/sh\necho $$ >%s\nexec sleep 100\n' "$dir/pid" >"$dir/hangs"
	chmod 755 "$dir/hangs"
	SEALKEY=$dir/hangs run drive load
	[[ $output = *"does not answer"* ]]
	[ $((SECONDS - began)) -lt 20 ]
	run ! kill -0 "$(cat "$dir/pid")"
}

# answering: reads lines from a running driver's output until one holds $1.
answering() {
	local line
	while read -r line <&"${driver[0]}"; do [[ $line == *"$1"* ]] && return 0; done
	return 1
}

@test "it is confined, and has no secret in memory behind a commit" {
	key=$(enrol)
	secret=$(sed -n 's/^secret //p' "$keys/next.key")
	coproc driver { exec "$AURUM_BIN/../test/reserve-drive" "$keys" "$ORIGIN" file; }
	driver_pid=$driver_PID # bash forgets it when the process has ended
	printf 'load\nstage boot\nsign %s 0 first\ncommit 1 staged\n' "$key" >&"${driver[1]}"
	answering committed
	pid=$(pgrep -P "$driver_pid")
	grep -qx $'NoNewPrivs:\t1' "/proc/$pid/status"
	grep -qx $'Seccomp:\t2' "/proc/$pid/status"
	grep -qx $'CapEff:\t0000000000000000' "/proc/$pid/status"
	[ "$(awk '/^VmLck:/ { print $2 }' "/proc/$pid/status")" -gt 0 ] || grep -qa __asan_init "$SEALKEY"
	[ -z "$(tr -d '\0' <"/proc/$pid/environ")" ] || [ "$(tr '\0' '\n' <"/proc/$pid/environ")" = "" ]
	if [ "$(id -u)" = 0 ]; then
		python3 - "$pid" "$secret" "$(sed -n 's/^secret //p' "$keys/next.key")" <<'END'
import base64, re, sys
pid, texts = sys.argv[1], sys.argv[2:]
found = []
with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as mem:
    for line in maps:
        m = re.match(r"([0-9a-f]+)-([0-9a-f]+) rw", line)
        if not m or int(m[2], 16) - int(m[1], 16) > 1 << 30:
            continue
        try:
            mem.seek(int(m[1], 16))
            data = mem.read(int(m[2], 16) - int(m[1], 16))
        except (OSError, ValueError, OverflowError):
            continue
        for n, text in enumerate(texts):
            for what in (text.encode(), base64.b64decode(text)):
                if what in data:
                    found.append((n, line.strip()))
print(found)
sys.exit(1 if found else 0)
END
	fi
	kill -TERM "$pid" # who stops the daemon needs it still
	kill -INT "$pid"
	echo load >&"${driver[1]}"
	answering '1 keys'
	exec {driver[1]}>&-
	wait "$driver_pid"
}

# ---- systemd-creds ----

# hosts: a namespace of mounts for each run, in which the host's key is a file of this test.
with_creds() {
	[ -x /usr/bin/systemd-creds ] || skip "systemd-creds is not installed"
	[ "$(id -u)" = 0 ] || skip "only root can give systemd-creds another host key than this machine's"
	mkdir -p "$dir/host" /var/lib/systemd 2>/dev/null
	wrap=(unshare -m sh -c 'mount --bind "$0" /var/lib/systemd && exec "$@"' "$dir/host")
	"${wrap[@]}" true 2>/dev/null || skip "no mounts can be made here, and this machine's own key is left alone"
	how=(creds)
}

@test "systemd-creds keeps the key: on this machine only" {
	with_creds
	key=$(enrol)
	[ -n "$key" ]
	grep -qx 'kept creds' "$keys/next.key"
	sed -n 's/^secret //p' "$keys/next.key" | base64 -d >"$dir/encrypted"
	[ "$("${wrap[@]}" systemd-creds --name=aurum-seal decrypt "$dir/encrypted" - | wc -c)" = 32 ]
	run drive load 'stage boot' "sign $key 0 first" 'commit 1 staged' load
	[ "${lines[1]}" = "1 keys" ]
	[ "${lines[13]}" = committed ]
	[ "${lines[15]}" = "1 keys" ]
	mkdir "$dir/other"
	wrap[5]=$dir/other
	run drive load
	[[ $output == *"0 keys: systemd-creds does not decrypt the key: it is of another machine, or damaged" ]]
}

@test "a log whose key was in a file gets one by systemd-creds at its next start" {
	key=$(enrol)
	with_creds
	run drive load 'stage boot' "sign $key 0 first" 'commit 1 staged'
	[ "${lines[13]}" = committed ]
	grep -qx 'kept creds' "$keys/next.key"
}

# ---- TPM ----

boot_tpm() {
	[ ! -s "$dir/tpm/pid" ] || kill "$(cat "$dir/tpm/pid")"
	while [ -e "$dir/tpm/pid" ]; do sleep 0.05; done
	mkdir -p "$dir/tpm"
	rm -f "$dir/tpm/s" "$dir/tpm/s.ctrl"
	swtpm socket --tpm2 --tpmstate dir="$dir/tpm" --server type=unixio,path="$dir/tpm/s" \
		--ctrl type=unixio,path="$dir/tpm/s.ctrl" --flags not-need-init,startup-clear --daemon --pid file="$dir/tpm/pid"
	export TPM2TOOLS_TCTI=swtpm:path=$dir/tpm/s
}

with_tpm() {
	command -v swtpm >/dev/null || skip "swtpm is not installed"
	dir=$(mktemp -d /tmp/aurum-tpm.XXXX) # the path of a socket is short
	keys=$dir/seal
	boot_tpm
	how=(tpm "swtpm:path=$dir/tpm/s")
	run drive load
	[[ $output != *"was built without tpm2-tss"* ]] || skip "auditd-sealkey was built without tpm2-tss"
}

# quote_of NOTE NAME: the quote of a start's note as files for tpm2_checkquote.
quote_of() {
	sed -n '/\/start$/,/^$/p' "$1" | grep -v '^$' | grep -v '^tpm ' >"$2.text"
	sed -n 's/^tpm \([^ ]*\) .*/\1/p' "$1" | base64 -d >"$2.attest"
	sed -n 's/^tpm [^ ]* //p' "$1" | base64 -d >"$2.signature"
	sha256sum <"$2.text" | cut -d ' ' -f 1 >"$2.extra"
}

# open_sealed: the sealed object of $dir/public and private, for the tools: $dir/object.
open_sealed() {
	tpm2_createprimary -Q -C o -G ecc -g sha256 -a 'fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|restricted|decrypt' -c "$dir/parent"
	tpm2_flushcontext -t
	tpm2_load -Q -C "$dir/parent" -u "$dir/public" -r "$dir/private" -c "$dir/object"
	tpm2_flushcontext -t
}

# resets FILE: resetCount of a TPMS_ATTEST; its place is behind the signer's name and the extra data.
resets() {
	python3 - "$1" <<'END'
import struct, sys
b = open(sys.argv[1], "rb").read()
at = 6
for _ in range(2):
    at += 2 + struct.unpack(">H", b[at:at + 2])[0]
print(struct.unpack(">I", b[at + 8:at + 12])[0])
END
}

@test "a TPM gives a key once a boot, and root does not get it again" {
	with_tpm
	key=$(enrol)
	grep -qx 'kept tpm' "$keys/next.key"
	run drive load 'stage boot' "sign $key 0 first" 'commit 1 staged' load
	[ "${lines[0]}" = "key $key" ]
	next=${lines[2]#staged }
	[[ ${lines[12]} == "tpm "* ]]
	[ "${lines[14]}" = committed ]
	[[ ${lines[15]} == "0 keys: the TPM does not give the key: it was taken since the machine was booted"* ]]

	# Nor by other tools, with all that is on the disk.
	sed -n 's/^secret //p' "$keys/next.key" | base64 -d >"$dir/sealed"
	python3 - "$dir" <<'END'
import struct, sys
d = sys.argv[1]
b = open(d + "/sealed", "rb").read()
n = 2 + struct.unpack(">H", b[:2])[0]
open(d + "/private", "wb").write(b[:n])
open(d + "/public", "wb").write(b[n:])
END
	open_sealed
	run ! tpm2_unseal -c "$dir/object" -p pcr:sha256:13
	[[ $output == *"policy check failed"* ]]
	run ! tpm2_pcrreset 13

	boot_tpm
	run drive load
	[ "$output" = "key $next
1 keys" ]
	# The tools open it as well now: what protects it is the register, and nothing that is hidden.
	open_sealed
	[ "$(tpm2_unseal -c "$dir/object" -p pcr:sha256:13 | wc -c)" = 32 ]
}

@test "a TPM vouches for starts: its own tools check the quote, and resets are counted" {
	with_tpm
	key=$(enrol)
	drive load 'stage boot' "sign $key 0 first" 'commit 1 staged' >"$dir/0"
	quote_of "$dir/0" "$dir/q0"
	tpm2_checkquote -Q -u "$keys/attest.pem" -m "$dir/q0.attest" -s "$dir/q0.signature" -q "$(cat "$dir/q0.extra")"
	echo tampered >>"$dir/q0.text"
	run ! tpm2_checkquote -Q -u "$keys/attest.pem" -m "$dir/q0.attest" -s "$dir/q0.signature" -q "$(sha256sum <"$dir/q0.text" | cut -d ' ' -f 1)"
	boot_tpm
	drive load 'stage boot' "sign $(key_of next) 1 unclean" 'commit 2 staged' >"$dir/1"
	quote_of "$dir/1" "$dir/q1"
	tpm2_checkquote -Q -u "$keys/attest.pem" -m "$dir/q1.attest" -s "$dir/q1.signature" -q "$(cat "$dir/q1.extra")"
	[ "$(resets "$dir/q1.attest")" -gt "$(resets "$dir/q0.attest")" ]
	# aurum verify reads the same, without a TPM.
	mkdir -p "$dir/log/integrity"
	: >"$dir/log/audit.log"
	for n in 0 1; do
		sed -n "\|^$ORIGIN/start|,/^— /p" "$dir/$n"
		echo
	done >"$dir/log/integrity/keys"
	vkey=$(sed -n 2p "$keys/anchor")
	echo "$vkey" >"$dir/log/integrity/enrolment"
	run "$AURUM_BIN/aurum" verify --key "$vkey" --attest "$keys/attest.pem" "$dir/log"
	echo "$output"
	[[ $output == *", 2 starts"* ]]
	[[ $output != *quote* && $output != *"in boot"* ]]
	openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 2>/dev/null | openssl pkey -pubout >"$dir/other.pem"
	run "$AURUM_BIN/aurum" verify --key "$vkey" --attest "$dir/other.pem" "$dir/log"
	echo "$output"
	[ "$status" -eq 1 ]
	[[ $output == *"start 0 has a quote that this host's TPM did not make"* ]]
}

@test "a key for a restart opens in the same boot, once, and after the next one" {
	with_tpm
	key=$(enrol)
	drive load 'stage boot' "sign $key 0 first" 'commit 1 staged' 'stage restart' 'commit 1 staged' >"$dir/0"
	restart=$(key_of next)
	run drive load # the daemon was stopped, and starts again
	[ "${lines[0]}" = "key $restart" ]
	cp -a "$keys" "$dir/stopped"
	run drive load 'stage boot' "sign $restart 1 clean" 'commit 2 staged' load
	[[ ${lines[15]} == "0 keys: the TPM does not give the key"* ]]
	next=$(key_of next)
	boot_tpm
	run drive load
	[ "${lines[0]}" = "key $next" ]
	# The machine was turned off instead.
	rm -rf "$keys"
	mv "$dir/stopped" "$keys"
	run drive load
	[ "${lines[0]}" = "key $restart" ]
}

@test "T5: who cuts the log and has copied the files signs no start in this boot, and a reboot shows" {
	with_tpm
	key=$(enrol)
	drive load 'stage boot' "sign $key 0 first" 'commit 1 staged' >"$dir/0"
	quote_of "$dir/0" "$dir/q0"
	cp -a "$keys" "$dir/stolen" # all that root can copy while the daemon runs
	next=$(key_of next)
	drive 'stage boot' 'commit 1 staged' >/dev/null # aurum seal rotate: the stolen key is not named any more
	rm -rf "$keys"
	cp -a "$dir/stolen" "$keys"
	run drive load 'stage boot' "sign $next 1 unclean"
	[[ ${lines[0]} == "0 keys: the TPM does not give the key"* ]]
	[ "${lines[2]}" = "failed: the key at rest is not the one that the chain names" ]
	boot_tpm
	drive load 'stage boot' "sign $next 1 unclean" >"$dir/1"
	quote_of "$dir/1" "$dir/q1"
	[ "$(resets "$dir/q1.attest")" -gt "$(resets "$dir/q0.attest")" ]
}

@test "another TPM, and none, are told" {
	with_tpm
	key=$(enrol)
	kill "$(cat "$dir/tpm/pid")"
	while [ -e "$dir/tpm/pid" ]; do sleep 0.05; done
	run drive load
	[[ $output == "failed: there is no TPM at swtpm:path=$dir/tpm/s"* ]]
	how=(file)
	run drive load # a configuration that wants none any more
	[[ $output == "0 keys: there is no TPM at swtpm:path=$dir/tpm/s"* ]]
	rm -rf "$dir/tpm"
	boot_tpm
	run drive load
	[[ $output == "0 keys: the sealed key is of another TPM, or damaged"* ]]
}
