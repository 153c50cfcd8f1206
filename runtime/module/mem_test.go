package module_test

import (
	"context"
	"net/http/httptest"
	"os"
	"runtime"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"katydid/runtime/vu"
)

// BenchmarkIdleUser says what a user costs who has sent its requests, keeps its connection and waits: bytes of heap and
// stack, and of resident memory, the server's side of the connection taken out. KATYDID_HEAP names a file for the heap's profile.
func BenchmarkIdleUser(b *testing.B) {
	const users = 2000
	server := httptest.NewServer(site())
	defer server.Close()
	text, err := os.ReadFile("../../scripts/scene_1.js")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		code := strings.ReplaceAll(string(text), "\nimport ", "\n// ") // the harness has the import
		if strings.HasPrefix(code, "import ") {
			code = "// " + code
		}
		pl := play{script: code, host: server.URL, users: users}
		s := pl.setup(b)
		if err := s.load(pl, server.URL); err != nil {
			b.Fatal(err)
		}
		before, rss := inUse(), resident()
		s.p.crowd = vu.NewCrowd(s.env, func(int) {})
		for class := range s.env.Classes {
			for range users / len(s.env.Classes) {
				s.p.crowd.Start(class)
			}
		}
		for end := time.Now().Add(time.Minute); time.Now().Before(end) && s.env.Recorder.Collect(time.Now(), 0).Total.Count < users; {
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond)
		n := float64(s.p.crowd.Live())
		after, rssAfter := inUse(), resident()
		if name := os.Getenv("KATYDID_HEAP"); name != "" {
			f, err := os.Create(name)
			if err != nil {
				b.Fatal(err)
			}
			_ = pprof.Lookup("heap").WriteTo(f, 0)
			_ = f.Close()
		}
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/n, "heap-B/user")
		b.ReportMetric(float64(after.StackInuse-before.StackInuse)/n, "stack-B/user")
		b.ReportMetric((rssAfter-rss)/n, "rss-B/user")
		s.p.crowd.StopAll(context.Background(), 0)
	}
}

func inUse() (m runtime.MemStats) {
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m
}

// resident is the process's memory in bytes; 0 where the system does not say.
func resident() float64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	pages, _ := strconv.ParseFloat(strings.Fields(string(data))[1], 64)
	return pages * float64(os.Getpagesize())
}
