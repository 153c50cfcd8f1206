package module_test

import (
	"context"
	"os"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"katydid/internal/testsite"
	"katydid/runtime/vu"
)

// For testsite.Elsewhere.
func TestMain(m *testing.M) { testsite.Main(m) }

// idle are users who have sent a request, keep their connection, and wait.
type idle struct {
	before, after memory
	cpu           time.Duration // of this process, from the first start to the last answer
	users         float64
}

// idleUsers starts n users of a script against a server in another process. look, if not nil, is called while they wait.
func idleUsers(t testing.TB, script string, n int, look func()) idle {
	t.Helper()
	url := testsite.Elsewhere(t)
	pl := play{script: script, host: url}
	s := pl.setup(t)
	if err := s.load(pl, url); err != nil {
		t.Fatal(err)
	}
	s.p.crowd = vu.NewCrowd(s.env, func(int) {})
	r := idle{before: inUse(), users: float64(n)}
	began := cpuTime()
	for range n {
		s.p.crowd.Start(0)
	}
	for end := time.Now().Add(time.Minute); s.env.Recorder.Collect(time.Now(), 0).Total.Count < int64(n); {
		if time.Now().After(end) {
			t.Fatalf("not all users have sent a request; log:\n%s", s.p.text())
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.cpu = cpuTime() - began
	r.after = inUse()
	if look != nil {
		look()
	}
	if live := s.p.crowd.Live(); live != n {
		t.Errorf("%d users of %d are there", live, n)
	}
	s.p.crowd.StopAll(context.Background(), 0)
	return r
}

// TestIdleUser guards what a user leaves in the heap who has sent a request, keeps its connection and waits, in bytes.
// It was 13,500 in 141 objects.
func TestIdleUser(t *testing.T) {
	r := idleUsers(t, scene(t), 1000, nil)
	if heap := (r.after.heap - r.before.heap) / r.users; heap > 15_500 {
		t.Errorf("%.0f bytes of live heap per user", heap)
	}
	if objects := (r.after.objects - r.before.objects) / r.users; objects > 165 {
		t.Errorf("%.0f objects per user", objects)
	}
}

// BenchmarkIdleUser says what a user of scene_1.js costs who has sent a request, keeps its connection and waits: CPU time to
// get there; bytes of heap and of stack, and resident memory. KATYDID_HEAP names a file for a profile of the heap,
// KATYDID_USERS is the number of users.
func BenchmarkIdleUser(b *testing.B) {
	users := 2000
	if n, err := strconv.Atoi(os.Getenv("KATYDID_USERS")); err == nil {
		users = n
	}
	script := scene(b)
	for b.Loop() {
		r := idleUsers(b, script, users, func() {
			if name := os.Getenv("KATYDID_HEAP"); name != "" {
				f, err := os.Create(name)
				if err != nil {
					b.Fatal(err)
				}
				_ = pprof.Lookup("heap").WriteTo(f, 0)
				_ = f.Close()
			}
		})
		b.ReportMetric(float64(r.cpu.Microseconds())/r.users, "start-µs/user")
		b.ReportMetric((r.after.heap-r.before.heap)/r.users, "heap-B/user")
		b.ReportMetric((r.after.objects-r.before.objects)/r.users, "objects/user")
		b.ReportMetric((r.after.stacks-r.before.stacks)/r.users, "stack-B/user")
		b.ReportMetric((r.after.resident-r.before.resident)/r.users, "rss-B/user")
	}
}

// scene is scripts/scene_1.js without its import, which the harness has.
func scene(t testing.TB) string {
	t.Helper()
	text, err := os.ReadFile("../../scripts/scene_1.js")
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\nimport ", "\n// ")
}

// memory is what the process has, in bytes, but for objects, a number.
type memory struct{ heap, objects, stacks, resident float64 }

// inUse is the memory after a collection. A goroutine's stack shrinks by half with each, so there are some.
func inUse() memory {
	for range 4 {
		runtime.GC()
	}
	s := []metrics.Sample{
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/objects:objects"}, {Name: "/memory/classes/heap/stacks:bytes"},
	}
	metrics.Read(s)
	value := func(i int) float64 { return float64(s[i].Value.Uint64()) }
	return memory{value(0), value(1), value(2), resident()}
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

// cpuTime is what this process has used so far.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
