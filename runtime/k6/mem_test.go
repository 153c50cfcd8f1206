//go:build !race

package k6

import (
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"testing"

	"katydid/internal/testsite"
	"katydid/runtime/load"
)

// For testsite.Elsewhere.
func TestMain(m *testing.M) { testsite.Main(m) }

// typical is a script as most are.
const typical = `import http from "k6/http";
import { check, sleep } from "k6";
import { Trend } from "k6/metrics";
const took = new Trend("took", true);
const base = __ENV.BASE;
export const options = { thresholds: { http_req_duration: ["p(95)<500"] } };
export default function () {
  const res = http.get(base + "/a", { tags: { name: "a" } });
  check(res, { "status is 200": r => r.status === 200, "has a body": r => r.body.length > 0 });
  took.add(res.timings.duration);
  sleep(0);
}`

// cost is what one of n users of a script leaves in the heap: bytes and objects.
func cost(t *testing.T, script string, n, iterations int) (bytes, objects float64) {
	t.Helper()
	st := newStage(t, script, "BASE="+testsite.Elsewhere(t))
	st.sc.Put(st.user()) // what all share
	b0, o0 := inUse()
	users := make([]*worker, n)
	for i := range users {
		users[i] = st.user()
		for range iterations {
			users[i].Iterate(load.Iteration{})
		}
	}
	b1, o1 := inUse()
	if name := os.Getenv("KATYDID_HEAP"); name != "" {
		if f, err := os.Create(name); err == nil {
			_ = pprof.Lookup("heap").WriteTo(f, 0)
			_ = f.Close()
		}
	}
	if text := st.text(); text != "" {
		t.Fatal(text)
	}
	for _, w := range users {
		st.sc.Put(w)
	}
	return (b1 - b0) / float64(n), (o1 - o0) / float64(n)
}

// inUse is the live heap after collections.
func inUse() (bytes, objects float64) {
	for range 4 {
		runtime.GC()
	}
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/gc/heap/objects:objects"}}
	metrics.Read(s)
	return float64(s[0].Value.Uint64()), float64(s[1].Value.Uint64())
}

// TestIdleUser guards what a user leaves in the heap: one whose script was loaded, and one who has also sent requests and
// keeps the connection. The bounds are a tenth above what it was when they were written.
func TestIdleUser(t *testing.T) {
	for _, test := range []struct {
		name           string
		script         string
		iterations     int
		bytes, objects float64
	}{
		{"nothing", `import "k6"; export default function () {}`, 0, 5500, 46},
		{"loaded", typical, 0, 14_000, 150},
		{"after a request", typical, 2, 19_500, 230},
	} {
		bytes, objects := cost(t, test.script, 500, test.iterations)
		if said := fmt.Sprintf("%s: %.0f bytes in %.0f objects for each user", test.name, bytes, objects); bytes > test.bytes || objects > test.objects {
			t.Errorf("%s, want at most %.0f and %.0f", said, test.bytes, test.objects)
		} else {
			t.Log(said)
		}
	}
}
