package output

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"katydid/metrics"
)

// Many goroutines at once, more than all buffers hold, and flushes in between: every sample is there once, in whole lines,
// and every metric is declared before its first sample.
func TestNothingIsLost(t *testing.T) {
	const users, each = 8, 3000 // more than 12 MB
	w := &target{}
	e, f := open(t, "json=a.json.gz", w)
	var wg sync.WaitGroup
	for user := range users {
		wg.Go(func() {
			tags := tagged(metrics.Tag{Name: "user", Value: strconv.Itoa(user)}, metrics.Tag{Name: "x", Value: strings.Repeat("y", 400)})
			for i := range each {
				e.Add(e.Builtin.Iterations, float64(i), tags, at)
				if i%1000 == 0 {
					e.Add(e.Builtin.DataSent, 1, nil, at)
				}
			}
		})
	}
	for range 20 {
		if err := f.Flush(); err != nil {
			t.Error(err)
		}
	}
	wg.Wait()
	if err := errors.Join(f.Close(), f.Close(), f.Flush()); err != nil { // more than once does no harm
		t.Fatal(err)
	}
	e.Add(e.Builtin.Iterations, 1, nil, at) // and neither does a user who goes on
	zip, err := gzip.NewReader(&w.Buffer)
	if err != nil {
		t.Fatal(err)
	}
	declared, next, total := map[string]bool{}, map[string]float64{}, 0
	for d := json.NewDecoder(zip); ; {
		var line struct {
			Metric, Type string
			Data         struct {
				Value float64
				Tags  map[string]string
			}
		}
		if err := d.Decode(&line); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if line.Type == "Metric" {
			if declared[line.Metric] {
				t.Errorf("%s is declared twice", line.Metric)
			}
			declared[line.Metric] = true
			continue
		}
		if !declared[line.Metric] {
			t.Fatalf("a sample of %s before it is declared", line.Metric)
		}
		if line.Metric == "iterations" {
			user := line.Data.Tags["user"]
			if line.Data.Value != next[user] {
				t.Fatalf("user %s: sample %v, want %v", user, line.Data.Value, next[user])
			}
			next[user]++
			total++
		}
	}
	if total != users*each {
		t.Errorf("%d samples, want %d", total, users*each)
	}
}

// slow takes its time for each write.
type slow struct {
	target
	each time.Duration
}

func (w *slow) Write(b []byte) (int, error) { time.Sleep(w.each); return w.target.Write(b) }

// While the disk is behind by all buffers, users wait, and it is known for how long.
func TestUsersWaitForSlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &slow{each: 10 * time.Second}
		e, f := open(t, "csv=a.csv", w, "zone")
		tags := tagged(metrics.Tag{Name: "zone", Value: strings.Repeat("z", bufferSize)})
		for i := range 10 { // each fills a buffer
			e.Add(e.Builtin.Iterations, float64(i), tags, at)
			if err := f.Flush(); err != nil {
				t.Error(err)
			}
		}
		// Three full buffers find an empty one to go on with; from then on each waits for a write to end.
		if held := f.Held(); held != (10-buffers+1)*w.each {
			t.Errorf("held for %s", held)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if n := strings.Count(w.String(), "\niterations,"); n != 10 {
			t.Errorf("%d samples", n)
		}
	})
}

// A write error is told and ends the file; whoever brings samples does not stand still.
func TestWriteError(t *testing.T) {
	w := &target{fails: errors.New("no space")}
	e, f := open(t, "csv=a.csv", w)
	long := tagged(metrics.Tag{Name: "x", Value: strings.Repeat("y", 1<<16)})
	for range 100 { // more than all buffers
		e.Add(e.Builtin.Iterations, 1, long, at)
	}
	if err := f.Close(); err == nil || err.Error() != "no space" || !w.closed {
		t.Errorf("%v, closed %v", err, w.closed)
	}
	if err := f.Flush(); err == nil {
		t.Error("the error is forgotten")
	}
}

func BenchmarkRequest(b *testing.B) {
	tags := tagged(metrics.Tag{Name: "scenario", Value: "default"}, metrics.Tag{Name: "group", Value: "::orders"}).
		With(metrics.Tag{Name: "method", Value: "GET"}, metrics.Tag{Name: "name", Value: "http://localhost:8080/orders/7"},
			metrics.Tag{Name: "url", Value: "http://localhost:8080/orders/7"}, metrics.Tag{Name: "status", Value: "200"}, metrics.Tag{Name: "proto", Value: "HTTP/1.1"})
	request := &metrics.Request{Sending: 12345, Waiting: 1234567, Receiving: 54321, Verdict: metrics.Expected}
	for _, spec := range []string{"none", "json=x.json", "json=x.json.gz", "csv=x.csv"} {
		b.Run(spec, func(b *testing.B) {
			null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
			if err != nil {
				b.Fatal(err)
			}
			e := metrics.New()
			if spec != "none" {
				var f *File
				e, f = open(b, spec, null, "check", "error", "error_code", "expected_response", "group", "method", "name", "proto", "scenario", "service", "status", "subproto", "tls_version", "url")
				defer f.Close()
			}
			b.ReportAllocs()
			for b.Loop() {
				e.AddRequest(request, tags, at)
			}
		})
	}
}
