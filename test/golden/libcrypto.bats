#!/usr/bin/env bats
# Who loads libcrypto, and when: for a seal, and for nothing else; and what is said where it cannot be
# loaded. Nobody takes that for a good signature.

bats_require_minimum_version 1.5.0
load daemon

setup_file() { daemon_setup; }
setup() {
	export TZ=UTC LC_ALL=C
	dir=$(mktemp -d "$BATS_TEST_TMPDIR/XXXX")
	chmod 755 "$dir"
	log=$dir/sealed
}
teardown() { daemon_teardown; }

# loads COMMAND...: whether it loads libcrypto.
loads() {
	rm -rf "$dir/loads"
	mkdir "$dir/loads"
	LD_DEBUG=files LD_DEBUG_OUTPUT=$dir/loads/files "$@" >/dev/null 2>&1 </dev/null || :
	grep -q 'file=libc\.so' "$dir"/loads/files.* && grep -q 'file=libcrypto' "$dir"/loads/files.*
}

# maps NAME: whether that daemon has it in its memory.
maps() { grep -q libcrypto "/proc/$(daemon_pid "$1")/maps"; }

# make_sealed: a log of two files in $log, proven.
make_sealed() { "$AURUM_BIN/../test/seal-make" -b 20000 -n 9 "$log" start lines:200 stop >/dev/null 2>&1; }

# none, strange: a libcrypto that cannot be loaded; one that lacks what is needed. Prints where it is.
none() {
	mkdir -p "$dir/none"
	echo none >"$dir/none/libcrypto.so.3"
	echo "$dir/none"
}
strange() {
	mkdir -p "$dir/strange"
	cc -shared -x c -o "$dir/strange/libcrypto.so.3" - <<<'int SHA256_Init(void *state) { return !state; }'
	echo "$dir/strange"
}

