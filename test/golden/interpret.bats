# Whole logs in words: interpret-cat, which prints what our library makes of every event, against
# Debian's ausearch -i. Names of newer kernels are excused by test/golden/interpret.known; what
# else may differ is in docs/differences.md and not in these logs.

setup_file() {
	ORACLE=$("$AURUM_TOP/test/oracle")
	KNOWN=$AURUM_TOP/test/golden/interpret.known
	CAT=${AURUM_BIN%/bin}/test/interpret-cat
	DUMP=${AURUM_BIN%/bin}/lib/table-dump
	GENLOG=${AURUM_BIN%/bin}/bench/genlog
	export ORACLE KNOWN CAT DUMP GENLOG
}

# compare THEIRS OURS: the lines that differ for no known reason, and a line on what was compared.
# Events that the reference finds malformed and drops are dropped from ours too.
compare() {
	local tables="bpf_cmds fcntl_cmds ioctl_requests prctl_options ptrace_requests rule_lists socket_families"
	awk -v known="$KNOWN" -v names="$(for table in $tables; do "$DUMP" "$table"; done | cut -d' ' -f3 | tr '\n' ' ')" '
		function serial(line) { return match(line, /audit\([^)]*\)/) ? substr(line, RSTART, RLENGTH) : "" }

		# The word a reader of the reference would see: without what it does not know.
		function as_theirs(word, raw,    head, n, parts, i, part, out, some) {
			head = ""
			if (match(word, /^[^=]*=/)) { head = substr(word, 1, RLENGTH); word = substr(word, RLENGTH + 1) }
			n = split(word, parts, "|")
			for (i = 1; i <= n; i++) {
				part = parts[i]
				if (part in theirs_of) { part = theirs_of[part]; some = 1 }
				if (part != "-") out = out (out == "" ? "" : "|") part
			}
			if (some && out == "" && raw ~ /=(0x|unknown-)/) return raw
			return head out
		}

		# A number that has no name there has one in our tables.
		function newer(theirs_word, our_word) {
			if (theirs_word !~ /=(unknown-|0x)/) return 0
			sub(/.*=/, "", our_word)
			return our_word in named
		}

		function same(a, b,    n, m, i, x, y) {
			if (a == b) return 1
			gsub(/\\\|/, "|", a); gsub(/\\\|/, "|", b) # as the shell modes have it
			n = split(a, x, " "); m = split(b, y, " ")
			if (n != m) return 0
			for (i = 1; i <= n; i++)
				if (x[i] != y[i] && as_theirs(y[i], x[i]) != x[i] && !newer(x[i], y[i])) return 0
			return 1
		}

		BEGIN {
			while ((getline line < known) > 0)
				if (split(line, w, " ") == 2) theirs_of[w[1]] = w[2]
			n = split(names, w, " ")
			for (i = 1; i <= n; i++) named[w[i]] = 1
		}
		FNR == NR { lines[++count] = $0; if (serial($0) != "") theirs[serial($0)] = 1; next }
		{
			# A line without a stamp belongs to the event before it.
			if (serial($0) != "") wanted = serial($0) in theirs
			if ($0 == "----") { pending = 1; next }
			if (!wanted) { pending = 0; next }
			if (pending) { pending = 0; check("----") }
			check($0)
		}
		function check(line) {
			if (!same(lines[++at], line) && ++shown <= 4) { print "theirs: " lines[at]; print "ours:   " line }
		}
		END {
			if (at != count) print "theirs has " count " lines, ours " at
			if (count < 2) print "nothing to compare"
		}' "$1" "$2"
}

# Bytes 0x80 to 0x9f of no character are escaped by us alone, but for what was typed: here nowhere.
bytes() {
	perl -pe 's/\\(2[0-3][0-7])/chr oct $1/ge'
}

# alike LOG [MODE]: fails, and shows the lines, when there are unknown differences.
alike() {
	local theirs=$BATS_TEST_TMPDIR/theirs ours=$BATS_TEST_TMPDIR/ours
	"$ORACLE/ausearch" -if "$1" -i ${2:+--escape "$2"} 2>/dev/null </dev/null | bytes >"$theirs"
	"$CAT" ${2:+"$2"} <"$1" | bytes >"$ours"
	wrong=$(compare "$theirs" "$ours")
	echo "$1 ${2:-}: $(grep -c '^----' "$theirs") events"
	echo "$wrong"
	[ -z "$wrong" ]
}

# calls MACHINE: "NUMBER NAME" of the calls that the reference and our tables name alike.
calls() {
	comm -12 <("$ORACLE/ausyscall" "$1" --dump | tail -n +2 | tr '\t' ' ' | sort) \
		<("$DUMP" "syscalls_$1" | awk '!seen[$1]++ { print $1, $3 }' | sort) | cut -d' ' -f1,2
}

