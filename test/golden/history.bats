#!/usr/bin/env bats
# A log is one log, whatever became of its rotated files: compressed or not, with an index, without
# one, or with a bad one, every search and report says the same, on both outputs.

bats_require_minimum_version 1.5.0

setup_file() {
	export LC_ALL=C TZ=UTC
	LOGS=$BATS_FILE_TMPDIR
	HISTORY=$AURUM_BIN/../test/history
	export LOGS HISTORY
	local name
	"$AURUM_BIN/../bench/genlog" -s 1 -S 31 -I 30 >"$LOGS/orderly.text" 2>/dev/null
	for name in rhel6 rhel7 ubuntu14 ubuntu17; do # some lack their last newline
		cat "$AURUM_TOP/test/data/linux/audit-$name.log"
		echo
		echo "this is no record"
	done >"$LOGS/disorderly.text"
	for name in orderly disorderly; do
		make_sets "$name"
		answers "$name" plain
	done
}

# cut FILE FOLDER: audit.log.7 ... audit.log of its lines.
cut_log() {
	local lines number=7
	mkdir -p "$2"
	lines=$(($(wc -l <"$1") / 8 + 1))
	split -l "$lines" -d -a 1 "$1" "$2/part"
	for ((number = 7; number > 0; number--)); do mv "$2/part$((7 - number))" "$2/audit.log.$number"; done
	mv "$2/part7" "$2/audit.log"
}

# pack FOLDER FROM TO: compresses audit.log.FROM down to audit.log.TO.
pack() {
	local number
	for ((number = $2; number >= $3; number--)); do "$HISTORY" pack "$1/audit.log" "$number" 3000; done
}

# change FILE OFFSET: flips bits of the byte there.
change() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\x$(printf %02x $((byte ^ 21)))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}

# make_sets NAME: folders with the same log in every shape.
make_sets() {
	local top=$LOGS/$1 file count=0 set
	cut_log "$top.text" "$top/plain"
	for set in packed mixed indexed packed-indexed bad-index streams; do cp -a "$top/plain" "$top/$set"; done
	pack "$top/packed" 7 1
	pack "$top/mixed" 7 4
	"$HISTORY" index "$top/mixed/audit.log"
	rm "$(find "$top/mixed/index" -name '*.idx' | sort | head -n 1)"
	"$HISTORY" index "$top/indexed/audit.log"
	pack "$top/packed-indexed" 7 1
	"$HISTORY" index "$top/packed-indexed/audit.log"
	pack "$top/bad-index" 7 3
	"$HISTORY" index "$top/bad-index/audit.log"
	for file in "$top/bad-index/index"/*; do
		count=$((count + 1))
		case $((count % 5)) in
		0) : >"$file" ;;
		1) truncate -s -1000 "$file" ;;
		2) change "$file" 9 ;;
		3) change "$file" $(($(stat -c %s "$file") / 2)) ;;
		4) cp "$(find "$top/indexed/index" -name '*.idx' | sort | head -n 1)" "$file" ;;
		esac
	done
	[ "$count" -eq 7 ]
	pack "$top/streams" 7 1
	change "$top/streams/audit.log-00000002.zst" $(($(stat -c %s "$top/streams/audit.log-00000002.zst") - 200))
	change "$top/streams/audit.log-00000004.zst" $(($(stat -c %s "$top/streams/audit.log-00000004.zst") - 20))
	zstd -q -f -19 "$top/plain/audit.log.3" -o "$top/streams/audit.log-00000005.zst"
}

# row_words LINE: ${words[@]}; false when it is none.
row_words() {
	case $1 in '' | '#'*) return 1 ;; esac
	read -ra words <<<"$1"
	words=("${words[@]//%20/ }")
}

# ask FOLDER PROGRAM OPTION...: what it says on both outputs and how it ends, without the names of files.
ask() {
	local folder=$1 program=$2 status=0 out=$BATS_TEST_TMPDIR
	[ -d "$out" ] || out=$LOGS
	shift 2
	"$AURUM_BIN/$program" "$@" -if "$folder" >"$out/said" 2>"$out/told" </dev/null || status=$?
	sed -E 's#/[^ ]*/audit\.log[^ ]*#LOG#' "$out/said"
	echo "== $status"
	sed '/^NOTE - using logs in/d' "$out/told"
}

