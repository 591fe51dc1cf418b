#!/usr/bin/env bats
# The plugin that serves records at a local socket, fed by hand.

setup() {
	dir=$(mktemp -d)
	socket=$dir/events
}

teardown() { rm -rf "$dir"; }

# python SCRIPT: with the helpers of plugin.py, and the socket's path in `path`.
python() {
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$AURUM_TOP/test/golden timeout 60 python3 -c "
from plugin import *
path = '$socket'
$1"
}

@test "each client gets the lines that follow its connection" {
	python '
p = Plugin("audisp-af_unix", "0600", path, "string")
p.until_said(b"listening at")
one = Client(path)
p.until_said(b"client connected")
p.feed(b"type=CWD msg=audit(1.002:3): cwd=\"/\"\n")
expect(one.take(37), b"type=CWD msg=audit(1.002:3): cwd=\"/\"\n")
two = Client(path)
p.until_said(b"user %d\naudisp-af_unix: client connected" % os.getuid())
p.feed(b"node=a type=EOE msg=audit(1.002:3):\n\n")
expect(p.finish(), 0)
expect(one.rest(), b"node=a type=EOE msg=audit(1.002:3):\n")
expect(two.rest(), b"node=a type=EOE msg=audit(1.002:3):\n")
expect(os.path.exists(path), False)
'
}

@test "frames of both versions become lines" {
	python '
p = Plugin("audisp-af_unix", "0600", path, "string")
p.until_said(b"listening at")
c = Client(path)
p.until_said(b"client connected")
p.feed(frame(0, 1307, b"audit(1.002:3): cwd=\"/\"\0\0\0"))
p.feed(frame(1, 1320, b"node=a type=EOE msg=audit(1.002:3):\n", 24))
p.feed(frame(0, 2555, b"audit(1.002:4): a\nb"))
expect(p.finish(), 0)
expect(c.rest(), b"type=CWD msg=audit(1.002:3): cwd=\"/\"\nnode=a type=EOE msg=audit(1.002:3):\n"
       b"type=UNKNOWN[2555] msg=audit(1.002:4): a b\n")
'
}

@test "binary clients get frames of exactly the record's length" {
	python '
p = Plugin("audisp-af_unix", "0600", path, "binary")
p.until_said(b"listening at")
c = Client(path)
p.until_said(b"client connected")
frames = frame(0, 1307, b"audit(1.002:3): cwd=\"/\"") + frame(1, 1320, b"type=EOE msg=audit(1.002:3):")
for i in range(len(frames)):
    p.feed(frames[i:i + 1])
expect(p.finish(), 0)
expect(c.rest(), frames)
p = Plugin("audisp-af_unix", "0600", path, "binary")
p.until_said(b"listening at")
c = Client(path)
p.until_said(b"client connected")
p.feed(b"type=CWD msg=audit(1.002:3): cwd=\"/\"\nnonsense\n")
expect(p.finish(), 0)
expect(c.rest(), frame(1, 1307, b"type=CWD msg=audit(1.002:3): cwd=\"/\"") + frame(1, 0, b"nonsense"))
'
}

@test "a client that does not read loses its records, and delays nobody" {
	python '
p = Plugin("audisp-af_unix", "0600", path, "string", "100")
p.until_said(b"listening at")
slow, quick = Client(path), Client(path)
p.until_said(b"client connected")
p.until_said(b"user %d\naudisp-af_unix: client connected" % os.getuid())
sent = b""
for i in range(400):
    part = b"".join(b"type=CWD msg=audit(1.002:%d): cwd=\"%s\"\n" % (i * 50 + j, b"x" * 150) for j in range(50))
    p.feed(part)
    expect(quick.take(len(part)), part)
    sent += part
p.process.stdin.close()
got = slow.rest()
expect(p.finish(close=False), 0)
lines = got.splitlines(True)
for line in lines:
    if line not in sent: sys.exit("torn: %r" % line)
if len(lines) < 100 or len(lines) > 10000: sys.exit("%d lines" % len(lines))
expect(lines[-100:] , sent.splitlines(True)[-100:])
if b"%d records sent, %d not" % (len(lines), 20000 - len(lines)) not in p.said: sys.exit(p.said)
if b"20000 records sent, 0 not" not in p.said: sys.exit(p.said)
'
}

