#!/usr/bin/env bats
# A daemon that seals its log: what it does when there is a key and when there is none, over restarts,
# crashes, rotation, and that nobody who only reads the log notices. What a verifier says of logs that
# were tampered with is in verify.bats.

bats_require_minimum_version 1.5.0
load daemon

setup_file() {
	daemon_setup
	export STORE=$AURUM_TOP/test/fd_store.py
}
setup() {
	daemon_or_skip
	store=
}
teardown() {
	[ -z "$store" ] || kill "$store" 2>/dev/null || :
	daemon_teardown
}

# seal NAME LINE...: a daemon with a log of 16 MiB that is sealed as soon as it is enrolled.
seal() {
	local name=$1 word
	shift
	[ -d "$dir/$name" ] || make_daemon "$name" 16m
	# What is given comes instead of these.
	for word in 'seal_checkpoint_ms = 50' 'seal_epoch_s = 1' 'num_logs = 50'; do
		[[ " $*" == *" ${word%% *} ="* ]] || set -- "$word" "$@"
	done
	configure "$name" 'seal = yes' "$@"
}

# enrol NAME: prints the key that is to be kept elsewhere.
enrol() {
	"$AURUM_BIN/aurum" seal init --config-dir "$dir/$1/etc" >"$dir/$1/enrolled" 2>&1 || { cat "$dir/$1/enrolled"; return 1; }
}

# verify NAME CODE [OPTION...]: what the host itself says of its log.
verify() {
	local d=$dir/$1 code=$2
	shift 2
	run "$AURUM_BIN/aurum" verify "$d/log/audit.log" --anchor "$d/run/seal/anchor" "$@"
	echo "$output"
	[ "$status" -eq "$code" ]
}

# is_sealed NAME: every line is covered by a checkpoint on the disk.
is_sealed() { [[ $(state "$1" seal) =~ ^sealed,\ ([0-9]+)\ of\ ([0-9]+)\ lines ]] && [ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]; }

# stop NAME: as the service manager does, and waits for the end.
stop() {
	local pid
	pid=$(daemon_pid "$1")
	kill -TERM "$pid"
	wait_for 30 is_gone "$pid"
	forget "$1"
}

# crash NAME: as nobody should.
crash() {
	local pid
	pid=$(daemon_pid "$1")
	kill -KILL "$pid"
	wait_for 30 is_gone "$pid"
	forget "$1"
}

# forget NAME: what the next start is waited for by.
forget() {
	: >"$dir/$1/syslog"
	: >"$dir/$1/out"
	# The feed has counted records that the next daemon does not.
	echo 0 >"$dir/$1/sent"
}

# keep NAME: the service manager that keeps its keys.
keep() {
	mkdir "$dir/$1/manager"
	"$STORE" keep "$dir/$1/manager" 3>&- &
	store=$!
	wait_for 30 [ -S "$dir/$1/manager/notify" ]
}

# starts NAME: the states of the start notes, in order.
starts() { grep -axE 'first|clean|unclean|continued' "$dir/$1/log/integrity/keys" | xargs; }

@test "without the key of the configuration there is nothing of a seal" {
	make_daemon one 4m
	configure one
	begin one
	feed one 5
	[ ! -e "$dir/one/log/integrity" ] && [ ! -e "$dir/one/run/seal" ]
	run ! pgrep -f "auditd-sealkey.*$dir/one"
	make_daemon two 4m
	seal two 2>/dev/null
	sed -i '/^seal/d' "$dir/two/etc/auditd.conf"
	[ "$(state one seal)" = "" ]
	"$AURUM_BIN/aurum" status --board "$dir/one/run/audit/board" >"$dir/text" || :
	run ! grep -i seal "$dir/text"
}

