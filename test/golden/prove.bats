#!/usr/bin/env bats
# aurum prove, verify-proof, explain and export-tiles: Go's sumdb/tlog and sumdb/note say the same; of what
# was changed nothing is proven. --verified: only what was signed is printed, and what was not is told.

bats_require_minimum_version 1.5.0

setup_file() {
	export GOPATH=/usr/share/gocode GO111MODULE=off GOCACHE=$BATS_FILE_TMPDIR/go GOFLAGS=-trimpath
	go build -o "$BATS_FILE_TMPDIR/prove" "$AURUM_TOP/test/golden/seal_prove.go"
}

setup() {
	export TZ=UTC LC_ALL=C
	make=$AURUM_BIN/../test/seal-make
	aurum=$AURUM_BIN/aurum
	go=$BATS_FILE_TMPDIR/prove
	cd "$BATS_TEST_TMPDIR"
}

# life [OPTION...]: a log with rotated and compressed files.
life() {
	"$make" -s 3 -n 20 -b 80000 "$@" log start lines:1000 wait:15 lines:300 rotate lines:20 wait:30 pack:3 lines:7 wait:2 stop 2>/dev/null
}

# pruned [OPTION...]: one of which policy removed the oldest files.
pruned() {
	"$make" -s 4 -n 3 -b 40000 "$@" log start lines:900 wait:15 lines:300 wait:70 lines:10 wait:2 stop 2>/dev/null
}

# lines_of: all lines of the log in their order, plain.
lines_of() {
	for file in log/audit.log-*.zst; do [ -f "$file" ] && zstd -dcq "$file"; done
	ls log/audit.log log/audit.log.[0-9]* 2>/dev/null | sort -t . -k 3 -rn | awk '$0 != "log/audit.log"' | xargs -r cat
	cat log/audit.log
}

# signer PROOF: the vkey that our verifier found to have signed it.
signer() {
	"$aurum" verify-proof "$1" --key log/vkey --keys log/integrity/keys | sed -n 's/^  signed by //p'
}

@test "Go's tlog takes proofs of lines at all kinds of places, and they stand alone" {
	life
	for index in 0 1 255 256 257 700 1023 1024 1300 1319; do
		"$aurum" prove inclusion --line "$index" log >proof
		key=$(signer proof)
		run "$go" inclusion proof "$key"
		echo "$index: $output"
		[ "$status" -eq 0 ]
		[[ $output == "$index of "* ]]
		"$aurum" verify-proof proof --key "$key"
	done
}

@test "where hashes of lines are not kept the same proofs come out of the text" {
	life
	for index in 3 300 1319; do "$aurum" prove inclusion --line "$index" log >"proof.$index"; done
	"$aurum" prove consistency --old 100 log >with
	rm -r log/integrity/level0
	for index in 3 300 1319; do "$aurum" prove inclusion --line "$index" log | diff "proof.$index" -; done
	"$aurum" prove consistency --old 100 log | diff with -
	rm -r log/integrity/level1
	for index in 3 300 1319; do "$aurum" prove inclusion --line "$index" log | diff "proof.$index" -; done
	head -c 100 /dev/zero | dd of=log/integrity/level1/00000000 conv=notrunc status=none 2>/dev/null || true
	"$aurum" prove inclusion --line 3 log | diff proof.3 -
}

