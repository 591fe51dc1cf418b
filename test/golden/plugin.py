"""What the tests of auditd's plugins share: a plugin whose standard input is a pipe of the test."""
import fcntl, os, select, signal, socket, struct, subprocess, sys, termios, time

BIN = os.environ["AURUM_BIN"]
PATIENCE = 20


def frame(version, kind, text, header=16):
    return struct.pack("=IIII", version, header, kind, len(text)) + bytes(header - 16) + text


def wait_for(claim, what):
    end = time.time() + PATIENCE
    while not claim():
        if time.time() > end:
            sys.exit("waited in vain for " + what)
        time.sleep(0.01)


class Plugin:
    def __init__(self, program, *args, **more):
        self.process = subprocess.Popen([os.path.join(BIN, program), *args], stdin=subprocess.PIPE,
                                        stderr=subprocess.PIPE, bufsize=0, **more)
        self.said = b""

    def feed(self, data):
        self.process.stdin.write(data)

    def until_read(self):
        """Until it has read what it was fed."""
        def is_empty():
            return fcntl.ioctl(self.process.stdin, termios.FIONREAD, b"1234") == b"\0\0\0\0"
        wait_for(is_empty, "it to read")

    def until_said(self, text):
        end = time.time() + PATIENCE
        while text not in self.said:
            ready, _, _ = select.select([self.process.stderr], [], [], max(0, end - time.time()))
            part = os.read(self.process.stderr.fileno(), 65536) if ready else b""
            if not part:
                sys.exit("it never said %r, but %r" % (text, self.said))
            self.said += part

    def signal(self, number):
        self.process.send_signal(number)

    def finish(self, close=True):
        """The exit status; all that was said is in .said then."""
        if close:
            self.process.stdin.close()
        self.said += self.process.stderr.read()
        return self.process.wait(PATIENCE)


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)  # waits while the queue is full, which with a timeout it does not
        self.socket.settimeout(PATIENCE)

    def take(self, n):
        got = b""
        while len(got) < n:
            part = self.socket.recv(n - len(got))
            if not part:
                sys.exit("the stream ended after %r" % got)
            got += part
        return got

    def rest(self):
        got = b""
        while part := self.socket.recv(1 << 20):
            got += part
        return got


def expect(got, wanted):
    if got != wanted:
        sys.exit("got    %.2000r\nwanted %.2000r" % (got, wanted))
