#!/usr/bin/env bats
# Search expressions against Debian's libauparse.

setup() {
	oracle=$("$AURUM_TOP/test/oracle") || skip "Debian's tools cannot be downloaded"
	libraries=$oracle/../root/lib/x86_64-linux-gnu
	log=$BATS_TEST_TMPDIR/log
}

# same LOG SEED COUNT | same LOG EXPRESSION
same() {
	TZ=UTC LC_ALL=C LD_LIBRARY_PATH=$libraries:$oracle/../root/usr/lib/x86_64-linux-gnu \
		"${AURUM_BIN%/bin}/test/expression-same" "$libraries/libauparse.so.0" "$@"
}

@test "random expressions hold for the same events, and spoiled ones are never taken where Debian refuses" {
	# Rows of docs/differences.md: a system call of a SECCOMP record without subj=, ids that are "?".
	cat "$AURUM_TOP"/test/data/linux/*.log "$AURUM_TOP/test/data/interpret/records.log" "$AURUM_TOP/etc/sample/audit.log" |
		grep -avE '^type=SECCOMP|id=\?' >"$log"
	for seed in 1 2 3 4 5; do
		run same "$log" "$seed" 200
		echo "$output"
		[ "$status" -eq 0 ]
		matches=${output##*, }
		[ "${matches% matches}" -gt 1000 ]
	done
}

@test "the examples of the reference's manual hold for the same events" {
	cp "$AURUM_TOP/etc/sample/audit.log" "$log"
	for expression in '(type r= SYSCALL && syscall i= openat && success r= no)' 'type r= "SERVICE_STOP"' '(name r= "") || (name r!= "")' \
		'!((name r= "") || (name r!= ""))' '\timestamp >= ts:1792224003.600' '\record_type == USER_AUTH' '\regexp "acct=\"[a-z]+\""' \
		'auid >= 1000 && auid !== -1' '!uid==0' 'uid i= root||uid i=alice&&type r=PATH'; do
		run same "$log" "$expression"
		echo "$output"
		[ "$status" -eq 0 ]
	done
}

@test "what differs is known" {
	cp "$AURUM_TOP/etc/sample/audit.log" "$log"
	for expression in 'uid == root' 'uid == 0x1' 'uid == 4294967296' '\timestamp == ts:5.1000' '\timestamp_ex > ts:5.1' \
		'\regexp /(a)\\1/' '\regexp /(a{100}){100}/'; do
		run same "$log" "$expression"
		echo "$output"
		[[ $output == *"refused only by ours"* ]]
	done
	run same "$log" '\timestamp > "ts:5.1"'
	[[ $output == *"refused only by theirs"* ]]
	printf '%s\n' 'type=USER_AUTH msg=audit(1700000000.123:457): pid=1 uid=0 auid=? msg=x' >"$log"
	run same "$log" 'auid == 0'
	[[ $output == *"only theirs: event 457"* ]]
}
