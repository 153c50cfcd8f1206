package stats

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestCSVQuotesAsPython(t *testing.T) {
	for in, want := range map[string]string{
		"":            "",
		"plain":       "plain",
		" lead":       " lead",
		`\.`:          `\.`,
		"a,b":         `"a,b"`,
		`say "hi"`:    `"say ""hi"""`,
		`"`:           `""""`,
		"a\nb":        "\"a\nb\"",
		"a\r\nb":      "\"a\r\nb\"",
		"tab\t;'":     "tab\t;'",
		"é\u2028":     "é\u2028",
		"bad\xff\xfe": "bad\uFFFD",
	} {
		var c csvBuffer
		c.text(in)
		if got := string(c.b); got != want {
			t.Errorf("cell of %q is %q, want %q", in, got, want)
		}
	}
}

func TestFormatMillis(t *testing.T) {
	for in, want := range map[time.Duration]string{
		0: "0", 1: "0", 4999: "0", 5000: "0.01", 400_000: "0.4", 2_045_000: "2.05", 2_044_999: "2.04", -2_045_000: "-2.05",
		7_000_000: "7", 7_100_000: "7.1", 9_994_999: "9.99", 9_995_000: "10", 9_999_999: "10", 10_000_000: "10",
		10_499_999: "10", 10_500_000: "11", 11_500_000: "12", 368_981_631: "369", time.Hour: "3600000",
	} {
		if got := formatMillis(in); got != want {
			t.Errorf("%d ns is %s, want %s", in, got, want)
		}
	}
}

func TestMeanIsExact(t *testing.T) {
	for _, c := range []struct {
		t    Times
		want string
	}{
		{Times{}, "0.0"},
		{Times{Count: 1, Sum: 2041793}, "2.041793"},
		{Times{Count: 3, Sum: 37036800}, "12.3456"},
		{Times{Count: 3, Sum: 10}, "3.3333333333333333e-06"},
		{Times{Count: 1e6, Sum: 1e15}, "1000.0"},
	} {
		if got := ReprFloat(meanMillis(&c.t)); got != c.want {
			t.Errorf("mean of %+v is %s, want %s", c.t, got, c.want)
		}
	}
}

func TestRateIsPythonsPercentF(t *testing.T) {
	for in, want := range map[float64]string{0: "0.000000", 10.1: "10.100000", 8.857142857142858: "8.857143", 1234567.891: "1234567.891000"} {
		var c csvBuffer
		c.rate(in)
		if got := string(c.b); got != want {
			t.Errorf("rate %v is %s, want %s", in, got, want)
		}
	}
}

// parsePython reads CSV by the rules of Python's csv.reader in strict mode; ok is false where that raises an error.
func parsePython(s string) (records [][]string, ok bool) {
	var record []string
	var cell strings.Builder
	endCell := func() { record = append(record, cell.String()); cell.Reset() }
	for i := 0; i < len(s); {
		if s[i] == '"' && cell.Len() == 0 {
			end := i + 1
			for ; end < len(s) && (s[end] != '"' || end+1 < len(s) && s[end+1] == '"'); end++ {
				if s[end] == '"' {
					end++
				}
				cell.WriteByte(s[end])
			}
			if i = end + 1; i >= len(s) || s[i] != ',' && s[i] != '\r' {
				return nil, false
			}
		}
		switch rest := s[i:]; {
		case strings.HasPrefix(rest, "\r\n"):
			endCell()
			records, record = append(records, record), nil
			i += 2
		case rest[0] == ',':
			endCell()
			i++
		case rest[0] == '\r' || rest[0] == '\n' || rest[0] == '"':
			return nil, false
		default:
			cell.WriteByte(rest[0])
			i++
		}
	}
	return records, record == nil && cell.Len() == 0
}

func FuzzCSVRoundTrip(f *testing.F) {
	for _, r := range nasty().Rows {
		f.Add(r.Method, r.Name, "at f\n"+r.Name)
	}
	f.Add("\r", "\"\"", ",\n")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		valid := func(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
		at := time.Unix(1e9, 0)
		s := &Snapshot{At: at, Total: Row{Key: Key{Name: a}}}
		s.Rows = []Row{{Key: Key{a, b}, Count: 1}}
		s.Failures = []Failure{{Key: Key{a, b}, Text: c, Count: 7, First: at}}
		s.Exceptions = []ExceptionRow{{Exception{Message: b, Traceback: c}, 9}}
		for _, x := range []struct {
			write Writer
			line  int
			want  []string // its first cells
		}{
			{WriteStatsCSV, 1, []string{valid(a), valid(b), "1", "0"}},
			{WriteStatsCSV, 2, []string{"", valid(a), "0", "0"}},
			{WriteFailuresCSV, 1, []string{valid(a), valid(b), valid(c), "7", "2001-09-09T01:46:40Z", ""}},
			{WriteExceptionsCSV, 1, []string{"9", valid(b), valid(c), "local"}},
		} {
			var out bytes.Buffer
			if err := x.write(&out, s); err != nil {
				t.Fatal(err)
			}
			records, ok := parsePython(out.String())
			if !ok || len(records) <= x.line || !slices.Equal(records[x.line][:len(x.want)], x.want) {
				t.Fatalf("%q reads back as %q, want %q in line %d", out.String(), records, x.want, x.line)
			}
			if len(records[x.line]) != len(records[0]) {
				t.Fatalf("%d cells under %d headers", len(records[x.line]), len(records[0]))
			}
		}
	})
}

func TestParsePythonRefuses(t *testing.T) {
	for _, bad := range []string{`"a`, `a"b` + "\r\n", "\"a\"b\r\n", "a\nb\r\n", "a", "a,b"} {
		if r, ok := parsePython(bad); ok {
			t.Errorf("%q reads as %q", bad, r)
		}
	}
}
