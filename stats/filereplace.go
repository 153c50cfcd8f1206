package stats

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// ReplaceFile writes a file so that nobody ever sees half of it. The error is the cause alone, without a file's name.
func ReplaceFile(path string, data []byte) error {
	tmp := temporary(path)
	t, err := createNew(tmp)
	if err != nil {
		return RootCause(err)
	}
	_, err = t.Write(data)
	return RootCause(finish(t, err, false, tmp, path))
}

// CanReplace says whether ReplaceFile could make a file at path, without touching one that is there.
func CanReplace(path string) error {
	t, err := createNew(temporary(path))
	if err != nil {
		return RootCause(err)
	}
	return RootCause(errors.Join(t.Close(), os.Remove(t.Name())))
}

// replace writes the document into a hidden file beside the old one and renames it over that.
func (f *Files) replace(file document, s *Snapshot, sync bool) error {
	var b bytes.Buffer
	if err := file.write(&b, s); err != nil {
		return err
	}
	tmp := temporary(file.path)
	t, err := f.newFile(tmp)
	if err != nil {
		return err
	}
	_, err = t.Write(b.Bytes())
	return finish(t, err, sync, tmp, file.path)
}

// finish closes a temporary file that was written with err and renames it to path, or removes it.
func finish(t *os.File, err error, sync bool, tmp, path string) error {
	if err == nil && sync {
		err = t.Sync()
	}
	if e := t.Close(); err == nil { // a network file system may report a full disk only now
		err = e
	}
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		os.Remove(tmp)
	}
	return err
}

// createNew removes what a killed run may have left under that name, then creates the file for itself alone.
func createNew(path string) (*os.File, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	return os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o666)
}

// temporary is a name in the same folder (rename works only within a file system) that no pattern PREFIX* matches.
func temporary(path string) string {
	return filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp")
}

// syncFolders makes the renames last through a power cut, where the system can sync a folder. Its errors say only
// that it cannot: the contents are safe already.
func (f *Files) syncFolders() {
	done := map[string]bool{}
	for _, file := range f.replaced {
		dir := filepath.Dir(file.path)
		if done[dir] {
			continue
		}
		done[dir] = true
		if d, err := os.Open(dir); err == nil {
			_ = d.Sync()
			_ = d.Close()
		}
	}
}
