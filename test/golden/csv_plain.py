#!/usr/bin/env python3
"""Takes the quotes off csv: what the reference prints, which quotes nothing."""
import csv
import io
import sys

text = io.TextIOWrapper(sys.stdin.buffer, encoding="latin-1", newline="")
out = io.TextIOWrapper(sys.stdout.buffer, encoding="latin-1", newline="\n")
width = None
for row in csv.reader(text, strict=True):
    width = width or len(row)
    if len(row) != width:
        sys.exit(f"a row of {len(row)} columns under a header of {width}: {row}")
    # An event that cannot be told has all its columns here.
    if len(row) > 6 and not any(row[-10:]):
        while row and row[-1] == "":
            row.pop()
    print(",".join(row), file=out)
