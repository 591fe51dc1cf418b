#!/usr/bin/env bats
# aurum index: made, proven and measured, over logs that are written here.

setup() {
	export TZ=UTC LC_ALL=C
	aurum=$AURUM_BIN/aurum
	folder=$BATS_TEST_TMPDIR/log
	mkdir "$folder"
	records 1 3000 >"$folder/audit.log.2"
	records 3001 6000 >"$folder/audit.log.1"
	records 6001 6100 >"$folder/audit.log"
	index() { "$aurum" index "$@"; }
}

# records FROM TO: an event each; the serial 777 and its thousands have the key needle.
records() {
	awk -v from="$1" -v to="$2" 'BEGIN { for (i = from; i <= to; i++)
		printf "type=SYSCALL msg=audit(%d.%03d:%d): arch=c000003e syscall=%d success=yes exit=0 pid=%d inode=%d auid=1000 uid=%d comm=\"c%d\" key=\"%s\"\n",
			1700000000 + int(i / 10), i % 10 * 100, i, i % 7, 300 + i, i, i % 5, i % 11, i % 1000 == 777 ? "needle" : "hay" }'
}

files() { find "$folder/index" -type f | wc -l; }

@test "build makes an index of each rotated file, and none of the one that is written to" {
	run index build "$folder"
	[ "$status" -eq 0 ]
	[ "$output" = "2 made, 0 were there" ]
	[ "$(files)" -eq 2 ]
	run index build "$folder"
	[ "$output" = "0 made, 2 were there" ]
	run index check "$folder"
	[ "$status" -eq 0 ]
	[ "$output" = "$folder/audit.log.2: true
$folder/audit.log.1: true" ]
}

@test "an index is read by those who can read its log" {
	chmod 600 "$folder/audit.log.1"
	chmod 640 "$folder/audit.log.2"
	(umask 0 && index build "$folder")
	[ "$(stat -c %a "$folder"/index/*.idx | sort | tr '\n' ' ')" = "600 640 " ]
}

@test "a file that is named is indexed whatever it is" {
	run index build "$folder/audit.log"
	[ "$output" = "1 made, 0 were there" ]
	run index check "$folder/audit.log"
	[ "$status" -eq 0 ]
}

@test "--log names a log as the other verbs do, also several" {
	mkdir "$folder/other" && records 1 100 >"$folder/other/log.1"
	run index build --log "$folder" -l "$folder/other/log.1" "$folder/audit.log"
	[ "$status" -eq 0 ]
	[ "$output" = "2 made, 0 were there
1 made, 0 were there
1 made, 0 were there" ]
	run index stats -l "$folder"
	[ "$status" -eq 0 ]
	run index check --log "$folder/nowhere"
	[ "$status" -eq 2 ]
}

@test "a folder of indexes that is a link, or whose link comes while it works, is not followed" {
	mkdir "$BATS_TEST_TMPDIR/elsewhere"
	ln -s "$BATS_TEST_TMPDIR/elsewhere" "$folder/index"
	run index build "$folder"
	[ "$status" -eq 2 ]
	[[ $output == *"cannot open the folder $folder/index: "* ]]
	# Everything is done in the folder that was looked at, whatever has its name later.
	rm "$folder/index"
	run strace -f -e trace=openat,rename,renameat,renameat2,unlink,unlinkat -o "$BATS_TEST_TMPDIR/trace" "$aurum" index build "$folder"
	[ "$(grep -c 'idx.new' "$BATS_TEST_TMPDIR/trace")" -ge 2 ]
	! grep 'idx.new' "$BATS_TEST_TMPDIR/trace" | grep -vE '^[0-9]+ +(openat|renameat|renameat2|unlinkat)\([0-9]+, "[^/"]*"'
	[ -z "$(ls "$BATS_TEST_TMPDIR/elsewhere")" ]
}

@test "an index is found again when rotation or a copy has moved its file" {
	index build "$folder"
	mv "$folder/audit.log.2" "$folder/audit.log.3"
	mv "$folder/audit.log.1" "$folder/audit.log.2"
	mv "$folder/audit.log" "$folder/audit.log.1"
	run index check "$folder"
	[ "$status" -eq 0 ]
	[[ $output == *"audit.log.3: true"*"audit.log.2: true"*"audit.log.1: no index"* ]] || {
		echo "$output"
		false
	}
}

@test "files with one text share an index, which two threads may make at a time" {
	local i
	for i in 3 4 5 6; do cp -p "$folder/audit.log.2" "$folder/audit.log.$i"; done
	for i in 1 2 3 4 5; do
		rm -rf "$folder/index"
		run index build "$folder"
		[ "$status" -eq 0 ]
		[ "$(files)" -eq 2 ]
	done
	run index check "$folder"
	[ "$status" -eq 0 ]
}

@test "files that begin alike share the name of an index: it is one's, and no lie about the other" {
	: >"$folder/audit.log.3"
	: >"$folder/audit.log.4"
	touch -d 2024-01-01 "$folder/audit.log.4"
	index build "$folder"
	[ "$(files)" -eq 3 ]
	run index check "$folder"
	[ "$status" -eq 0 ]
	[ "$(grep -c ': true$' <<<"$output")" -eq 3 ]
	grep -qE "audit.log.[34]: no index: the one with its name is that of $folder/audit.log.[34]\$" <<<"$output"
	run index build "$folder"
	[ "$status" -eq 0 ]
	[ "$output" = "0 made, 3 were there" ]
	# Without the other it is out of date.
	rm "$folder/$(grep -oE 'audit.log.[34]: true' <<<"$("$aurum" index check "$folder")" | sed 's/: true//')"
	run index check "$folder"
	[ "$status" -eq 1 ]
	index build "$folder"
	run index check "$folder"
	[ "$status" -eq 0 ]
}

@test "a draft that was laid there is not written to" {
	local draft
	index build "$folder/audit.log.1"
	draft=$(cd "$folder" && ls index/*.idx)
	rm -r "$folder/index" && mkdir "$folder/index"
	echo mine >"$BATS_TEST_TMPDIR/victim"
	# The shell's own number becomes the program's.
	bash -c 'ln "$1" "$2/${3%.idx}.$$.idx.new" && exec "$4" index build "$2/audit.log.1"' sh \
		"$BATS_TEST_TMPDIR/victim" "$folder" "$draft" "$aurum"
	[ "$(cat "$BATS_TEST_TMPDIR/victim")" = mine ]
	run index check "$folder/audit.log.1"
	[ "$status" -eq 0 ]
}

@test "check finds an index that lies" {
	index build "$folder"
	touch -r "$folder/audit.log.1" "$BATS_TEST_TMPDIR/time"
	# As if somebody had made the index of a text without it: same size, same beginning, same time.
	sed -i 's/key="needle"/key="noodle"/' "$folder/audit.log.1"
	touch -r "$BATS_TEST_TMPDIR/time" "$folder/audit.log.1"
	run index check "$folder"
	[ "$status" -eq 1 ]
	[[ $output == *"audit.log.2: true"* ]]
	[[ $output == *"audit.log.1: key: it lacks the value \"noodle\""* ]]
	[[ $output == *"audit.log.1: key: the text has no value \"needle\""* ]]
}

@test "check tells damage and another version, and build makes such indexes anew" {
	index build "$folder"
	for f in "$folder"/index/*; do
		printf '\x07' | dd of="$f" bs=1 seek=100 conv=notrunc status=none
		break
	done
	run index check "$folder"
	[ "$status" -eq 1 ]
	[[ $output == *"is damaged"* ]]
	for f in "$folder"/index/*; do
		printf '\x07' | dd of="$f" bs=1 seek=8 conv=notrunc status=none
	done
	run index check "$folder"
	[ "$status" -eq 1 ]
	[[ $output == *"is no index of version 1"* ]]
	run index build "$folder"
	[ "$output" = "2 made, 0 were there" ]
	run index check "$folder"
	[ "$status" -eq 0 ]
}

@test "the end of an event that alone is in a file is found, too" {
	echo 'type=EOE msg=audit(1700000300.000:3000): ' >"$folder/audit.log.1"
	records 3000 3000 | sed 's/key="hay"/key="last"/' >"$folder/audit.log.2"
	index build "$folder"
	"$AURUM_BIN/ausearch" -if "$folder" -k last --raw </dev/null >"$BATS_TEST_TMPDIR/indexed"
	"$AURUM_BIN/ausearch" -if "$folder" -k last --raw --no-index </dev/null >"$BATS_TEST_TMPDIR/plain"
	cmp "$BATS_TEST_TMPDIR/indexed" "$BATS_TEST_TMPDIR/plain"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/plain")" -eq 2 ]
}

@test "an index of a file that was written to is stale" {
	index build "$folder/audit.log.1"
	touch -d @1600000000 "$folder/audit.log.1"
	run index check "$folder/audit.log.1"
	[ "$status" -eq 1 ]
	[[ $output == *"of another text"* ]]
}

@test "stats say what is there" {
	run index stats "$folder"
	[ "$status" -eq 1 ]
	[[ $output == "indexes 0, missing 2, of no use 0"* ]]
	index build "$folder"
	run index stats "$folder"
	[ "$status" -eq 0 ]
	[[ $output == "indexes 2, missing 0, of no use 0"*"events 6000"* ]]
	grep -qE '^key +values +[0-9]+ +[0-9]+ +2 +2$' <<<"$output"
	grep -qE '^inode +bloom +[0-9]+ +- +- +2$' <<<"$output"
}

@test "a folder that cannot be written to, and a log that is none, are told" {
	run index build /nowhere
	[ "$status" -eq 2 ]
	touch "$folder/index"
	run index build "$folder"
	[ "$status" -eq 2 ]
	[[ $output == *"audit.log.2: "*"0 made, 0 were there" ]] || {
		echo "$output"
		false
	}
	run index check --nonsense
	[ "$status" -eq 2 ]
	run index nonsense
	[ "$status" -eq 2 ]
}
