package main

import (
	"strings"
	"testing"
	"time"
)

func TestFixedBehaviours(t *testing.T) {
	tests := []struct {
		text      string
		read, due time.Duration
	}{
		{"none", 7, 7},
		{"constant:5ms", time.Second, 1005 * time.Millisecond},
		{"freeze:10s,2s,0s", 9 * time.Second, 9 * time.Second},
		{"freeze:10s,2s,0s", 10 * time.Second, 12 * time.Second},
		{"freeze:10s,2s,0s", 11500 * time.Millisecond, 12 * time.Second},
		{"freeze:10s,2s,0s", 12 * time.Second, 12 * time.Second},
		{"freeze:10s,2s,0s", time.Minute, time.Minute},
		{"freeze:500ms,50ms,1s", 3520 * time.Millisecond, 3550 * time.Millisecond},
		{"freeze:500ms,50ms,1s", 3560 * time.Millisecond, 3560 * time.Millisecond},
	}
	for _, test := range tests {
		behave, err := parseBehaviour(test.text, 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := behave(test.read); got != test.due {
			t.Errorf("%s: read at %v, due at %v, want %v", test.text, test.read, got, test.due)
		}
	}
}

// TestSeed: the same seed gives the same delays, another one others.
func TestSeed(t *testing.T) {
	for _, text := range []string{"lognormal:5ms,0.8", "fifo:1ms", "uniform:1ms,1001ms"} {
		var first [3][10]time.Duration
		for i, seed := range []uint64{1, 1, 2} {
			behave, err := parseBehaviour(text, seed)
			if err != nil {
				t.Fatal(err)
			}
			for k := range first[i] {
				first[i][k] = behave(0)
			}
		}
		if first[0] != first[1] || first[0] == first[2] {
			t.Errorf("%s: seeds 1, 1 and 2 give\n%v", text, first)
		}
	}
}

func TestWorkerTakesOneAfterTheOther(t *testing.T) {
	behave, err := parseBehaviour("fifo:1ms", 1)
	if err != nil {
		t.Fatal(err)
	}
	last := time.Duration(0)
	for i := range 1000 {
		read := time.Duration(i) * time.Millisecond
		due := behave(read)
		if due <= last || due <= read {
			t.Fatalf("request %d, read at %v, is due at %v, the one before at %v", i, read, due, last)
		}
		last = due
	}
}

func TestMixAndUniformShares(t *testing.T) {
	mix, err := parseBehaviour("mix:2ms*88,10ms*10,50ms*1.8,200ms*0.2", 1)
	if err != nil {
		t.Fatal(err)
	}
	uniform, err := parseBehaviour("uniform:1001ms,2001ms", 1)
	if err != nil {
		t.Fatal(err)
	}
	const n = 1_000_000
	count := map[time.Duration]float64{}
	for range n {
		count[mix(0)]++
		if d := uniform(0); d < 1001*time.Millisecond || d >= 2001*time.Millisecond {
			t.Fatalf("a uniform delay of %v", d)
		}
	}
	for i, delay := range mixDelays {
		share := 100 * count[time.Duration(delay)*time.Millisecond] / n
		if share < 0.9*mixPercent[i] || share > 1.1*mixPercent[i] {
			t.Errorf("%g ms has a share of %g %%, want %g %%", delay, share, mixPercent[i])
		}
	}
}

func TestBadBehaviours(t *testing.T) {
	for text, want := range map[string]string{
		"slow": `no behaviour "slow"`, "constant": "0 arguments, want 1", "constant:5": "missing unit", "lognormal:5ms": "want MEDIAN,SIGMA",
		"lognormal:5ms,x": "invalid syntax", "mix:2ms*50": "add up to 50 %", "mix:2ms": "invalid syntax", "uniform:2ms,1ms": "not before",
		"freeze:1s,2s": "2 arguments, want 3",
	} {
		if _, err := parseBehaviour(text, 1); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want one with %q", text, err, want)
		}
	}
}
