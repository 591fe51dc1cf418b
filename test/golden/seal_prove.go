// Checks what aurum prove and aurum export-tiles wrote, with golang.org/x/mod/sumdb/note and tlog:
//
//	seal_prove inclusion FILE VKEY
//	seal_prove consistency FILE VKEY VKEY
//	seal_prove tiles FOLDER VKEY FIRST-LINE
//
// Prints what it found, or what is wrong and status 1. It shares no line with our library.
package main

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func die(format string, args ...interface{}) {
	fmt.Printf("wrong: "+format+"\n", args...)
	os.Exit(1)
}

func must(err error) {
	if err != nil {
		die("%v", err)
	}
}

func read(path string) string {
	b, err := os.ReadFile(path)
	must(err)
	return string(b)
}

func number(line, word string) int64 {
	if !strings.HasPrefix(line, word+" ") {
		die("%q is no line of %s", line, word)
	}
	n, err := strconv.ParseInt(line[len(word)+1:], 10, 64)
	must(err)
	return n
}

// checkpoint opens a note with one key: the tree in it.
func checkpoint(text, vkey string) tlog.Tree {
	verifier, err := note.NewVerifier(vkey)
	must(err)
	n, err := note.Open([]byte(text), note.VerifierList(verifier))
	must(err)
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != verifier.Name() {
		die("checkpoint %q", n.Text)
	}
	hash, err := tlog.ParseHash(lines[2])
	must(err)
	return tlog.Tree{N: number("size "+lines[1], "size"), Hash: hash}
}

// path takes lines of hashes up to the empty one.
func path(lines []string) (hashes []tlog.Hash, rest []string) {
	for i, line := range lines {
		if line == "" {
			return hashes, lines[i+1:]
		}
		hash, err := tlog.ParseHash(line)
		must(err)
		hashes = append(hashes, hash)
	}
	die("no empty line")
	return
}

func inclusion(file, vkey string) {
	lines := strings.Split(read(file), "\n")
	if lines[0] != "c2sp.org/tlog-proof@v1" || !strings.HasPrefix(lines[1], "extra ") {
		die("head %q", lines[:2])
	}
	line, err := base64.StdEncoding.Strict().DecodeString(lines[1][6:])
	must(err)
	index := number(lines[2], "index")
	hashes, rest := path(lines[3:])
	tree := checkpoint(strings.Join(rest, "\n"), vkey)
	must(tlog.CheckRecord(hashes, tree.N, tree.Hash, index, tlog.RecordHash(line)))
	fmt.Printf("%d of %d: %s\n", index, tree.N, line)
}

func consistency(file, oldKey, vkey string) {
	lines := strings.Split(read(file), "\n")
	if lines[0] != "aurum-consistency-proof/v1" {
		die("head %q", lines[0])
	}
	old, size := number(lines[1], "old"), number(lines[2], "new")
	hashes, rest := path(lines[3:])
	notes := strings.SplitAfterN(strings.Join(rest, "\n"), "\n\n", 3)
	first := checkpoint(strings.TrimSuffix(notes[0]+notes[1], "\n"), oldKey)
	second := checkpoint(notes[2], vkey)
	if first.N != old || second.N != size {
		die("sizes %d and %d", first.N, second.N)
	}
	if old < size {
		must(tlog.CheckTree(hashes, size, second.Hash, old, first.Hash))
	}
	fmt.Printf("%d in %d\n", old, size)
}

type folder string

func (f folder) Height() int { return 8 }

func (f folder) ReadTiles(tiles []tlog.Tile) (data [][]byte, err error) {
	for _, t := range tiles {
		b, err := os.ReadFile(filepath.Join(string(f), "tile", strings.TrimPrefix(t.Path(), "tile/8/")))
		if err != nil {
			return nil, err
		}
		data = append(data, b)
	}
	return data, nil
}

func (f folder) SaveTiles([]tlog.Tile, [][]byte) {}

func tiles(root, vkey string, first int64) {
	tree := checkpoint(read(filepath.Join(root, "checkpoint")), vkey)
	hashes := tlog.TileHashReader(tree, folder(root))
	lines := 0
	for at := first; at < tree.N; at += 256 {
		name := tlog.Tile{H: 8, L: 0, N: at / 256, W: 256}
		if tree.N-at < 256 {
			name.W = int(tree.N - at)
		}
		entries := read(filepath.Join(root, "tile/entries", strings.TrimPrefix(name.Path(), "tile/8/0/")))
		for i := at; i < at+int64(name.W); i++ {
			n := int(entries[0])<<8 | int(entries[1])
			leaf := tlog.RecordHash([]byte(entries[2 : 2+n]))
			entries = entries[2+n:]
			stored, err := hashes.ReadHashes([]int64{tlog.StoredHashIndex(0, i)})
			must(err)
			if !bytes.Equal(stored[0][:], leaf[:]) {
				die("line %d is not the one in its tile", i)
			}
			lines++
		}
		if entries != "" {
			die("more entries than lines at %d", at)
		}
	}
	if tree.N > 0 && first == 0 {
		head, err := tlog.TreeHash(tree.N, hashes)
		must(err)
		if head != tree.Hash {
			die("root")
		}
	}
	fmt.Printf("%d lines of %d\n", lines, tree.N)
}

func main() {
	switch os.Args[1] {
	case "inclusion":
		inclusion(os.Args[2], os.Args[3])
	case "consistency":
		consistency(os.Args[2], os.Args[3], os.Args[4])
	case "tiles":
		tiles(os.Args[2], os.Args[3], number("first "+os.Args[4], "first"))
	}
}
