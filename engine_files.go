package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"katydid/runtime/script"
)

// besides are files that may have a say in how a script is bundled, if they lie in its folder or in one above it.
var besides = []string{"package.json", "tsconfig.json", "jsconfig.json", script.LockName}

// A shipped file goes to where the script is going to run.
type shipped struct {
	name string // relative to the project's folder there, with slashes
	data []byte
}

// ship finds the files that the scripts need where they are going to run: those that they consist of, those that they have
// read, and more, which the user has named. base is the folder that names are relative to: dir, or the next above it that has
// them all below it. They are tried: the scripts are loaded from nothing else.
func (p *enginePlan) ship(dir string, more []string) (files []shipped, base string, err error) {
	paths, base, err := p.needed(dir, more)
	if err != nil {
		return nil, "", err
	}
	if files, err = readAll(base, paths); err != nil {
		return nil, "", err
	}
	loaded, err := p.tryShipped(base, files)
	if err == nil && loaded.Size == p.run.env.Script.Size {
		return files, base, nil
	}
	// Settings of the bundler have a say in it, or of npm packages.
	if files, err = readAll(base, slices.Concat(paths, settings(base, paths))); err != nil {
		return nil, "", err
	}
	if _, err = p.tryShipped(base, files); err != nil {
		err = fmt.Errorf("the script cannot be loaded from the files that would go with it: %w; add what is missing with --file, or use --script-from image", err)
	}
	return files, base, err
}

// needed are the absolute paths of the files, without links.
func (p *enginePlan) needed(dir string, more []string) (paths []string, base string, err error) {
	for _, path := range slices.Concat(p.run.env.Script.Inputs, p.read, more) {
		real, err := filepath.EvalSymlinks(absolute(dir, path))
		if err != nil {
			return nil, "", fmt.Errorf("%s: %w", path, withoutPath(err))
		}
		paths = append(paths, real)
	}
	if base, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, "", withoutPath(err)
	}
	for _, path := range paths {
		for !below(base, path) {
			base = filepath.Dir(base)
		}
	}
	return paths, base, nil
}

// settings are the files of that kind in the folders of paths and in those above them, up to base.
func settings(base string, paths []string) (found []string) {
	for _, path := range paths {
		for folder := filepath.Dir(path); folder == base || below(base, folder); folder = filepath.Dir(folder) {
			for _, name := range besides {
				if info, err := os.Stat(filepath.Join(folder, name)); err == nil && info.Mode().IsRegular() {
					found = append(found, filepath.Join(folder, name))
				}
			}
			if folder == base {
				break
			}
		}
	}
	return found
}

// readAll reads files, sorted by their paths.
func readAll(base string, paths []string) (files []shipped, err error) {
	paths = slices.Sorted(slices.Values(paths))
	for _, path := range slices.Compact(paths) {
		name, err := filepath.Rel(base, path)
		if err != nil {
			return nil, err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, withoutPath(err))
		}
		files = append(files, shipped{filepath.ToSlash(name), data})
	}
	return files, nil
}

// names are the scripts, as named among the shipped files.
func (p *enginePlan) names(base string) (names []string, err error) {
	if base, err = filepath.EvalSymlinks(base); err != nil {
		return nil, withoutPath(err)
	}
	for _, name := range p.scripts {
		real, err := filepath.EvalSymlinks(absolute(p.run.sys.dir, name))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, withoutPath(err))
		}
		rel, err := filepath.Rel(base, real)
		if err != nil || !below(base, real) {
			return nil, fmt.Errorf("%s is not below this folder, which is %s in the image: call katydid where the image was made", name, podProject)
		}
		names = append(names, filepath.ToSlash(rel))
	}
	return names, nil
}

// below says that a path is somewhere below a folder.
func below(folder, path string) bool {
	rel, err := filepath.Rel(folder, path)
	return err == nil && rel != "." && rel != ".." && !strings.HasPrefix(rel, ".."+string(filepath.Separator))
}

// tryShipped loads the scripts from nothing but what is shipped, in a folder that is removed again.
func (p *enginePlan) tryShipped(base string, files []shipped) (*script.Script, error) {
	names, err := p.names(base)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "katydid-ship-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	for _, f := range files {
		path := filepath.Join(dir, filepath.FromSlash(f.name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, f.data, 0o600); err != nil {
			return nil, err
		}
	}
	o := scriptOptions(p.run.opts, p.run.sys)
	o.Dir, o.Paths = dir, names
	loaded, _, err := script.Load(o)
	return loaded, err
}

// isText says that a file can be a string of a ConfigMap.
func isText(data []byte) bool {
	return !bytes.ContainsRune(data, 0) && bytes.Equal(bytes.ToValidUTF8(data, nil), data)
}
