package script

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/dop251/goja"
)

// metaOf makes what stands for import.meta in all files of a bundle: which file asks is read off the stack.
func (s *Script) metaOf(vm *goja.Runtime) goja.Value {
	o := vm.NewObject()
	getter := vm.ToValue(func(goja.FunctionCall) goja.Value { return vm.ToValue(s.callerURL(vm).String()) })
	// Neither can fail: the object is fresh.
	_ = o.DefineAccessorProperty("url", getter, nil, goja.FLAG_FALSE, goja.FLAG_TRUE)
	_ = o.Set("resolve", func(c goja.FunctionCall) goja.Value {
		to, err := s.resolveURL(s.callerURL(vm), c.Argument(0).String())
		if err != nil {
			panic(vm.NewTypeError("import.meta.resolve: %s", err.Error()))
		}
		return vm.ToValue(to)
	})
	return o
}

// callerURL is the URL of the file that is calling.
func (s *Script) callerURL(vm *goja.Runtime) *url.URL {
	name := caller(vm)
	if isURL(name) {
		if u, err := url.Parse(name); err == nil {
			return u
		}
	}
	path := s.Dir + string(filepath.Separator)
	if name != "" {
		path = absPath(filepath.FromSlash(name), s.cwd)
	}
	return &url.URL{Scheme: "file", Path: filepath.ToSlash(path)}
}

var (
	relative = regexp.MustCompile(`^\.{0,2}/|^\.\.?$`)
	absolute = regexp.MustCompile(`^[a-z]+:`)
)

func (s *Script) resolveURL(base *url.URL, name string) (string, error) {
	if _, ok := s.opts.Builtins[name]; ok {
		return name, nil
	}
	if !relative.MatchString(name) && !absolute.MatchString(name) {
		return "", fmt.Errorf("%q is neither relative nor a URL", name)
	}
	u, err := base.Parse(name)
	if err != nil {
		return "", fmt.Errorf("%q is no URL", name)
	}
	return u.String(), nil
}

// caller is the script file that is calling, as the source map has it; "" if there is none.
func caller(vm *goja.Runtime) string {
	for _, f := range vm.CaptureCallStack(0, nil) {
		if name := f.Position().Filename; userFile(name) {
			return name
		}
	}
	return ""
}

// fromFileURL returns the path in a file URL; anything else stays as it is.
func fromFileURL(name string) string {
	path, ok := strings.CutPrefix(name, "file://")
	if !ok {
		return name
	}
	if plain, err := url.PathUnescape(path); err == nil {
		return plain
	}
	return path
}
