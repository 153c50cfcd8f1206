package webcrypto

import (
	"fmt"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// fault is what an operation fails with: a DOMException by its name.
type fault struct{ name, text string }

func (f *fault) Error() string { return f.text }

func notSupported(format string, args ...any) error {
	return &fault{"NotSupportedError", fmt.Sprintf(format, args...)}
}

func invalidAccess(format string, args ...any) error {
	return &fault{"InvalidAccessError", fmt.Sprintf(format, args...)}
}

func badSyntax(format string, args ...any) error {
	return &fault{"SyntaxError", fmt.Sprintf(format, args...)}
}

// badData: the key material is not what it should be.
func badData(format string, args ...any) error {
	return &fault{"DataError", fmt.Sprintf(format, args...)}
}

// failed: the computation itself could not be done.
func failed(format string, args ...any) error {
	return &fault{"OperationError", fmt.Sprintf(format, args...)}
}

// domCodes are the legacy codes of https://webidl.spec.whatwg.org/#dfn-error-names-table; newer names have 0.
var domCodes = map[string]int{"NotSupportedError": 9, "SyntaxError": 12, "InvalidAccessError": 15}

// reason makes the value that a promise is rejected with.
func reason(rt *goja.Runtime, what string, err error) goja.Value {
	f, ok := err.(*fault) //nolint:errorlint // Ours are never wrapped.
	if !ok {
		return js.NewError(rt, "Error", fmt.Sprintf("%s: %v", what, err))
	}
	return js.NewDOM(rt, f.name, domCodes[f.name], "%s: %s", what, f.text)
}