@test "each line of an event is proven, and the proof has the line" {
	life
	"$aurum" prove inclusion --event 1700000007.000:234 -o proofs log >files
	[ "$(wc -l <files)" -gt 1 ]
	while read -r file; do
		index=${file#proofs/} index=${index%.proof}
		sed -n 's/^extra //p' "$file" | base64 -d >line
		grep -q 'audit(1700000007.000:234)' line
		[ "$(lines_of | sed -n "$((index + 1))p")" = "$(cat line)" ]
		run "$aurum" verify-proof "$file" --key log/vkey --keys log/integrity/keys
		echo "$output"
		[ "$status" -eq 0 ]
		[[ $output == *"as event 234"* ]]
	done <files
	run -2 "$aurum" prove inclusion --event 1700000007.000:999999 log
	run -3 "$aurum" prove inclusion --event 1700000007.000:234 log
}

@test "a proof that was changed anywhere does not hold" {
	life
	"$aurum" prove inclusion --line 700 log >proof
	size=$(stat -c %s proof)
	for ((at = 0; at < size; at += 41)); do
		cp proof turned
		byte=$(od -An -tu1 -j "$at" -N 1 proof)
		printf "\\x$(printf %02x $((byte ^ 1)))" | dd of=turned bs=1 seek="$at" conv=notrunc status=none
		run "$aurum" verify-proof turned --key log/vkey --keys log/integrity/keys
		echo "byte $at: $status, $output"
		[ "$status" -eq 1 ] || [ "$status" -eq 2 ]
		[[ $output != *holds:* ]]
	done
	run -1 "$aurum" verify-proof proof --key log/vkey --keys log/integrity/keys --line "$(lines_of | sed -n 700p)"
	run -0 "$aurum" verify-proof proof --key log/vkey --keys log/integrity/keys --line "$(lines_of | sed -n 701p)"
	run -2 "$aurum" verify-proof proof
	run -1 "$aurum" verify-proof proof --key log/vkey
	run -3 "$aurum" verify-proof nowhere --key log/vkey
	run -3 "$aurum" verify-proof
}

@test "a key signs for its own time only: another chain's, or an earlier epoch's, is refused" {
	life
	"$aurum" prove inclusion --line 700 log >proof
	"$make" -s 9 other start lines:30 stop 2>/dev/null
	run -2 "$aurum" verify-proof proof --key other/vkey --keys other/integrity/keys
	[[ $output == *"as far as the chain goes"* ]]
	run -1 "$aurum" verify-proof proof --key log/vkey --keys other/integrity/keys
	head -c 1500 log/integrity/keys >cut
	run ! "$aurum" verify-proof proof --key log/vkey --keys cut
}

@test "Go's tlog takes proofs that the log goes on from where it was" {
	life
	sizes=$(od -An -v -tu1 -w192 log/integrity/commits | awk '$7 == 1 { print $15 * 256 + $16 }' | sort -nu)
	[ "$(wc -w <<<"$sizes")" -gt 5 ]
	last=$(tail -n 1 <<<"$sizes")
	for old in $sizes; do
		"$aurum" prove consistency --old "$old" --new "$last" log >proof
		"$aurum" verify-proof proof --key log/vkey --keys log/integrity/keys >told
		mapfile -t keys < <(sed -n 's/^  signed by //p' told)
		run "$go" consistency proof "${keys[@]}"
		echo "$output"
		[ "$status" -eq 0 ]
		[ "$output" = "$old in $last" ]
	done
	sed -i 's/^new .*/new 7/' proof
	run -1 "$aurum" verify-proof proof --key log/vkey --keys log/integrity/keys
	run -2 "$aurum" prove consistency --old 101 log
}

@test "of a line that was changed, and of signed lines that are gone, nothing is proven" {
	life
	sed -i '5s/audit/Audit/' log/audit.log.1
	index=$("$aurum" explain 900 log --json | sed -E 's/.*"file_line":([0-9]+).*/\1/')
	first=$((900 - index + 1))
	run -1 "$aurum" prove inclusion --line $((first + 4)) log
	[[ $output == *"is not the one that was signed"* ]]
	run -1 "$aurum" explain $((first + 4)) log
	run -0 "$aurum" prove inclusion --line $((first + 5)) log
	run -1 "$aurum" export-tiles out log
	[ ! -e out/checkpoint ]
	rm log/audit.log.1
	run -1 "$aurum" prove inclusion --line $((first + 4)) log
	run -1 "$aurum" export-tiles out log
	sed -i '2s/./7/' log/integrity/keys
	run -1 "$aurum" prove inclusion --line 3 log
}

@test "lines that policy removed are told apart from lines that are missing" {
	pruned
	"$aurum" explain 3 log >told
	cat told
	grep -q "removed by policy, as a note signed on" told
	run -2 "$aurum" prove inclusion --line 3 log
	[[ $output == *"removed by policy"* ]]
	run -2 "$aurum" prove inclusion --line 99999 log
	last=$("$aurum" explain 3 log --json | sed -E 's/.*"signed":([0-9]+).*/\1/')
	for index in $((last - 1)) $((last - 9)) $((last - 100)); do
		"$aurum" prove inclusion --line "$index" log >proof
		"$go" inclusion proof "$(signer proof)"
	done
	rm -r log/integrity/level0
	"$aurum" prove inclusion --line $((last - 100)) log >proof
	"$go" inclusion proof "$(signer proof)"
}

@test "explain says where a line is, what covered it and whose key signed" {
	life
	for index in 0 700 1319; do
		"$aurum" explain "$index" log --json --key log/vkey >json
		python3 - "$index" <<-'END' >line
			import json, sys
			k = json.load(open("json"))
			assert k["line"] == int(sys.argv[1]) and k["kept"] and k["key"] == "given", k
			assert k["checkpoint"]["size"] > k["line"], k
			assert k["checkpoint"]["key_from"] <= k["checkpoint"]["time"] <= k["checkpoint"]["key_to"], k
			if not k["file"].endswith(".zst"):
			    f = open(k["file"]); f.seek(k["offset"])
			    assert f.readline() == k["text"] + "\n", k
			print(k["text"])
		END
		[ "$(lines_of | sed -n "$((index + 1))p")" = "$(cat line)" ]
	done
	"$aurum" explain 700 log | grep -q "signed by the key of epoch"
	run -2 "$aurum" explain 5000 log
	run -3 "$aurum" explain log
	run -3 "$aurum" explain 3 nowhere
}

@test "Go's tile reader takes the exported tiles, with each line in its bundle" {
	life
	"$aurum" export-tiles out log
	key=$(signer <("$aurum" prove inclusion --line 3 log))
	run "$go" tiles out "$key" 0
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ ^([0-9]+)\ lines\ of\ ([0-9]+)$ ]]
	[ "${BASH_REMATCH[1]}" = "${BASH_REMATCH[2]}" ]
	cp -a out again
	"$aurum" export-tiles out log
	diff -r out again
	rm -r log/integrity/level0 log/integrity/level1
	"$aurum" export-tiles fresh log
	diff -r out fresh
}