@test "not enrolled: records are written, and everybody is told that they are unsealed" {
	seal one
	begin one
	feed one 20
	[ "$(grep -ac ' n=' "$dir/one/log/audit.log")" -eq 20 ]
	wait_for 30 logged one 'type=DAEMON_ERR msg=audit\(.*\): op=seal-unsealed .*res=failed'
	said one 'seal-unsealed'
	[[ $(state one seal) == UNSEALED:* ]]
	wait_for 30 eval '"$AURUM_BIN/aurum" status --board "$dir/one/run/audit/board" --json >"$dir/json"; grep -q "\"id\":\"unsealed\"" "$dir/json"'
	"$AURUM_BIN/aurum" status --board "$dir/one/run/audit/board" --metrics - | grep -qx 'aurum_seal_state 2'
	stop one
	[ "$(grep -ac ' n=' "$dir/one/log/audit.log")" -eq 20 ]
}

@test "a log is proven while it is written, and when the daemon was stopped" {
	seal one
	enrol one
	begin one
	feed one 50
	wait_for 30 is_sealed one
	verify one 0
	wait_for 30 eval '"$AURUM_BIN/aurum" status --board "$dir/one/run/audit/board" --metrics - | grep -qx "aurum_seal_state 1"'
	feed one 3
	stop one
	verify one 0
	[ "$(starts one)" = first ]
}

@test "who seals can be neither dumped nor looked into" {
	local kind
	for kind in yes no; do
		make_daemon "$kind" 4m
		configure "$kind" "seal = $kind"
		ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 begin "$kind" strace -f -qq -e trace=prctl -o "$dir/$kind/trace"
	done
	grep -q 'prctl(PR_SET_DUMPABLE, SUID_DUMP_DISABLE)' "$dir/yes/trace"
	run ! grep PR_SET_DUMPABLE "$dir/no/trace"
}

@test "over clean restarts the chain goes on" {
	seal one
	enrol one
	for _ in 1 2 3; do
		begin one
		feed one 10
		stop one
	done
	verify one 0
	[ "$(starts one)" = "first clean clean" ]
	# The only key from outside is the one that was printed.
	key=$(cat "$dir/one/log/integrity/enrolment")
	run -0 "$AURUM_BIN/aurum" verify "$dir/one/log/audit.log" --key "$key" --anchor "$dir/one/run/seal/anchor"
}

@test "a crash leaves what could not be signed open, and says which lines" {
	seal one 'seal_checkpoint_ms = 60000' 'seal_epoch_s = 60'
	enrol one
	begin one
	wait_for 30 is_sealed one
	is_behind() { feed one 10; ! is_sealed one; }
	wait_for 30 is_behind
	crash one
	verify one 2
	begin one
	feed one 5
	wait_for 30 logged one 'op=seal-recovered'
	stop one
	verify one 2
	[ "$(starts one)" = "first unclean" ]
}

@test "a crash is none where the service manager kept the keys" {
	seal one
	enrol one
	keep one
	for _ in 1 2 3; do
		begin one "$STORE" run "$dir/one/manager"
		wait_for 30 grep -qx aurum-seal "$dir/one/manager/kept"
		feed one 10
		crash one
	done
	begin one "$STORE" run "$dir/one/manager"
	feed one 10
	stop one
	verify one 0
	[ "$(starts one)" = "first continued continued continued" ]
	[ "$(wc -l <"$dir/one/manager/kept")" -eq 1 ]
}

@test "rotation, reloads and restarts in any order change no index" {
	local i
	seal one 'max_log_file = 1' 'max_log_file_action = rotate'
	enrol one
	begin one
	for i in $(seq 8); do
		feed one 100 3000
		tell one USR1
		tell one HUP
		feed one 20
		[ "$i" -ne 4 ] || { stop one; begin one; }
	done
	wait_for 30 is_sealed one
	verify one 0
	stop one
	verify one 0
	[ "$(ls "$dir/one/log" | grep -c 'audit.log.')" -ge 8 ]
}

@test "a storm of rotations, signals and records as fast as they are taken: one tree" {
	local storm
	make_daemon one 64m
	seal one 'max_log_file = 1' 'max_log_file_action = rotate' 'num_logs = 30'
	enrol one
	begin one
	while :; do
		kill -USR1 "$(daemon_pid one)"
		kill -HUP "$(daemon_pid one)"
		sleep 0.1
	done 3>&- &
	storm=$!
	feed one "${STORM:-100000}" 300
	kill "$storm"
	# What has just given way is signed a moment later.
	wait_for 30 verify one 0
	stop one
	verify one 0
	[ "$(grep -acx '.*/pruned' "$dir/one/log/integrity/keys")" -ge 1 ]
}