# answers NAME SET: a file of answers for every row of the two tools' tables.
answers() {
	local program line words row step
	mkdir -p "$LOGS/answers/$1/$2"
	for program in ausearch aureport; do
		row=0
		step=1
		[ "$program" = ausearch ] || step=2 # reports differ in how they count, not in how they read
		while IFS= read -r line; do
			row_words "$line" || continue
			row=$((row + 1))
			[ $((row % step)) -eq 0 ] || continue
			ask "$LOGS/$1/$2" "$program" "${words[@]}" >"$LOGS/answers/$1/$2/$program.$row"
			echo "${words[*]}" >"$LOGS/answers/$program.$row.row"
		done <"$AURUM_TOP/test/data/$program-options.txt"
	done
}

# same NAME SET: every answer is that of the plain log.
same() {
	local file bad=0 count=0
	answers "$1" "$2"
	for file in "$LOGS/answers/$1/plain"/*; do
		count=$((count + 1))
		cmp -s "$file" "$LOGS/answers/$1/$2/${file##*/}" && continue
		bad=$((bad + 1))
		echo "${file##*/}: $(cat "$LOGS/answers/${file##*/}.row")"
		diff -a "$file" "$LOGS/answers/$1/$2/${file##*/}" | head -n 5
	done
	echo "$count answers, $bad differ"
	[ "$count" -ge 300 ] && [ "$bad" -eq 0 ]
}

@test "the answers to compare with are many, and not all the same" {
	[ "$(cat "$LOGS/answers/orderly/plain"/* | wc -c)" -gt 1000000 ]
	[ "$(md5sum "$LOGS/answers/orderly/plain"/* | cut -d ' ' -f 1 | sort -u | wc -l)" -gt 150 ]
	run ! grep -rE 'Sanitizer|runtime error' "$LOGS/answers"
}

@test "an orderly log says the same compressed" { same orderly packed; }
@test "an orderly log says the same partly compressed, partly with indexes" { same orderly mixed; }
@test "an orderly log says the same with indexes" { same orderly indexed; }
@test "an orderly log says the same compressed and with indexes" { same orderly packed-indexed; }
@test "an orderly log says the same with damaged, cut, empty and foreign indexes" { same orderly bad-index; }
@test "an orderly log says the same when segments have lost their tables" { same orderly streams; }
@test "a log whose times go back says the same compressed" { same disorderly packed; }
@test "a log whose times go back says the same with indexes" { same disorderly indexed; }
@test "a log whose times go back says the same compressed and with indexes" { same disorderly packed-indexed; }

@test "a text that no index knows is looked for in frames, and is found in the same events" {
	local top=$LOGS/orderly serial text
	serial=$(sed -n '4000s/.*:\([0-9]*\)).*/\1/p' "$top.text")
	for text in "\":$serial)\"" '"no such text"' '"type=EOE" and "audit("' '"exe="' "\":$serial)\" and uid = 0"; do
		"$AURUM_BIN/aurum" search --format raw --log "$top/packed-indexed" --explain "$text" >"$BATS_TEST_TMPDIR/found" 2>"$BATS_TEST_TMPDIR/told" || true
		"$AURUM_BIN/aurum" search --format raw --log "$top/plain" --no-index "$text" >"$BATS_TEST_TMPDIR/plain" || true
		cmp "$BATS_TEST_TMPDIR/found" "$BATS_TEST_TMPDIR/plain"
		[[ $text != *no* ]] || grep -q 'looked through: 0 of [0-9]* frames have the text' "$BATS_TEST_TMPDIR/told"
		[[ $text != *exe* ]] || run ! grep -q 'looked through' "$BATS_TEST_TMPDIR/told"
		[ "$("$AURUM_BIN/aurum" search --count --log "$top/packed-indexed" "$text")" = "$("$AURUM_BIN/aurum" search --count --log "$top/plain" --no-index "$text")" ]
	done
}

