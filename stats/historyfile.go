package stats

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"
)

// historyFile is PREFIX_stats_history.csv, a file that grows by a chunk (the lines of one second) at a time. Chunks
// that could not be written wait; the file ends with a whole line whenever it can be helped.
type historyFile struct {
	path   string
	full   bool
	create func(path string) (*os.File, error)
	limit  int // bytes that may wait

	f     *os.File
	off   int64 // end of the last whole chunk in the file
	tail  int64 // where that chunk begins
	dirty bool  // there may be something after off
	last  int64 // unix second of the latest chunk, written or waiting

	pending [][]byte // chunks that wait, oldest first
	size    int      // their bytes
	dropped int      // chunks given up
}

func newHistoryFile(path string, full bool, create func(string) (*os.File, error)) *historyFile {
	return &historyFile{path: path, full: full, create: create, limit: 64 << 20}
}

// errLocked keeps two processes from writing the same files: both would have the figures of neither.
var errLocked = errors.New("another process is writing it: give each process files of its own")

// open empties the file or makes it, in a new folder if need be, and writes the header. As long as it is open, no other process
// can do so.
func (h *historyFile) open() error {
	if err := os.MkdirAll(filepath.Dir(h.path), 0o777); err != nil {
		return err
	}
	f, err := os.OpenFile(h.path, os.O_RDWR|os.O_CREATE, 0o666)
	if err != nil {
		return err
	}
	h.f = f
	if isLocked(f) {
		return errLocked
	}
	if info, err := f.Stat(); err == nil && info.Mode().IsRegular() { // not before it is known to be nobody else's
		if err := f.Truncate(0); err != nil {
			return err
		}
	}
	if err := WriteHistoryHeader(f); err != nil {
		return err
	}
	h.empty()
	h.dirty = false
	return nil
}

// empty lets the file, which has its header, have no line.
func (h *historyFile) empty() {
	h.off, h.last = int64(len(historyHeader)), math.MinInt64
	h.tail, h.dirty = h.off, true
	h.pending, h.size = nil, 0
}

// add takes the lines of s in and writes all that wait.
func (h *historyFile) add(s *Snapshot, sync bool) error {
	at := *s
	replaces := s.At.Unix() == h.last
	if s.At.Unix() < h.last { // the clock was set back: no second may come twice, and none may be lost
		at.At = time.Unix(h.last+1, 0)
	}
	h.last = at.At.Unix()
	var b bytes.Buffer
	if err := AppendHistory(&b, &at, h.full); err != nil {
		return err
	}
	h.keep(b.Bytes(), replaces)
	err := h.flush()
	if err == nil && sync {
		err = h.f.Sync()
	}
	return err
}

// keep lets a chunk wait; one that replaces takes the place of the latest, be that waiting or in the file.
func (h *historyFile) keep(chunk []byte, replaces bool) {
	n := len(h.pending)
	switch {
	case replaces && n > 0:
		h.size -= len(h.pending[n-1])
		h.pending = h.pending[:n-1]
	case replaces:
		h.off, h.dirty = h.tail, true
	}
	h.pending = append(h.pending, chunk)
	for h.size += len(chunk); h.size > h.limit && len(h.pending) > 1; h.dropped++ {
		h.pop()
	}
}

func (h *historyFile) pop() {
	h.size -= len(h.pending[0])
	h.pending = h.pending[1:]
}

// flush writes what waits. It writes at off, not at the end, so that half a chunk left by a full disk is overwritten.
func (h *historyFile) flush() error {
	if err := h.find(); err != nil {
		return err
	}
	for len(h.pending) > 0 {
		n, err := h.f.WriteAt(h.pending[0], h.off)
		if err != nil {
			h.dirty = h.f.Truncate(h.off) != nil
			return err
		}
		h.tail, h.off = h.off, h.off+int64(n)
		h.pop()
	}
	if !h.dirty {
		return nil
	}
	err := h.f.Truncate(h.off)
	h.dirty = err != nil
	return err
}

// find makes sure that the open file is the one under its path. If the folder was removed or the file replaced, the
// contents, which the open file still holds, go into a new file there.
func (h *historyFile) find() error {
	mine, err := h.f.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(h.path)
	if err == nil && os.SameFile(mine, there) || err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	tmp := temporary(h.path)
	f, err := h.create(tmp)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, io.NewSectionReader(h.f, 0, h.off), h.off)
	if err == nil {
		err = os.Rename(tmp, h.path)
	}
	if err != nil {
		f.Close()
		os.Remove(tmp)
		return err
	}
	h.f.Close() // nothing unwritten is in there: each Write goes straight to the kernel
	h.f = f
	return nil
}
