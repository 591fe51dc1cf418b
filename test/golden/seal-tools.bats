#!/usr/bin/env bats
# What our library seals, looked at by tools that we did not write: Go's sumdb/tlog and sumdb/note,
# openssl, sha256sum; and by RFC 9162's recursive words in Python. SEAL_LOGS, SEAL_LINES and SEAL_SEED
# say over how many random logs, how long, and which; `make check-seal` takes 10,000.

bats_require_minimum_version 1.5.0

setup_file() {
	export GOPATH=/usr/share/gocode GO111MODULE=off GOCACHE=$BATS_FILE_TMPDIR/go GOFLAGS=-trimpath
	go build -o "$BATS_FILE_TMPDIR/check" "$AURUM_TOP/test/golden/seal_check.go"
	go build -o "$BATS_FILE_TMPDIR/folder" "$AURUM_TOP/test/golden/seal_folder.go"
}

setup() {
	same=$AURUM_BIN/../test/seal-same
	logs=${SEAL_LOGS:-150} length=${SEAL_LINES:-400} seed=${SEAL_SEED:-1}
	make=$AURUM_BIN/../test/seal-make
	cd "$BATS_TEST_TMPDIR"
}

# reader FOLDER: the verifier in Go, which knows docs/format-seal.md and nothing of us.
reader() {
	"$BATS_FILE_TMPDIR/folder" "$1" "$1/vkey"
}

# key_of VKEY FILE: its public key as openssl reads it (RFC 8410: 12 bytes and the key).
key_of() {
	{
		printf '\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00'
		cut -d + -f 3- <<<"$1" | base64 -d | tail -c 32
	} >"$2"
}

# signature_of LINE-NUMBER: what is behind id (and time) on that signature line of the file note.
signature_of() {
	awk -v wanted="$1" '/^$/ { is_behind = 1; next } is_behind && ++n == wanted { print $3 }' note | base64 -d | tail -c 64
}

@test "Go's tlog and note say of random logs' roots, proofs and notes what we say" {
	run bash -o pipefail -c "'$same' random $seed $logs $length | '$BATS_FILE_TMPDIR/check'"
	echo "$output"
	[ "$status" -eq 0 ]
	while read -r what verdict count; do [ "$count" -ge "$logs" ]; done <<<"$output"
	[ "${#lines[@]}" -eq 6 ]
}

@test "RFC 9162's own recursion gives the same roots and proofs" {
	run bash -o pipefail -c "'$same' random $((seed + 1)) $logs $length | python3 '$AURUM_TOP/test/golden/seal_check.py'"
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "$logs logs" ]
}

@test "what Go's tools refuse is told: the check is no rubber stamp" {
	"$same" random 3 1 20 >log
	sed -E '/^inclusion .* good/ { s/ good/ bad/; :a n; ba }' log >turned
	run "$BATS_FILE_TMPDIR/check" <turned
	[ "$status" -eq 1 ]
	[[ $output == "differs: inclusion: ours bad, Go's good: "* ]]
	sed -E 's/^(root [0-9]+ )(.)/\1x\2/' log | tr x 0 >turned
	run "$BATS_FILE_TMPDIR/check" <turned
	[ "$status" -eq 1 ]
	run python3 "$AURUM_TOP/test/golden/seal_check.py" <turned
	[ "$status" -eq 1 ]
}

@test "openssl finds the signatures of host and collector good, and no other" {
	"$same" example >example
	host=$(tail -n 2 example | head -n 1) collector=$(tail -n 1 example)
	head -n -2 example >note
	sed '/^$/,$d' note >text
	key_of "$host" host.der
	signature_of 1 >signature
	openssl pkeyutl -verify -pubin -keyform DER -inkey host.der -rawin -in text -sigfile signature
	{ printf 'cosignature/v1\ntime 1763756401\n'; cat text; } >cosigned
	key_of "$collector" collector.der
	signature_of 2 >cosignature
	openssl pkeyutl -verify -pubin -keyform DER -inkey collector.der -rawin -in cosigned -sigfile cosignature
	sed -i s/^3$/4/ text
	run ! openssl pkeyutl -verify -pubin -keyform DER -inkey host.der -rawin -in text -sigfile signature
}

@test "the example is the same to the byte" {
	diff - <("$same" example) <<-'END'
		audit.example.org/h/4f1c2a
		3
		8EttKUQV1LE3K02zDjI2ILeT4LNTmcQDIKJITnpL+8Q=

		— audit.example.org/h/4f1c2a mi6EjdCcg9V7QJwgr/PESEInZqCsMp5nsPAtcts3ET6BmUSMaj0kWHJTzyS0VJuQ5T2VqHfZOCQKG5KvqjwanXoyawE=
		— collector-1.example.org/w QAfdLQAAAABpIMlx3i52s3MnH+4htzbRCrZTicaSkrxp+MNbU5/SpOq5mds8cMvoJIaPb8gk/HRyVgP9s1RE4g1c6+UBF1cyfLFtBA==
		audit.example.org/h/4f1c2a+9a2e848d+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4
		collector-1.example.org/w+4007dd2d+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X
	END
}

