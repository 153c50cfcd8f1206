package module

import (
	"slices"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// The limits of a table; rows and columns beyond them are left out, the rows
// with a note.
const (
	maxRows    = 1000
	maxColumns = 50
)

// table draws rows of objects as a grid. What is no object is logged.
func (c *console) table(args []goja.Value) {
	if len(args) == 0 || !js.IsObject(args[0]) {
		c.write(Info, c.format(args[:min(1, len(args))]))
		return
	}
	t := &grid{inspector: &inspector{intrinsics: c.tools()}}
	if len(args) > 1 {
		if only, ok := args[1].(*goja.Object); ok {
			t.fixed = true
			t.columns = append([]string{}, t.list(only)...)
		}
	}
	t.fill(args[0].(*goja.Object))
	c.write(Info, t.String())
}

// grid is a table of written values: cells by row, then by column name.
type grid struct {
	*inspector
	index   string // the head of the first column
	columns []string
	fixed   bool // the columns are those that the script named
	values  bool // some rows are no objects
	rows    []gridRow
	left    int // rows not shown
}

type gridRow struct {
	name, value string
	cells       map[string]string
}

func (t *grid) fill(o *goja.Object) {
	t.index = "(iteration index)"
	switch kind := o.ExportType(); {
	case kind == js.MapType:
		t.fixed, t.columns, t.values = true, []string{"Key"}, true
		t.each("Map.prototype.entries", o, func(name string, pair goja.Value) gridRow {
			key, value := pairOf(pair)
			return gridRow{name, t.cell(value), map[string]string{"Key": t.cell(key)}}
		})
	case kind == js.SetType && o.ClassName() != "Array":
		t.values = true
		t.each("Set.prototype.values", o, func(name string, v goja.Value) gridRow {
			return gridRow{name: name, value: t.cell(v)}
		})
	default:
		t.index = "(index)"
		names := t.names(o)
		for i, name := range names {
			if i == maxRows || t.full() {
				t.left = len(names) - i
				break
			}
			t.rows = append(t.rows, t.row(name, t.get(o, name)))
		}
	}
}

func (t *grid) each(path string, o *goja.Object, row func(string, goja.Value) gridRow) {
	iterator := t.call(path, o)
	if iterator == nil {
		return
	}
	t.try(func() goja.Value {
		t.vm.ForOf(iterator, func(v goja.Value) bool {
			if len(t.rows) == maxRows || t.full() {
				t.left++
				return true
			}
			t.rows = append(t.rows, row(itoa(len(t.rows)), v))
			return true
		})
		return nil
	})
}

func (t *grid) row(name string, v goja.Value) gridRow {
	o, ok := v.(*goja.Object)
	if !ok {
		t.values = true
		return gridRow{name: name, value: t.cell(v)}
	}
	r := gridRow{name: name, cells: map[string]string{}}
	for _, key := range t.names(o) {
		if !slices.Contains(t.columns, key) {
			if t.fixed || len(t.columns) == maxColumns {
				continue
			}
			t.columns = append(t.columns, key)
		}
		r.cells[key] = t.cell(t.get(o, key))
	}
	return r
}

func (t *grid) names(o *goja.Object) []string {
	var names []string
	t.try(func() goja.Value { names = o.Keys(); return nil })
	return names
}

// list is the strings of an array.
func (t *grid) list(o *goja.Object) []string {
	var list []string
	for _, i := range t.names(o) {
		if v := t.get(o, i); v != nil && !js.IsObject(v) && len(list) < maxColumns {
			list = append(list, v.String())
		}
	}
	return list
}

// cell writes a value in one line, shortly.
func (t *grid) cell(v goja.Value) string {
	p := inspector{intrinsics: t.intrinsics, items: 3, width: 1 << 30}
	if o, ok := v.(*goja.Object); ok && o.ClassName() != "Array" && len(t.names(o)) > 2 {
		p.depth = -1
	}
	return t.spend(p.value(v, 0))
}

func pairOf(v goja.Value) (key, value goja.Value) {
	pair, ok := v.(*goja.Object)
	if !ok {
		return nil, nil
	}
	return pair.Get("0"), pair.Get("1")
}

func (t *grid) String() string {
	lines := [][]string{append([]string{t.index}, t.columns...)}
	if t.values {
		lines[0] = append(lines[0], "Values")
	}
	for _, r := range t.rows {
		line := []string{r.name}
		for _, column := range t.columns {
			line = append(line, r.cells[column])
		}
		if t.values {
			line = append(line, r.value)
		}
		lines = append(lines, line)
	}
	text := draw(lines)
	if t.left > 0 {
		text += "\n" + more(t.left, "row")
	}
	return text
}

// draw sets lines of equal length in columns; the first is the head.
func draw(lines [][]string) string {
	widths := make([]int, len(lines[0]))
	for _, line := range lines {
		for i, cell := range line {
			widths[i] = max(widths[i], columns(cell)+2)
		}
	}
	rule := func(left, middle, right string) string {
		parts := make([]string, len(widths))
		for i, w := range widths {
			parts[i] = strings.Repeat("─", w)
		}
		return left + strings.Join(parts, middle) + right
	}
	out := []string{rule("┌", "┬", "┐")}
	for n, line := range lines {
		text := "│"
		for i, cell := range line {
			text += " " + cell + strings.Repeat(" ", widths[i]-columns(cell)-1) + "│"
		}
		out = append(out, text)
		if n == 0 {
			out = append(out, rule("├", "┼", "┤"))
		}
	}
	return strings.Join(append(out, rule("└", "┴", "┘")), "\n")
}
