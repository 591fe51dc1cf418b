#!/usr/bin/env bats
# The plugin that stands before another one, with programs of the test's as that one.

setup() {
	dir=$(mktemp -d)
	config=$dir/config
	export LC_ALL=C
	event1='type=SYSCALL msg=audit(1700000000.123:7): arch=c000003e syscall=59 success=yes uid=0 auid=1000 comm="su"'$'\x1d''ARCH=x86_64 SYSCALL=execve UID="root" AUID="alice"
type=CWD msg=audit(1700000000.123:7): cwd="/root"
type=PROCTITLE msg=audit(1700000000.123:7): proctitle="su"'
	event2='type=SYSCALL msg=audit(1700000000.124:8): arch=c000003e syscall=257 success=no uid=33 auid=4294967295 comm="httpd"
type=CWD msg=audit(1700000000.124:8): cwd="/var/www"
type=PROCTITLE msg=audit(1700000000.124:8): proctitle="httpd"'
	event3='node=web1 type=USER_LOGIN msg=audit(1700000000.125:9): pid=1 uid=0 auid=1000 msg='\''op=login acct="alice" res=success'\'
}

teardown() { rm -rf "$dir"; }

filter() { "$AURUM_BIN/audisp-filter" "$@"; }

# python SCRIPT: with the helpers of plugin.py and the names of this file's variables.
python() {
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$AURUM_TOP/test/golden CONFIG=$config EVENT1=$event1 EVENT2=$event2 EVENT3=$event3 DIR=$dir timeout 60 python3 -c "
from plugin import *
config, folder = os.environ['CONFIG'], os.environ['DIR']
event1, event2, event3 = (os.environ[n].encode() + b'\n' for n in ('EVENT1', 'EVENT2', 'EVENT3'))
def program(text):
    path = folder + '/program'
    open(path, 'w').write('#!/bin/bash\n' + text)
    os.chmod(path, 0o755)
    return path
def content(name):
    try: return open(folder + '/' + name, 'rb').read()
    except FileNotFoundError: return b''
$1"
}

@test "allowlist drops the events that fit, blocklist passes them on, with all of their records" {
	printf '%s\n' '# the names say the reverse' '' '  auid == 1000 && type r= SYSCALL' >"$config"
	input=$event1$'\n'$event2$'\n'$event3
	[ "$(filter allowlist "$config" /bin/cat <<<"$input")" = "$event2"$'\n'"$event3" ]
	[ "$(filter blocklist "$config" /bin/cat <<<"$input")" = "$event1" ]
	[ "$(filter BlockList "$config" /bin/cat <<<"$input")" = "$event1" ]
}

@test "expressions of several lines are alternatives, whatever ends a line" {
	printf '%s\r\n%s\n\t%s' 'uid == 33' '#uid == 0' 'type r= USER_LOGIN' >"$config"
	[ "$(filter blocklist "$config" /bin/cat <<<"$event1"$'\n'"$event2"$'\n'"$event3")" = "$event2"$'\n'"$event3" ]
	: >"$config"
	[ -z "$(filter blocklist "$config" /bin/cat <<<"$event1")" ]
	[ "$(filter allowlist "$config" /bin/cat <<<"$event1")" = "$event1" ]
}

@test "records of events that are mixed come out together, each event once" {
	echo 'uid == 0' >"$config"
	mixed=$(paste -d '\n' <(echo "$event1") <(echo "$event2"))
	[ "$(filter blocklist "$config" /bin/cat <<<"$mixed")" = "$event1" ]
	[ "$(filter allowlist "$config" /bin/cat <<<"$mixed")" = "$event2" ]
	# The end of an event follows it, or goes with it.
	eoe='type=EOE msg=audit(1700000000.123:7): '
	[ "$(filter blocklist "$config" /bin/cat <<<"$event1"$'\n'"$eoe")" = "$event1"$'\n'"$eoe" ]
	[ -z "$(filter allowlist "$config" /bin/cat <<<"$event1"$'\n'"$eoe")" ]
}

