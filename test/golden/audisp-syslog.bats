#!/usr/bin/env bats
# The plugin that writes to the system's log, which is a socket of the test's own at /dev/log.

setup() {
	[ "$(id -u)" -eq 0 ] && unshare -m true 2>/dev/null || skip "needs root and mount namespaces"
	dir=$(mktemp -d)
	export TZ=UTC
}

teardown() { rm -rf "$dir"; }

# python SCRIPT: with the helpers of plugin.py, in a /dev that has nothing but null, urandom and zero.
python() {
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$AURUM_TOP/test/golden timeout 120 unshare -m bash -c '
		for name in null urandom zero; do touch "$0/$name"; done
		mount -t tmpfs none "$0" && for name in null urandom zero; do touch "$0/$name" && mount --bind "/dev/$name" "$0/$name"; done &&
			mount --rbind "$0" /dev || exit 99
		exec python3 -c "$1"' "$dir" "
from plugin import *

class Log:
    def __init__(self):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind('/dev/log')
        self.socket.settimeout(PATIENCE)

    def take(self):
        return self.socket.recv(1 << 20)

    def text(self):
        # without the time
        priority, rest = self.take().split(b'>', 1)
        return priority + b'>' + rest[16:]

    def fill(self):
        s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        s.connect('/dev/log')
        s.setblocking(False)
        n = 0
        try:
            while True:
                s.send(b'full')
                n += 1
        except BlockingIOError:
            return n

    def all(self, program, *args, file):
        # all that the program writes, given a file
        p = subprocess.Popen([program, *args], stdin=open(file, 'rb'))
        said = []
        while p.poll() is None:
            if select.select([self.socket], [], [], 0.05)[0]:
                said.append(self.text())
        while select.select([self.socket], [], [], 0)[0]:
            said.append(self.text())
        expect(p.returncode, 0)
        return [m.rstrip(b'\n') for m in said if b'syslog plugin initialized' not in m]

CWD = b'type=CWD msg=audit(1700000000.123:7): cwd=\"/\"'
$1"
}

@test "a record is a message, with facility, level and the name that filters look for" {
	python '
log = Log()
for args, header in (
        ([], b"<14>audisp-syslog: "), (["LOG_DEBUG"], b"<15>audisp-syslog: "), (["LOG_LOCAL0"], b"<134>audispd: "),
        (["log_local7", "log_emerg"], b"<184>audispd: "), (["LOG_AUTHPRIV", "LOG_NOTICE"], b"<85>audispd: "),
        (["LOG_ALERT", "LOG_DAEMON"], b"<25>audispd: "), (["LOG_SYSLOG", "LOG_CRIT"], b"<42>audispd: "),
        (["LOG_WARNING", "LOG_AUTH"], b"<36>audispd: "), (["LOG_ERR", "LOG_USER"], b"<11>audisp-syslog: ")):
    p = Plugin("audisp-syslog", *args)
    p.feed(CWD + b"\x1dNAMES=x\n")
    expect(log.text(), header + CWD + b" NAMES=x")
    expect(p.finish(), 0)
    expect(p.said, b"")
'
}

@test "frames are messages, too" {
	python '
log = Log()
p = Plugin("audisp-syslog")
p.feed(frame(0, 1307, CWD[13:] + b"\0\0") + frame(1, 1307, b"node=a " + CWD) + frame(1, 1307, b"a\nb\0c"))
expect(log.text(), b"<14>audisp-syslog: " + CWD)
expect(log.text(), b"<14>audisp-syslog: node=a " + CWD)
expect(log.text(), b"<14>audisp-syslog: a b")
expect(p.finish(), 0)
'
}