@test "a client that reads gets all of what comes at once, also when it is more than the queue" {
	python '
p = Plugin("audisp-af_unix", "0600", path, "string", "128")
p.until_said(b"listening at")
c = Client(path)
p.until_said(b"client connected")
sent = b"".join(b"type=CWD msg=audit(1.002:%d):\n" % i for i in range(2000))
p.feed(sent)
expect(c.take(len(sent)), sent)
expect(p.finish(), 0)
'
}

@test "SIGTERM ends it after what was written to it has been passed on" {
	python '
p = Plugin("audisp-af_unix", "0600", path)
p.until_said(b"string or binary is not said")
p.until_said(b"listening at")
c = Client(path)
p.until_said(b"client connected")
p.signal(signal.SIGSTOP)
p.feed(b"last words\n")
p.signal(signal.SIGTERM)
p.signal(signal.SIGCONT)
expect(p.finish(close=False), 0)
expect(c.rest(), b"last words\n")
expect(os.path.exists(path), False)
'
}

@test "a socket that a crash left behind is replaced, one that somebody serves is not" {
	python '
first = Plugin("audisp-af_unix", "0600", path, "string")
first.until_said(b"listening at")
second = Plugin("audisp-af_unix", "0600", path, "string")
expect(second.finish(), 1)
expect(second.said, b"audisp-af_unix: %s is in use: somebody answers there\n" % path.encode())
first.signal(signal.SIGKILL)
first.finish()
expect(os.path.exists(path), True)
third = Plugin("audisp-af_unix", "0600", path, "string")
third.until_said(b"listening at")
c = Client(path)
third.until_said(b"client connected")
third.feed(b"it works\n")
expect(c.take(9), b"it works\n")
os.unlink(path)
open(path, "w").close()
expect(third.finish(), 0)
expect(os.path.exists(path), True)
fourth = Plugin("audisp-af_unix", "0600", path, "string")
expect(fourth.finish(), 1)
expect(fourth.said, b"audisp-af_unix: %s is there already, and is no socket\n" % path.encode())
os.unlink(path)
os.symlink("/etc/passwd", path)
fifth = Plugin("audisp-af_unix", "0600", path, "string")
expect(fifth.finish(), 1)
expect(os.listdir(os.path.dirname(path)), ["events"])
'
}

@test "the socket has the mode that was asked for, whatever the umask" {
	python '
for mask, mode in (0o777, "0666"), (0, "600"), (0o022, "0770"):
    old = os.umask(mask)
    p = Plugin("audisp-af_unix", mode, path, "string")
    os.umask(old)
    p.until_said(b"listening at")
    expect(os.stat(path).st_mode & 0o7777, int(mode, 8))
    expect(p.finish(), 0)
'
}

@test "a folder in which anybody could take the socket's place is refused" {
	chmod 777 "$dir"
	run "$AURUM_BIN/audisp-af_unix" 0600 "$socket" string </dev/null
	[ "$status" -eq 1 ]
	[ "$output" = "audisp-af_unix: the folder $dir is writable by everyone: chmod o-w $dir" ]
	run "$AURUM_BIN/audisp-af_unix" 0600 "$dir/none/events" string </dev/null
	[ "$status" -eq 1 ]
	[ "$output" = "audisp-af_unix: cannot look at the folder $dir/none: No such file or directory" ]
}

@test "arguments that make no sense are told" {
	check() {
		run "$AURUM_BIN/audisp-af_unix" "${@:2}" </dev/null
		echo "$output"
		[ "$status" -eq 1 ]
		[[ $output == "audisp-af_unix: $1"* ]]
	}
	check '"0648" is no mode' 0648 "$socket" string
	check '"1777" is no mode' 1777 "$socket" string
	check '"0" is no mode' 0 "$socket" string
	check '"64x" is no mode' 64x "$socket" string
	check '"0" is no queue depth: it is a number from 1 to 65536' 0640 "$socket" string 0
	check '"65537" is no queue depth' 0640 "$socket" string 65537
	check '"text" is not understood here' 0640 "$socket" text
	check '"4" is not understood here' 0640 "$socket" string 3 4
	check 'a/b is no absolute path' 0640 a/b string
	check "/$(printf '%0200d' 0) is longer than a socket's path can be (107 bytes)" 0640 "/$(printf '%0200d' 0)" string
	check 'unknown option' --strin
}

