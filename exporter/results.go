package exporter

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// kinds are the files of a run after its prefix, in the order in which the last flush sends them: what matters most
// goes first. Files that the caller names come before the last two, which are long.
var kinds = []struct {
	suffix, contentType string
	grows               bool // appended to, line by line; the others are replaced whole
}{
	{"_stats.csv", csvType, false},
	{"_failures.csv", csvType, false},
	{"_exceptions.csv", csvType, false},
	{"_stats_history.csv", csvType, true},
	{".hlog", "text/plain; charset=utf-8", true},
}

const (
	csvType   = "text/csv; charset=utf-8"
	firstLong = 3 // index of the first long kind
)

// result is a file to export.
type result struct {
	path        string // on disk
	name        string // in the store, below the run's folder
	contentType string
	grows       bool
}

// results lists the files of a run, whether they are there yet or not. Names are those on disk; what Windows or a URL
// would take amiss becomes a dash, and a name that is taken gets a number.
func results(prefix string, extra []string) (list []result) {
	taken := map[string]bool{runFile: true}
	add := func(path, contentType string, grows bool) {
		name := storeName(filepath.Base(path))
		ext := filepath.Ext(name)
		for n, stem := '2', strings.TrimSuffix(name, ext); taken[name]; n++ {
			name = stem + "_" + string(n) + ext
		}
		taken[name] = true
		list = append(list, result{path, name, contentType, grows})
	}
	for i, k := range kinds {
		if i == firstLong {
			for _, path := range extra {
				add(path, contentType(path), false)
			}
		}
		add(prefix+k.suffix, k.contentType, k.grows)
	}
	return list
}

func storeName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`:*?"<>|\/#%`, r) || isControl(r) {
			return '-'
		}
		return r
	}, s)
}

func contentType(path string) string {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv":
		return csvType
	case ".json":
		return "application/json"
	case ".html":
		return "text/html; charset=utf-8"
	case ".txt", ".log", ".hlog":
		return "text/plain; charset=utf-8"
	}
	return "application/octet-stream"
}

// content is one state of a file, kept open: a file that is replaced by a rename goes on to exist for who has it open,
// and one that is appended to keeps its beginning. So what is summed is what is sent.
type content struct {
	file *os.File
	info os.FileInfo
	size int64
}

// open opens a file; whole is false while it is written: then a growing file ends at its last line end.
func (r result) open(whole bool) (*content, error) {
	f, err := os.Open(r.path)
	if err != nil {
		return nil, err
	}
	c := &content{file: f}
	c.info, err = f.Stat()
	if err == nil {
		c.size = c.info.Size()
		if r.grows && !whole {
			c.size, err = lastLineEnd(f, c.size)
		}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return c, nil
}

func (c *content) reader() io.ReadSeeker { return io.NewSectionReader(c.file, 0, c.size) }

func (c *content) close() { _ = c.file.Close() }

// lastLineEnd is the offset after the last line feed within the last 64 KiB before size, or 0.
func lastLineEnd(r io.ReaderAt, size int64) (int64, error) {
	tail := make([]byte, min(size, 64<<10))
	at := size - int64(len(tail))
	if _, err := r.ReadAt(tail, at); err != nil && err != io.EOF {
		return 0, err
	}
	if i := bytes.LastIndexByte(tail, '\n'); i >= 0 {
		return at + int64(i) + 1, nil
	}
	return 0, nil
}

// paced reads at most bytesPerSecond, so that an upload during a test leaves disk, processor and network to the test.
type paced struct {
	io.ReadSeeker
	read int // bytes since the last rest
}

const (
	bytesPerSecond = 8 << 20
	pacedPiece     = 64 << 10
)

func (p *paced) Read(b []byte) (int, error) {
	n, err := p.ReadSeeker.Read(b[:min(len(b), pacedPiece)])
	if p.read += n; p.read >= pacedPiece { // short files need no pacing
		time.Sleep(time.Duration(p.read) * time.Second / bytesPerSecond)
		p.read = 0
	}
	return n, err
}
