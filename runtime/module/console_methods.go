package module

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

func (c *console) trace(args []goja.Value) {
	text := "Trace"
	if len(args) > 0 {
		text += ": " + c.format(args)
	}
	for _, frame := range c.vm.CaptureCallStack(0, nil) {
		if frame.SrcName() == "<native>" {
			continue
		}
		at := frame.Position().String()
		if name := frame.FuncName(); name != "" {
			at = name + " (" + at + ")"
		}
		text += "\n    at " + at
	}
	c.write(Error, text)
}

func (c *console) assert(args []goja.Value) {
	if len(args) > 0 && args[0].ToBoolean() {
		return
	}
	text := "Assertion failed"
	if len(args) > 1 {
		if js.TypeName(args[1]) == "string" {
			text += ": " + c.format(args[1:])
		} else {
			text += " " + c.format(args[1:])
		}
	}
	c.write(Error, text)
}

// dir inspects one value; of the options, depth and showHidden are known.
func (c *console) dir(args []goja.Value) {
	if len(args) == 0 {
		args = []goja.Value{goja.Undefined()}
	}
	depth, hidden := maxDepth, false
	if len(args) > 1 {
		hidden = option(c.vm, args[1], "showHidden")
		if o, ok := args[1].(*goja.Object); ok {
			depth = wantedDepth(o.Get("depth"))
		}
	}
	c.write(Info, c.tools().inspect(args[0], depth, hidden))
}

// wantedDepth has an end even for null and Infinity: text is indented by its
// depth, so it grows with the square of it.
func wantedDepth(v goja.Value) int {
	const deepest = 100
	switch {
	case js.Missing(v):
		return maxDepth
	case goja.IsNull(v):
		return deepest
	case js.IsNumber(v):
		return int(min(max(v.ToFloat(), -1), deepest))
	}
	return maxDepth
}

// label is the optional first argument of count, time and their relatives.
func label(args []goja.Value) string {
	if len(args) == 0 || js.Missing(args[0]) {
		return "default"
	}
	text, _ := cut(args[0].String(), maxString)
	return text
}

func (c *console) count(args []goja.Value) {
	if c.counts == nil {
		c.counts = map[string]int{}
	}
	name := label(args)
	c.counts[name]++
	c.write(Info, name+": "+itoa(c.counts[name]))
}

func (c *console) countReset(args []goja.Value) {
	name := label(args)
	if c.counts[name] == 0 {
		c.write(Warn, "Count for '"+name+"' does not exist")
		return
	}
	delete(c.counts, name)
}

func (c *console) time(args []goja.Value) {
	if c.timers == nil {
		c.timers = map[string]time.Time{}
	}
	name := label(args)
	if _, running := c.timers[name]; running {
		c.write(Warn, "Label '"+name+"' already exists for console.time()")
		return
	}
	c.timers[name] = time.Now()
}

func (c *console) timeLog(args []goja.Value) { c.timer(args, "timeLog") }

func (c *console) timeEnd(args []goja.Value) {
	c.timer(args[:min(len(args), 1)], "timeEnd")
	delete(c.timers, label(args))
}

func (c *console) timer(args []goja.Value, method string) {
	name := label(args)
	start, ok := c.timers[name]
	if !ok {
		c.write(Warn, "No such label '"+name+"' for console."+method+"()")
		return
	}
	text := name + ": " + elapsed(time.Since(start))
	if len(args) > 1 {
		text += " " + c.format(args[1:])
	}
	c.write(Info, text)
}

// elapsed is Node's form: 1.234ms, 1.234s, 1:02.345 (m:ss.mmm), 1:02:03
// (h:mm:ss).
func elapsed(d time.Duration) string {
	switch {
	case d < time.Second:
		ms := strconv.FormatFloat(float64(d)/float64(time.Millisecond), 'f', 3, 64)
		return strings.TrimSuffix(strings.TrimRight(ms, "0"), ".") + "ms"
	case d < time.Minute:
		return strconv.FormatFloat(d.Seconds(), 'f', 3, 64) + "s"
	case d < time.Hour:
		m := d / time.Minute
		return fmt.Sprintf("%d:%06.3f (m:ss.mmm)", m, (d - m*time.Minute).Seconds())
	}
	h := d / time.Hour
	m := (d - h*time.Hour) / time.Minute
	return fmt.Sprintf("%d:%02d:%02d (h:mm:ss)", h, m, int((d-h*time.Hour-m*time.Minute)/time.Second))
}

func (c *console) group(args []goja.Value) {
	if len(args) > 0 {
		c.write(Info, c.format(args))
	}
	if len(c.indent) < 200 { // a group that is never ended must not indent for ever
		c.indent += "  "
	}
}