@test "clients that are too many are turned away, and that is told once" {
	python '
p = Plugin("audisp-af_unix", "0600", path, "string")
p.until_said(b"listening at")
clients = [Client(path) for i in range(64)]
turned_away = [Client(path) for i in range(40)]
expect([c.rest() for c in turned_away], [b""] * 40)
p.feed(b"a record\n")
expect([c.take(9) for c in clients], [b"a record\n"] * 64)
expect(p.finish(), 0)
expect(p.said.count(b"turned away"), 1)
'
}

@test "SIGUSR1 writes a state report" {
	[ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null || skip "needs root and mount namespaces"
	export -f python
	export socket AURUM_BIN AURUM_TOP
	run unshare -m bash -c 'mount -t tmpfs none /run && python "
p = Plugin(\"audisp-af_unix\")
p.until_said(b\"MODE PATH string or binary is not said: the default is used\")
p.until_said(b\"listening at /run/audit/audispd_events\")
expect(os.stat(\"/run/audit\").st_mode & 0o777, 0o750)
expect(os.stat(\"/run/audit/audispd_events\").st_mode & 0o777, 0o640)
c = Client(\"/run/audit/audispd_events\")
p.until_said(b\"client connected\")
p.feed(b\"a record\n\")
c.take(9)
p.signal(signal.SIGUSR1)
wait_for(lambda: os.path.exists(\"/run/audit/af_unix.state\"), \"the report\")
sys.stdout.write(open(\"/run/audit/af_unix.state\").read())
expect(os.stat(\"/run/audit/af_unix.state\").st_mode & 0o777, 0o640)
expect(p.finish(), 0)
"'
	echo "$output"
	[ "$status" -eq 0 ]
	for line in 'socket = /run/audit/audispd_events' 'mode = 0640' 'output format = string' 'input format = string' 'records received = 1' \
		'active connections = 1' 'total connections = 1' 'plugin queue size = 512' 'plugin queue overflow detected = no'; do
		grep -qxF "$line" <<<"$output"
	done
	grep -qE '^client 1 = pid [0-9]+ uid 0 gid 0, records sent 1, bytes sent 9, records lost 0, records waiting 0,' <<<"$output"
}

@test "it keeps no capability, and the system calls of a plugin only" {
	[ "$(id -u)" -eq 0 ] || skip "needs root"
	python '
p = Plugin("audisp-af_unix", "0600", path, "string")
p.until_said(b"listening at")
status = open("/proc/%d/status" % p.process.pid).read()
for name in "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb":
    if name + ":\t" + "0" * 16 not in status: sys.exit(status)
for line in "NoNewPrivs:\t1\n", "Seccomp:\t2\n":
    if line not in status: sys.exit(status)
expect(p.finish(), 0)
'
}

@test "no input makes it fail in another way than it says" {
	for seed in 1 2 3 4; do
		python "
import random
random.seed($seed)
p = Plugin('audisp-af_unix', '0600', path, random.choice(['string', 'binary']))
p.until_said(b'listening at')
c = Client(path)
p.until_said(b'client connected')
data = random.choice([b'', frame(1, 7, b'ok')]) + random.randbytes(random.randrange(200000))
try: p.feed(data)
except BrokenPipeError: pass
try: p.process.stdin.close()
except BrokenPipeError: pass
status = p.finish(close=False)
if status not in (0, 1) or b'Sanitizer' in p.said or b'runtime error' in p.said: sys.exit(p.said)
if status == 1 and b'a header that cannot be' not in p.said: sys.exit(p.said)
c.rest()
"
	done
}