@test "no program starts with it" {
	local program
	for program in "$AURUM_BIN"/*; do
		[ -f "$program" ] && [ -x "$program" ] || continue
		# What it is linked with; a TPM's library may be linked with it, and only auditd-sealkey has one.
		run ! grep -q 'NEEDED.*libcrypto' <(readelf -d "$program")
	done
}

@test "who reads, counts and converts does not load it" {
	make_sealed
	run ! loads "$AURUM_BIN/aurum" version
	run ! loads "$AURUM_BIN/ausearch" --version
	run ! loads "$AURUM_BIN/ausearch" -if "$log/audit.log" -m SYSCALL
	run ! loads "$AURUM_BIN/aureport" -if "$log/audit.log"
	run ! loads "$AURUM_BIN/aurum" search --log "$log/audit.log"
	run ! loads "$AURUM_BIN/aurum" status --board "$dir/none"
	run ! loads "$AURUM_BIN/aurum" tree --log "$log/audit.log" 1
	run ! loads "$AURUM_BIN/auditd" -h
}

@test "who verifies does" {
	make_sealed
	loads "$AURUM_BIN/aurum" verify --key "$log/vkey" "$log"
	loads "$AURUM_BIN/aurum" prove inclusion --line 7 --key "$log/vkey" --log "$log"
	loads "$AURUM_BIN/ausearch" --verified --seal-key "$log/vkey" -if "$log/audit.log"
}

@test "packagers find it in a note" {
	local program
	for program in aurum auditd auditd-sealkey ausearch; do
		objcopy -O binary --only-section=.note.dlopen "$AURUM_BIN/$program" "$dir/note"
		python3 - "$dir/note" <<-'END'
			import json, struct, sys
			note = open(sys.argv[1], "rb").read()
			assert struct.unpack("=III", note[:12]) == (4, len(note[16:].rstrip(b"\0")) + 1, 0x407c0c0a)
			assert note[12:16] == b"FDO\0"
			(one,) = json.loads(note[16:].rstrip(b"\0"))
			assert one["soname"] == ["libcrypto.so.3"], one
		END
	done
	[ -z "$(objdump -h "$AURUM_BIN/auditctl" | grep note.dlopen)" ]
}

@test "without it nothing is proven, and everybody says why" {
	local path
	make_sealed
	"$AURUM_BIN/aurum" prove inclusion --line 7 --key "$log/vkey" --log "$log" >"$dir/proof"
	for path in "$(none)" "$(strange)"; do
		export LD_LIBRARY_PATH=$path
		run -3 "$AURUM_BIN/aurum" verify --key "$log/vkey" --anchor "$log/anchor" "$log"
		[[ $output == "aurum: verify: cannot load libcrypto, which signs and verifies: "* ]]
		[[ $output == *libcrypto.so.3* ]] && [ ${#lines[@]} -eq 1 ]
		run ! "$AURUM_BIN/aurum" verify "$log"
		[[ $output == *"cannot load libcrypto"* ]]
		run ! "$AURUM_BIN/aurum" prove inclusion --line 7 --key "$log/vkey" --log "$log"
		[[ $output == "aurum: prove: cannot load libcrypto"* ]]
		run ! "$AURUM_BIN/aurum" verify-proof --key "$log/vkey" "$dir/proof"
		[[ $output == "aurum: verify-proof: cannot load libcrypto"* ]]
		run ! --separate-stderr "$AURUM_BIN/ausearch" --verified --seal-key "$log/vkey" -if "$log/audit.log"
		[ -z "$output" ] && [[ $stderr == *"nothing can be verified: cannot load libcrypto"* ]]
		# All else works.
		run -0 "$AURUM_BIN/ausearch" -if "$log/audit.log"
		unset LD_LIBRARY_PATH
	done
	"$AURUM_BIN/aurum" verify --key "$log/vkey" --anchor "$log/anchor" "$log"
}

@test "without it no log is enrolled" {
	mkdir -m 700 "$dir/etc" "$dir/log"
	printf '%s\n' "log_file = $dir/log/audit.log" "state_dir = $dir/state" 'space_left = 75' 'admin_space_left = 50' >"$dir/etc/auditd.conf"
	chmod 600 "$dir/etc/auditd.conf"
	LD_LIBRARY_PATH=$(none) run ! "$AURUM_BIN/aurum" seal init --config-dir "$dir/etc"
	[[ $output == "aurum: seal init: cannot load libcrypto"* ]]
	[ ! -e "$dir/log/integrity" ] && [ ! -e "$dir/state" ]
	LD_LIBRARY_PATH=$(none) run ! "$AURUM_BIN/aurum" seal status --config-dir "$dir/etc"
}

@test "without it a key that waits signs nothing" {
	local drive=$AURUM_BIN/../test/reserve-drive
	printf '#!/bin/sh\nLD_LIBRARY_PATH=%s exec %s "$@"\n' "$(none)" "$AURUM_BIN/auditd-sealkey" >"$dir/sealkey"
	chmod 755 "$dir/sealkey"
	export SEALKEY=$dir/sealkey
	run "$drive" "$dir/keys" audit.example.org/h/4f1c2a file <<<'stage boot'
	# With a TPM's library, which is linked with it, the program does not even start.
	[[ $output == *libcrypto* ]] && [[ $output == *failed* ]] && [[ $output != *staged* ]]
	run ! grep -r secret "$dir/keys"
}

@test "a daemon has it when it seals, before it is confined, and else not" {
	daemon_or_skip
	make_daemon no 4m
	configure no 'seal = no'
	begin no
	feed no 5
	run ! maps no
	make_daemon yes 16m
	configure yes 'seal = yes' 'seal_checkpoint_ms = 50'
	"$AURUM_BIN/aurum" seal init --config-dir "$dir/yes/etc"
	begin yes
	feed yes 5
	maps yes
	wait_for 30 eval '[[ $(state yes seal) == sealed,* ]]'
}

@test "a daemon without it records, and is told to be unsealed" {
	local path
	daemon_or_skip
	path=$(none)
	make_daemon one 16m
	configure one 'seal = yes'
	"$AURUM_BIN/aurum" seal init --config-dir "$dir/one/etc"
	begin one env "LD_LIBRARY_PATH=$path"
	feed one 5
	[ "$(grep -ac ' n=' "$dir/one/log/audit.log")" -eq 5 ]
	said one 'the log is UNSEALED: cannot load libcrypto'
	wait_for 30 logged one 'type=DAEMON_ERR msg=audit\(.*\): op=seal-unsealed .*res=failed'
	[ "$(state one seal)" = UNSEALED ]
}