@test "every event of a log goes one way or the other" {
	printf '%s\n' 'success r= no' '\record_type > 1400' 'exe i= "/usr/sbin/sshd"' '\regexp /cwd="\/root"/' >"$config"
	cat "$AURUM_TOP/etc/sample/audit.log" "$AURUM_TOP/test/data/interpret/records.log" >"$dir/log"
	filter allowlist "$config" /bin/cat <"$dir/log" >"$dir/one"
	filter blocklist "$config" /bin/cat <"$dir/log" >"$dir/other"
	[ -s "$dir/one" ] && [ -s "$dir/other" ]
	diff <(sort "$dir/one" "$dir/other") <(grep -a . "$dir/log" | sort)
	[ -z "$(comm -12 <(grep -aoE 'audit\([0-9.:]+\)' "$dir/one" | sort -u) <(grep -aoE 'audit\([0-9.:]+\)' "$dir/other" | sort -u))" ]
}

@test "what is no record fits nothing" {
	echo 'uid == 0' >"$config"
	[ "$(filter allowlist "$config" /bin/cat <<<"nonsense")" = nonsense ]
	[ -z "$(filter blocklist "$config" /bin/cat <<<"nonsense")" ]
}

@test "frames come out as lines" {
	echo 'type r= CWD' >"$config"
	python '
p = Plugin("audisp-filter", "blocklist", config, "/bin/cat", stdout=open(folder + "/out", "wb"))
p.feed(frame(0, 1307, b"audit(1.002:3): cwd=\"/\"") + frame(1, 1320, b"type=EOE msg=audit(1.002:3): ") + frame(1, 1300, b"type=SYSCALL msg=audit(1.002:4): a0=1"))
expect(p.finish(), 0)
expect(content("out"), b"type=CWD msg=audit(1.002:3): cwd=\"/\"\ntype=EOE msg=audit(1.002:3): \n")
'
}

@test "--check tells every mistake with line and column" {
	printf '%s\n' '# fine' 'uid == 0' '  uid = 0' 'exe r= "/bin' 'type r= X && (uid == 0' '\record_type == SYSCAL' >"$config"
	run filter --check "$config"
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "audisp-filter: $config:3:7: an operator (r= r!= i= i!= == !== < <= > >=) is expected here, not \"=\"" ]
	[ "${lines[1]}" = "audisp-filter: $config:4:8: the quote that starts here has no end" ]
	[ "${lines[2]}" = "audisp-filter: $config:5:23: \")\", \"&&\" or \"||\" is expected here, but the expression ends" ]
	[ "${lines[3]}" = "audisp-filter: $config:6:17: there is no record type \"SYSCAL\": did you mean \"SYSCALL\"?" ]
	[ "${#lines[@]}" -eq 4 ]
	echo 'type r= CWD' >"$config"
	run filter --check "$config"
	[ "$status" -eq 0 ] && [ -z "$output" ]
	run filter blocklist "$dir/none" /bin/cat </dev/null
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = "audisp-filter: cannot read $dir/none: No such file or directory" ]
}

@test "the expressions of the manual and of the shipped file have no mistake" {
	sed -n '/^\.SH EXAMPLES/,/^\.fi/p' "$AURUM_TOP/docs/ausearch-expression.5" | grep -v '^\.' | sed 's/\\e/\\/g; s/\\-/-/g' >"$config"
	[ "$(wc -l <"$config")" -ge 4 ]
	filter --check "$config"
	sed -n 's/^#\t//p' "$AURUM_TOP/etc/audisp-filter.conf" >"$config"
	[ "$(wc -l <"$config")" -ge 2 ]
	filter --check "$config"
	install -m 644 "$AURUM_TOP/etc/audisp-filter.conf" "$config"
	filter --check "$config"
}

@test "a file that others could change is refused" {
	echo 'type r= CWD' >"$config"
	chmod 666 "$config"
	run filter --check "$config"
	[ "$status" -eq 1 ]
	[ "$output" = "audisp-filter: $config is writable by everyone: chmod o-w $config" ]
	run filter --check "$dir"
	[ "$status" -eq 1 ]
	[ "$output" = "audisp-filter: $dir is no regular file" ]
	if [ "$(id -u)" -eq 0 ]; then
		chmod 644 "$config"
		chown 65534 "$config"
		run filter --check "$config"
		[ "$status" -eq 1 ]
		[ "$output" = "audisp-filter: $config belongs to somebody else than root" ]
	fi
}

@test "wrong words are told with the usage" {
	echo 'type r= CWD' >"$config"
	for words in "" "whitelist $config /bin/cat" "allowlist" "allowlist $config" "--check"; do
		run filter $words </dev/null
		[ "$status" -eq 1 ]
		[[ $output == *"usage: audisp-filter allowlist|blocklist CONFIG BINARY [ARGUMENT...]"* ]]
	done
	run filter allowlist "$config" "$dir/none" </dev/null
	[ "$status" -eq 1 ]
	[ "$output" = "audisp-filter: cannot start $dir/none: No such file or directory" ]
}

