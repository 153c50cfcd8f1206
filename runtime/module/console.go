package module

import (
	"slices"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// Level of a console message.
type Level int

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
	return vm.NewDynamicObject(&console{vm: vm, printer: p, members: map[string]goja.Value{}})
}

type console struct {
	vm      *goja.Runtime
	printer Printer
	members map[string]goja.Value // built so far, or set by the script
	in      *intrinsics
	indent  string
	counts  map[string]int
	timers  map[string]time.Time
}

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
	case "groupEnd":
		return func([]goja.Value) { c.indent = c.indent[:max(0, len(c.indent)-2)] }
	}
	return nil
}

// format spares strings, the most common message, everything.
func (c *console) format(args []goja.Value) string {
	if len(args) == 1 && typeName(args[0]) == "string" {
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

// Get, Set, Has, Delete and Keys make console an object like any other: a
// script may replace and add methods.

func (c *console) Get(key string) goja.Value {
	if v, ok := c.members[key]; ok {
		return v
	}
	f := c.method(key)
	if f == nil {
		return nil
	}
	v := function(c.vm, key, 0, func(call goja.FunctionCall) goja.Value {
		f(call.Arguments)
		return goja.Undefined()
	})
	c.members[key] = v
	return v
}

func (c *console) Set(key string, v goja.Value) bool {
	c.members[key] = v
	return true
}

func (c *console) Has(key string) bool {
	return c.members[key] != nil || slices.Contains(consoleMethods, key)
}

func (c *console) Delete(key string) bool {
	delete(c.members, key)
	return true
}

func (c *console) Keys() []string {
	keys := slices.Clone(consoleMethods)
	for key := range c.members {
		if !slices.Contains(consoleMethods, key) {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}
