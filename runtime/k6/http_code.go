package k6

import (
	"errors"

	"katydid/runtime/bridge"
)

// codeOf stands in for bridge.Code.
func codeOf(err error) (int, string) {
	var e *bridge.Error
	if errors.As(err, &e) {
		return 1000, e.Text
	}
	return 1000, err.Error()
}