@test "options behind BINARY are its own" {
	echo 'type r= CWD' >"$config"
	[ "$(filter allowlist "$config" /bin/echo --help --check x </dev/null)" = "--help --check x" ]
}

@test "SIGHUP reads the file again, and one with mistakes changes nothing" {
	echo 'type r= USER_LOGIN' >"$config"
	python '
path = program("trap \"\" HUP; exec cat >>" + folder + "/out")
p = Plugin("audisp-filter", "blocklist", config, path)
def through(event, wanted):
    before = content("out")
    p.feed(event)
    wait_for(lambda: content("out") == before + wanted, "%r" % wanted)
through(event3, event3)
open(config, "w").write("uid == 33\n")
p.signal(signal.SIGHUP)
p.until_said(b"1 expressions are in force")
through(event3 + event2, event2)
open(config, "w").write("uid = 33\n")
p.signal(signal.SIGHUP)
p.until_said(b"the expressions stay as they were")
if config.encode() + b":1:5: an operator" not in p.said: sys.exit(p.said)
through(event3 + event2, event2)
expect(p.finish(), 0)
'
}

@test "a program that ends is started again and gets every line that it had not read to its end" {
	echo 'type r= NONE' >"$config"
	python '
path = program("for i in 1 2 3; do read -r line || exit 0; echo \"$line\" >>%s/out; done; read -r -n 9; exit 7" % folder)
p = Plugin("audisp-filter", "allowlist", config, path)
lines = [b"type=USER_CMD msg=audit(1700000000.%03d:%d): x" % (i, i) for i in range(8)]
p.feed(b"".join(line + b"\n" for line in lines))
wait_for(lambda: content("out").splitlines() == lines, "all lines")
expect(p.finish(), 0)
expect(p.said, b"audisp-filter: %s ended with status 7; what follows starts it again\n" % path.encode() * 2)
'
}

@test "a program that ends at once is given up after some attempts" {
	echo 'type r= NONE' >"$config"
	python '
p = Plugin("audisp-filter", "allowlist", config, "/bin/false")
p.feed(event3)
expect(p.finish(close=False), 1)
said = p.said.splitlines()
expect(said[0], b"audisp-filter: /bin/false ended with status 1; what follows starts it again")
expect(said[5:], [b"audisp-filter: /bin/false ended with status 1, for the 6th time in a row",
                  b"audisp-filter: %d bytes are lost to /bin/false" % len(event3)])
'
}

@test "a program that does not read holds up the input, and nothing is lost before the end" {
	echo 'type r= NONE' >"$config"
	python '
path = program("sleep 1.5; exec cat >>%s/out" % folder)
p = Plugin("audisp-filter", "allowlist", config, path)
line = b"type=USER_CMD msg=audit(1700000000.000:1): %s\n" % (b"x" * 1000)
os.set_blocking(p.process.stdin.fileno(), False)
fed, rest = 0, b""
end = time.time() + 1
while time.time() < end:
    rest = rest or line
    try: n = os.write(p.process.stdin.fileno(), rest)
    except BlockingIOError: n = 0; time.sleep(0.01)
    fed += n
    rest = rest[n:]
if fed > 4 << 20: sys.exit("it took %d bytes" % fed)
os.set_blocking(p.process.stdin.fileno(), True)
p.feed(rest)
expect(p.finish(), 0)
expect(len(content("out")), fed + len(rest))
expect(p.said, b"")
'
}

@test "SIGTERM ends both, after what was written to it has been passed on" {
	echo 'type r= NONE' >"$config"
	python '
path = program("cat >>%s/out; echo end >>%s/out" % (folder, folder))
p = Plugin("audisp-filter", "allowlist", config, path)
p.feed(event2)
wait_for(lambda: content("out") == event2, "the first event")
p.signal(signal.SIGSTOP)
p.feed(event1[:-1].split(b"\n")[0] + b"\n" + event3)
p.signal(signal.SIGTERM)
p.signal(signal.SIGCONT)
expect(p.finish(close=False), 0)
expect(sorted(content("out")[len(event2):].splitlines()), sorted([event1.split(b"\n")[0], event3[:-1], b"end"]))
'
}

