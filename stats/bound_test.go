package stats

import (
	"strings"
	"testing"
	"time"
)

// A server that is quoted in a name or a failure cannot make the files as long as it likes, and cut texts are one row.
func TestLongTextsAreCut(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	r := NewRecorder(start, Options{})
	long := strings.Repeat("ä", 300_000)
	for _, end := range []string{"x", "y"} {
		r.Record(Sample{Key: Key{"GET", "/" + long + end}, Sent: start, Done: start.Add(time.Millisecond), Failure: long + end})
	}
	s := r.Collect(start.Add(time.Second), 1)
	if len(s.Rows) != 1 || s.Rows[0].Count != 2 || len(s.Failures) != 1 || s.Failures[0].Count != 2 {
		t.Fatalf("%d rows, %d failures", len(s.Rows), len(s.Failures))
	}
	for _, text := range []string{s.Rows[0].Name, s.Failures[0].Text} {
		if len(text) > maxText+3 || !strings.HasSuffix(text, "ä...") || strings.ContainsRune(text, '\uFFFD') {
			t.Errorf("%d bytes ending in %q", len(text), text[len(text)-8:])
		}
	}
}
