package module

import (
	"slices"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// feederOptions is the last argument of shared.csv, json and array.
type feederOptions struct {
	mode  string
	onEnd string
	csv   csvOptions
}

// options reads and checks the options; the method's name is for messages.
func (v *sharedVM) options(arg goja.Value, method string) feederOptions {
	opt := feederOptions{mode: "loop", onEnd: "stop", csv: csvOptions{comma: ',', header: true}}
	if js.Missing(arg) {
		return opt
	}
	o, ok := arg.(*goja.Object)
	if !ok {
		js.ThrowType(v.vm, "shared.%s: the options must be an object", method)
	}
	for _, name := range o.Keys() {
		if value := o.Get(name); !js.Missing(value) {
			v.option(&opt, method, name, value)
		}
	}
	if opt.csv.columns != nil && js.Missing(o.Get("header")) {
		opt.csv.header = false
	}
	return opt
}

func (v *sharedVM) option(opt *feederOptions, method, name string, value goja.Value) {
	known := []string{"mode", "onEnd"}
	if method == "csv" {
		known = append(known, "delimiter", "columns", "header")
	}
	if !slices.Contains(known, name) {
		js.ThrowType(v.vm, "shared.%s: unknown option %q; there are %s", method, name, strings.Join(known, ", "))
	}
	switch name {
	case "mode":
		opt.mode = v.oneOf(method, name, value, "unique", "sequential", "random", "loop")
	case "onEnd":
		opt.onEnd = v.oneOf(method, name, value, "stop", "error", "undefined")
	case "delimiter":
		opt.csv.comma = v.delimiter(value)
	case "columns":
		opt.csv.columns = v.columnNames(value)
	case "header":
		opt.csv.header = value.ToBoolean()
	}
}

func (v *sharedVM) oneOf(method, name string, value goja.Value, allowed ...string) string {
	if js.TypeName(value) != "string" || !slices.Contains(allowed, value.String()) {
		text := "not a string"
		if js.TypeName(value) == "string" {
			text = quote(value.String())
		}
		js.ThrowType(v.vm, "shared.%s: %s is %s; it must be one of %s", method, name, text, strings.Join(allowed, ", "))
	}
	return value.String()
}

// delimiter is one character other than those with a meaning in CSV.
func (v *sharedVM) delimiter(value goja.Value) rune {
	text := []rune(value.String())
	if js.TypeName(value) != "string" || len(text) != 1 || strings.ContainsRune("\"\r\n\ufffd\x00", text[0]) {
		js.ThrowType(v.vm, "shared.csv: delimiter must be one character, such as \";\" or \"\\t\"")
	}
	return text[0]
}

func (v *sharedVM) columnNames(value goja.Value) []string {
	o, ok := value.(*goja.Object)
	if !ok || o.ClassName() != "Array" {
		js.ThrowType(v.vm, "shared.csv: columns must be an array of names")
	}
	var names []string
	for i := range o.Get("length").ToInteger() {
		name := o.Get(itoa(int(i)))
		if js.TypeName(name) != "string" {
			js.ThrowType(v.vm, "shared.csv: columns must be an array of names")
		}
		names = append(names, name.String())
	}
	if len(names) == 0 {
		js.ThrowType(v.vm, "shared.csv: columns must have at least one name")
	}
	if twice := duplicate(names); twice != "" {
		js.ThrowType(v.vm, "shared.csv: columns names %q twice", twice)
	}
	return names
}

// duplicate is a name that occurs twice, "" if none does.
func duplicate(names []string) string {
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			return name
		}
		seen[name] = true
	}
	return ""
}