@test "the messages are Debian's, byte for byte" {
	oracle=$("$AURUM_TOP/test/oracle") || skip "Debian's tools cannot be downloaded"
	# A system call of a SECCOMP record without subj= is a row of docs/differences.md.
	cat "$AURUM_TOP"/test/data/linux/*.log "$AURUM_TOP/etc/sample/audit.log" >"$dir.log"
	grep -av '^type=SECCOMP' "$AURUM_TOP/test/data/interpret/records.log" >>"$dir.log"
	ORACLE=$oracle FILE=$dir.log python '
log = Log()
for args in [], ["LOG_INFO", "LOG_LOCAL3"], ["interpret"], ["LOG_LOCAL3", "interpret", "LOG_ERR"]:
    theirs = log.all(os.environ["ORACLE"] + "/audisp-syslog", *args, file=os.environ["FILE"])
    ours = log.all(os.path.join(BIN, "audisp-syslog"), *args, file=os.environ["FILE"])
    if len(ours) < 300: sys.exit("only %d messages" % len(ours))
    for mine, other in zip(ours, theirs): expect(mine, other)
    expect(len(ours), len(theirs))
'
	rm -f "$dir.log"
}

@test "interpreted, an address is not what a path pretends, and no line breaks" {
	python '
log = Log()
p = Plugin("audisp-syslog", "interpret")
path = b"/x laddr=1.2.3.4"
p.feed(b"type=SOCKADDR msg=audit(1700000000.123:7): saddr=" + (b"\x01\x00" + path + b"\0").hex().upper().encode() + b"\n")
p.feed(b"type=EOE msg=audit(1700000000.123:7): \n")
p.feed(b"no record\n")
p.feed(b"type=CWD msg=audit(1700000000.123:7): cwd=" + b"/a\nb\x1b[2J".hex().upper().encode() + b"\n")
expect(log.text(), b"<14>audisp-syslog: type=SOCKADDR msg=audit(11/14/23 22:13:20) : saddr=local ")
expect(log.text(), b"<14>audisp-syslog: type=CWD msg=audit(11/14/23 22:13:20) : cwd=/a\\012b\\033[2J ")
expect(p.finish(), 0)
'
}

@test "a long record is one message, cut where no record of the kernel reaches" {
	python '
log = Log()
p = Plugin("audisp-syslog")
p.feed(CWD + b"x" * 20000 + b"\n" + b"y" * 8900 + b"\n")
expect(log.text(), b"<14>audisp-syslog: " + (CWD + b"x" * 20000)[:8969])
expect(log.text(), b"<14>audisp-syslog: " + b"y" * 8900)
expect(p.finish(), 0)
expect(p.said, b"audisp-syslog: 1 records were cut at 8969 bytes\n")
'
}

@test "a full /dev/log is waited for, and nothing is lost" {
	python '
log = Log()
n = log.fill()
p = Plugin("audisp-syslog")
p.feed(b"one\ntwo\nthree\n")
p.until_read()
time.sleep(0.1)
for i in range(n): expect(log.take(), b"full")
for text in b"one", b"two", b"three": expect(log.text(), b"<14>audisp-syslog: " + text)
expect(p.finish(), 0)
expect(p.said, b"")
'
}

@test "who listens there later than the plugin starts gets what waits" {
	python '
p = Plugin("audisp-syslog")
p.feed(b"early\n")
time.sleep(0.3)
log = Log()
expect(log.text(), b"<14>audisp-syslog: early")
log.socket.close()
os.unlink("/dev/log")
p.feed(b"between\n")
time.sleep(0.3)
log = Log()
expect(log.text(), b"<14>audisp-syslog: between")
expect(p.finish(), 0)
expect(p.said, b"")
'
}

@test "the wait has an end, and what is lost is counted and told" {
	python '
log = Log()
n = log.fill()
p = Plugin("audisp-syslog")
p.feed(b"one\n")
p.until_read()
p.feed(b"two\n")
p.until_read() # so that it has given up on the first one
for i in range(n): expect(log.take(), b"full")
p.feed(b"three\n")
# On a busy machine that was too late for the second one; and the loss is told when there is room.
texts = [log.text(), log.text()]
lost = 1 if texts[0].endswith(b"two") else 2
told = b"<12>audisp-syslog: %d records were lost: nobody took them from /dev/log" % lost
if lost == 1: texts.append(log.text())
wanted = [told, b"<14>audisp-syslog: three"] + [b"<14>audisp-syslog: two"] * (lost == 1)
expect(sorted(texts), sorted(wanted))
expect(p.finish(), 0)
expect(p.said, told[4:] + b"\n")
'
}

@test "SIGTERM ends it at once, also while it waits" {
	python '
log = Log()
n = log.fill()
p = Plugin("audisp-syslog")
p.feed(b"one\n" * 20) # each of them would be waited for
p.until_read()
time.sleep(0.1)
start = time.time()
p.signal(signal.SIGTERM)
expect(p.finish(close=False), 0)
if time.time() - start > 20: sys.exit("it took %.1f s" % (time.time() - start))
expect(p.said, b"audisp-syslog: 20 records were lost: nobody took them from /dev/log\n")
'
}

@test "words that it does not know are told" {
	for words in LOG_FOO LOG_MAIL interpreted "LOG_INFO x"; do
		run "$AURUM_BIN/audisp-syslog" $words </dev/null
		[ "$status" -eq 1 ]
		[[ $output == "audisp-syslog: \"${words##* }\" is not understood here: a facility is one of LOG_LOCAL0 to"* ]]
	done
}

@test "no input makes it fail in another way than it says" {
	for seed in 1 2 3 4; do
		python "
import random, threading
random.seed($seed)
log = Log()
def drain():
    try:
        while True: log.take()
    except OSError: pass
threading.Thread(target=drain, daemon=True).start()
p = Plugin('audisp-syslog', *random.choice([[], ['interpret']]))
words = [b'type=', b'SYSCALL', b'AVC', b' msg=audit(1700000000.123:7): ', b'avc: ', b'{ ', b' } ', b'key=', b'6101', b'saddr=', b'0200', b'uid=0', b'\x1d', b'\n', b'=', b'\"', b'msg=\'', b' ']
data = random.choice([b'', frame(1, 7, b'ok'), b'text\n']) + b''.join(random.choice(words) if random.random() < 0.95 else random.randbytes(9) for _ in range(20000))
try: p.feed(data)
except BrokenPipeError: pass
try: p.process.stdin.close()
except BrokenPipeError: pass
status = p.finish(close=False)
if status not in (0, 1) or b'Sanitizer' in p.said or b'runtime error' in p.said: sys.exit(p.said)
if status == 1 and b'a header that cannot be' not in p.said: sys.exit(p.said)
os._exit(0)
"
	done
}
