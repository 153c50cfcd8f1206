package module

import (
	"github.com/dop251/goja"

	"katydid/runtime/js"
	"katydid/runtime/vu"
)

// Argument is a command-line argument that a script declares with p.addArgument in events.initCommandLine.
type Argument struct {
	Name     string // "--tenant"
	Type     string // string, int, float or bool; "" is decided by Default
	Default  any    // string, int64, float64, bool, []any or nil
	Env      string // environment variable
	Help     string
	Choices  []string
	Required bool
	Multiple bool
	Secret   bool // its value is shown nowhere
}

// Arguments fires initCommandLine, so that the script can declare its arguments.
func Arguments(m *vu.Main) error {
	if !m.Listens("initCommandLine") {
		return nil
	}
	rt := m.RT
	parser := rt.NewObject()
	add := js.Function(rt, "addArgument", 2, func(c goja.FunctionCall) goja.Value {
		if err := runOf(m.VM).OnArgument(argument(rt, c.Argument(0), c.Argument(1))); err != nil {
			js.ThrowType(rt, "%s", err)
		}
		return goja.Undefined()
	})
	_ = parser.Set("addArgument", add)
	_ = parser.Set("add_argument", add)
	return m.Fire("initCommandLine", parser)
}

func argument(rt *goja.Runtime, name, options goja.Value) Argument {
	a := Argument{Name: name.String()}
	o, ok := options.(*goja.Object)
	if !ok {
		return a
	}
	for _, key := range o.Keys() {
		v := o.Get(key)
		if !js.Given(v) {
			continue
		}
		switch key {
		case "default":
			a.Default = v.Export()
		case "type":
			a.Type = v.String()
		case "env", "env_var":
			a.Env = v.String()
		case "help":
			a.Help = v.String()
		case "choices":
			for _, i := range v.ToObject(rt).Keys() {
				a.Choices = append(a.Choices, v.ToObject(rt).Get(i).String())
			}
		case "required", "is_required":
			a.Required = v.ToBoolean()
		case "multiple", "is_multiple":
			a.Multiple = v.ToBoolean()
		case "secret", "is_secret":
			a.Secret = v.ToBoolean()
		case "include_in_web_ui", "includeInWebUi":
		default:
			js.ThrowType(rt, "addArgument(%q): unknown option %q: known are default, type, env, help, choices, required, multiple, secret", a.Name, key)
		}
	}
	return a
}
