package module

import (
	"regexp"
	"slices"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// error is the stack, which begins with the class and the message, then what
// else the error carries.
func (p *inspector) error(o *goja.Object, n named) described {
	name := p.stringOf(o, "name")
	if name == "" {
		name = "Error"
	}
	stack := nodeStack(p.stringOf(o, "stack"))
	if stack == "" {
		stack = p.textBy("Error.prototype.toString", o, name)
	}
	keys := p.errorKeys(o, stack)
	stack = withClass(stack, n, name)
	at := 0
	if message := p.stringOf(o, "message"); message != "" {
		if i := strings.Index(stack, message); i >= 0 {
			at = i + len(message)
		}
	}
	if !strings.Contains(stack[at:], "\n    at") {
		stack = "[" + stack + "]"
	}
	stack = strings.ReplaceAll(stack, "\n", "\n"+strings.Repeat(" ", p.indent))
	return described{keys: keys, bare: stack, shape: shape{base: stack, open: "{", close: "}"}}
}

// errorKeys leaves out what the stack says already, and adds cause and errors,
// which are not enumerable.
func (p *inspector) errorKeys(o *goja.Object, stack string) []goja.Value {
	keys := p.keys(o)
	has := func(name string) bool {
		return slices.ContainsFunc(keys, func(k goja.Value) bool { return k.String() == name })
	}
	if !p.hidden {
		keys = slices.DeleteFunc(keys, func(k goja.Value) bool {
			switch k.String() {
			case "name", "message", "stack":
				return !js.Missing(p.get(o, k.String())) && strings.Contains(stack, nodeStack(p.stringOf(o, k.String())))
			}
			return false
		})
	}
	if !has("cause") && p.has(o, "cause") {
		keys = append(keys, p.vm.ToValue("cause"))
	}
	if errors, ok := p.get(o, "errors").(*goja.Object); ok && errors.ClassName() == "Array" && !has("errors") {
		keys = append(keys, p.vm.ToValue("errors"))
	}
	return keys
}

func (p *inspector) has(o *goja.Object, name string) bool {
	return p.own(o, p.vm.ToValue(name)) != nil || !js.Missing(p.get(o, name))
}

// nodeStack writes goja's stack in Node's form.
func nodeStack(stack string) string {
	head, frames, ok := strings.Cut(stack, "\n\tat ")
	if !ok {
		return strings.TrimRight(stack, "\n")
	}
	var b strings.Builder
	b.WriteString(head)
	for _, line := range strings.Split(strings.TrimRight(frames, "\n"), "\n\tat ") {
		b.WriteString("\n    at " + address.ReplaceAllString(line, "$1"))
	}
	return b.String()
}

// address ends a stack frame of goja: the place in its byte code.
var address = regexp.MustCompile(`\(\d+\)(\)?)$`)

// withClass puts the class's name in front of a stack that begins with the
// name of the class it extends.
func withClass(stack string, n named, name string) string {
	if !n.null {
		rest, ok := strings.CutPrefix(stack, name)
		if !strings.HasSuffix(name, "Error") || !ok || rest != "" && rest[0] != ':' && rest[0] != '\n' {
			return stack
		}
	}
	prefix := strings.TrimSuffix(n.prefix("Error", ""), " ")
	switch {
	case name == prefix || len(stack) < len(name):
		return stack
	case strings.Contains(prefix, name):
		return prefix + stack[len(name):]
	}
	return prefix + " [" + name + "]" + stack[len(name):]
}
