package module

import (
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// Level of a console message.
type Level int

// The levels, by what writes on them.
const (
	Debug Level = iota // console.debug
	Info               // log, info, dir, table, count, time...
	Warn               // warn
	Error              // error, assert, trace
)

// Printer takes one message of a script, without a line end at its end; it may
// have several lines. It is called from the goroutine of the user that prints.
type Printer interface {
	Print(level Level, text string)
}

// Console is the global `console`: Node's methods and format, except that no
// message is longer than about 100 KB. Each method is built when it is first
// used.
func Console(vm *goja.Runtime, p Printer) goja.Value {
	c := &console{vm: vm, printer: p}
	return js.NewLazy(vm, js.Lazy{Names: consoleMethods, Build: func(name string) goja.Value {
		f := c.method(name)
		return js.Function(vm, name, 0, func(call goja.FunctionCall) goja.Value {
			f(call.Arguments)
			return goja.Undefined()
		})
	}})
}

type console struct {
	vm      *goja.Runtime
	printer Printer
	in      *intrinsics
	indent  string
	counts  map[string]int
	timers  map[string]time.Time
}

// consoleMethods are the names that method knows.
var consoleMethods = []string{
	"assert", "count", "countReset", "debug", "dir", "dirxml", "error", "group", "groupCollapsed", "groupEnd",
	"info", "log", "table", "time", "timeEnd", "timeLog", "trace", "warn",
}

func (c *console) method(name string) func([]goja.Value) {
	switch name {
	case "log", "info", "dirxml":
		return func(args []goja.Value) { c.write(Info, c.format(args)) }
	case "debug":
		return func(args []goja.Value) { c.write(Debug, c.format(args)) }
	case "warn":
		return func(args []goja.Value) { c.write(Warn, c.format(args)) }
	case "error":
		return func(args []goja.Value) { c.write(Error, c.format(args)) }
	case "trace":
		return c.trace
	case "assert":
		return c.assert
	case "dir":
		return c.dir
	case "table":
		return c.table
	case "count":
		return c.count
	case "countReset":
		return c.countReset
	case "time":
		return c.time
	case "timeLog":
		return c.timeLog
	case "timeEnd":
		return c.timeEnd
	case "group", "groupCollapsed":
		return c.group
	}
	return func([]goja.Value) { c.indent = c.indent[:max(0, len(c.indent)-2)] } // groupEnd
}

// format spares strings, the most common message, everything.
func (c *console) format(args []goja.Value) string {
	if len(args) == 1 && js.TypeName(args[0]) == "string" {
		return args[0].String()
	}
	return c.tools().format(args)
}

func (c *console) tools() *intrinsics {
	if c.in == nil {
		c.in = newIntrinsics(c.vm)
	}
	return c.in
}

func (c *console) write(level Level, text string) {
	if len(text) > maxMessage {
		head, rest := cut(text, maxMessage)
		if rest > 0 {
			text = head + "... " + more(rest, "character")[4:]
		}
	}
	if c.indent != "" {
		text = c.indent + strings.ReplaceAll(text, "\n", "\n"+c.indent)
	}
	c.printer.Print(level, text)
}
