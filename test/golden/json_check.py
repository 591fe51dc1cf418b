#!/usr/bin/env python3
"""Checks json on standard input against docs/format-json.md.

json_check.py FORMAT COUNT	every line one object of the schema, COUNT of them
json_check.py lines		prints the raw lines again, byte by byte
"""
import json
import sys

TOP = {"time": str, "seconds": int, "milliseconds": int, "serial": int, "node": str, "type": str, "kind": str,
       "session": str, "subject": dict, "action": str, "result": str, "object": dict, "how": str, "keys": list,
       "argv": list, "records": list, "raw": list}
RECORD = {"type": str, "fields": dict, "meaning": dict, "words": str, "message": dict}


def unique(pairs):
    """Names of one object differ in more than the case of their letters."""
    folded = {name.lower() for name, _ in pairs}
    assert len(folded) == len(pairs), [name for name, _ in pairs]
    return dict(pairs)


def has_types(value, schema):
    for name, member in value.items():
        assert isinstance(member, schema[name]), (name, member)


def all_text(members):
    assert all(isinstance(m, str) for m in members), members


def check_both(both):
    all_text(both["fields"].values())
    all_text(both.get("meaning", {}).values())
    assert set(both.get("meaning", {})) <= set(both["fields"])


def check(event, raw):
    has_types(event, TOP)
    for name in ("seconds", "milliseconds", "serial", "type", "kind", "records"):
        assert name in event, name
    for name in ("subject", "object"):
        all_text(event.get(name, {}).values())
    for name in ("keys", "argv", "raw"):
        all_text(event.get(name, []))
    assert ("raw" in event) == raw and event["records"]
    for record in event["records"]:
        has_types(record, RECORD)
        check_both(record)
        if "message" in record:
            check_both(record["message"])


def line_bytes(text):
    """U+EF80..U+EFFF stand for the bytes 0x80..0xff."""
    return b"".join(bytes([ord(c) & 0xff]) if 0xef80 <= ord(c) <= 0xefff else c.encode() for c in text)


def main():
    events = [json.loads(line.decode("utf-8", "strict"), object_pairs_hook=unique)
              for line in sys.stdin.buffer.read().splitlines(keepends=True)]
    if sys.argv[1] == "lines":
        for event in events:
            for line in event["raw"]:
                sys.stdout.buffer.write(line_bytes(line) + b"\n")
        return
    for event in events:
        check(event, sys.argv[1] == "json-raw")
    assert len(events) == int(sys.argv[2]), (len(events), sys.argv[2])


main()
