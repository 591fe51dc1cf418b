"""load_sqlite.py DATABASE LOG...: events as rows of a table, for bench/measure-history: what one would
make of a log with a database. Four indexes: time, key, program, process."""
import re
import sqlite3
import sys

stamp = re.compile(r"type=(\S+) msg=audit\((\d+)\.(\d+):(\d+)\)")
fields = {name: re.compile(r"[ '](?:%s)=\"?([^\" ']*)" % name) for name in ("key", "exe", "auid", "pid")}
OPEN_MAX = 4000  # events at a time: those of some seconds


def rows(paths):
    held = {}
    for path in paths:
        for line in open(path, encoding="utf-8", errors="surrogateescape"):
            found = stamp.match(line) or stamp.search(line)
            if not found:
                continue
            name = found.group(2, 3, 4)
            if name in held:
                held[name].append(line)
                continue
            held[name] = [line]
            if len(held) > OPEN_MAX:
                first = next(iter(held))
                yield first, held.pop(first)
    yield from held.items()


def row(name, lines):
    text = "".join(lines)
    body = text.split("\x1d", 1)[0]
    found = {key: pattern.search(body) for key, pattern in fields.items()}
    value = {key: match.group(1) if match else None for key, match in found.items()}
    return (int(name[0]), int(name[1]), int(name[2]), value["key"], value["exe"],
            int(value["auid"] or -1), int(value["pid"] or -1), text.encode("utf-8", "surrogateescape"))


def main():
    db = sqlite3.connect(sys.argv[1])
    db.execute("pragma journal_mode = off")
    db.execute("pragma synchronous = off")
    db.execute("create table events(sec integer, ms integer, serial integer, key text, exe text, auid integer, pid integer, text blob)")
    db.executemany("insert into events values (?, ?, ?, ?, ?, ?, ?, ?)", (row(*each) for each in rows(sys.argv[2:])))
    for column in "sec", "key", "exe", "pid":
        db.execute("create index by_%s on events(%s)" % (column, column))
    db.commit()


main()
