package module

import (
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// format joins the arguments of console.log as Node does: strings as they are,
// other values inspected; %s %d %i %f %j %o %O %c %% in the first one take the
// next arguments.
func (in *intrinsics) format(args []goja.Value) string {
	if len(args) == 0 {
		return ""
	}
	var b strings.Builder
	if js.TypeName(args[0]) == "string" {
		first := args[0].String()
		if len(args) == 1 {
			return first
		}
		args = in.substitute(&b, first, args[1:])
		if len(args) > 0 {
			b.WriteByte(' ')
		}
	}
	for i, v := range args {
		if i > 0 {
			b.WriteByte(' ')
		}
		if b.Len() > maxMessage { // the rest is cut anyway
			break
		}
		if js.TypeName(v) == "string" {
			b.WriteString(v.String())
		} else {
			b.WriteString(in.inspect(v, maxDepth, false))
		}
	}
	return b.String()
}

// substitute writes text with its placeholders filled in and returns the
// arguments that are left over.
func (in *intrinsics) substitute(b *strings.Builder, text string, args []goja.Value) []goja.Value {
	for {
		i := strings.IndexByte(text, '%')
		if i < 0 || i == len(text)-1 {
			b.WriteString(text)
			return args
		}
		b.WriteString(text[:i])
		verb := text[i+1]
		text = text[i+2:]
		switch {
		case verb == '%':
			b.WriteByte('%')
		case !strings.ContainsRune("sdifjoOc", rune(verb)) || len(args) == 0:
			b.WriteByte('%')
			text = string(verb) + text
		default:
			b.WriteString(in.placeholder(verb, args[0]))
			args = args[1:]
		}
	}
}

func (in *intrinsics) placeholder(verb byte, v goja.Value) string {
	switch verb {
	case 's':
		return in.stringText(v)
	case 'd', 'i', 'f':
		return in.numberText(verb, v)
	case 'j':
		return in.jsonText(v)
	case 'o':
		return in.inspect(v, 4, true)
	case 'O':
		return in.inspect(v, maxDepth, false)
	}
	return "" // %c is a style, for browsers
}

// stringText is String(v), except for the objects for which that says nothing.
func (in *intrinsics) stringText(v goja.Value) string {
	o, ok := v.(*goja.Object)
	if !ok {
		if js.TypeName(v) == "string" {
			return v.String()
		}
		return primitiveText(v)
	}
	if _, isFunction := goja.AssertFunction(o); !isFunction && in.plainText(o) {
		return in.inspect(v, 0, false)
	}
	text := in.try(func() goja.Value { return o.ToString() })
	if text == nil {
		return in.inspect(v, 0, false)
	}
	return text.String()
}

// plainText tells whether o's toString is the language's, not the script's.
func (in *intrinsics) plainText(o *goja.Object) bool {
	if o.ExportType() == js.ProxyType {
		target := o.Export().(goja.Proxy).Target()
		return target == nil || in.plainText(target)
	}
	toString, toPrimitive := in.vm.ToValue("toString"), goja.Value(goja.SymToPrimitive)
	p := inspector{intrinsics: in}
	for link, i := o, 0; link != nil && i < 100; i++ {
		if in.own(link, toString) != nil || in.own(link, toPrimitive) != nil {
			return link != o && in.builtin(link)
		}
		link = p.protoOf(link)
	}
	return true
}

// builtin tells whether a prototype belongs to a class of the language.
func (in *intrinsics) builtin(proto *goja.Object) bool {
	class, ok := in.get(proto, "constructor").(*goja.Object)
	if !ok {
		return false
	}
	name := in.get(class, "name")
	return js.TypeName(name) == "string" && in.get(in.vm.GlobalObject(), name.String()) == class
}

func (in *intrinsics) numberText(verb byte, v goja.Value) string {
	switch js.TypeName(v) {
	case "symbol":
		return "NaN"
	case "bigint":
		if verb != 'f' {
			return primitiveText(v)
		}
	}
	path := map[byte]string{'d': "Number", 'i': "parseInt", 'f': "parseFloat"}[verb]
	if n := in.call(path, goja.Undefined(), v); n != nil {
		return primitiveText(n)
	}
	return "NaN"
}

func (in *intrinsics) jsonText(v goja.Value) string {
	stringify := in.function("JSON.stringify")
	if stringify == nil {
		return "undefined"
	}
	text := "undefined"
	if e := in.vm.Try(func() { text = must(stringify(goja.Undefined(), v)).String() }); e != nil {
		if strings.Contains(e.Error(), "circular") {
			return "[Circular]"
		}
		return in.inspect(e.Value(), maxDepth, false)
	}
	return text
}
