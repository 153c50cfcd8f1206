package stats

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

func TestReprFloat(t *testing.T) {
	for _, c := range []struct {
		f    float64
		want string
	}{
		{0, "0.0"}, {math.Copysign(0, -1), "-0.0"}, {1, "1.0"}, {12, "12.0"}, {-1.5, "-1.5"},
		{1e16, "1e+16"}, {1e15, "1000000000000000.0"}, {9999999999999998, "9999999999999998.0"}, {123456789012345678, "1.2345678901234568e+17"},
		{0.0001, "0.0001"}, {0.00001, "1e-05"}, {0.00009999999999999999, "9.999999999999999e-05"}, {0.30000000000000004, "0.30000000000000004"},
		{2.1242684444536684, "2.1242684444536684"}, {5e-324, "5e-324"}, {1e22, "1e+22"}, {1e100, "1e+100"},
		{math.Inf(1), "inf"}, {math.Inf(-1), "-inf"}, {math.NaN(), "nan"},
	} {
		if got := ReprFloat(c.f); got != c.want {
			t.Errorf("repr of %g is %s, want %s", c.f, got, c.want)
		}
	}
}

func TestRepr(t *testing.T) {
	for in, want := range map[string]string{
		"":                     `''`,
		"plain":                `'plain'`,
		"it's":                 `"it's"`,
		`say "hi"`:             `'say "hi"'`,
		`it's "both"`:          `'it\'s "both"'`,
		`back\slash`:           `'back\\slash'`,
		"a\nb\r\tc":            `'a\nb\r\tc'`,
		"\x00\x1b\x7f":         `'\x00\x1b\x7f'`,
		"\u0080\u00a0\u00ad":   `'\x80\xa0\xad'`,
		"\u2028\u200b\ufeff":   `'\u2028\u200b\ufeff'`,
		"größe 日本語 🦗":          `'größe 日本語 🦗'`,
		"\U000e0001\U0010ffff": `'\U000e0001\U0010ffff'`,
		"bad\xff\xfe":          "'bad\uFFFD\uFFFD'",
	} {
		if got := Repr(in); got != want {
			t.Errorf("repr of %q is %s, want %s", in, got, want)
		}
	}
}

func TestFailureTexts(t *testing.T) {
	for got, want := range map[string]string{
		HTTPErrorText(404, "Not Found", "/404"):                    `HTTPError('404 Client Error: Not Found for url: /404')`,
		HTTPErrorText(499, "", "/a'b"):                             `HTTPError("499 Client Error:  for url: /a'b")`,
		HTTPErrorText(500, "Internal Server Error", "/500"):        `HTTPError('500 Server Error: Internal Server Error for url: /500')`,
		CatchResponseError("Got wrong, response\nline2 \"q\""):     `CatchResponseError('Got wrong, response\nline2 "q"')`,
		FailureText("ConnectTimeout", "no connection within 10 s"): `ConnectTimeout('no connection within 10 s')`,
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestFailureMessage(t *testing.T) {
	for in, want := range map[string]string{
		CatchResponseError("my message"):       "my message",
		CatchResponseError(""):                 "",
		CatchResponseError("it's \"two\"\n\\"): `it's "two"\n\`,
		"CatchResponseError(":                  "CatchResponseError(",
		"CatchResponseError()":                 "CatchResponseError()",
		"HTTPError('x')":                       "HTTPError('x')",
	} {
		if got := failureMessage(in); got != want {
			t.Errorf("%s is told as %q, want %q", in, got, want)
		}
	}
}

// unrepr reads a Python string literal.
func unrepr(t *testing.T, s string) string {
	t.Helper()
	quote, body := s[0], s[1:len(s)-1]
	if quote != s[len(s)-1] || quote != '\'' && quote != '"' {
		t.Fatalf("%s is not in quotes", s)
	}
	var out strings.Builder
	for i := 0; i < len(body); {
		if body[i] == quote {
			t.Fatalf("%s ends before its end", s)
		}
		r, _, rest, err := strconv.UnquoteChar(body[i:], quote)
		if body[i] == '\\' && body[i+1] == 'x' { // for Go a byte, for Python a code point
			n, e := strconv.ParseUint(body[i+2:i+4], 16, 8)
			r, err = rune(n), e
		}
		if err != nil {
			t.Fatalf("%s: %v at %d", s, err, i)
		}
		out.WriteRune(r)
		i = len(body) - len(rest)
	}
	return out.String()
}

func FuzzRepr(f *testing.F) {
	for _, r := range nasty().Rows {
		f.Add(r.Name)
	}
	f.Add("it's \"both\"\\\u2028\x7f\u0080")
	f.Fuzz(func(t *testing.T, s string) {
		got := Repr(s)
		if back, want := unrepr(t, got), string([]rune(s)); back != want {
			t.Errorf("%q becomes %s, which reads back as %q", s, got, back)
		}
		for _, r := range got {
			if !unicode.IsPrint(r) {
				t.Errorf("%q becomes %q with %U in it", s, got, r)
			}
		}
		if double := got[0] == '"'; double != (strings.Contains(s, "'") && !strings.Contains(s, `"`)) {
			t.Errorf("%q is quoted as %s", s, got)
		}
	})
}

func FuzzReprFloat(f *testing.F) {
	for _, v := range []float64{0, 1, 0.1, 1e16, 1e-5, 9999999999999998, 5e-324, math.MaxFloat64} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v float64) {
		s := ReprFloat(v)
		back, err := strconv.ParseFloat(s, 64)
		if err != nil || back != v && !math.IsNaN(v) {
			t.Errorf("%g is written %s, which reads back as %g, %v", v, s, back, err)
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return
		}
		if mantissa, _, exp := strings.Cut(s, "e"); !exp && !strings.Contains(s, ".") || exp && strings.HasSuffix(mantissa, ".0") {
			t.Errorf("%g is written %s", v, s)
		}
	})
}