# records ARCH: SYSCALL records, one event every three seconds, from "NUMBER A0 A1 A2 A3" lines.
records() {
	awk -v arch="$1" '{
		printf "type=SYSCALL msg=audit(%d.%03d:%d): arch=%s syscall=%s success=yes exit=0 a0=%s a1=%s a2=%s " \
			"a3=%s items=1 ppid=1 pid=2 auid=1000 uid=0 gid=0 euid=0 suid=0 fsuid=0 egid=0 sgid=0 fsgid=0 " \
			"tty=pts0 ses=1 comm=\"x\" exe=\"/x\" key=(null)\n", \
			1500000000 + 3 * NR, NR % 1000, NR, arch, $1, $2, $3, $4, $5
	}'
}

@test "real logs of other machines" {
	for log in "$AURUM_TOP"/test/data/linux/*.log; do
		for mode in tty raw shell shell_quote; do alike "$log" "$mode" || return 1; done
	done
}

@test "a record of every type that holds a value to interpret" {
	for mode in tty raw shell shell_quote; do
		alike "$AURUM_TOP/test/data/interpret/records.log" "$mode" || return 1
	done
}

@test "generated logs, raw and enriched, interleaved, with and without nodes" {
	while read -r options; do
		# shellcheck disable=SC2086
		"$GENLOG" -s 2 $options >"$BATS_TEST_TMPDIR/log" 2>/dev/null
		alike "$BATS_TEST_TMPDIR/log" || { echo "genlog $options"; return 1; }
	done <<-'END'
		-S 1
		-S 2 -R
		-S 3 -n web1
		-S 4 -I 40 -r 200
		-S 5 -R -n web1 -I 20
	END
	"$GENLOG" -s 1 -S 6 >"$BATS_TEST_TMPDIR/log" 2>/dev/null
	for mode in raw shell shell_quote; do alike "$BATS_TEST_TMPDIR/log" "$mode" || return 1; done
}

@test "arguments of every system call of every machine" {
	while read -r machine arch; do
		calls "$machine" | awk '{
			n = split("0 1 2 3 5 6 9 11 12 1d 1f 22 29 41ed 4206 5401 ffffff9c ffffffffffffff9c zz", values, " ")
			for (i = 1; i <= n; i++) print $1, values[i], values[i], values[i], values[i]
		}' | records "$arch" >"$BATS_TEST_TMPDIR/log"
		[ "$(wc -l <"$BATS_TEST_TMPDIR/log")" -gt 4000 ]
		alike "$BATS_TEST_TMPDIR/log" || { echo "$machine"; return 1; }
	done <<-'END'
		x86_64 c000003e
		i386 40000003
		aarch64 c00000b7
		arm 40000028
		ppc64le c0000015
		ppc64 80000015
		ppc 14
		s390x 80000016
		s390 16
	END
}

@test "every bit and small value of the arguments that have words" {
	sed -nE 's/^CALL\("([^"]*)",.*/\1/p' "$AURUM_TOP/lib/record/interpret_args.def" | sort -u |
		while read -r name; do calls x86_64 | awk -v name="$name" 'index($2, name) == 1 { print $1 }'; done |
		sort -un | awk '
			BEGIN {
				for (i = 0; i < 64; i++) values[++n] = sprintf("%x", i)
				split("8 4 2 1", bit, " ")
				for (zeros = 1; zeros < 16; zeros++)
					for (i = 1; i <= 4; i++) {
						values[++n] = bit[i] sprintf("%0" zeros "d", 0)
						values[++n] = bit[i] sprintf("%0" zeros "d", 3)
					}
			}
			# Socket options go by level: the newer ones are in tables.bats.
			$1 != 54 && $1 != 55 { for (i = 1; i <= n; i++) print $1, values[i], values[i], values[i], values[i] }' |
		records c000003e >"$BATS_TEST_TMPDIR/log"
	alike "$BATS_TEST_TMPDIR/log"
}

@test "arguments that depend on other arguments" {
	{
		for nr in 2 72 157 240; do
			for a0 in 1 17 18; do
				for a1 in 0 2 4 8 9 40 401 402; do
					for a2 in 0 1 2 3 9 f 15 1ff 8ed 3e8; do echo "$nr $a0 $a1 $a2 0"; done
				done
			done
		done
		for a1 in 0 1 6 11 29 107 ff 2 100000001; do
			for a2 in 1 2 3 4 5 6 7 8 9 a b c d f 10 11 12 13 14 19 1a; do echo "54 3 $a1 $a2 0"; done
		done
	} | records c000003e >"$BATS_TEST_TMPDIR/log"
	alike "$BATS_TEST_TMPDIR/log"
	for a0 in 0 1 2 3 4 b c d e 15 16 17 18 12 13 14 19 ffffffff ffffffffffffff9c; do
		echo "102 $a0 1 2 3"
		echo "117 $a0 1 2 3"
	done | records 40000003 >"$BATS_TEST_TMPDIR/log"
	alike "$BATS_TEST_TMPDIR/log"
	for a2 in 10 11 12 13 14 15; do echo "339 3 1 $a2 0"; done | records 80000015 >"$BATS_TEST_TMPDIR/log"
	alike "$BATS_TEST_TMPDIR/log"
}

