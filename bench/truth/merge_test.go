package main

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// TestAddHLog reads the log of a real run, of which katydid's own summary said: 356 requests, p66 670.207 ms, max
// 1135.749 ms.
func TestAddHLog(t *testing.T) {
	merged := hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)
	file := filepath.Join("testdata", "katydid.hlog")
	for n := int64(1); n <= 2; n++ {
		if err := addHLog(merged, file); err != nil {
			t.Fatal(err)
		}
		if merged.TotalCount() != 356*n {
			t.Errorf("%d requests after %d logs", merged.TotalCount(), n)
		}
	}
	if p66, most := merged.ValueAtQuantile(66), merged.ValueAtQuantile(100); p66 != 670_207 || most/1000 != 1136 {
		t.Errorf("p66 %d, max %d microseconds", p66, most)
	}
	if err := addHLog(merged, "testdata"); err == nil {
		t.Error("a folder is read as a log")
	}
}

// TestMergeTable merges 1 to 1000 ms, once right and once with a quantile that is 1 % off.
func TestMergeTable(t *testing.T) {
	for _, off := range []float64{1, 1.01} {
		merged := hdrhistogram.New(1, int64(time.Hour/time.Microsecond), 3)
		var pooled []time.Duration
		for i := 1; i <= 1000; i++ {
			pooled = append(pooled, time.Duration(i)*time.Millisecond)
			if err := merged.RecordValue(int64(1000 * float64(i) * off)); err != nil {
				t.Fatal(err)
			}
		}
		var d document
		if err := d.addMerge(pooled, merged, 495); err != nil {
			t.Fatal(err)
		}
		if g := d.goals[0]; g.reached != (off == 1) {
			t.Errorf("off by %g: %+v", off, g)
		}
		if text := strings.Join(d.tables[0].rows[3], "|"); text != "mean of the four p99|||495 (-50.0 %)||" {
			t.Errorf("row %q", text)
		}
		if err := d.addMerge(pooled[1:], merged, 0); err == nil {
			t.Error("a request that only one log has is no error")
		}
	}
}

func TestTwoDigits(t *testing.T) {
	for v, want := range map[float64]float64{147: 150, 3432: 3400, 58760: 59000, 7: 7} {
		if got := twoDigits(v); math.Abs(got-want) > 1e-9 {
			t.Errorf("%g in two digits is %g, want %g", v, got, want)
		}
	}
}