@test "a leaf is what sha256sum says of a zero byte and the line" {
	"$same" random "$seed" 20 40 >logs
	awk '$1 == "line" { line[n++] = $2 } $1 == "log" { n = 0 }
		$1 == "inclusion" && $6 == "good" { print line[$2], $4 }' logs | sort -u | head -n 100 >leaves
	[ "$(wc -l <leaves)" -gt 50 ]
	while read -r bytes leaf; do
		[ -n "$leaf" ] || { leaf=$bytes bytes=; } # an empty line
		[ "$(printf "\\x00$(sed 's/../\\x&/g' <<<"$bytes")" | sha256sum)" = "$leaf  -" ]
	done <leaves
}

@test "openssl follows a chain of keys: each note is signed by the key that a note before it named" {
	awk -v RS= 'NR % 2 { text = $0 } NR % 2 == 0 { n++; print text >("text." n); print $3 >("signature." n); names[n] = text }
		END { print n >"count" }' "$AURUM_TOP/test/corpus/seal-chain/life"
	[ "$(cat count)" -eq 8 ]
	epoch= reserved=
	for ((n = 1; n <= 8; n++)); do
		mapfile -t note <"text.$n"
		signer=$epoch
		[[ ${note[0]} == */start && ${note[8]} != continued ]] && signer=$reserved
		if [ -n "$signer" ]; then # the first is signed by the enrolment's key
			key_of "name+id+$signer" key.der
			base64 -d "signature.$n" | tail -c 64 >signature
			openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in "text.$n" -sigfile signature
		fi
		case ${note[0]} in
		*/start) epoch=${note[6]} reserved=${note[7]} ;;
		*/keys) epoch=${note[5]} ;;
		*/reserve) reserved=${note[5]} ;;
		esac
	done
}

@test "sealed logs of many histories are well for a reader that knows the document only" {
	n=0
	while read -r history; do
		n=$((n + 1))
		"$make" -s "$n" -n 20 -b 80000 "log$n" $history 2>/dev/null
		run reader "log$n"
		echo "$history: $output"
		[ "$status" -eq 0 ]
	done <<-'END'
		start
		start stop
		start lines:1 wait:2
		start lines:200 wait:15 lines:300 rotate lines:20 wait:70 stop
		start lines:10 kill start lines:5 kill start lines:7 stop start stop
		start lines:600 wait:30 crash start lines:70 wait:3 crash start wait:100 stop
		start lines:64 wait:2 rotate lines:256 rotate rotate lines:1 reserve lines:30 torn:40 crash start lines:9 stop
		start lines:3000 wait:12 rotate reserve wait:200 lines:100 stop start lines:2000 stop
	END
}

@test "of a bit that turned anywhere in lines, keys or commits, reader and aurum verify say no" {
	"$make" -s 5 -b 8000 log start lines:50 wait:15 lines:60 rotate lines:20 stop start lines:10 wait:12 lines:5 stop 2>/dev/null
	reader log
	"$AURUM_BIN/aurum" verify log --anchor log/anchor >/dev/null
	RANDOM=${SEAL_SEED:-1}
	for file in audit.log audit.log.1 audit.log.2 integrity/keys integrity/commits; do
		for turn in 1 2 3 4 5 6; do
			rm -rf turned
			cp -a log turned
			at=$(((RANDOM * 32768 + RANDOM) % $(stat -c %s "log/$file")))
			byte=$(od -An -tu1 -j "$at" -N 1 "log/$file")
			printf "\\x$(printf %02x $((byte ^ 1 << RANDOM % 8)))" | dd of="turned/$file" bs=1 seek="$at" conv=notrunc status=none
			run reader turned
			echo "$file, byte $at: $output"
			[ "$status" -eq 1 ]
			run "$AURUM_BIN/aurum" verify turned --anchor turned/anchor
			echo "$output"
			[ "$status" -eq 1 ] || [ "$status" -eq 2 ]
		done
	done
}

@test "what aurum-integrity(7) says to do without us is done" {
	"$make" log start lines:10 wait:2 2>/dev/null
	awk '/^\.EX/ { n++; is_in = 1; next } /^\.EE/ { is_in = 0 } is_in { print >("recipe." n) }' "$AURUM_TOP/docs/aurum-integrity.7"
	sed -i 's/\\-/-/g; s/\\(em/—/g; s/\\e/\\/g' recipe.1 recipe.2
	line=$(sed -n 3p log/audit.log)
	leaf=$(. ./recipe.1)
	[ "${leaf%% *}" = "$(od -An -tx1 -v -j 64 -N 32 log/integrity/level0/00000000 | tr -d ' \n')" ]
	cp log/integrity/checkpoint .
	key=$(sed -n 7p log/integrity/keys)
	run . ./recipe.2
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$output" = "Signature Verified Successfully" ]
	sed -i 2s/1/2/ checkpoint
	run . ./recipe.2
	[ "$status" -ne 0 ]
}