# odd_values: what may stand behind a field's name in a log that nobody can trust.
odd_values() {
	cat <<-'END'
		0
		1
		2
		3
		10
		33
		65534
		4294967294
		4294967295
		4294967296
		-1
		-13
		-9999
		18446744073709551615
		18446744073709551616
		-9223372036854775809
		00
		0x1f
		7fff0000
		100644
		0104755
		041777
		3fffffffff
		zz
		
		?
		(null)
		(none)
		(null
		"quoted"
		"sp ace"
		"open
		"a"b
		'single'
		'open
		none
		yes
		success
		2F62696E2F6C73
		2F62696E2F6C7
		2F62696E2F6C73zz
		002F746D70
		6100620063
		6162006364
		61620A1B5B
		22272460
		C3A9
		61016201
		6101620A0163
		u:r:t:s0,c1
		a,b
		a,
		1,2,3
		1:
		x:
		1)
		(1)
		0806
		1b5b41
		1b
		6C730D
		5c22
		0A00003500000000200104F80000000000000000000000010000000000000000
		01002F746D702F73
		0100002F746D702F73006162
		100000000500000001000000
		0300414243444546470000
		0300410042
		2C00
		6400
		02
		=
		a=b
		1 x
	END
}

@test "odd values in every field, in many records" {
	mkdir "$BATS_TEST_TMPDIR/odd"
	odd_values >"$BATS_TEST_TMPDIR/values"
	# These have no words in the reference, or wrong ones.
	"$DUMP" field_types | cut -d' ' -f3 |
		grep -vxE 'syscall|uring_op|errno|fan_type|fan_info|subj_trust|obj_trust' >"$BATS_TEST_TMPDIR/fields"
	printf '%s\n' foo msg success 'a1[0]' a1_len argc pid >>"$BATS_TEST_TMPDIR/fields"
	awk '
		BEGIN {
			types = "CONFIG_CHANGE USER_LOGIN AVC EXECVE PATH USER_TTY NETFILTER_PKT MQ_OPEN CRYPTO_KEY_USER " \
				"ADD_GROUP TRUSTED_APP KERN_MODULE BPF UNKNOWN[1999] UNKNOWN[1400] CWD TTY PROCTITLE " \
				"ANOM_ABEND DAEMON_START APPARMOR_DENIED"
			n = split(types, type, " ")
			m = split("@|op=x @ more=1|pid=1 uid=0 auid=1000 ses=1 msg=\047op=y @ res=success\047|" \
				"pid=1 msg=\047@\047|avc:  denied  { read } for  pid=3 (@) b=1|x,@, y=2|" \
				"some text @ trailing text|@ trailing, more", form, "|")
		}
		FNR == NR { value[++values] = $0; next }
		{
			for (v = 1; v <= values; v++)
				for (k = 0; k < 3; k++) {
					serial++
					body = form[1 + serial % m]
					at = index(body, "@")
					printf "type=%s msg=audit(%d.%03d:%d): %s%s=%s%s\n", type[1 + serial % n], \
						1500000000 + 3 * serial, serial % 1000, serial, substr(body, 1, at - 1), $0, \
						value[v], substr(body, at + 1)
				}
		}' "$BATS_TEST_TMPDIR/values" "$BATS_TEST_TMPDIR/fields" >"$BATS_TEST_TMPDIR/log"
	[ "$(wc -l <"$BATS_TEST_TMPDIR/log")" -gt 20000 ]
	# A title that starts with an empty argument: leftover memory there. Family 27: none there.
	grep -vE '(proctitle=00|saddr=1b)' "$BATS_TEST_TMPDIR/log" >"$BATS_TEST_TMPDIR/most"
	alike "$BATS_TEST_TMPDIR/most"
	alike "$BATS_TEST_TMPDIR/most" raw
	# A single digit of terminal input: "(null)" there, unsafe for a shell.
	grep -vE 'data=[0-9a-f]?($|[ ,)'\''])' "$BATS_TEST_TMPDIR/most" >"$BATS_TEST_TMPDIR/rest"
	alike "$BATS_TEST_TMPDIR/rest" shell
	alike "$BATS_TEST_TMPDIR/rest" shell_quote
}

@test "exit codes of every error" {
	awk 'BEGIN { for (e = -140; e < 3; e++) print e
		print "-512\n-9999\n-99999999999\n-9223372036854775808\n-9223372036854775809\n9223372036854775808\n-4294967295\nx" }' |
		awk '{ printf "type=CONFIG_CHANGE msg=audit(%d.000:%d): exit=%s\n", 1500000000 + 3 * NR, NR, $1 }' >"$BATS_TEST_TMPDIR/log"
	alike "$BATS_TEST_TMPDIR/log"
}
