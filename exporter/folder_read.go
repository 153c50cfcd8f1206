package exporter

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Get reads a file.
func (f *folderStore) Get(ctx context.Context, name string) ([]byte, error) {
	op := "get " + name
	if _, err := os.Stat(f.dir); err != nil {
		return nil, f.fault(op, err)
	}
	r, err := os.Open(filepath.Join(f.dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &Error{Op: op, Store: f.text, Class: Absent, Text: "there is no such file"}
	}
	if err != nil {
		return nil, f.fault(op, err)
	}
	defer r.Close()
	body, err := io.ReadAll(io.LimitReader(&stoppable{ctx, r}, largest+1))
	if err == nil && len(body) > largest {
		err = errLarge
	}
	if err != nil {
		return nil, f.fault(op, err)
	}
	return body, nil
}

// List walks a folder. Files that are not whole yet are left out.
func (f *folderStore) List(ctx context.Context, folder string) ([]string, error) {
	op := "list " + folder
	if _, err := os.Stat(f.dir); err != nil {
		return nil, f.fault(op, err)
	}
	var names []string
	err := filepath.WalkDir(filepath.Join(f.dir, filepath.FromSlash(folder)), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // gone in the meantime, or never there
			return nil
		case err != nil:
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case entry.IsDir() || strings.HasPrefix(entry.Name(), temporary):
			return nil
		}
		rel, err := filepath.Rel(f.dir, path)
		names = append(names, filepath.ToSlash(rel))
		return err
	})
	if err != nil {
		return nil, f.fault(op, err)
	}
	return names, nil
}