@test "policy prunes, and signs that it does" {
	local i
	seal one 'num_logs = 3'
	enrol one
	begin one
	for i in $(seq 6); do
		feed one 10
		tell one USR1
	done
	wait_for 30 grep -q '/pruned$' "$dir/one/log/integrity/keys"
	wait_for 30 logged one 'op=seal-pruned'
	wait_for 30 is_sealed one
	verify one 0
	# Not the oldest: that the daemon would have a minute to sign.
	rm "$dir/one/log/audit.log.1"
	verify one 1
}

@test "with num_logs lowered the oldest files give way, and none in the middle" {
	seal one 'num_logs = 9'
	enrol one
	begin one
	for _ in 1 2 3 4 5; do
		feed one 10
		tell one USR1
	done
	feed one 1
	configure one 'seal = yes' 'num_logs = 3'
	tell one HUP
	wait_for 30 said one 'config change'
	feed one 10
	tell one USR1
	feed one 10
	wait_for 30 grep -q '/pruned$' "$dir/one/log/integrity/keys"
	wait_for 30 is_sealed one
	verify one 0
}

@test "compression and indexes leave integrity/ alone" {
	seal one 'compress = yes' 'index = yes'
	enrol one
	begin one
	for _ in 1 2 3; do
		feed one 50
		tell one USR1
	done
	feed one 5
	wait_for 60 eval 'ls "$dir/one/log/" | grep -q "audit.log-.*zst"'
	ls "$dir/one/log/integrity" | sort >"$dir/before"
	"$AURUM_BIN/auditd-archivist" -c "$dir/one/etc" >"$dir/archivist" 2>&1 || cat "$dir/archivist"
	ls "$dir/one/log/integrity" | sort | diff "$dir/before" -
	stop one
	verify one 0
}

@test "the log is not moved while it is sealed" {
	seal one
	enrol one
	begin one
	configure one 'seal = yes' "log_file = $dir/one/log/other.log"
	tell one HUP
	wait_for 30 said one 'is sealed: restart the daemon for that'
	feed one 5
	[ ! -e "$dir/one/log/other.log" ]
}

@test "losing the folder never becomes silence: records flow, unsealed" {
	seal one
	enrol one
	begin one
	feed one 5
	wait_for 30 is_sealed one
	rm -rf "$dir/one/log/integrity"
	feed one 5
	wait_for 60 eval '[[ $(state one seal) == UNSEALED* ]]'
	wait_for 30 logged one 'op=seal-unsealed'
	feed one 5
	[ "$(grep -ac ' n=' "$dir/one/log/audit.log")" -eq 15 ]
	stop one
	# The host remembers that there was evidence.
	verify one 1
	begin one
	feed one 5
	[[ $(state one seal) == UNSEALED* ]]
}

# fill NAME, clear NAME: no file can be made any more in the log's file system; again.
fill() {
	local log=$dir/$1/log i=0
	mount -o remount,nr_inodes=64 "$log"
	while : >"$log/ballast.$i"; do i=$((i + 1)); done 2>/dev/null
	[ "$i" -gt 10 ]
}
clear() { rm "$dir/$1/log/"ballast.*; }

