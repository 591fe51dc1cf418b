"""Holds roots and proofs of seal-same against RFC 9162's recursive words, written down as they stand."""
import hashlib
import sys


def sha(b):
    return hashlib.sha256(b).digest()


def split(n):
    """The largest power of two below n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d):
    if not d:
        return sha(b"")
    if len(d) == 1:
        return sha(b"\x00" + d[0])
    k = split(len(d))
    return sha(b"\x01" + mth(d[:k]) + mth(d[k:]))


def path(m, d):
    if len(d) == 1:
        return []
    k = split(len(d))
    if m < k:
        return path(m, d[:k]) + [mth(d[k:])]
    return path(m - k, d[k:]) + [mth(d[:k])]


def subproof(m, d, is_whole):
    if m == len(d):
        return [] if is_whole else [mth(d)]
    k = split(len(d))
    if m <= k:
        return subproof(m, d[:k], is_whole) + [mth(d[k:])]
    return subproof(m - k, d[k:], False) + [mth(d[:k])]


def same(ours, theirs, line):
    if ours != theirs:
        sys.exit(f"differs: {line}: {theirs}")


lines, logs, proofs = [], 0, {"inclusion": 0, "consistency": 0}
for text in sys.stdin:
    word = text.rstrip("\n").split(" ")
    if word[0] == "log":
        lines, logs, looked = [], logs + 1, set()
    elif word[0] == "line":
        lines.append(bytes.fromhex(word[1]))
    elif word[0] == "root":
        same(word[2], mth(lines).hex(), text)
    elif word[0] in proofs and word[5] == "good" and word[0] not in looked:
        # One of each kind for a log: naive is slow.
        m, n, ours = int(word[1]), int(word[2]), word[6:]
        if n > len(lines) or word[4] != mth(lines[:n]).hex():
            continue  # damaged, and holds for a root of another size
        want = path(m, lines[:n]) if word[0] == "inclusion" else subproof(m, lines[:n], True)
        same(ours, [h.hex() for h in want], text)
        proofs[word[0]] += 1
        looked.add(word[0])
print(f"{logs} logs")
sys.exit(0 if min(proofs.values()) > 0 else "no proof was looked at")