@test "an event that no record closes passes when nothing follows" {
	echo 'type r= NONE' >"$config"
	python '
p = Plugin("audisp-filter", "allowlist", config, "/bin/cat", stdout=open(folder + "/out", "wb"))
part = b"\n".join(event1.split(b"\n")[:2]) + b"\n"
p.feed(part)
wait_for(lambda: content("out") == part, "the event")
expect(p.finish(), 0)
'
}

@test "the program has the signals of a program, and no capability" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	echo 'type r= NONE' >"$config"
	filter allowlist "$config" /bin/cat /proc/self/status </dev/null >"$dir/status"
	for name in CapInh CapPrm CapEff CapBnd CapAmb SigBlk; do
		grep -qE "^$name:"$'\t''0{16}$' "$dir/status"
	done
	ignored=$(sed -n 's/^SigIgn:\t//p' "$dir/status")
	[ $((16#$ignored & 1 << 12)) -eq 0 ]
	python '
p = Plugin("audisp-filter", "allowlist", config, "/bin/ls", "/proc/self/fd", stdout=open(folder + "/out", "wb"))
expect(p.finish(), 0)
expect(content("out"), b"0\n1\n2\n3\n")
'
}

@test "what reads the records is confined, and both processes end with either" {
	echo 'type r= NONE' >"$config"
	python '
import re
def children(pid):
    return [int(c) for c in open("/proc/%d/task/%d/children" % (pid, pid)).read().split()]
def is_gone(pid):
    try: return open("/proc/%d/stat" % pid).read().rsplit(")", 1)[1].split()[0] == "Z"
    except FileNotFoundError: return True
for victim in "worker", "keeper":
    p = Plugin("audisp-filter", "allowlist", config, "/bin/cat", stdout=open(folder + "/out", "wb"))
    p.feed(event3)
    wait_for(lambda: content("out") == event3, "the event")
    worker, program = children(p.process.pid)
    status = open("/proc/%d/status" % worker).read()
    for line in "NoNewPrivs:\t1\n", "Seccomp:\t2\n":
        if line not in status: sys.exit(status)
    os.kill(worker if victim == "worker" else p.process.pid, signal.SIGKILL)
    expect(p.finish(close=False), 1 if victim == "worker" else -9)
    wait_for(lambda: is_gone(worker) and is_gone(program), "the end of all")
    expect(p.said, b"audisp-filter: the process that reads was killed by signal 9\n" if victim == "worker" else b"")
'
}

@test "filter and socket work together" {
	echo 'type r= USER_LOGIN' >"$config"
	python '
path = folder + "/events"
p = Plugin("audisp-filter", "blocklist", config, os.path.join(BIN, "audisp-af_unix"), "0600", path, "string")
p.until_said(b"listening at")
c = Client(path)
p.until_said(b"client connected")
p.feed(event1 + event3 + event2)
expect(c.take(len(event3)), event3)
expect(p.finish(), 0)
expect(os.path.exists(path), False)
'
}

@test "no input makes it fail in another way than it says" {
	printf '%s\n' 'uid i= root' 'key i= a' '\regexp /x+/' 'saddr i= x' 'auid >= 1000' >"$config"
	for seed in 1 2 3 4; do
		python "
import random
random.seed($seed)
p = Plugin('audisp-filter', random.choice(['allowlist', 'blocklist']), config, '/bin/cat', stdout=subprocess.DEVNULL)
words = [b'type=', b'SYSCALL', b'AVC', b'EOE', b'PROCTITLE', b' msg=audit(1700000000.123:%d): ' % random.randrange(9), b'avc: ', b'{ ', b' } ', b'key=', b'6101', b'saddr=', b'0200', b'uid=0', b'\x1d', b'\n', b'=', b'\"', b'msg=\'', b' ', b'node=a ']
data = random.choice([b'', frame(1, 7, b'ok'), b'text\n']) + b''.join(random.choice(words) if random.random() < 0.95 else random.randbytes(9) for _ in range(20000))
try: p.feed(data)
except BrokenPipeError: pass
try: p.process.stdin.close()
except BrokenPipeError: pass
status = p.finish(close=False)
if status not in (0, 1) or b'Sanitizer' in p.said or b'runtime error' in p.said: sys.exit(p.said)
if status == 1 and b'a header that cannot be' not in p.said: sys.exit(p.said)
"
	done
}
