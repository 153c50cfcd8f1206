package k6data

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// CSVNames are the exports of k6/experimental/csv.
var CSVNames = []string{"parse", "Parser"}

// CSV is the export of k6/experimental/csv of that name, or the module as an object for "default"; nil if there is none.
func CSV(rt *goja.Runtime, host Host, name string) goja.Value {
	switch name {
	case "default":
		return object(rt, CSVNames, func(name string) goja.Value { return CSV(rt, host, name) })
	case "parse":
		return js.Function(rt, name, 2, func(call goja.FunctionCall) goja.Value {
			return settled(rt, func() goja.Value {
				r, err := fileOf(rt, "csv.parse", call.Argument(0)).table(optionsOf(rt, call.Argument(1)))
				return newArray(rt, check(rt, "csv.parse", r, err))
			})
		})
	case "Parser":
		return js.Constructor(rt, name, 2, func(call goja.ConstructorCall) { construct(rt, host, call) })
	}
	return nil
}

// check throws err, with what was done.
func check[T any](rt *goja.Runtime, what string, v T, err error) T {
	if err != nil {
		js.Throw(rt, "%s: %v", what, err)
	}
	return v
}

// construct is new Parser(file, options): next() gives one row after the other, from where the file was at.
func construct(rt *goja.Runtime, host Host, call goja.ConstructorCall) {
	if !host.Init() {
		js.Throw(rt, "csv.Parser: a parser is made in the init context, outside of functions that users run")
	}
	f := fileOf(rt, "csv.Parser", call.Argument(0))
	r, err := newReader(f.text[f.at:], optionsOf(rt, call.Argument(1)))
	check(rt, f.path, r, err)
	js.Method(rt, call.This, "next", 0, func(goja.FunctionCall) goja.Value {
		return settled(rt, func() goja.Value {
			row, err := r.next()
			done := errors.Is(err, io.EOF)
			if done {
				row, err = []byte("[]"), nil
			}
			o := rt.NewObject()
			_ = o.Set("done", done)
			_ = o.Set("value", js.KnownJSON(rt, string(check(rt, f.path, row, err))))
			return o
		})
	})
}

func fileOf(rt *goja.Runtime, what string, v goja.Value) *file {
	f := js.Reveal[*file](v, fileKey)
	if f == nil {
		js.ThrowType(rt, "%s: the first argument must be a file opened with open of k6/experimental/fs", what)
	}
	return f
}

// csvOptions are the options of parse and Parser. Lines are rows, counted from 0; to is the last one, 0 for all.
type csvOptions struct {
	comma              rune
	skipFirst, objects bool
	from, to           int64
}

func optionsOf(rt *goja.Runtime, v goja.Value) csvOptions {
	opt := csvOptions{comma: ','}
	if !js.Given(v) {
		return opt
	}
	o := js.Object(rt, "the options of CSV", v)
	if v := o.Get("delimiter"); js.Given(v) {
		c, size := utf8.DecodeRuneInString(v.String())
		if size != len(v.String()) || strings.ContainsRune("\"\r\n\ufffd\x00", c) {
			js.ThrowType(rt, "CSV: delimiter must be one character, such as \";\" or \"\\t\"")
		}
		opt.comma = c
	}
	number := func(name string) int64 {
		if v := o.Get(name); js.Given(v) {
			return v.ToInteger()
		}
		return 0
	}
	flag := func(name string) bool { v := o.Get(name); return v != nil && v.ToBoolean() }
	opt.from, opt.to = number("fromLine"), number("toLine")
	opt.skipFirst, opt.objects = flag("skipFirstLine"), flag("asObjects")
	switch {
	case opt.from < 0 || opt.to < 0:
		js.ThrowType(rt, "CSV: fromLine and toLine must not be negative")
	case opt.to > 0 && opt.from >= opt.to:
		js.ThrowType(rt, "CSV: fromLine must be less than toLine")
	case opt.objects && (opt.skipFirst || opt.from > 0):
		js.ThrowType(rt, "CSV: asObjects takes its names from the first line: it cannot go with skipFirstLine or fromLine")
	}
	return opt
}

// table is the whole file as rows, made once in the process for the same options.
func (c *content) table(opt csvOptions) (*rows, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.tables[opt]; r != nil {
		return r, nil
	}
	in, err := newReader(c.text, opt)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.path, err)
	}
	var text strings.Builder
	r := new(rows)
	for {
		row, err := in.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.path, err)
		}
		text.Write(row)
		r.ends = append(r.ends, text.Len())
	}
	r.text = text.String()
	c.tables[opt] = r
	return r, nil
}

// reader gives the rows of a CSV text as JSON.
type reader struct {
	csv     *csv.Reader
	line    int64 // of the next row
	to      int64
	columns []string // as JSON; nil: rows are arrays
	row     bytes.Buffer
	text    *json.Encoder // into row
}

func newReader(text string, opt csvOptions) (*reader, error) {
	r := &reader{csv: csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))), to: opt.to}
	r.csv.Comma, r.csv.ReuseRecord = opt.comma, true
	r.text = json.NewEncoder(&r.row)
	r.text.SetEscapeHTML(false)
	if opt.objects {
		names, err := r.read()
		if err != nil {
			return nil, fmt.Errorf("the line with the names of the columns: %w", err)
		}
		r.columns = []string{}
		for _, name := range names {
			r.row.Reset()
			r.quote(name)
			r.columns = append(r.columns, r.row.String())
		}
	}
	skip := opt.from
	if opt.skipFirst {
		skip = max(skip, 1)
	}
	for r.line < skip {
		if _, err := r.read(); err != nil {
			return nil, fmt.Errorf("skipping to line %d: %w", skip, err)
		}
	}
	return r, nil
}

func (r *reader) read() ([]string, error) {
	r.line++
	return r.csv.Read()
}

// next is the next row, valid until it is called again, or io.EOF.
func (r *reader) next() ([]byte, error) {
	if r.to > 0 && r.line > r.to {
		return nil, io.EOF
	}
	fields, err := r.read()
	if err != nil {
		return nil, err
	}
	r.row.Reset()
	brackets := "[]"
	if r.columns != nil {
		brackets = "{}"
	}
	r.row.WriteByte(brackets[0])
	for i, field := range fields {
		if i > 0 {
			r.row.WriteByte(',')
		}
		if r.columns != nil {
			r.row.WriteString(r.columns[i])
			r.row.WriteByte(':')
		}
		r.quote(field)
	}
	r.row.WriteByte(brackets[1])
	return r.row.Bytes(), nil
}

// quote appends a JSON string to the row.
func (r *reader) quote(s string) {
	_ = r.text.Encode(s) // a string can be encoded, and a buffer written
	r.row.Truncate(r.row.Len() - 1)
}
