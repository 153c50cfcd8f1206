package script

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/dop251/goja"
	"github.com/dop251/goja/file"
	"github.com/dop251/goja/parser"
	"github.com/go-sourcemap/sourcemap"
)

// programName names the code that comes from no source file (esbuild's helpers,
// the wrapper). It is chosen so that url.Parse fails on it and whatever is
// joined to it: goja then shows the names in the source map as they are; else it
// would escape blanks and letters beyond ASCII and strip the first "/".
const programName = "%bundle%/script"

// compile wraps the bundle into a function of the host object.
func compile(out *bundled, cwd string) (prg *goja.Program, warnings []Warning, err error) {
	defer func() {
		if r := recover(); r != nil {
			prg, err = nil, &Error{Text: fmt.Sprintf("cannot compile: %v", r)}
		}
	}()
	sm, err := shiftMap(out.sourceMap, cwd)
	if err != nil {
		return nil, nil, fmt.Errorf("source map: %w", err)
	}
	consumer, err := sourcemap.Parse("", sm)
	if err != nil {
		return nil, nil, fmt.Errorf("source map: %w", err)
	}
	code := wrap(out)
	tree, err := parser.ParseFile(nil, programName, code, 0, parser.WithDisableSourceMaps)
	if err != nil {
		return nil, nil, parseError(err, consumer)
	}
	tree.File.SetSourceMap(consumer)
	for _, re := range fix(tree, code) {
		if w := at(tree.File, int(re.Idx)-1); userFile(w.File) && !foreign(w.File) {
			w.Text, w.Hint = `\p{...} does not match anything yet`, "write the letters out, as in [A-Za-z]"
			warnings = append(warnings, w)
		}
	}
	prg, err = goja.CompileAST(tree, true) // ES modules are strict
	if err != nil {
		return nil, warnings, compileError(err)
	}
	return prg, warnings, nil
}

// at returns where an offset in the bundle comes from; nothing if from no file.
func at(f *file.File, offset int) (e Error) {
	if p := f.Position(offset); p.Filename != programName {
		e.File, e.Line, e.Column = p.Filename, p.Line, p.Column
	}
	return e
}

// wrap puts one line before the bundle (shiftMap counts on it) and one after it.
func wrap(out *bundled) string {
	code := out.code
	var b strings.Builder
	b.Grow(len(code) + 400)
	b.WriteByte('(')
	if out.async {
		b.WriteString("async ")
	}
	b.WriteString("function($k, $symbol, $meta, $lookup, $module){")
	for _, name := range []string{"asyncIterator", "dispose", "asyncDispose", "metadata"} {
		// Only when used: a changed Symbol costs memory in every VM.
		if bytes.Contains(code, []byte("Symbol."+name)) || bytes.Contains(code, []byte(`Symbol["`+name+`"]`)) {
			fmt.Fprintf(&b, "Symbol.%s ??= $symbol(%q);", name, name)
		}
	}
	b.WriteByte('\n')
	b.Write(code)
	b.WriteString("\n})")
	return b.String()
}

// parseError maps what goja's parser found; esbuild has parsed the same text
// before, so this is rare.
func parseError(err error, m *sourcemap.Consumer) error {
	var list parser.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return &Error{Text: err.Error()}
	}
	first := list[0]
	e := &Error{Text: first.Message}
	if name, _, line, col, ok := m.Source(first.Position.Line, first.Position.Column); ok {
		e.File, e.Line, e.Column = strings.TrimPrefix(name, builtinPrefix), line, col
	}
	return e
}

func compileError(err error) error {
	var ce *goja.CompilerSyntaxError
	if !errors.As(err, &ce) {
		return &Error{Text: err.Error()}
	}
	e := &Error{}
	if ce.File != nil {
		*e = at(ce.File, ce.Offset)
	}
	e.File = strings.TrimPrefix(e.File, builtinPrefix)
	e.Text = ce.Message
	return e
}