@test "zstdcat gives the files back, byte by byte" {
	local top=$LOGS/orderly
	{
		zstdcat "$top/packed"/audit.log-*.zst
		cat "$top/packed/audit.log"
	} | cmp - "$top.text"
	zstd -q -t "$top/packed"/audit.log-*.zst
}

@test "any compressed file can be named: a segment, one that zstd made, one that was cut off" {
	local top=$LOGS/orderly file=$BATS_TEST_TMPDIR/some line words
	cp "$top/plain/audit.log.5" "$file"
	zstd -q "$file" -o "$file.foreign"
	truncate -s -30 "$file.foreign"
	zstd -q -f "$file" -o "$file.zst"
	cp "$top/packed/audit.log-00000003.zst" "$file.segment"
	for line in -r "-i -k exec" "--format csv" "-m EXECVE -r" "-k nosuch"; do
		read -ra words <<<"$line"
		ask "$file" ausearch "${words[@]}" >"$BATS_TEST_TMPDIR/plain"
		ask "$file.zst" ausearch "${words[@]}" | cmp - "$BATS_TEST_TMPDIR/plain"
		ask "$file.segment" ausearch "${words[@]}" | cmp - "$BATS_TEST_TMPDIR/plain"
	done
	"$AURUM_BIN/aulast" -f "$file" >"$BATS_TEST_TMPDIR/plain"
	"$AURUM_BIN/aulast" -f "$file.segment" | cmp - "$BATS_TEST_TMPDIR/plain"
	"$AURUM_BIN/aulast" -f "$file.zst" | cmp - "$BATS_TEST_TMPDIR/plain"
	run -1 --separate-stderr "$AURUM_BIN/ausearch" -r -if "$file.foreign"
	[[ $stderr == *"some.foreign: "*damaged* ]]
}

@test "aulast and aulastlog read compressed files of the log before plain ones" {
	[ "$(id -u)" -eq 0 ] && unshare -m true || skip "needs a mount namespace"
	local program
	there() {
		unshare -m sh -c 'mount -t tmpfs none /var/log && mkdir /var/log/audit && cp -r "$0"/* /var/log/audit && exec "$1"' "$1" "$2"
	}
	for program in aulast aulastlog; do
		there "$LOGS/disorderly/plain" "$AURUM_BIN/$program" >"$BATS_TEST_TMPDIR/plain"
		[ -s "$BATS_TEST_TMPDIR/plain" ]
		there "$LOGS/disorderly/packed-indexed" "$AURUM_BIN/$program" | cmp - "$BATS_TEST_TMPDIR/plain"
	done
}

@test "a file that is there compressed and plain is read once" {
	local folder=$BATS_TEST_TMPDIR/both
	cp -a "$LOGS/orderly/plain" "$folder"
	pack "$folder" 7 5
	"$HISTORY" keep "$folder/audit.log" 4 3000
	[ -e "$folder/audit.log.4" ] && [ -e "$folder/audit.log-00000004.zst" ]
	ask "$folder" ausearch -r >"$BATS_TEST_TMPDIR/once"
	ask "$LOGS/orderly/plain" ausearch -r | cmp - "$BATS_TEST_TMPDIR/once"
}

@test "more files than a program may have open at first are read" {
	ask "$LOGS/orderly/plain" ausearch -r >"$BATS_TEST_TMPDIR/plain"
	(
		ulimit -S -n 8
		ask "$LOGS/orderly/packed" ausearch -r >"$BATS_TEST_TMPDIR/packed"
	)
	cmp "$BATS_TEST_TMPDIR/plain" "$BATS_TEST_TMPDIR/packed"
}

