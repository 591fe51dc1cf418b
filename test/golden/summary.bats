#!/usr/bin/env bats
# The page of totals from what indexes keep is that of a scan of the whole log, byte for byte.

bats_require_minimum_version 1.5.0

setup_file() {
	export SUMMARY_SKIP= GENLOG=$AURUM_BIN/../bench/genlog TZ=UTC
	[ "$(id -u)" -eq 0 ] || SUMMARY_SKIP="needs root"
}

setup() {
	[ -z "$SUMMARY_SKIP" ] || skip "$SUMMARY_SKIP"
	cd "$BATS_TEST_TMPDIR"
	chmod 700 .
}

# generate FOLDER OPTION...: 4 MiB of a log, in files of 700 KiB.
generate() {
	local folder=$1 part n
	shift
	mkdir -p "$folder"
	"$GENLOG" -s 4 "$@" 2>/dev/null | split -a 2 -d -C 700k - "$folder/part."
	n=$(ls "$folder" | wc -l)
	for part in "$folder"/part.*; do
		n=$((n - 1))
		mv "$part" "$folder/audit.log$([ $n -eq 0 ] || echo ".$n")"
	done
	chmod 600 "$folder"/*
	[ -e "$folder/audit.log.5" ]
}

# archive FOLDER COMPRESS: as auditd would have it done.
archive() {
	mkdir -p etc/plugins.d
	printf '%s\n' "log_file = $PWD/$1/audit.log" "compress = $2" 'index = yes' 'num_logs = 99' \
		'space_left = 75' 'admin_space_left = 50' "plugin_dir = $PWD/etc/plugins.d" >etc/auditd.conf
	chmod 640 etc/auditd.conf
	"$AURUM_BIN/auditd-archivist" -c "$PWD/etc"
	[ "$(ls "$1"/index/*.idx | wc -l)" -ge 4 ]
}

summary() { "$AURUM_BIN/aureport" --summary -if "$@" 2>/dev/null </dev/null; }

# same FOLDER OPTION...: that page is the one of the files in plain/.
same() {
	local folder=$1
	shift
	summary plain "$@" >expected
	summary "$folder" "$@" >got
	diff expected got
}

# bytes_read FOLDER: how much text is asked for.
bytes_read() {
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -y -s 0 -e trace=pread64 -o trace "$AURUM_BIN/aureport" --summary -if "$1" </dev/null >/dev/null 2>&1
	awk '!/\.idx>/ { n += $NF } END { print n + 0 }' trace
}

@test "the page is the same over plain, indexed and compressed files" {
	for rate in 15 5000; do
		rm -rf plain indexed packed
		generate plain -r "$rate" -S "$rate"
		cp -a plain indexed
		cp -a plain packed
		archive indexed no
		archive packed yes
		for options in "" "--format csv" "--format json" "-i"; do
			same indexed $options
			same packed $options
		done
	done
}

@test "little of the files is read" {
	generate plain
	cp -a plain indexed
	archive indexed no
	all=$(bytes_read plain) some=$(bytes_read indexed)
	echo "$all bytes, $some with indexes"
	[ "$some" -gt 0 ] && [ "$some" -lt $((all * 6 / 10)) ]
	run -0 --separate-stderr "$AURUM_BIN/aureport" --summary --explain -if indexed
	[[ $stderr == *"totals are kept in the indexes of 5 of 6 files: "*" bytes are read"* ]]
	run -0 --separate-stderr "$AURUM_BIN/aureport" --summary --explain --no-index -if indexed
	[[ $stderr == *"every line is read"* ]]
}

@test "it is the same for parts of the log, for other questions, and with nodes" {
	generate plain -n here
	cp -a plain packed
	archive packed yes
	first=$(head -n 1 plain/audit.log.5 | sed -E 's/.*audit\(([0-9]+).*/\1/')
	last=$(tail -n 1 plain/audit.log | sed -E 's/.*audit\(([0-9]+).*/\1/')
	middle=$(((first + last) / 2))
	when() { date -d "@$1" '+%m/%d/%y %T'; }
	same packed -ts $(when "$middle")
	same packed -te $(when "$middle")
	same packed -ts $(when "$first") -te $(when "$last")
	same packed --success
	same packed --failed
	same packed --no-config
	same packed --node here
	same packed --node elsewhere
	same packed --eoe-timeout 5
	same packed --eoe-timeout 1
}

@test "it is the same when indexes are missing, damaged or of another text" {
	generate plain
	cp -a plain packed
	archive packed yes
	each=(packed/index/*.idx)
	rm "${each[2]}"
	same packed
	printf x | dd of="${each[1]}" bs=1 seek=$(($(stat -c %s "${each[1]}") / 2)) conv=notrunc status=none
	same packed
	cp "${each[3]}" "${each[0]}"
	same packed
	truncate -s 100 "${each[3]}"
	same packed
}

@test "it is the same when a file is there twice, when one is missing, and when clocks were set back" {
	generate plain
	rm plain/audit.log.3
	cp plain/audit.log.4 plain/audit.log.3
	cp -a plain packed
	archive packed no
	same packed
	rm -rf plain packed
	generate plain
	# The second half happened before the first.
	mv plain/audit.log.5 keep
	mv plain/audit.log.1 plain/audit.log.5
	mv keep plain/audit.log.1
	cp -a plain packed
	archive packed yes
	same packed
}

@test "lines that are no records are counted whether they are read or not" {
	generate plain
	for file in plain/audit.log.*; do
		lines=$(wc -l <"$file")
		sed -i "$((lines / 2))i this is no record" "$file"
	done
	cp -a plain indexed
	archive indexed no
	same indexed
	"$AURUM_BIN/aureport" --summary -if plain 2>&1 >/dev/null </dev/null | sed 's,in [^ ]*,,' >expected
	"$AURUM_BIN/aureport" --summary -if indexed 2>&1 >/dev/null </dev/null | sed 's,in [^ ]*,,' >got
	diff expected got
	grep -q 'no records: 5' got
}
