package script

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxScript bounds a script file in bytes: what is larger is data, and data in a
// script would be copied into every virtual user.
const maxScript = 16 << 20

var scriptExts = []string{".js", ".mjs", ".cjs", ".jsx", ".ts", ".mts", ".cts", ".tsx"}

// find returns the absolute paths of the script files, without doubles.
func find(paths []string, cwd string, sources map[string]string) ([]string, error) {
	if len(paths) == 0 {
		return nil, errors.New("no script given")
	}
	var files []string
	for _, p := range paths {
		found, err := findOne(p, absPath(p, cwd), sources)
		if err != nil {
			return nil, err
		}
		for _, f := range found {
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
	}
	return files, nil
}

func findOne(name, abs string, sources map[string]string) ([]string, error) {
	if _, ok := sources[abs]; ok {
		return []string{abs}, checkExt(name)
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	info, err := os.Stat(abs)
	if err != nil {
		return nil, fileError(name, err)
	}
	if info.IsDir() {
		return findDir(name, abs)
	}
	if err := checkExt(name); err != nil {
		return nil, err
	}
	return []string{abs}, checkFile(name, abs, info)
}

func findDir(name, dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path != dir && skipped(d.Name()) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() || !slices.Contains(scriptExts, filepath.Ext(path)) {
			return nil
		}
		info, err := os.Stat(path) // follows a link, unlike d.Info
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() {
			return nil
		}
		files = append(files, path)
		return checkFile(path, path, info)
	})
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			return nil, e
		}
		return nil, fileError(name, err)
	}
	if len(files) == 0 {
		return nil, &Error{File: name, Text: "no script files in this directory", Hint: "a script ends in " + strings.Join(scriptExts, " ")}
	}
	return files, nil
}

func skipped(name string) bool {
	for _, end := range []string{".d.ts", ".d.mts", ".d.cts"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return name[0] == '_' || name[0] == '.' || name == "node_modules"
}

func checkExt(name string) error {
	if slices.Contains(scriptExts, filepath.Ext(name)) {
		return nil
	}
	return &Error{File: name, Text: "not a script", Hint: "a script ends in " + strings.Join(scriptExts, " ")}
}

func checkFile(name, abs string, info fs.FileInfo) error {
	if !info.Mode().IsRegular() {
		return &Error{File: name, Text: "not a regular file"}
	}
	if info.Size() > maxScript {
		return &Error{File: name, Text: fmt.Sprintf("%d MB is too large for a script (at most %d MB)", info.Size()>>20, maxScript>>20), Hint: "read data with open()"}
	}
	text, err := os.ReadFile(abs)
	if err != nil {
		return fileError(name, err)
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return &Error{File: name, Text: "not a text file"}
	}
	if !utf8.Valid(text) {
		return &Error{File: name, Text: "not UTF-8", Hint: "save it as UTF-8"}
	}
	return nil
}

// fileError says what the operating system said, without "stat" and the path.
func fileError(name string, err error) *Error {
	text := err.Error()
	var pe *fs.PathError
	if errors.As(err, &pe) {
		text = pe.Err.Error()
	}
	if errors.Is(err, fs.ErrNotExist) {
		text = "no such file"
	}
	return &Error{File: name, Text: text}
}
