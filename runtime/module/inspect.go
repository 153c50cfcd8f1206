package module

import (
	"fmt"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// The limits of one message. Items and text beyond them are counted, not shown.
const (
	maxDepth   = 2
	maxItems   = 100     // of an array, Map or Set
	maxString  = 10_000  // UTF-16 units of a string within an object
	maxMessage = 100_000 // bytes of a whole message, nearly
	lineWidth  = 80      // Node's breakLength
	compact    = 3       // inner levels that may share a line
)

// inspector writes a value as Node's util.inspect does with its defaults, so
// that what a script prints looks as its author expects. It runs no getter of
// the script except those that name a class or describe an error, survives
// those that throw, looks through proxies without calling them, and stops at
// maxMessage. Used by one VM's goroutine, for one value.
type inspector struct {
	*intrinsics
	depth  int  // levels below this are only named
	items  int  // of an array, Map or Set; 0 for maxItems
	width  int  // of a line; 0 for lineWidth
	hidden bool // show properties that are not enumerable, and proxies (%o)

	indent   int
	deepest  int // of the part that is being written
	seen     []*goja.Object
	circular map[*goja.Object]int
	spent    int
}

func (in *intrinsics) inspect(v goja.Value, depth int, hidden bool) string {
	p := inspector{intrinsics: in, depth: depth, hidden: hidden}
	return p.value(v, 0)
}

func (p *inspector) value(v goja.Value, level int) string {
	o, ok := v.(*goja.Object)
	if !ok {
		return p.spend(p.primitive(v))
	}
	if p.items == 0 {
		p.items = maxItems
	}
	for depth := 0; o.ExportType() == js.ProxyType; depth++ {
		proxy := o.Export().(goja.Proxy)
		if proxy.Target() == nil || depth > 100 {
			return p.spend("<Revoked Proxy>")
		}
		if p.hidden {
			return p.proxy(proxy, level)
		}
		o = proxy.Target()
	}
	if p.full() {
		return "..."
	}
	if text, ok := p.customText(o, v, level); ok {
		return p.spend(text)
	}
	for _, parent := range p.seen {
		if parent == o {
			return p.spend(fmt.Sprintf("[Circular *%d]", p.reference(o)))
		}
	}
	return p.object(o, level)
}

// reference numbers the objects that contain themselves.
func (p *inspector) reference(o *goja.Object) int {
	if p.circular == nil {
		p.circular = map[*goja.Object]int{}
	}
	if p.circular[o] == 0 {
		p.circular[o] = len(p.circular) + 1
	}
	return p.circular[o]
}

func (p *inspector) spend(text string) string {
	p.spent += len(text)
	return text
}

func (p *inspector) lineWidth() int {
	if p.width == 0 {
		return lineWidth
	}
	return p.width
}

func (p *inspector) full() bool { return p.spent > maxMessage }

func (p *inspector) proxy(proxy goja.Proxy, level int) string {
	if level > p.depth {
		return "Proxy [Array]"
	}
	p.indent += 2
	items := []string{p.value(proxy.Target(), level+1), p.value(proxy.Handler(), level+1)}
	p.indent -= 2
	return p.layout(shape{open: "Proxy [", close: "]", list: true}, items, level+1)
}

// customText calls the method that Node's users give their classes for this.
func (p *inspector) customText(o *goja.Object, this goja.Value, level int) (string, bool) {
	f, ok := goja.AssertFunction(p.try(func() goja.Value { return o.GetSymbol(p.intrinsics.custom) }))
	if !ok {
		return "", false
	}
	result := p.try(func() goja.Value {
		return must(f(this, p.vm.ToValue(p.depth-level), p.vm.NewObject()))
	})
	if result == this || result == nil {
		return "", false
	}
	if js.TypeName(result) != "string" {
		p.seen = append(p.seen, o) // a method that returns a wrapper of its object must end
		defer func() { p.seen = p.seen[:len(p.seen)-1] }()
		return p.value(result, level+1), true
	}
	text, _ := cut(result.String(), maxMessage)
	return strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", p.indent)), true
}

func (p *inspector) primitive(v goja.Value) string {
	if js.TypeName(v) == "string" {
		return p.text(v.String())
	}
	return primitiveText(v)
}

// text is a quoted string. A long one with several lines is broken at its own
// line ends.
func (p *inspector) text(s string) string {
	s, rest := cut(s, maxString)
	tail := ""
	if rest > 0 {
		tail = fmt.Sprintf("... %d more character%s", rest, plural(rest))
	}
	if n := units(s); n <= 16 || n <= p.lineWidth()-p.indent-4 {
		return quote(s) + tail
	}
	lines := strings.SplitAfter(s, "\n")
	if last := len(lines) - 1; lines[last] == "" && last > 0 {
		lines = lines[:last]
	}
	for i, line := range lines {
		lines[i] = quote(line)
	}
	return strings.Join(lines, " +\n"+strings.Repeat(" ", p.indent+2)) + tail
}
