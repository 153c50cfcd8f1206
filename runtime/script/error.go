package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/evanw/esbuild/pkg/api"
)

// Error is a fault in a script that was found before it ran.
type Error struct {
	File         string // as in Script.Paths; the module's name for a builtin; "" if unknown
	Line, Column int    // from 1, the column in UTF-16 units as editors count; 0 if unknown
	Text         string // what is wrong
	Hint         string // what to do; may be empty
	More         []*Error
}

// Warning is an Error that does not keep the script from running.
type Warning = Error

// Error is one line: the first fault and the number of further ones.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.where())
	b.WriteString(e.plain())
	if len(e.More) > 0 {
		fmt.Fprintf(&b, " (and %d more)", len(e.More))
	}
	return b.String()
}

// plain is the text without the place.
func (e *Error) plain() string {
	if e.Hint == "" {
		return e.Text
	}
	return e.Text + "; " + e.Hint
}

func (e *Error) where() string {
	switch {
	case e.File == "":
		return "script: "
	case e.Line == 0:
		return "script " + e.File + ": "
	}
	return fmt.Sprintf("%s:%d:%d: ", e.File, e.Line, e.Column)
}

// fromMessages makes one Error of esbuild's messages, of which there is at least one.
func fromMessages(msgs []api.Message, cwd string) *Error {
	first := fromMessage(msgs[0], cwd)
	for _, m := range msgs[1:] {
		first.More = append(first.More, fromMessage(m, cwd))
	}
	return first
}

func fromMessage(m api.Message, cwd string) *Error {
	e := &Error{Text: strings.ReplaceAll(m.Text, builtinPrefix, "")}
	if l := m.Location; l != nil {
		e.File = messageFile(l, cwd)
		e.Line = l.Line
		e.Column = len(utf16.Encode([]rune(l.LineText[:min(l.Column, len(l.LineText))]))) + 1
	}
	for _, n := range m.Notes {
		if strings.HasPrefix(n.Text, "Did you mean") {
			e.Hint = strings.ReplaceAll(n.Text, builtinPrefix, "")
			break
		}
	}
	if h, ok := m.Detail.(hint); ok {
		e.Hint = string(h)
	}
	explain(e)
	return e
}

func messageFile(l *api.Location, cwd string) string {
	if name, ok := strings.CutPrefix(l.File, builtinPrefix); ok {
		return name
	}
	if isURL(l.File) {
		return l.File
	}
	return display(absPath(l.File, cwd), cwd)
}

// hint travels in a message's Detail from the plugin to the Error.
type hint string

// explain puts what esbuild says to web developers into words for a load test.
func explain(e *Error) {
	var name string
	missing := scan(e.Text, "Could not resolve %q", &name)
	switch {
	case missing && slices.Contains(nodeModules, strings.TrimPrefix(name, "node:")):
		why := notNode(name)
		e.Text, e.Hint = why.Text, why.Hint
	case missing:
		e.Text = fmt.Sprintf("cannot find %q", name)
		if isURL(e.File) {
			e.Hint = "a remote module imports by URL"
		} else if e.Hint == "" {
			e.Hint = missingHint(name)
		}
	case strings.HasPrefix(e.Text, "No loader is configured for"):
		e.Text = "cannot import a file of this kind"
		e.Hint = openHint
	}
}

func scan(text, format string, into *string) bool {
	_, err := fmt.Sscanf(text, format, into)
	return err == nil
}

// webHost matches what is rather a host than the name of a package.
var webHost = regexp.MustCompile(`^[\w-]+(\.[\w-]+)*\.(com|io|net|org|dev|sh)$`)

func missingHint(name string) string {
	if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "/") {
		return "is the path right? It is relative to the file that imports it"
	}
	parts := strings.Split(name, "/")
	if len(parts) > 1 && webHost.MatchString(parts[0]) { // as k6 once took it
		return "if it is on the web, write https://" + name
	}
	n := 1
	if strings.HasPrefix(name, "@") {
		n = min(2, len(parts)) // @scope/package
	}
	return "is the package installed? npm install " + strings.Join(parts[:n], "/")
}
