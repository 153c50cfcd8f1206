package module

import (
	"math"
	"strings"
)

// shape is what surrounds the items of a written object: base {...}.
type shape struct {
	base, open, close string
	list              bool           // items may be set in columns
	number            func(int) bool // item i is a number; columns align right if all are
}

func (s shape) prefix() string {
	if s.base == "" {
		return s.open
	}
	return s.base + " " + s.open
}

// layout joins items on one line if they are short and not deeply nested, in
// columns if they are a long list, else one a line. The rules and the constants
// are those of Node.
func (p *inspector) layout(s shape, items []string, level int) string {
	rows := items
	if s.list && len(items) > 6 {
		rows = p.inColumns(items, s.number)
	}
	if p.deepest-level < compact && len(rows) == len(items) && p.fits(s, rows) {
		line := strings.Join(rows, ", ")
		if !strings.Contains(line, "\n") {
			return s.prefix() + " " + line + " " + s.close
		}
	}
	newline := "\n" + strings.Repeat(" ", p.indent)
	return s.prefix() + newline + "  " + strings.Join(rows, ","+newline+"  ") + newline + s.close
}

func (p *inspector) fits(s shape, rows []string) bool {
	total := 2*len(rows) + p.indent + units(s.open) + units(s.base) + 10
	if total+len(rows) > p.lineWidth() {
		return false
	}
	for _, row := range rows {
		if total += units(row); total > p.lineWidth() {
			return false
		}
	}
	return !strings.Contains(s.base, "\n")
}

// inColumns sets a list in up to 15 columns, in about a square, unless one item
// is much longer than the others.
func (p *inspector) inColumns(items []string, number func(int) bool) []string {
	n := len(items)
	if n > p.items {
		n-- // the line that counts the items not shown stands alone
	}
	widths := make([]int, n)
	total, longest := 0, 0
	for i := range widths {
		widths[i] = columns(items[i])
		total += widths[i] + 2
		longest = max(longest, widths[i])
	}
	count := p.columnCount(n, len(items), total, longest+2)
	if count <= 1 {
		return items
	}
	column := make([]int, count)
	for i, w := range widths {
		column[i%count] = max(column[i%count], w+2)
	}
	right := number != nil
	for i := 0; right && i < len(items); i++ {
		right = number(i)
	}
	var rows []string
	for i := 0; i < n; i += count {
		rows = append(rows, row(items[i:min(i+count, n)], widths[i:], column, right))
	}
	return append(rows, items[n:]...)
}

func (p *inspector) columnCount(n, all, total, longest int) int {
	if longest*3+p.indent >= p.lineWidth() || float64(total)/float64(longest) <= 5 && longest-2 > 6 {
		return 1
	}
	bias := math.Sqrt(float64(longest) - float64(total)/float64(all))
	biased := math.Max(float64(longest)-3-bias, 1)
	square := math.Round(math.Sqrt(2.5*biased*float64(n)) / biased)
	return min(int(square), (p.lineWidth()-p.indent)/longest, compact*4, 15)
}

func row(items []string, widths, column []int, right bool) string {
	var b strings.Builder
	for i, item := range items {
		last := i == len(items)-1
		pad := strings.Repeat(" ", max(0, column[i]-widths[i]-2))
		if right {
			b.WriteString(pad)
		}
		b.WriteString(item)
		if last {
			break
		}
		b.WriteString(", ")
		if !right {
			b.WriteString(pad)
		}
	}
	return b.String()
}
