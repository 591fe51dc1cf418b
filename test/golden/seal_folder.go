// Checks a sealed log from docs/format-seal.md alone, with golang.org/x/mod/sumdb/note and tlog:
//
//	seal_folder FOLDER VKEY-FILE
//
// Plain files only, none pruned. Says how much there was, or the first thing that is not as it has to be
// and status 1. It shares no line with our library, and asks it nothing.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type store []tlog.Hash

func (s store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if index >= int64(len(s)) {
			return nil, fmt.Errorf("hash %d is not there", index)
		}
		out[i] = s[index]
	}
	return out, nil
}

type epoch struct {
	verifier note.Verifier
	key      ed25519.PublicKey
	from, to int64
}

var (
	origin string
	tree   store
	size   int64
	epochs []epoch
	signed = map[string]bool{} // signatures of the notes of keys
)

func die(format string, args ...interface{}) {
	fmt.Printf("differs: "+format+"\n", args...)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		die("%v", err)
	}
}

func read(path string) []byte {
	b, err := os.ReadFile(path)
	must(err)
	return b
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	must(err)
	if strconv.FormatInt(n, 10) != s {
		die("number %q", s)
	}
	return n
}

func key(s string) ed25519.PublicKey {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	must(err)
	if len(b) != ed25519.PublicKeySize {
		die("key %q", s)
	}
	return b
}

func verifier(k ed25519.PublicKey) note.Verifier {
	vkey, err := note.NewEd25519VerifierKey(origin, k)
	must(err)
	v, err := note.NewVerifier(vkey)
	must(err)
	return v
}

func checkRoot(what string, n int64, root string) {
	if n > size {
		die("%s: size %d of %d lines", what, n, size)
	}
	h, err := tlog.TreeHash(n, tree)
	must(err)
	if n == 0 {
		h, _ = tlog.ParseHash("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
	}
	if h.String() != root {
		die("%s: root of %d lines", what, n)
	}
}

// lines reads audit.log and what was rotated from it, oldest first.
func lines(folder string) int {
	files, err := filepath.Glob(folder + "/audit.log*")
	must(err)
	age := func(path string) int {
		n, _ := strconv.Atoi(strings.TrimPrefix(filepath.Ext(path), "."))
		return n // audit.log itself: 0
	}
	sort.Slice(files, func(i, j int) bool { return age(files[i]) > age(files[j]) })
	for _, file := range files {
		text := read(file)
		if len(text) > 0 && text[len(text)-1] != '\n' {
			die("%s ends within a line", file)
		}
		for _, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
			if len(text) == 0 {
				break
			}
			more, err := tlog.StoredHashes(size, line, tree)
			must(err)
			tree = append(tree, more...)
			size++
		}
	}
	return len(files)
}

func keys(folder string, enrolment note.Verifier) (starts int64) {
	var last int64
	var reserved note.Verifier = enrolment
	isStopped := true
	part := strings.Split(string(read(folder+"/integrity/keys")), "\n\n")
	if len(part)%2 != 1 || part[len(part)-1] != "" {
		die("keys: no whole notes")
	}
	for i := 0; i+1 < len(part); i += 2 {
		what := fmt.Sprintf("note %d of keys", i/2)
		f := strings.Split(part[i], "\n")
		kind := strings.TrimPrefix(f[0], origin)
		if len(f) < 5 || (kind == "/start" && len(f) < 9) || (isStopped && kind != "/start") {
			die("%s: %s here", what, kind)
		}
		at := 3 // the line of size
		if kind == "/start" {
			at = 4
		}
		n, root := number(f[at]), f[at+1]
		running := int64(len(epochs) - 1)
		signer := reserved
		if kind != "/start" || f[8] == "continued" {
			signer = epochs[running].verifier
		}
		opened, err := note.Open([]byte(part[i]+"\n\n"+part[i+1]+"\n"), note.VerifierList(signer))
		if err != nil {
			die("%s: %v", what, err)
		}
		signed[opened.Sigs[0].Base64] = true
		if n < last {
			die("%s: size goes back", what)
		}
		last = n
		checkRoot(what, n, root)
		begin := func(number int64, k ed25519.PublicKey) {
			if number != running+1 {
				die("%s: epoch %d", what, number)
			}
			if running >= 0 && epochs[running].to < 0 {
				epochs[running].to = n
			}
			epochs = append(epochs, epoch{verifier(k), k, n, -1})
		}
		isStopped = kind == "/stop"
		switch kind {
		case "/start":
			if number(f[1]) != starts {
				die("%s: start %s", what, f[1])
			}
			starts++
			begin(number(f[3]), key(f[6]))
			reserved = verifier(key(f[7]))
		case "/keys":
			begin(number(f[1]), key(f[5]))
		case "/reserve":
			reserved = verifier(key(f[5]))
		case "/stop":
			epochs[running].to = n
		default:
			die("%s: %s", what, kind)
		}
		if kind != "/start" && kind != "/keys" && number(f[1]) != running {
			die("%s: epoch %s", what, f[1])
		}
	}
	return starts
}