@test "of a pruned log tiles begin with the first whole block that is kept" {
	pruned
	"$aurum" export-tiles out log >told
	cat told
	first=$(sed -E 's/.*lines ([0-9]+) to.*/\1/' told)
	[ $((first % 256)) -eq 0 ]
	key=$(signer <("$aurum" prove inclusion --line "$first" log))
	run "$go" tiles out "$key" "$first"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "without a seal nothing is proven" {
	mkdir log
	echo 'type=X msg=audit(1700000000.000:1): a=b' >log/audit.log
	run -2 "$aurum" prove inclusion --line 0 log
	run -2 "$aurum" explain 0 log
	run -2 "$aurum" export-tiles out log
	run -3 "$aurum" prove inclusion log
	run -3 "$aurum" prove consistency log
	run -3 "$aurum" prove nothing log
}

# ---- --verified ----

# same WHAT...: ausearch prints the same with --verified and without, in several formats.
same() {
	local format
	for format in default raw interpret csv json text; do
		run -0 --separate-stderr "$AURUM_BIN/ausearch" --input log "$@" --format "$format"
		plain=$output
		run -0 --separate-stderr "$AURUM_BIN/ausearch" --input log "$@" --format "$format" --verified --seal-key log/vkey
		echo "$format: $stderr"
		[ "$output" = "$plain" ]
		[[ $stderr == *"events held back: 0"* ]]
	done
}

@test "--verified prints what is signed: all of an untouched log, in every format" {
	life
	same -m PATH
	same -a 234
	same -ts 11/14/23 22:13:22 -te 11/14/23 22:13:27
	run -0 --separate-stderr "$aurum" search --log log --verified --seal-key log/vkey --count 'type = PATH'
	count=$output
	[ "$count" = "$("$aurum" search --log log --count 'type = PATH')" ]
	[ "$("$aurum" search --log log --verified --seal-key log/vkey 'type = PATH' | md5sum)" = "$("$aurum" search --log log 'type = PATH' | md5sum)" ]
	[ "$("$aurum" report --log log --verified --seal-key log/vkey 2>/dev/null)" = "$("$aurum" report --log log)" ]
	rm -r log/integrity/level0
	same -m PATH
	rm -r log/integrity/level1
	same -m PATH
}

@test "--verified works with an index, and counts lines that were read" {
	life
	"$aurum" index build log >/dev/null 2>&1 || true
	same -m PATH
	same -a 234
	line=$(grep -n 'type=PATH' log/audit.log.1 | sed -n '5s/:.*//p')
	sed -i "${line}s/name=/Name=/" log/audit.log.1
	plain=$("$aurum" search --log log --count 'type = PATH')
	run -0 --separate-stderr "$aurum" search --log log --verified --seal-key log/vkey --count 'type = PATH'
	[ "$output" -eq $((plain - 1)) ]
	[[ $stderr == *"not all of their lines are proven: 1"* ]]
}

@test "--verified holds an event back when one byte of one of its lines is not the signed one" {
	life
	for kept in yes no; do
		[ $kept = yes ] || rm -r log/integrity/level0
		cp -a log was
		line=$(grep -n 'type=PATH' log/audit.log.1 | sed -n '5s/:.*//p')
		event=$(sed -nE "${line}s/.*audit\([0-9.]+:([0-9]+)\).*/\1/p" log/audit.log.1)
		sed -i "${line}s/name=/Name=/" log/audit.log.1
		[[ $("$AURUM_BIN/ausearch" --input log -a "$event" -r 2>/dev/null) == *Name=* ]]
		run --separate-stderr "$AURUM_BIN/ausearch" --input log -a "$event" -r --verified --seal-key log/vkey
		[[ $output != *Name=* ]]
		[[ $stderr =~ "not all of their lines are proven: "[1-9] ]]
		[ $kept = no ] || [[ $stderr == *"proven: 1"*"lines that are not the ones that were signed"* ]]
		run -0 --separate-stderr "$AURUM_BIN/ausearch" --input log -a 1 -r --verified --seal-key log/vkey
		[ "$output" = "$("$AURUM_BIN/ausearch" --input was -a 1 -r 2>/dev/null)" ]
		rm -r log && mv was log
	done
}

@test "--verified holds back what somebody wrote into the log, and says when that was" {
	life
	echo 'type=USER_CMD msg=audit(1700000007.500:777777): pid=1 uid=0 auid=0 ses=1 msg='"'"'cmd="id" res=success'"'" >>log/audit.log
	echo 'type=USER_CMD msg=audit(1600000007.500:777778): pid=1 uid=0 auid=0 ses=1 msg='"'"'cmd="id" res=success'"'" >>log/audit.log
	echo 'type=USER_CMD msg=audit(1800000007.500:777779): pid=1 uid=0 auid=0 ses=1 msg='"'"'cmd="id" res=success'"'" >>log/audit.log
	run -1 --separate-stderr "$AURUM_BIN/ausearch" --input log -m USER_CMD --verified --seal-key log/vkey
	echo "$stderr"
	[ -z "$output" ]
	[[ $stderr == *"proven: 3"*"1 of them are older than the seal"*"1 of them are newer"*"1 of them have lines"* ]]
}

@test "--verified without evidence prints nothing, and says why" {
	life
	verified=("$AURUM_BIN/ausearch" --input log -m PATH --verified)
	run -2 --separate-stderr "${verified[@]}"
	[ -z "$output" ]
	[[ $stderr == *"--seal-key"* ]]
	"$make" -s 9 other start lines:30 stop 2>/dev/null
	run -2 --separate-stderr "${verified[@]}" --seal-key other/vkey
	[ -z "$output" ]
	run -2 --separate-stderr "${verified[@]}" --seal-key nowhere
	[ -z "$output" ]
	cp -a log/integrity kept
	sed -i '20s/./7/' log/integrity/keys
	run -2 --separate-stderr "${verified[@]}" --seal-key log/vkey
	[ -z "$output" ]
	[[ $stderr == *"was changed"* ]]
	rm -r log/integrity
	run -2 --separate-stderr "${verified[@]}" --seal-key log/vkey
	[ -z "$output" ]
	[[ $stderr == *"nothing can be verified: there is no integrity/"* ]]
	run -2 --separate-stderr "$aurum" search --log log --verified --seal-key log/vkey 'type = PATH'
	[ -z "$output" ]
	run -2 --separate-stderr "$aurum" search --log - --verified --seal-key log/vkey 'type = PATH' <log/audit.log
	[ -z "$output" ]
	run -1 "$AURUM_BIN/ausearch" --input log -m PATH --seal-key log/vkey
}

@test "--verified takes hashes of lines for nothing that the signed root does not prove" {
	life
	line=$(grep -n 'type=PATH' log/audit.log.1 | sed -n '5s/:.*//p')
	event=$(sed -nE "${line}s/.*audit\([0-9.]+:([0-9]+)\).*/\1/p" log/audit.log.1)
	sed -i "${line}s/name=/Name=/" log/audit.log.1
	index=$(lines_of | grep -n "^$(sed -n "${line}p" log/audit.log.1 | sed 's/[][*.]/\\&/g')\$" | sed 's/:.*//')
	{ printf '\0'; sed -n "${line}p" log/audit.log.1 | tr -d '\n'; } | sha256sum | cut -c 1-64 | xxd -r -p |
		dd of=log/integrity/level0/00000000 bs=32 seek=$((index - 1)) conv=notrunc status=none
	run --separate-stderr "$AURUM_BIN/ausearch" --input log -a "$event" -r --verified --seal-key log/vkey
	[[ $output != *Name=* ]]
	[[ $stderr =~ "not all of their lines are proven: "[1-9] ]]
	run -1 "$aurum" prove inclusion --line $((index - 1)) log
}

@test "letters of options are not verbs: aurum -v is its version" {
	run -0 "$aurum" -v
	[[ $output == "aurum version "* ]]
	run -0 "$aurum" -h
	[[ $output == *"verify-proof"*"export-tiles"* ]]
}

@test "--verified takes the host's anchor for the host's own log, and for no other" {
	life
	mkdir -p etc state/seal
	printf 'log_file = %s/log/audit.log\nstate_dir = %s/state\n' "$PWD" "$PWD" >etc/auditd.conf
	verified=("$AURUM_BIN/ausearch" --input-logs --config-dir etc -m PATH -r --verified)
	run -2 --separate-stderr "${verified[@]}"
	[ -z "$output" ]
	cp log/anchor state/seal/anchor
	run -0 --separate-stderr "${verified[@]}"
	[ "$output" = "$("$AURUM_BIN/ausearch" --input-logs --config-dir etc -m PATH -r)" ]
	[ "$("$aurum" search --config-dir etc -f raw --verified 'type = PATH' 2>/dev/null)" = "$output" ]
	"$aurum" explain 3 --config-dir etc | grep -q "by the key in the host's anchor"
	"$make" -s 9 other start lines:30 stop 2>/dev/null
	run -2 --separate-stderr "$AURUM_BIN/ausearch" --input other --config-dir etc -m PATH --verified
	[ -z "$output" ]
	# A chain that is older than what the host remembers.
	cp other/anchor state/seal/anchor
	run -2 --separate-stderr "${verified[@]}"
	[ -z "$output" ]
}

@test "--verified takes a rotated file alone, and is not for checkpoints of searches" {
	life
	run -0 --separate-stderr "$AURUM_BIN/ausearch" --input log/audit.log.1 -m PATH -r --verified --seal-key log/vkey
	[ "$output" = "$("$AURUM_BIN/ausearch" --input log/audit.log.1 -m PATH -r)" ]
	run -1 "$AURUM_BIN/ausearch" --input log -m PATH --verified --seal-key log/vkey --checkpoint point
	[[ $output == *"cannot go together"* ]]
	[ ! -e point ]
}

@test "--verified looks everywhere for what the clocks of commits do not lead to" {
	life
	# Records say other times than they were written at: as if the clock had jumped between.
	python3 - <<-'END'
		import struct
		path = "log/integrity/commits"
		data = bytearray(open(path, "rb").read())
		table = []
		for n in range(256):
		    for _ in range(8): n = n >> 1 ^ (0x82f63b78 if n & 1 else 0)
		    table.append(n)
		for at in range(0, len(data), 192):
		    struct.pack_into(">Q", data, at + 64, 5)
		    crc = 0xffffffff
		    for byte in data[at:at + 188]: crc = crc >> 8 ^ table[(crc ^ byte) & 255]
		    struct.pack_into(">I", data, at + 188, crc ^ 0xffffffff)
		open(path, "wb").write(data)
	END
	same -a 234
	same -ts 11/14/23 22:13:22 -te 11/14/23 22:13:27
}

@test "whatever is changed, --verified shows no line that was not signed, and proofs that are made hold" {
	"$make" -s 11 -n 20 -b 20000 log start lines:400 wait:15 lines:100 rotate lines:20 wait:2 stop 2>/dev/null
	run python3 "$AURUM_TOP/test/golden/verified_random.py" "$AURUM_BIN" log "${SEAL_SEED:-1}" "${SEAL_TRIALS:-30}"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" -gt 5 ]
}