@test "no room when it starts: it seals as soon as there is some, and says from where on" {
	seal one
	sed -i '/^seal/d' "$dir/one/etc/auditd.conf"
	begin one
	feed one 5
	stop one
	seal one
	enrol one
	fill one
	begin one
	feed one 5
	wait_for 30 logged one 'op=seal-unsealed cause=.*No space left'
	[[ $(state one seal) == UNSEALED:*"No space left"* ]]
	clear one
	tell one USR1
	wait_for 30 is_sealed one
	wait_for 30 logged one 'op=seal-sealed'
	feed one 5
	# What was written until then is from before the seal.
	verify one 2
	[[ $output == *"from before the seal"* ]]
	verify one 0 --from 0
	stop one
	# The second start, of a chain that was stopped.
	rm "$dir/one/log/integrity/lock"
	fill one
	begin one
	feed one 5
	[[ $(state one seal) == UNSEALED:*"No space left"* ]]
	verify one 1
	clear one
	tell one HUP
	wait_for 30 is_sealed one
	wait_for 30 logged one 'op=seal-recovered from=[0-9]+ to=[0-9]+ '
	stop one
	verify one 2 --from 0
	[[ $output == *"start 1 was not clean"* ]]
	[ "$(starts one)" = "first unclean" ]
	[ "$(cat "$dir/one/log/"audit.log* | grep -ac ' n=')" -eq 20 ]
}

@test "a folder that cannot be opened when it starts is tried again, with the key of what the host remembers" {
	seal one
	enrol one
	begin one
	feed one 5
	stop one
	mv "$dir/one/log/integrity" "$dir/one/log/elsewhere"
	begin one
	feed one 5
	[[ $(state one seal) == UNSEALED:* ]]
	mv "$dir/one/log/elsewhere" "$dir/one/log/integrity"
	# Once a minute; at once when it is told.
	tell one HUP
	wait_for 30 is_sealed one
	stop one
	verify one 2
	[ "$(starts one)" = "first unclean" ]
}

# jump WALL BOOT: seconds by which the clocks of the daemon are ahead from now on.
jump() { perl -e 'print pack "qq", @ARGV' "$1" "$2" | dd of="$dir/one/jump" conv=notrunc status=none; }

@test "clocks that jump, and a machine that sleeps: lines are sealed all the same" {
	seal one
	enrol one
	cc -shared -fPIC -O1 -D_GNU_SOURCE -Wall -Werror "$AURUM_TOP/test/fault/clock_jump.c" -o "$dir/one/jump.so"
	truncate -s 16 "$dir/one/jump"
	FAKE="$dir/one/jump.so:$FAKE" CLOCK_JUMP=$dir/one/jump begin one
	for clocks in "0 0" "-3600 0" "86400 0" "86400 7200" "0 7200"; do
		jump $clocks
		feed one 10
		sleep 1.2
		wait_for 30 is_sealed one
	done
	stop one
	verify one 0
	[ "$(grep -ac ' n=' "$dir/one/log/audit.log")" -eq 50 ]
	run ! logged one 'op=seal-unsealed'
}

@test "a full disk: what cannot be sealed is told, and is sealed when there is room again" {
	make_daemon one 2m
	seal one 'disk_full_action = syslog'
	enrol one
	begin one
	feed one 10
	leave one 0
	# Some have room in the last page of their file, and some not.
	wait_for 60 eval 'feed one 1; [[ $(state one seal) == UNSEALED* ]]'
	leave one 1500
	feed one 30
	wait_for 60 is_sealed one
	logged one 'op=seal-unsealed'
	wait_for 30 logged one 'op=seal-sealed'
	verify one 0
	stop one
	verify one 0
}

@test "who reads the log does not notice" {
	local tool oracle words
	seal one 'max_log_file = 1' 'max_log_file_action = rotate'
	enrol one
	begin one
	feed one 300 4000
	tell one USR1
	feed one 30
	stop one
	mkdir "$dir/plain"
	cp -p "$dir/one/log/"audit.log* "$dir/plain"
	oracle=$("$AURUM_TOP/test/oracle") || oracle=
	for tool in "$AURUM_BIN" $oracle; do
		for words in "ausearch --raw" "ausearch -i" "ausearch -m SYSCALL --format csv" "aureport --summary" "aureport -e -i"; do
			for where in "$dir/one/log" "$dir/plain"; do
				TZ=UTC LC_ALL=C LD_LIBRARY_PATH=${oracle:+$oracle/lib} "$tool/"$words -if "$where" </dev/null 2>&1 |
					sed "s|$where|LOG|g" >"$dir/said.$(basename "$where")" || :
			done
			[ -s "$dir/said.log" ]
			diff "$dir/said.log" "$dir/said.plain"
		done
	done
}
