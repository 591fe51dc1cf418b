"""Changes a sealed log and its evidence at random; --verified shows no line that was not signed, and of what is proven the proof holds.

	verified_random.py BIN LOG SEED TRIALS

LOG is a folder of seal-make. Prints how many searches showed something, or what went wrong and status 1.
"""
import glob
import os
import random
import shutil
import subprocess
import sys

programs, source, seed, trials = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
rng = random.Random(seed)
vkey = open(source + "/vkey").read().strip()
files = sorted(f for pattern in ("/audit.log*", "/integrity/*", "/integrity/*/*")
               for f in glob.glob(source + pattern) if os.path.isfile(f) and not f.endswith("lock"))
signed = {line for f in files if "/audit.log" in f for line in open(f, "rb").read().split(b"\n")}


def change(data, is_log):
    at, n = rng.randrange(len(data)), rng.randint(1, 400)
    kind = rng.randint(0, 5)
    if kind == 0:
        return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1:]
    if kind == 1:
        return data[:at] + data[at + n:]
    if kind == 2:
        return data[:at] + data[:n] + data[at:]
    if kind == 3:
        return data[:at]
    if kind == 4 and is_log:
        lines = data.split(b"\n")
        i, j = rng.randrange(len(lines)), rng.randrange(len(lines))
        lines[i], lines[j] = lines[j], lines[i]
        return b"\n".join(lines)
    return data[:at] + bytes(64) + data[at + 64:]


def run(*words):
    p = subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL)
    if b"Sanitizer" in p.stderr or b"runtime error" in p.stderr or p.returncode not in (0, 1, 2, 3):
        sys.exit(f"{words}: {p.returncode} {p.stderr.decode()}")
    return p


shown = 0
for trial in range(trials):
    shutil.rmtree("turned", ignore_errors=True)
    shutil.copytree(source, "turned")
    for _ in range(rng.randint(1, 4)):
        path = "turned" + rng.choice(files)[len(source):]
        data = open(path, "rb").read()
        if data:
            os.chmod(path, 0o600)
            open(path, "wb").write(change(data, "/audit.log" in path))
    found = run(programs + "/ausearch", "--input", "turned", "-r", "--verified", "--seal-key", vkey)
    for line in found.stdout.split(b"\n"):
        if line not in signed:
            sys.exit(f"trial {trial}: shows {line}")
    shown += found.returncode == 0
    proof = run(programs + "/aurum", "prove", "inclusion", "--line", str(rng.randrange(520)), "turned")
    if proof.returncode == 0:
        open("proof", "wb").write(proof.stdout)
        if run(programs + "/aurum", "verify-proof", "proof", "--key", vkey, "--keys", source + "/integrity/keys").returncode:
            sys.exit(f"trial {trial}: a proof that does not hold")
print(shown)
