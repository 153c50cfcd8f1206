package stats

import (
	"bytes"
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

func ms(f float64) time.Duration { return time.Duration(math.Round(f * 1e6)) }

func same(t *testing.T, file string, write Writer, s *Snapshot, want string) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, s); err != nil {
		t.Fatal(err)
	}
	if b.String() != want {
		t.Errorf("%s\n got %q\nwant %q", file, b.String(), want)
	}
}

func sample(t *testing.T, file string) (raw string, records [][]string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	records, err = csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return string(b), records
}

// parseRow is a row of which average, minimum, maximum and size are known.
func parseRow(t *testing.T, key []string, count, failures string, c []string) Row {
	r := Row{Key: Key{key[0], key[1]}, Count: integer(t, count), Failures: integer(t, failures)}
	r.Bytes = int64(math.Round(number(t, c[3]) * float64(r.Count)))
	r.Service = Times{Count: r.Count, Min: ms(number(t, c[1])), Max: ms(number(t, c[2]))}
	if r.Service.Max == 0 {
		r.Service.Count = 0
	}
	r.Service.Sum = ms(number(t, c[0]) * float64(r.Count))
	return r
}

func quantiles(t *testing.T, to *Times, c []string) {
	for i, q := range c {
		if q != "N/A" {
			to.Quantile[i] = ms(number(t, q))
		}
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func integer(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func utc(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
