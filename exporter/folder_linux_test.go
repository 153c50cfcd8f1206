package exporter

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A disk that is full is no reason to try again at once, but the next round does.
func TestFolderOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	full := func(path string) (*os.File, error) {
		if err := os.Symlink("/dev/full", path); err != nil {
			return nil, err
		}
		return os.OpenFile(path, os.O_WRONLY, 0)
	}
	store := &folderStore{dir: dir, text: "file://" + dir, create: full}
	x := New(store, Options{Results: someResults(t)})
	err := x.Preflight(t.Context(), someRun)
	wantClass(t, err, Fatal)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "the disk is full") {
		t.Errorf("Preflight says %v", err)
	}
	begin := time.Now()
	var bad *Incomplete
	if err := x.Flush(t.Context(), finishedRun()); !errors.As(err, &bad) || len(bad.Files) != bad.Of || bad.Of != 6 {
		t.Errorf("Flush says %v", err)
	} else {
		t.Logf("after %v: %v", time.Since(begin), err)
	}
	store.create = createNew
	must(t, x.Close())
	done, err := Resume(t.Context(), x.o.Results, store, Options{}, RunInfo{})
	if err != nil || len(done) != 1 || done[0].Uploaded != 6 {
		t.Errorf("Resume did %+v, %v", done, err)
	}
	leftovers, _ := filepath.Glob(filepath.Join(dir, "*", ".katydid-*"))
	if len(leftovers) > 0 {
		t.Errorf("temporary files stay behind: %v", leftovers)
	}
}
