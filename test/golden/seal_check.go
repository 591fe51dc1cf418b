// Holds what seal-same prints against golang.org/x/mod/sumdb/tlog and note: roots, proofs, verdicts.
// Prints how much was compared; the first difference ends it with status 1.
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

type store []tlog.Hash

func (s store) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		out[i] = s[index]
	}
	return out, nil
}

var (
	hashes   store
	size     int64
	verifier note.Verifier
	compared = map[string]int{}
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

func unhex(s string) []byte {
	b, err := hex.DecodeString(s)
	must(err)
	return b
}

func hash(s string) (h tlog.Hash) {
	if copy(h[:], unhex(s)) != tlog.HashSize {
		die("not a hash: %s", s)
	}
	return h
}

func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	must(err)
	return n
}

func path(words []string) (p []tlog.Hash) {
	for _, word := range words {
		p = append(p, hash(word))
	}
	return p
}

func verdict(isGood bool) string {
	if isGood {
		return "good"
	}
	return "bad"
}

func same(what string, ours string, theirs string, line string) {
	if ours != theirs {
		die("%s: ours %s, Go's %s: %s", what, ours, theirs, line)
	}
	compared[what+" "+ours]++
}

// Go's reader takes Base64 with bits that mean nothing, and passes over what an unknown key's line holds
// twice; we refuse both. A note that is not written as Go would write it is bad for us.
func isCanonical(n []byte) bool {
	i := bytes.LastIndex(n, []byte("\n\n"))
	if i < 0 {
		return false
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(n[i+2:]), "\n"), "\n") {
		word := line[strings.LastIndex(line, " ")+1:]
		if _, err := base64.StdEncoding.Strict().DecodeString(word); err != nil {
			return false
		}
	}
	return true
}

// isRoot tells a proof of this log from one that holds for a root of another size: a path of the same
// length leads there, too.
func isRoot(n int64, root tlog.Hash) bool {
	if n > size {
		return false
	}
	want, err := tlog.TreeHash(n, hashes)
	must(err)
	return want == root
}

func look(line string) {
	word := strings.Split(line, " ")
	switch word[0] {
	case "log":
		hashes, size = nil, 0
		var err error
		verifier, err = note.NewVerifier(word[1])
		must(err)
	case "line":
		more, err := tlog.StoredHashes(size, unhex(word[1]), hashes)
		must(err)
		hashes = append(hashes, more...)
		size++
	case "root":
		want, err := tlog.TreeHash(size, hashes)
		must(err)
		same("root", word[2], hex.EncodeToString(want[:]), line)
	case "inclusion":
		index, n := number(word[1]), number(word[2])
		if n <= size {
			leaf, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, index)})
			must(err)
			same("leaf", word[3], hex.EncodeToString(leaf[0][:]), line)
		}
		p := path(word[6:])
		err := tlog.CheckRecord(p, n, hash(word[4]), index, hash(word[3]))
		same("inclusion", word[5], verdict(err == nil), line)
		if err == nil && isRoot(n, hash(word[4])) {
			want, err := tlog.ProveRecord(n, index, hashes)
			must(err)
			same("path", fmt.Sprint(p), fmt.Sprint([]tlog.Hash(want)), line)
		}
	case "consistency":
		old, n := number(word[1]), number(word[2])
		p := path(word[6:])
		err := tlog.CheckTree(p, n, hash(word[4]), old, hash(word[3]))
		same("consistency", word[5], verdict(err == nil), line)
		if err == nil && isRoot(n, hash(word[4])) {
			want, err := tlog.ProveTree(n, old, hashes)
			must(err)
			same("path", fmt.Sprint(p), fmt.Sprint([]tlog.Hash(want)), line)
		}
	case "note":
		n := unhex(word[2])
		_, err := note.Open(n, note.VerifierList(verifier))
		same("note", word[1], verdict(err == nil && isCanonical(n)), line)
	default:
		die("what is this: %s", line)
	}
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		line, err := in.ReadString('\n')
		if line == "" && err != nil {
			break
		}
		look(strings.TrimSuffix(line, "\n"))
	}
	for _, what := range []string{"inclusion good", "inclusion bad", "consistency good", "consistency bad", "note good", "note bad"} {
		fmt.Println(what, compared[what])
	}
}
