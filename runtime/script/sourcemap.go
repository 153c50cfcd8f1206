package script

import (
	"encoding/json"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
)

// shiftMap makes esbuild's source map fit what goja does with it:
//   - goja looks up a column counted from 1 and reports the answer as it stands,
//     while columns in the map count from 0: both sides are moved by one;
//   - the wrapper puts one line before the bundle;
//   - names become relative to cwd, or absolute when outside it.
//
// Format: ECMA-426 (source map version 3).
func shiftMap(in []byte, cwd string) ([]byte, error) {
	var m struct {
		Version  int      `json:"version"`
		Sources  []string `json:"sources"`
		Mappings string   `json:"mappings"`
	}
	if err := json.Unmarshal(in, &m); err != nil {
		return nil, err
	}
	for i, s := range m.Sources {
		m.Sources[i] = sourceName(s, cwd)
	}
	lines := strings.Split(m.Mappings, ";")
	first := true
	for i, line := range lines {
		if line == "" {
			continue
		}
		shifted, err := shiftLine(line, first)
		if err != nil {
			return nil, err
		}
		lines[i], first = shifted, false
	}
	m.Mappings = ";" + strings.Join(lines, ";")
	return json.Marshal(m)
}

// sourceName undoes esbuild's escaping: its sources are relative URLs.
func sourceName(s, cwd string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		s = plain
	}
	if s == entryName {
		return builtinPrefix + entryName
	}
	if strings.HasPrefix(s, builtinPrefix) || isURL(s) {
		return s
	}
	return display(absPath(filepath.FromSlash(s), cwd), cwd)
}

// shiftLine adds one to the generated column of the line's first segment (the
// others are relative to it) and, in the first segment of all, to the source
// column, which everything later is relative to.
func shiftLine(line string, first bool) (string, error) {
	segment, rest, more := strings.Cut(line, ",")
	var fields []int
	for segment != "" {
		n, tail, err := readVLQ(segment)
		if err != nil {
			return "", err
		}
		fields, segment = append(fields, n), tail
	}
	fields[0]++
	if first {
		if len(fields) < 4 {
			return "", errors.New("the first segment has no source")
		}
		fields[3]++
	}
	var b strings.Builder
	for _, f := range fields {
		writeVLQ(&b, f)
	}
	if more {
		b.WriteString("," + rest)
	}
	return b.String(), nil
}

const vlqDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// readVLQ reads one number: five bits a digit, least significant first, bit 5
// says that more follow, the lowest bit of the whole is the sign.
func readVLQ(s string) (n int, rest string, err error) {
	for i, shift := 0, 0; i < len(s) && shift < 32; i, shift = i+1, shift+5 {
		digit := strings.IndexByte(vlqDigits, s[i])
		if digit < 0 {
			break
		}
		n |= (digit & 31) << shift
		if digit&32 == 0 {
			if n&1 != 0 {
				return -(n >> 1), s[i+1:], nil
			}
			return n >> 1, s[i+1:], nil
		}
	}
	return 0, "", errors.New("bad number in mappings")
}

func writeVLQ(b *strings.Builder, n int) {
	v := n << 1
	if n < 0 {
		v = -n<<1 | 1
	}
	for {
		digit := v & 31
		if v >>= 5; v > 0 {
			digit |= 32
		}
		b.WriteByte(vlqDigits[digit])
		if v == 0 {
			return
		}
	}
}
