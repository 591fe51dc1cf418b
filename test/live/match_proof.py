#!/usr/bin/env python3
"""The kernel's filters against `aurum rules match`: random rule sets, real acts.

	match_proof.py BIN TESTS FOLDER SETS SEED

BIN has aurum, TESTS live-actor and live-same; FOLDER is an empty one of ours. The caller holds
the lock of live tests, and no audit daemon runs. Prints what was compared; the exit code is 0
when every decided answer is the kernel's.

A process of ours, the actor, does about a hundred acts. They are recorded once with a rule that
takes all it does. Then for each random rule set, which ends in that rule, they are done again:
the key of the event, or that there is none, must be what `aurum rules match` says from the
first recording. Records come to this process, which registers as the audit daemon.
"""

import json
import os
import random
import re
import shutil
import socket
import struct
import subprocess
import sys

USER, GROUP, OTHER = 1001, 1002, 1003
NAMES = {1112: "USER_LOGIN", 1300: "SYSCALL", 1302: "PATH", 1304: "SOCKETCALL", 1306: "SOCKADDR", 1307: "CWD", 1309: "EXECVE",
         1318: "OBJ_PID", 1321: "BPRM_FCAPS", 1320: "EOE", 1327: "PROCTITLE", 1336: "URINGOP", 1337: "OPENAT2",
         2404: "CRYPTO_KEY_USER"}
MARK = 2500  # type of the messages that separate acts
STABLE = ["f_root", "f_user", "f_secret", "d/sub/file", "d", "d/sub", "link_s", "fifo", "socket", "hard"]
VOLATILE = ["v1", "v2", "e/v3"]
X86_64, I386 = 0xc000003e, 0x40000003


def take_all(pid):
    """The rules that take all a process does."""
    return [f"-a always,exit -S all -F pid={pid} -k all", f"-a always,io_uring -S all -F pid={pid} -k all"]


class Audit:
    """The kernel's audit socket, as the daemon has it."""

    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 9)
        self.socket.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
        self.socket.bind((0, 0))
        self.socket.settimeout(20)
        self.seq = 0
        self.waiting = []

    def receive(self):
        data = self.socket.recv(65536)
        length, kind = struct.unpack("IH", data[:6])
        return kind, data[16:]

    def request(self, kind, data):
        self.seq += 1
        self.socket.send(struct.pack("IHHII", 16 + len(data), kind, 5, self.seq, 0) + data)
        while True:
            kind, body = self.receive()
            if kind == 2:
                error = struct.unpack("i", body[:4])[0]
                if error:
                    raise OSError(-error, os.strerror(-error))
                return
            self.waiting.append((kind, body))

    def set(self, mask, **fields):
        names = ["enabled", "failure", "pid", "rate_limit", "backlog_limit"]
        self.request(1001, struct.pack("11I", mask, *[fields.get(n, 0) for n in names], 0, 0, 0, 0, 0))

    def records_until(self, mark):
        """(type, text) of what came before the message with this text."""
        self.request(MARK, mark.encode() + b"\0")
        while True:
            for at, (kind, body) in enumerate(self.waiting):
                if kind == MARK and f"msg='{mark}'".encode() in body:
                    found, self.waiting = self.waiting[:at], self.waiting[at + 1:]
                    return [(kind, body.rstrip(b"\0\n").decode("latin-1")) for kind, body in found]
            self.waiting.append(self.receive())


