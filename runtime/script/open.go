package script

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/dop251/goja"
)

// Resolve returns the absolute path of a file that a script names, relative to
// the folder of the first script. Whether the file exists is not checked.
func (s *Script) Resolve(path string) (string, error) {
	return s.ResolveFrom(s.Dir, path)
}

// ResolveFrom is Resolve relative to dir, for instance to CallerDir's answer. A
// file that is not there is looked for in the folder of the first script too,
// which is the only place where k6 looks.
func (s *Script) ResolveFrom(dir, path string) (string, error) {
	path = fromFileURL(path)
	if path == "" {
		return "", &Error{Text: "open: empty path"}
	}
	full := absPath(filepath.FromSlash(path), dir)
	if root := absPath(filepath.FromSlash(path), s.Dir); root != full && !exists(full) && exists(root) {
		return root, nil
	}
	return full, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// CallerDir returns the absolute folder of the script file that is calling, so
// that open("data.csv") is relative to the file it stands in, as an import
// would be. Builtins do not count as callers. Call it from a native function
// that vm is running. It returns s.Dir without a script on the stack, and for a
// caller that was imported by its URL.
func CallerDir(vm *goja.Runtime, s *Script) string {
	if name := caller(vm); name != "" && !isURL(name) {
		return filepath.Dir(absPath(filepath.FromSlash(name), s.cwd))
	}
	return s.Dir
}

// userFile tells files from native code, builtins and the bundle's own code.
func userFile(name string) bool {
	return name != "" && name != programName && name != "<native>" && !strings.HasPrefix(name, builtinPrefix)
}
