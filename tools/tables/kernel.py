"""Reads a Linux source tree, or the tarball Debian ships it in: constants and syscalls."""

import posixpath
import re
import tarfile
from pathlib import Path


class Tree:
    """The files of a kernel source that the tables come from, read once."""

    WANTED = re.compile(
        r"[^/]+/(include/uapi/.*\.h|include/linux/[a-z_]+\.h|include/asm-generic/audit_[a-z_]+\.h|"
        r"arch/(x86|arm|arm64|powerpc|s390)/include/uapi/asm/[a-z_0-9-]+\.h|"
        r"arch/[a-z0-9]+/(entry/syscalls|kernel/syscalls|tools)/[a-z_0-9]+\.tbl|"
        r"scripts/syscall\.tbl)$")

    def __init__(self, source):
        self.dir = Path(source) if Path(source).is_dir() else None
        self.files = {}
        self.links = {}
        if self.dir is None:
            with tarfile.open(source) as archive:
                for member in filter(lambda m: self.WANTED.match(m.name), archive):
                    path = member.name.split("/", 1)[1]
                    if member.issym():
                        self.links[path] = posixpath.normpath(
                            posixpath.join(posixpath.dirname(path), member.linkname))
                    elif member.isfile():
                        self.files[path] = archive.extractfile(member).read().decode()

    def read(self, path):
        if self.dir is not None:
            return (self.dir / path).read_text()
        path = self.links.get(path, path)
        if path not in self.files:
            raise SystemExit(f"generate: {path}: not in the kernel source")
        return self.files[path]

    def syscalls(self, path, abis):
        """(number, name) of the rows of a syscall.tbl that belong to one of the ABIs."""
        rows = []
        for line in self.read(path).splitlines():
            words = line.split("#")[0].split()
            if len(words) >= 3 and words[1] in abis:
                rows.append((int(words[0]), words[2]))
        return rows

    def calls(self, path):
        """Names of the calls that a list of __NR_ numbers holds."""
        return re.findall(r"^__NR_(\w+),", self.read(path), re.M)


def _ioc(direction, kind, number, size):
    return direction << 30 | size << 16 | kind << 8 | number


SIZES = {
    "char": 1, "unsigned char": 1, "__u8": 1, "short": 2, "__u16": 2, "int": 4,
    "unsigned int": 4, "unsigned": 4, "__u32": 4, "__s32": 4, "long": 8, "unsigned long": 8,
    "__u64": 8, "__s64": 8, "size_t": 8, "uint64_t": 8, "__le64": 8, "dev_t": 4, "loff_t": 8,
}

TOKEN = re.compile(r"0[xX][0-9a-fA-F]+|\d+|'(?:[^'\\]|\\.)'|[A-Za-z_]\w*|<<|>>|[-+*/%&|^~()?:,<>=!]")


class Constants:
    """What the #defines and enums of some headers are worth, in the order they are in.

    Preprocessor conditions are not evaluated: the first definition of a name counts, so
    a header whose conditions matter has to be listed after one that has the answer.
    """

    def __init__(self, tree, paths, sizes=None):
        self.text = {}
        self.order = []
        self.values = {}
        self.enums = {}  # name of a constant to the tag of its enum
        self.sizes = {**SIZES, **(sizes or {})}
        for path in paths:
            self._scan(tree.read(path))

    def _add(self, name, expression):
        if name not in self.text:
            self.text[name] = expression
            self.order.append(name)

    def _scan(self, text):
        text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", text, flags=re.S).replace("\\\n", " ")
        for match in re.finditer(
                r"^[ \t]*#[ \t]*define[ \t]+(\w+)[ \t]+(\S[^\n]*)$|\benum\b([^{};()]*)\{([^}]*)\}",
                text, re.M):
            if match[1]:
                self._add(match[1], match[2].strip())
            else:
                self._scan_enum(match[3].strip(), re.sub(r"^[ \t]*#[^\n]*", "", match[4], flags=re.M))

    def _scan_enum(self, tag, body):
        previous, step = None, 0
        for entry in body.split(","):
            match = re.match(r"\s*(\w+)\s*(?:=\s*(.+?))?\s*$", entry, re.S)
            if not match:
                continue
            self.enums.setdefault(match[1], tag)
            if match[2]:
                previous, step = match[1], 0
                self._add(match[1], match[2])
            elif previous is None:
                previous = match[1]
                self._add(match[1], "0")
            else:
                step += 1
                self._add(match[1], f"{previous} + {step}")

    def value(self, name):
        """The value as an unsigned 64-bit number, or None when it is not a constant."""
        if name not in self.values:
            self.values[name] = None  # a circle is not a constant
            self.values[name] = self._evaluate(self.text.get(name, ""))
        return self.values[name]

    def _evaluate(self, expression):
        expression = re.sub(r"\(\s*(?:__force\s+)?(?:unsigned|int|long|__u\d+|__s\d+|__kernel_\w+)"
                            r"(?:\s+(?:int|long))?\s*\)", "", expression)
        match = re.match(r"_IO(R|W|WR)?\s*\((.*)\)$", expression)
        if match:
            return self._ioctl(match[1] or "", match[2])
        out = []
        rest = re.sub(r"\b(0[xX][0-9a-fA-F]+|\d+)[uUlL]+\b", r"\1", expression)
        if not rest or TOKEN.sub("", rest).strip():
            return None
        for token in TOKEN.findall(rest):
            if token[0].isalpha() or token[0] == "_":
                value = self.value(token)
                if value is None:
                    return None
                out.append(str(value))
            elif re.fullmatch(r"0\d+", token):
                out.append(str(int(token, 8)))
            elif token[0] == "'":
                out.append(str(ord(token[1])))
            else:
                out.append(token)
        try:
            return eval(" ".join(out), {"__builtins__": {}}) & (2**64 - 1)
        except (SyntaxError, TypeError):
            return None

    def _ioctl(self, direction, arguments):
        parts = [p.strip() for p in arguments.split(",")]
        kind, number = self._evaluate(parts[0]), self._evaluate(parts[1])
        size = 0
        if direction:
            array = re.fullmatch(r"(.*?)\s*\[(\w+)\]", parts[2])
            base = (array[1] if array else parts[2]).strip()
            size = self.sizes.get(base)
            if size is None:
                return None
            size *= self._evaluate(array[2]) if array else 1
        if kind is None or number is None:
            return None
        return _ioc({"": 0, "W": 1, "R": 2, "WR": 3}[direction], kind, number, size)

    def matching(self, pattern):
        """(value, name) for the constants whose whole name matches, in header order."""
        wanted = re.compile(pattern)
        return [(v, n) for n in self.order if wanted.fullmatch(n)
                if (v := self.value(n)) is not None]
