package locustworker

import (
	"errors"
	"fmt"
	"math"

	"github.com/tinylib/msgp/msgp"
)

// message is what goes over the wire: msgpack, an array of type, data and the name of the worker.
type message struct {
	kind string
	data any // of a message from a master: nil, bool, int64, float64, string, []any, map[string]any
}

// pack makes a message of a kind. data appends its data; nil for none.
func pack(kind, node string, data func(b []byte) []byte) []byte {
	b := msgp.AppendArrayHeader(nil, 3)
	b = msgp.AppendString(b, kind)
	if data == nil {
		b = msgp.AppendNil(b)
	} else {
		b = data(b)
	}
	return msgp.AppendString(b, node)
}

// unpack reads a message.
func unpack(b []byte) (message, error) {
	v, rest, err := value(b, 0)
	if err != nil {
		return message{}, fmt.Errorf("a message is no msgpack: %w", err)
	}
	list, _ := v.([]any)
	if len(list) != 3 || len(rest) > 0 {
		return message{}, errors.New("a message is not a list of type, data and name")
	}
	kind, ok := list[0].(string)
	if !ok {
		return message{}, errors.New("the type of a message is no text")
	}
	return message{kind: kind, data: list[1]}, nil
}

// deepest bounds how far lists and maps of a message are nested.
const deepest = 64

// value reads one value. Keys of maps are made texts, as a master's other keys are, and types that msgpack leaves to its
// users are nil: nothing that is read here has any.
func value(b []byte, depth int) (v any, rest []byte, err error) {
	if depth > deepest {
		return nil, nil, errors.New("it is nested too deeply")
	}
	switch kind := msgp.NextType(b); kind {
	case msgp.NilType:
		rest, err = msgp.ReadNilBytes(b)
	case msgp.BoolType:
		v, rest, err = msgp.ReadBoolBytes(b)
	case msgp.IntType:
		v, rest, err = msgp.ReadInt64Bytes(b)
	case msgp.UintType:
		v, rest, err = unsigned(b)
	case msgp.Float32Type, msgp.Float64Type:
		v, rest, err = msgp.ReadFloat64Bytes(b)
	case msgp.StrType:
		v, rest, err = msgp.ReadStringBytes(b)
	case msgp.BinType:
		var bin []byte
		bin, rest, err = msgp.ReadBytesZC(b)
		v = string(bin)
	case msgp.ArrayType:
		return list(b, depth)
	case msgp.MapType:
		return dict(b, depth)
	case msgp.InvalidType:
		err = errors.New("it is cut off, or no msgpack")
	default:
		rest, err = msgp.Skip(b)
	}
	return v, rest, err
}

// unsigned reads a number that may be too large for an int64; it is a float then.
func unsigned(b []byte) (any, []byte, error) {
	n, rest, err := msgp.ReadUint64Bytes(b)
	if n > math.MaxInt64 {
		return float64(n), rest, err
	}
	return int64(n), rest, err
}

func list(b []byte, depth int) (any, []byte, error) {
	n, b, err := msgp.ReadArrayHeaderBytes(b)
	if err != nil {
		return nil, nil, err
	}
	found := make([]any, 0, min(int(n), 1024)) // a length alone is no reason to take memory
	for range n {
		var v any
		if v, b, err = value(b, depth+1); err != nil {
			return nil, nil, err
		}
		found = append(found, v)
	}
	return found, b, nil
}

func dict(b []byte, depth int) (any, []byte, error) {
	n, b, err := msgp.ReadMapHeaderBytes(b)
	if err != nil {
		return nil, nil, err
	}
	found := make(map[string]any, min(int(n), 1024))
	for range n {
		var k, v any
		if k, b, err = value(b, depth+1); err != nil {
			return nil, nil, err
		}
		if v, b, err = value(b, depth+1); err != nil {
			return nil, nil, err
		}
		found[fmt.Sprint(k)] = v
	}
	return found, b, nil
}

// number is a value as a float; false if it is none.
func number(v any) (float64, bool) {
	switch n := v.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}
