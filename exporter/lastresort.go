package exporter

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sort"
)

const (
	lastResortBytes = 60 << 10 // of base64, so that all of it, markers included, stays below 64 KiB
	lastResortLine  = 4 << 10  // a dyno's log cuts lines at 10,000 bytes and puts about 50 before each
	lastResortRead  = 16 << 20 // more of a file is not looked at
)

// LastResort prints a results file as text to w, for a place where nothing but the log outlives the process:
// gzip, base64, in lines of 4 KiB between two markers, 64 KiB at most. If the file is too long for that, rows of its
// middle are left out and the first marker says how many; header, first rows and last row, the total, are there.
// To have the file back, take what is between the markers: base64 -d | gunzip.
func LastResort(w io.Writer, path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, lastResortRead))
	if err != nil {
		return err
	}
	packed, left := pack(data)
	note := ""
	if left > 0 {
		note = fmt.Sprintf(", %d rows left out", left)
	}
	name := storeName(filepath.Base(path))
	var b bytes.Buffer
	fmt.Fprintf(&b, "-----BEGIN KATYDID %s (base64, gzip%s)-----\n", name, note)
	for len(packed) > 0 {
		n := min(len(packed), lastResortLine)
		fmt.Fprintf(&b, "%s\n", packed[:n])
		packed = packed[n:]
	}
	fmt.Fprintf(&b, "-----END KATYDID %s-----\n", name)
	_, err = w.Write(b.Bytes())
	return err
}

// pack keeps as many rows as fit.
func pack(data []byte) (packed []byte, left int) {
	if packed = encode(data); len(packed) <= lastResortBytes {
		return packed, 0
	}
	rows := bytes.SplitAfter(data, []byte("\n"))
	if len(rows[len(rows)-1]) == 0 {
		rows = rows[:len(rows)-1]
	}
	last := rows[len(rows)-1]
	keep := func(n int) []byte { return append(bytes.Join(rows[:n], nil), last...) }
	// The least number of rows that does not fit; one less does.
	n := sort.Search(len(rows)-1, func(n int) bool { return len(encode(keep(n))) > lastResortBytes })
	if n--; n < 0 { // not even the last row
		return nil, len(rows)
	}
	return encode(keep(n)), len(rows) - 1 - n
}

func encode(data []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(data) // a bytes.Buffer takes everything
	_ = z.Close()
	return base64.StdEncoding.AppendEncode(nil, b.Bytes())
}