class Actor:
    def __init__(self, program, folder):
        self.process = subprocess.Popen([program], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.pid = int(self.process.stdout.readline())

    def do(self, act):
        self.process.stdin.write(act.encode() + b"\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != b"done\n":
            raise SystemExit(f"match_proof: {act}: the actor has ended")

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def write(path, uid=0, gid=0, mode=0o644):
    with open(path, "w"):
        pass
    os.chown(path, uid, gid)
    os.chmod(path, mode)


def prepare(folder):
    """The files that stay as they are."""
    os.chmod(folder, 0o755)
    for name in ["d", "d/sub", "e"]:
        os.mkdir(f"{folder}/{name}")
    os.chmod(f"{folder}/e", 0o777)
    os.chown(f"{folder}/d/sub", USER, GROUP)
    write(f"{folder}/f_root")
    write(f"{folder}/f_user", USER, GROUP, 0o640)
    write(f"{folder}/f_secret", 0, 0, 0o600)
    write(f"{folder}/d/sub/file", 0, GROUP)
    write(f"{folder}/original")
    os.link(f"{folder}/original", f"{folder}/hard")
    os.symlink("f_root", f"{folder}/link_s")
    os.symlink("../f_root", f"{folder}/d/link_out")
    os.mkfifo(f"{folder}/fifo")
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(f"{folder}/socket")
    os.chmod(f"{folder}/socket", 0o777)
    listener.listen(64)
    return listener


# What must be there before an act: the volatile files that it needs.
NEEDS = {"unlink_one": ["v1"], "rename_new": ["v1"], "rename_over": ["v1", "v2"], "rename_dirs": ["v1"],
         "unlinkat_one": ["e/v3"], "unlinkat_relative": ["v1"], "renameat2_dirs": ["e/v3"],
         "ring_rename": ["v1"], "renameat2_refused": ["v1"], "creat_old": ["e/v3"], "rmdir_one": ["e/vd/"]}


def reset(folder, act):
    wanted = NEEDS.get(act.split("@")[0], [])
    for name in VOLATILE:
        if name not in wanted and os.path.lexists(f"{folder}/{name}"):
            os.unlink(f"{folder}/{name}")
    for name in wanted:
        if name.endswith("/"):
            if not os.path.isdir(f"{folder}/{name}"):
                os.mkdir(f"{folder}/{name}")
        elif not os.path.lexists(f"{folder}/{name}"):
            write(f"{folder}/{name}", USER if act.endswith("@setid") else 0)
    if "e/vd/" not in wanted and os.path.isdir(f"{folder}/e/vd"):
        os.rmdir(f"{folder}/e/vd")


class Act:
    """An act and its event, from the recording with the rule that takes all."""

    def __init__(self, name, records):
        self.name = name
        self.records = records
        self.kind = kind_of(name)
        call = next(text for kind, text in records if kind == self.kind)
        self.types = {kind for kind, _ in records}
        self.serial = int(re.search(r"audit\([\d.]+:(\d+)\)", call)[1])
        self.field = dict(re.findall(r"(\w+)=(\S+)", call.split("): ", 1)[1]))
        self.files = []
        for kind, text in records:
            if kind == 1302:
                self.files.append(dict(re.findall(r"(\w+)=(\S+)", text)))
            if kind == 1306:
                family = re.search(r"saddr=(..)(..)", text)
                self.family = int(family[2] + family[1], 16)

    def is_same(self, kind, text):
        if kind != self.kind:
            return False
        same = {1300: ["syscall", "arch"], 1336: ["uring_op"]}.get(kind, [])
        return all(f"{name}={self.field[name]} " in text for name in same)


def kind_of(name):
    """The type of the record that an act is known by."""
    return {"message_login": 1112, "message_other": 2404}.get(name.split("@")[0],
                                                              1336 if name.startswith("ring") else 1300)


def event_of(records, pid, is_wanted):
    """The records of the actor's event that is wanted; None when there is none."""
    serials = {}
    for kind, text in records:
        found = re.match(r"audit\([\d.]+:(\d+)\): ", text)
        if found:
            serials.setdefault(found[1], []).append((kind, text))
    events = [event for event in serials.values()
              if any(re.search(rf" pid={pid} ", text) and is_wanted(kind, text) for kind, text in event)]
    if len(events) > 1:
        raise SystemExit(f"match_proof: {len(events)} events of one act:\n{events}")
    return events[0] if events else None


def key_of(event, main):
    if event is None:
        return "nothing"
    text = next(text for kind, text in event if kind == main)
    if main not in (1300, 1336):
        return "recorded -"
    key = re.search(r' key=("([^"]*)"|\S+)$', text)
    return "recorded " + (key[2] or "-" if key else "?")


# ---- random rules ----

class Generator:
    """Rules that are aimed at acts: most conditions hold for one of them."""

    def __init__(self, seed, acts, pid, folder, actor):
        self.random = random.Random(seed)
        self.acts = [act for act in acts if act.kind == 1300]
        self.pid, self.folder, self.actor = pid, folder, actor
        self.inodes = {name: os.lstat(f"{folder}/{name}").st_ino for name in STABLE}
        self.watched = set()

    def number(self, name, value, ops="= != < <= > >=", field_range=(0, 1 << 32)):
        """A comparison that often holds."""
        r = self.random
        op = r.choice(ops.split())
        other = (value + r.choice([-1, 0, 0, 0, 1])) % (1 << 32)
        low, high = field_range
        other = min(max(other, low), high - 1)
        return f"-F {name}{op}{other}"

    def id(self, act, name):
        value = int(act.field[name])
        if value == 0xffffffff:
            return f"-F {name}{self.random.choice(['=', '!='])}unset" if name == "auid" else \
                f"-F {'sessionid' if name == 'ses' else name}{self.random.choice(['=', '!=', '>='])}4294967295"
        return self.number({"ses": "sessionid"}.get(name, name), value, field_range=(0, 0xfffffffe))

    def group(self, act, name):
        """With other groups than its own a rule is not decided: mostly leave that out."""
        value = int(act.field[name])
        op = self.random.choice(["=", "=", "!=", "<", ">=", ">"])
        if name in ("gid", "egid") and op in ("=", "!=") and self.random.random() < 0.9:
            return f"-F {name}{op}{value}"
        return self.number(name, value, op, field_range=(0, 0xfffffffe))

    def argument(self, act):
        at = self.random.randrange(4)
        value = int(act.field[f"a{at}"], 16) & 0xffffffff
        op = self.random.choice(["=", "!=", "<", "<=", ">", ">=", "&", "&="])
        if op in "&=" and self.random.random() < 0.7:
            value &= self.random.randrange(1 << 32)
        else:
            value = (value + self.random.choice([-1, 0, 0, 1])) & 0xffffffff
        return f"-F a{at}{op}{value}"

    def exit(self, act):
        if "exit" not in act.field:
            return "-F exit=0"
        value = int(act.field["exit"])
        value += self.random.choice([-1, 0, 0, 0, 1])
        return f"-F exit{self.random.choice(['=', '!=', '<', '<=', '>', '>='])}{value}"

    def success(self, act):
        return f"-F success{self.random.choice(['=', '=', '!=', '<', '>='])}{self.random.randrange(2)}"

    def file(self, act):
        r = self.random
        files = [f for f in act.files if "inode" in f] or [{"inode": "2", "dev": "00:00", "ouid": "0", "ogid": "0"}]
        f = r.choice(files)
        major, minor = (int(x, 16) for x in f["dev"].split(":"))
        kind = r.randrange(6)
        if kind == 0:
            return self.number("devmajor", major, "= != < <= > >=", (0, 4096))
        if kind == 1:
            return f"-F devminor{r.choice(['=', '!=', '<', '>', '&', '&='])}{minor}"
        if kind == 2:
            return f"-F inode!={r.choice(list(self.inodes.values()))}"
        if kind == 3:
            return self.number("obj_uid", int(f["ouid"]), field_range=(0, 0xfffffffe))
        if kind == 4:
            return self.number("obj_gid", int(f["ogid"]), field_range=(0, 0xfffffffe))
        return f"-F filetype{r.choice(['=', '=', '!='])}{r.choice(['file', 'dir', 'socket', 'link', 'fifo', 'character'])}"

    def family(self, act):
        return self.number("saddr_fam", getattr(act, "family", self.random.choice([1, 2])), field_range=(0, 40))

    def compare(self, act):
        r = self.random
        ids = ["uid", "euid", "suid", "fsuid", "auid", "obj_uid"]
        groups = ["gid", "egid", "sgid", "fsgid", "obj_gid"]
        return "-C " + r.choice(["=", "!="]).join(r.sample(r.choice([ids, ids, groups]), 2))

    def perm(self, act):
        return "-F perm=" + "".join(self.random.sample("rwxa", self.random.randint(1, 3)))

    def exe(self, act):
        path = self.random.choice([self.actor, self.actor, f"{self.folder}/f_root", f"{self.folder}/nothing"])
        return f"-F exe{self.random.choice(['=', '!='])}{path}"

    def personality(self, act):
        return self.number("pers", int(act.field.get("per", "0"), 16), "= != < > & &=")

    def label(self, act):
        return self.random.choice(["-F subj_user=root", "-F subj_type!=x", "-F obj_type=etc_t", "-F obj_user!=x",
                                   "-F subj_sen=s0"])

    def dir(self, act):
        return f"-F dir={self.folder}" + self.random.choice(["", "/d", "/d/sub", "/e"])

    def conditions(self, act):
        r = self.random
        makers = [lambda a: self.id(a, r.choice(["uid", "euid", "suid", "fsuid"]))] * 4 + [
            lambda a: self.id(a, r.choice(["auid", "ses", "ppid"])),
            lambda a: self.group(a, r.choice(["gid", "egid", "sgid", "fsgid"])),
            self.argument, self.argument, self.exit, self.exit, self.success, self.success, self.file, self.file,
            self.file, self.family, self.compare, self.compare, self.personality]
        words = []
        for _ in range(r.choice([0, 0, 1, 1, 2, 3])):
            words.append(r.choice(makers)(act))
        if r.random() < 0.2:
            words.append(self.perm(act))
        if r.random() < 0.12:
            words.append(self.exe(act))
        if r.random() < 0.03:
            words.append(self.label(act))
        return words

    def volatile(self):
        """A file that comes and goes; only one rule of a set may watch it (see the decision)."""
        free = [name for name in VOLATILE if name not in self.watched]
        if not free:
            return None
        name = self.random.choice(free)
        self.watched.add(name)
        return name

    def place(self):
        """A condition on one file or tree, or none; and whether it alone is narrow enough."""
        r = self.random
        kind = r.randrange(10)
        if kind < 2:
            return f"-F path={self.folder}/{r.choice(STABLE)}"
        if kind == 2:
            name = self.volatile()
            return f"-F path={self.folder}/{name}" if name else None
        if kind == 3:
            return f"-F inode={r.choice(list(self.inodes.values()))}"
        if kind == 4:
            return self.dir(None)
        return None

    def watch(self, key):
        r = self.random
        target = r.choice(STABLE + ["d", "d/sub", "e"])
        if r.random() < 0.3:
            target = self.volatile() or target
        perms = "".join(r.sample("rwxa", r.randint(1, 4)))
        return f"-w {self.folder}/{target} -p {perms}{key}"

    def rule(self, number):
        r = self.random
        act = r.choice(self.acts)
        key = f" -k k{number}" if r.random() < 0.9 else ""
        if r.random() < 0.12:
            return self.watch(key)
        place = self.place()
        words = [f"{'-A' if r.random() < 0.1 else '-a'} {'never' if r.random() < 0.3 else 'always'},exit"]
        arch = None
        if r.random() < 0.35:
            arch = r.choice([X86_64, X86_64, X86_64, I386])
            words.append(f"-F arch={'b64' if arch == X86_64 else 'b32'}")
        if r.random() < 0.45:
            calls = {a.field["syscall"] for a in r.sample(self.acts, r.randint(0, 6))} | {act.field["syscall"]}
            words.append("-S " + ",".join(sorted(calls)))
        else:
            words.append("-S all")
        words += self.conditions(act)
        if place and place.endswith(tuple(VOLATILE)):
            # When such a file comes or goes the kernel mixes up the rule's program with it.
            words = [w for w in words if not w.startswith("-F exe")]
        words.insert(r.randint(2 if arch else 1, len(words)), f"-F pid={self.pid}")
        if place:
            words.append(place)
        # -S belongs behind arch, and both before what auditctl checks against them.
        words[1:] = sorted(words[1:], key=lambda w: (not w.startswith("-F arch"), not w.startswith("-S")))
        return " ".join(words) + key

    def operation(self, number):
        """A rule of the list io_uring."""
        r = self.random
        words = [f"-a {r.choice(['always', 'always', 'never'])},io_uring",
                 "-S " + r.choice(["all", "openat", "openat,mkdirat", "renameat"]), f"-F pid={self.pid}"]
        words += r.sample([f"-F uid={r.choice([0, USER])}", f"-F euid!={r.choice([0, USER])}", "-F success=1",
                           "-F exit<=0", "-F exit>5", "-F gid=0", "-F ppid!=1", "-F obj_uid=0", "-C uid=euid",
                           "-F filetype=dir", f"-F dir={self.folder}/e", "-F devmajor>=0",
                           f"-F inode={self.inodes['f_root']}", f"-F path={self.folder}/f_root"],
                          r.randint(0, 2))
        return " ".join(words) + f" -k k{number}"

    def message(self):
        """A rule of the list user."""
        r = self.random
        words = [f"-a {r.choice(['always', 'never', 'never'])},user", f"-F pid={self.pid}"]
        return " ".join(words + r.sample([f"-F uid={r.choice([0, USER])}", "-F msgtype=USER_LOGIN",
                                          "-F msgtype>=CRYPTO_KEY_USER", "-F msgtype!=1112", "-F auid=unset",
                                          "-F auid!=unset", "-F sessionid=unset", "-F uid!=0", "-F euid=0",
                                          "-F subj_user=x", "-F gid=0"], r.randint(0, 2)))

    def exclusion(self):
        r = self.random
        words = [f"-a {r.choice(['always', 'never'])},exclude", f"-F pid={self.pid}"]
        return " ".join(words + r.sample([f"-F msgtype={r.choice(['PATH', 'CWD', 'PROCTITLE', 'SYSCALL', 'EOE'])}",
                                          "-F msgtype>=CWD", "-F msgtype<1300", f"-F uid={r.choice([0, USER])}",
                                          "-F msgtype!=SYSCALL", f"-F gid={r.choice([0, GROUP])}", "-F auid=unset",
                                          f"-F exe={self.actor}", f"-F exe!={self.actor}"], r.randint(1, 3)))

    def hiding(self):
        """A rule of the list filesystem, which takes no other condition; it only leaves names out."""
        r = self.random
        return f"-a {r.choice(['never', 'never', 'always'])},filesystem -F fstype{r.choice(['=', '=', '=', '!='])}" + \
            r.choice(["debugfs", "tracefs", "cgroup", "cgroup2"])

    def rules(self):
        r = self.random
        self.watched = set()
        lines = [self.rule(i) for i in range(r.randint(1, 8))]
        others = [self.operation(20 + i) for i in range(r.choice([0, 0, 1, 2]))]
        others += [self.message() for _ in range(r.choice([0, 0, 1, 2]))]
        others += [self.exclusion() for _ in range(r.choice([0, 0, 0, 1, 2]))]
        others += [self.hiding() for _ in range(r.choice([0, 0, 0, 0, 1]))]
        for line in others:
            lines.insert(r.randint(0, len(lines)), line)
        return list(dict.fromkeys(lines)) + take_all(self.pid)


# ---- the comparison ----

class Proof:
    def __init__(self, bin_dir, tests, folder, sets, seed):
        self.aurum, self.same = f"{bin_dir}/aurum", f"{tests}/live-same"
        self.work, self.sets, self.seed = f"{folder}/w", sets, seed
        self.folder = folder
        os.mkdir(self.work)
        self.listener = prepare(self.work)
        self.actor_path = f"{folder}/actor"
        shutil.copy(f"{tests}/live-actor", self.actor_path)
        os.chmod(folder, 0o755)
        self.names = subprocess.run([self.actor_path, "--list"], check=True, capture_output=True,
                                    text=True).stdout.split()
        self.pairs = self.open = self.wrong = self.refused = self.differs = self.rules = 0
        self.looked_open = self.taken = 0

    def load(self, path, lines):
        """Loads the rules; what the kernel refuses is taken out of the file."""
        with open(path, "w") as out:
            out.write("".join(line + "\n" for line in lines))
        done = subprocess.run([self.same, path], capture_output=True, text=True)
        if done.returncode or done.stderr:
            raise SystemExit(f"match_proof: {path}: {done.stderr}{done.stdout}")
        for line in done.stdout.splitlines():
            what, number = line.split()[:2]
            if what == "differs":
                self.differs += 1
                print(f"{path}:{line}: not what was loaded: {lines[int(number) - 1]}")
            else:
                self.refused += 1
                print(f"{path}:{line}: {lines[int(number) - 1]}")
                lines[int(number) - 1] = "# " + lines[int(number) - 1]
        with open(path, "w") as out:
            out.write("".join(line + "\n" for line in lines))
        self.rules += len(lines)

    def clear(self):
        subprocess.run([self.same, "--clear"], check=True)

    def do(self, act, number, mark):
        reset(self.work, act)
        self.audit.records_until(f"{mark} {number} begins")
        self.actor.do(act)
        return self.audit.records_until(f"{mark} {number} ends")

    def begin(self):
        self.audit = Audit()
        self.audit.set(1 | 4 | 16, enabled=1, pid=os.getpid(), backlog_limit=8192)
        self.actor = Actor(self.actor_path, self.work)

    def end(self):
        self.clear()
        self.actor.end()
        self.audit.set(4, pid=0)

    def record(self):
        """Every act once, with the rule that takes all."""
        self.load(f"{self.folder}/all.rules", take_all(self.actor.pid))
        helpers = re.compile(r" syscall=(0|1|3|117|119) ")  # read, write, close, setresuid, setresgid
        self.acts = []
        with open(f"{self.folder}/base.log", "w") as log:
            for number, name in enumerate(self.names):
                records = self.do(name, number, "base")
                act = self.find_act(name, records, helpers)
                if not act:
                    continue
                self.acts.append(act)
                for kind, text in act.records:
                    log.write(f"type={NAMES.get(kind, f'UNKNOWN[{kind}]')} msg={text}\n")
        self.clear()

    def find_act(self, name, records, helpers):
        """Its event is the last but one kind of call between the helpers' calls."""
        calls = [text for kind, text in records
                 if kind == kind_of(name) and f" pid={self.actor.pid} " in text and not helpers.search(text)]
        wanted = self.wanted_call(name, calls)
        # A kernel may lack 32-bit calls, io_uring, or a new call (ENOSYS).
        if re.search("32|ring|inline", name) and not wanted or wanted and " exit=-38 " in wanted:
            print(f"{name}: not on this kernel")
            return None
        if not wanted:
            raise SystemExit(f"match_proof: {name}: no event: {calls}")
        serial = re.match(r"audit\([\d.]+:(\d+)\)", wanted)[1]
        return Act(name, [(k, t) for k, t in records if f":{serial}): " in t])

    @staticmethod
    def wanted_call(name, calls):
        if name.split("@")[0].endswith("32"):
            calls = [text for text in calls if "arch=40000003" in text]
        elif name.startswith(("connect", "bind")):
            calls = [text for text in calls if not re.search(r" syscall=41 ", text)]
        return calls[0] if calls else None

    def predict(self, rules, look):
        options = ["--look"] if look else []
        done = subprocess.run([self.aurum, "rules", "match", "--format", "json", *options, "--event",
                               f"{self.folder}/base.log", rules], capture_output=True, text=True)
        if done.returncode > 1 or done.stderr:
            raise SystemExit(f"match_proof: {rules}: {done.returncode} {done.stderr}")
        answers = {}
        for line in done.stdout.splitlines():
            answer = json.loads(line)
            answers[answer["serial"]] = answer
        return answers

    @staticmethod
    def word(answer):
        if not answer["decided"]:
            return "open"
        return "recorded " + answer.get("key", "-") if answer["outcome"] == "recorded" else "nothing"

    def compare(self, number, lines, seen, by_name, looked):
        for act in self.acts:
            kernel = seen[act.name]
            names, look = self.word(by_name[act.serial]), self.word(looked[act.serial])
            self.pairs += 1
            self.taken += kernel != "recorded all"
            self.open += names == "open"
            self.looked_open += look == "open"
            # Names alone do not tell links apart: there --look has to be asked.
            if names not in ("open", kernel) and not re.search("link|hard", act.name):
                self.tell(number, act, lines, kernel, by_name[act.serial], "by names")
            elif look not in ("open", kernel):
                self.tell(number, act, lines, kernel, looked[act.serial], "with --look")

    def compare_records(self, number, lines, seen, left_out, answers):
        """Which records of an event the rules of the list exclude leave out."""
        for act in self.acts:
            answer = answers[act.serial]
            if self.word(answer) != seen[act.name] or answer["outcome"] != "recorded":
                continue
            ours = {record["type"] for record in answer["without"] if record["decided"]}
            unsure = {record["type"] for record in answer["without"] if not record["decided"]}
            kernel = {NAMES.get(kind, "other") for kind in left_out[act.name]}
            # Files that the list filesystem hides have no names and no folder either.
            hidden = {"PATH", "CWD"} if any("filesystem" in line for line in lines) else set()
            if ours - hidden != kernel - unsure - hidden:
                self.tell(number, act, lines, f"leaves out {kernel}", answer, "by names")

    def tell(self, number, act, lines, kernel, answer, how):
        self.wrong += 1
        print(f"set {number}, {act.name}, {how}: kernel: {kernel}; ours: {self.word(answer)}")
        if self.wrong <= 10:
            print("  " + "\n  ".join(lines))
            print("  " + json.dumps(answer))
            print("  " + "\n  ".join(f"{k} {t}" for k, t in act.records))

    def run(self):
        self.begin()
        try:
            self.record()
            generator = Generator(self.seed, self.acts, self.actor.pid, self.work, self.actor_path)
            for number in range(self.sets):
                self.run_set(number, generator)
        finally:
            self.end()
        print(f"seed {self.seed}: {self.sets} rule sets, {self.rules} rules, {len(self.acts)} acts, "
              f"{self.pairs} pairs compared, {self.taken} of them not left to the last rule; "
              f"not decided {self.open} by names, {self.looked_open} with --look; "
              f"{self.wrong} wrong, {self.differs} rules not listed as loaded, {self.refused} refused")
        return self.wrong or self.differs

    def run_set(self, number, generator):
        path = f"{self.folder}/{number}.rules"
        reset(self.work, "")  # rules watch files before they are there
        lines = generator.rules()
        self.load(path, lines)
        by_name = self.predict(path, False)
        seen, left_out = {}, {}
        for at, act in enumerate(self.acts):
            event = event_of(self.do(act.name, at, f"set {number}"), self.actor.pid, act.is_same)
            seen[act.name] = key_of(event, act.kind)
            if event:
                left_out[act.name] = act.types - {kind for kind, _ in event}
        self.clear()
        reset(self.work, "")
        looked = self.predict(path, True)
        self.compare(number, lines, seen, by_name, looked)
        self.compare_records(number, lines, seen, left_out, by_name)


def main():
    bin_dir, tests, folder, sets, seed = sys.argv[1:]
    return 1 if Proof(bin_dir, tests, folder, int(sets), int(seed)).run() else 0


sys.exit(main())
