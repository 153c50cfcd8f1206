package exporter

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// folderStore writes files below a folder that has to exist: a disk that is not mounted must not look like success.
type folderStore struct {
	dir    string
	text   string
	create func(path string) (*os.File, error) // createNew, but in a test
}

func parseFolder(u *url.URL) (*Target, error) {
	if u.Host != "" && u.Host != "localhost" || u.RawQuery != "" || !strings.HasPrefix(u.Path, "/") {
		return nil, errors.New("the URL has to look like file:///FOLDER, with three slashes and the whole path")
	}
	dir := u.Path
	if runtime.GOOS == "windows" {
		dir = strings.TrimPrefix(dir, "/")
	}
	t := &Target{kind: "folder", dir: filepath.Clean(filepath.FromSlash(dir))}
	t.text = (&url.URL{Scheme: "file", Path: filepath.ToSlash(u.Path)}).String()
	return t, nil
}

// temporary is how the names of files begin that are not whole yet.
const temporary = ".katydid-"

func createNew(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

// Put writes a file beside its final place, then renames it.
func (f *folderStore) Put(ctx context.Context, name string, r io.ReadSeeker, size int64, o PutOptions) error {
	if _, err := os.Stat(f.dir); err != nil {
		return f.fault("put "+name, err)
	}
	final := filepath.Join(f.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(final), 0o777); err != nil {
		return f.fault("put "+name, err)
	}
	tmp, err := f.create(filepath.Join(filepath.Dir(final), temporary+rand.Text()))
	if err != nil {
		return f.fault("put "+name, err)
	}
	err = fill(ctx, tmp, r, size, o.Sums)
	err = errors.Join(err, tmp.Close())
	if err == nil {
		tellDate(ctx, tmp.Name())
		err = settle(tmp.Name(), final, o.CreateOnly)
	}
	if err != nil {
		_ = os.Remove(tmp.Name()) // the first error is the one that matters
	}
	return f.fault("put "+name, err)
}

// settle gives a file its final name.
func settle(tmp, final string, createOnly bool) error {
	if createOnly {
		err := os.Link(tmp, final) // fails if there is one of that name, and nobody ever sees half of it
		if err == nil {
			_ = os.Remove(tmp) // a name too many does no harm
			return nil
		}
		if errors.Is(err, fs.ErrExist) {
			return err
		}
		if err := reserve(final); err != nil { // there are no links here
			return err
		}
	}
	return os.Rename(tmp, final)
}

// fill writes what r holds and makes it stay.
func fill(ctx context.Context, f *os.File, r io.ReadSeeker, size int64, want Sums) error {
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return err
	}
	sum := md5.New()
	n, err := io.Copy(io.MultiWriter(f, sum), &stoppable{ctx, r})
	if err != nil {
		return err
	}
	if n != size || !bytes.Equal(sum.Sum(nil), want.MD5[:]) {
		return errChanged
	}
	return f.Sync()
}

var errChanged = errors.New("the content changed while it was read")

// reserve makes an empty file, which fails if there is one of that name.
func reserve(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	return f.Close()
}

// stoppable ends a copy when its context does.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(b []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	return s.r.Read(b)
}

func (f *folderStore) fault(op string, err error) error {
	if err == nil {
		return nil
	}
	e := &Error{Op: op, Store: f.text, Class: Fatal, Text: rootCause(err).Error(), cause: safeCause(err)}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		e.Class, e.Text = Retry, netText(err)
	case errors.Is(err, fs.ErrExist):
		e.Class, e.Text = Exists, "there is such a file already"
	case errors.Is(err, fs.ErrPermission):
		e.Class, e.Text = Denied, "no permission to write there"
	case errors.Is(err, fs.ErrNotExist):
		e.Class, e.Text = Missing, "there is no such folder; make it, or mount the disk that it is on"
	case isFull(err):
		e.Text = fmt.Sprintf("the disk is full (%v); make room", e.Text)
	}
	return e
}

// String is the folder as a URL.
func (f *folderStore) String() string { return f.text }