// record cuts the next record and checks magic, length and CRC.
func record(b []byte, magic string, n int) []byte {
	if len(b) < n || string(b[:4]) != magic || int(binary.BigEndian.Uint16(b[4:])) != n ||
		crc32.Checksum(b[:n-4], crc32.MakeTable(crc32.Castagnoli)) != binary.BigEndian.Uint32(b[n-4:]) {
		die("no whole record %s", magic)
	}
	return b[:n]
}

func commits(folder string) (count, checkpoints int) {
	var last int64
	for b := read(folder + "/integrity/commits"); len(b) > 0; b = b[192:] {
		r := record(b, "ALC1", 192)
		what := fmt.Sprintf("commit %d", count)
		n := int64(binary.BigEndian.Uint64(r[8:]))
		root := base64.StdEncoding.EncodeToString(r[16:48])
		checkRoot(what, n, root)
		if n < last {
			die("%s: size goes back", what)
		}
		last = n
		signature := r[88:152]
		switch r[6] {
		case 1, 5:
			checkpoints++
			e := epochs[binary.BigEndian.Uint32(r[80:])]
			text := fmt.Sprintf("%s\n%d\n%s\n", origin, n, root)
			if e.verifier.KeyHash() != binary.BigEndian.Uint32(r[84:]) ||
				!e.verifier.Verify([]byte(text), signature) {
				die("%s: signature", what)
			}
			if n < e.from || (e.to >= 0 && n > e.to) {
				die("%s: size %d is not of its epoch", what, n)
			}
		case 2, 6, 7, 8, 9:
			if !signed[base64.StdEncoding.EncodeToString(r[84:152])] {
				die("%s: no note of keys is signed so", what)
			}
		case 4:
			if !bytes.Equal(signature, make([]byte, 64)) {
				die("%s: a signature", what)
			}
		default:
			die("%s: type %d", what, r[6])
		}
		count++
	}
	return count, checkpoints
}

func hashAt(level int, index int64) []byte {
	h, err := tree.ReadHashes([]int64{tlog.StoredHashIndex(level, index)})
	must(err)
	return h[0][:]
}

func levels(folder string) {
	for i, level := range []int{0, 8} {
		if size>>level == 0 {
			continue
		}
		b := read(fmt.Sprintf("%s/integrity/level%d/00000000", folder, i))
		if int64(len(b)) != 32*(size>>level) {
			die("level%d has %d bytes", i, len(b))
		}
		for n := int64(0); n < size>>level; n++ {
			if !bytes.Equal(b[32*n:32*n+32], hashAt(level, n)) {
				die("level%d: hash %d", i, n)
			}
		}
	}
}

func segments(folder string) {
	ends := map[uint64]uint64{}
	for b := read(folder + "/integrity/segments"); len(b) > 0; b = b[512:] {
		r := record(b, "ALS1", 512)
		n, first := binary.BigEndian.Uint64(r[8:]), binary.BigEndian.Uint64(r[16:])
		if n > 0 && first != ends[n-1] {
			die("segment %d begins at line %d, not %d", n, first, ends[n-1])
		}
		if binary.BigEndian.Uint16(r[6:]) == 1 {
			ends[n] = binary.BigEndian.Uint64(r[24:])
		}
		for i := 0; i < 8; i++ {
			want := make([]byte, 32)
			if first>>i&1 == 1 {
				want = hashAt(i, int64(first>>i)-1)
			}
			if !bytes.Equal(r[80+32*i:112+32*i], want) {
				die("segment %d: hash of level %d", n, i)
			}
		}
	}
}

func checkpoint(folder string) {
	b := read(folder + "/integrity/checkpoint")
	f := strings.Split(string(b), "\n")
	if len(f) < 4 || f[0] != origin || f[3] != "" {
		die("checkpoint: %q", b)
	}
	n := number(f[1])
	checkRoot("checkpoint", n, f[2])
	for _, e := range epochs {
		if n >= e.from && (e.to < 0 || n <= e.to) {
			if _, err := note.Open(b, note.VerifierList(e.verifier)); err == nil {
				return
			}
		}
	}
	die("checkpoint: signed by no key that may")
}

func main() {
	folder := os.Args[1]
	vkey := strings.TrimSuffix(string(read(os.Args[2])), "\n")
	enrolment, err := note.NewVerifier(vkey)
	must(err)
	if string(read(folder+"/integrity/enrolment")) != vkey+"\n" {
		die("enrolment is of another key")
	}
	origin = enrolment.Name()
	files := lines(folder)
	starts := keys(folder, enrolment)
	count, checkpoints := commits(folder)
	levels(folder)
	segments(folder)
	if checkpoints > 0 {
		checkpoint(folder)
	}
	fmt.Printf("%d lines, %d files, %d starts, %d epochs, %d commits\n", size, files, starts, len(epochs), count)
}
