//go:build !race

package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"
)

// live is the memory in use.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// busyNames records requests of so many names, with times and lags as a real target has them (log-normal, each name
// with a median of its own between 1 ms and 1 s), in an open run, some on new connections: every name has all its histograms.
func busyNames(r *Recorder, names, requests int) {
	rnd := rand.New(rand.NewPCG(1, 2))
	keys := make([]Key, names)
	for i := range keys {
		keys[i] = Key{"GET", fmt.Sprintf("/api/things/%d/parts", i)}
	}
	for i := range requests {
		n := rnd.IntN(names)
		median := math.Pow(10, 3*float64(n)/float64(names)) * float64(milli)
		took := time.Duration(median * math.Exp(0.8*rnd.NormFloat64()))
		done := t0.Add(time.Duration(i) * time.Microsecond)
		lag := time.Duration(20e3 * math.Exp(rnd.NormFloat64()))
		s := Sample{Key: keys[n], Planned: done.Add(-took - lag), Sent: done.Add(-took), Done: done,
			StartLag: lag, WakeLag: lag, Stamped: true, Phases: Phases{Send: lag / 2, Wait: took / 2, Receive: took / 8}}
		if i%20 == 0 { // a new connection
			s.Phases.DNS, s.Phases.Connect, s.Phases.TLS = lag, took/64, took/16
		}
		r.Record(s)
		if i%100_000 == 0 {
			r.Collect(done, 1)
		}
	}
	r.Collect(t0.Add(time.Hour), 1)
}

// 1,000 names with all their histograms take no more than 64 MiB. Here each has had 2,000 requests; after
// 60,000 of each they take 11 MiB more.
func TestMemoryOfManyNames(t *testing.T) {
	before := live()
	r := NewRecorder(t0, Options{IntervalLog: true})
	busyNames(r, 1000, 2_000_000)
	used := live() - before
	t.Logf("%.1f MiB", float64(used)/(1<<20))
	if used > 50<<20 {
		t.Errorf("1,000 names take %d MiB", used>>20)
	}
	runtime.KeepAlive(r)
}

// Neither requests nor names beyond the bound take memory that stays.
func TestMemoryDoesNotGrow(t *testing.T) {
	r := NewRecorder(t0, Options{MaxNames: 100})
	flood := func(names, requests int) uint64 {
		for i := range requests {
			took := time.Duration(1+i%5000) * 10 * time.Microsecond
			done := t0.Add(time.Duration(i) * time.Microsecond)
			r.Record(Sample{Key: Key{"GET", fmt.Sprint("/", i%names)}, Sent: done.Add(-took), Done: done, Stamped: true})
			if i%100_000 == 0 {
				r.Collect(done, 1)
			}
		}
		r.Collect(t0.Add(time.Hour), 1)
		return live()
	}
	before := flood(100_000, 200_000)
	after := flood(100_000, 1_000_000)
	// What a processor has not seen of a name yet takes some, once; a word for each request would be 8 MB.
	if after > before+6<<20 {
		t.Errorf("a million requests of 100,000 names took %d KiB", (after-before)>>10)
	}
	runtime.KeepAlive(r)
}