# rotate FOLDER: audit.log.2 to .3, .1 to .2, audit.log to .1.
rotate() {
	local number
	for ((number = 7; number > 0; number--)); do
		[ ! -e "$1/audit.log.$number" ] || mv "$1/audit.log.$number" "$1/audit.log.$((number + 1))"
	done
	mv "$1/audit.log" "$1/audit.log.1"
}

@test "a checkpoint goes on from a file that was compressed since" {
	local folder part kind
	for kind in plain packed; do
		folder=$BATS_TEST_TMPDIR/$kind
		mkdir "$folder"
		for part in 7 6 5 4 3; do
			cat "$LOGS/orderly/plain/audit.log.$part" >>"$folder/audit.log"
			"$AURUM_BIN/ausearch" -r --checkpoint "$folder.point" -if "$folder" 2>/dev/null >>"$folder.out" || echo "$?" >>"$folder.out"
			rotate "$folder"
			[ "$kind" = plain ] || "$HISTORY" pack "$folder/audit.log" 1 3000
		done
	done
	[ "$(wc -l <"$BATS_TEST_TMPDIR/plain.out")" -gt 1000 ]
	cmp "$BATS_TEST_TMPDIR/plain.out" "$BATS_TEST_TMPDIR/packed.out"
}

@test "damage in a segment is told with file and frame, and everything else is found" {
	local folder=$BATS_TEST_TMPDIR/damaged file words
	cp -a "$LOGS/orderly/packed" "$folder"
	file=$folder/audit.log-00000003.zst
	change "$file" $(($(stat -c %s "$file") / 2))
	for words in "-r" "-i"; do
		run --separate-stderr "$AURUM_BIN/ausearch" "$words" -if "$folder"
		[ "$status" -eq 1 ]
		[[ $stderr == *"cannot read $file: frame "*" of "*", bytes "*" of the text: "* ]]
	done
	"$AURUM_BIN/ausearch" -r -if "$folder" 2>/dev/null >"$BATS_TEST_TMPDIR/found" || true
	"$AURUM_BIN/ausearch" -r -if "$LOGS/orderly/packed" 2>/dev/null >"$BATS_TEST_TMPDIR/all"
	# What is missing is at most a frame of lines, in one place.
	diff "$BATS_TEST_TMPDIR/all" "$BATS_TEST_TMPDIR/found" | grep -c '^>' | grep -qx 0
	[ $(($(wc -c <"$BATS_TEST_TMPDIR/all") - $(wc -c <"$BATS_TEST_TMPDIR/found"))) -lt 10000 ]
	[ "$(wc -c <"$BATS_TEST_TMPDIR/all")" -gt "$(wc -c <"$BATS_TEST_TMPDIR/found")" ]
	run --separate-stderr "$AURUM_BIN/aureport" --summary -if "$folder"
	[ "$status" -eq 1 ]
	[[ $stderr == *"cannot read $file: frame "* ]]
}

@test "of a segment without tables the damaged part is left out, and told" {
	local folder=$BATS_TEST_TMPDIR/damaged file
	cp -a "$LOGS/orderly/packed" "$folder"
	file=$folder/audit.log-00000003.zst
	change "$file" $(($(stat -c %s "$file") / 2))
	truncate -s -20 "$file"
	run --separate-stderr "$AURUM_BIN/ausearch" -r -if "$folder"
	[ "$status" -eq 1 ]
	[[ $stderr == *"cannot read $file: the frame at byte "*" is damaged: "* ]]
	"$AURUM_BIN/ausearch" -r -if "$folder" 2>/dev/null >"$BATS_TEST_TMPDIR/found" || true
	"$AURUM_BIN/ausearch" -r -if "$LOGS/orderly/packed" 2>/dev/null >"$BATS_TEST_TMPDIR/all"
	diff "$BATS_TEST_TMPDIR/all" "$BATS_TEST_TMPDIR/found" | grep -c '^>' | grep -qx 0
	[ $(($(wc -c <"$BATS_TEST_TMPDIR/all") - $(wc -c <"$BATS_TEST_TMPDIR/found"))) -lt 10000 ]
}
