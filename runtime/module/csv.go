package module

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/dop251/goja"
)

// csvOptions is how a CSV file is to be read.
type csvOptions struct {
	comma   rune
	header  bool     // the first line is no row
	columns []string // names that replace those of the header; nil for none
}

// csvRows is a parsed CSV file: all fields one after the other in one text, and
// where each ends. It costs the file's size and four bytes a field.
type csvRows struct {
	columns []string // nil: rows are arrays
	width   int      // fields in a row
	text    string
	ends    []uint32
}

// parseCSV reads a file of RFC 4180, in UTF-8 with or without a byte order
// mark. Errors begin with name:line.
func parseCSV(name string, data []byte, opt csvOptions) (rows, error) {
	data, err := withoutMark(name, data)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.ReuseRecord = opt.comma, true
	t := &csvRows{columns: opt.columns}
	if opt.header {
		header, err := r.Read()
		if err != nil {
			return nil, csvError(name, err)
		}
		if t.columns == nil {
			t.columns = append([]string{}, header...)
			if twice := duplicate(t.columns); twice != "" {
				return nil, fmt.Errorf("%s:1: there are two columns named %q", name, twice)
			}
		}
		t.width = len(header)
	}
	if err := t.read(name, r, data); err != nil {
		return nil, err
	}
	if len(t.ends) == 0 {
		return nil, fmt.Errorf("%s: there are no rows below the header", name)
	}
	if t.columns != nil && len(t.columns) != t.width {
		return nil, fmt.Errorf("%s: columns has %d names, but the rows have %d fields", name, len(t.columns), t.width)
	}
	return t, nil
}

func (t *csvRows) read(name string, r *csv.Reader, data []byte) error {
	var text strings.Builder
	text.Grow(len(data))
	for {
		record, err := r.Read()
		if err == io.EOF && len(t.ends) > 0 || err == io.EOF && t.width > 0 {
			break
		}
		if err != nil {
			return csvError(name, err)
		}
		if t.ends == nil {
			t.width = len(record)
			t.ends = make([]uint32, 0, (bytes.Count(data, []byte{'\n'})+1)*t.width)
		}
		for _, field := range record {
			text.WriteString(field)
			t.ends = append(t.ends, uint32(text.Len()))
		}
	}
	t.text = text.String()
	return nil
}

func csvError(name string, err error) error {
	if errors.Is(err, io.EOF) {
		return fmt.Errorf("%s: the file is empty", name)
	}
	var bad *csv.ParseError
	if !errors.As(err, &bad) {
		return fmt.Errorf("%s: %w", name, err)
	}
	if errors.Is(bad.Err, csv.ErrFieldCount) {
		return fmt.Errorf("%s:%d: not as many fields as in the first line", name, bad.Line)
	}
	return fmt.Errorf("%s:%d:%d: %w", name, bad.Line, bad.Column, bad.Err)
}

// withoutMark cuts the byte order mark that spreadsheets write.
func withoutMark(name string, data []byte) ([]byte, error) {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return nil, fmt.Errorf("%s: the file is in UTF-16; save it as UTF-8", name)
	}
	return bytes.TrimPrefix(data, []byte("\ufeff")), nil
}

func (t *csvRows) len() int { return len(t.ends) / t.width }

func (t *csvRows) field(i int) string {
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.text[start:t.ends[i]]
}

func (t *csvRows) row(v *sharedVM, i int) goja.Value {
	if t.columns == nil {
		values := make([]any, t.width)
		for c := range values {
			values[c] = t.field(i*t.width + c)
		}
		return v.vm.NewArray(values...)
	}
	o := v.vm.NewObject()
	for c, column := range t.columns {
		o.Set(column, t.field(i*t.width+c))
	}
	return o
}
