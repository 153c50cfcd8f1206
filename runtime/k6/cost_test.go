//go:build !race

package k6

import (
	"fmt"
	"testing"

	"katydid/internal/testsite"
	"katydid/runtime/load"
)

// steps are what iterations of scripts do, and what each may allocate: the bounds are what it was when they were written,
// and whoever makes a step cheaper lowers them. The whole iteration is counted, with its metrics.
var steps = []struct {
	name, step string
	most       float64
}{
	{"nothing", "", 2},
	{"get", "http.get(url);", 8},
	{"get and two checks", "check(http.get(url), { ok: r => r.status === 200, body: r => r.body.length > 5 });", 47},
	{"get with tags and a name", "http.get(url, { tags: { name: 'home', kind: 'x' } });", 28},
	{"get, tags, two checks with tags", "check(http.get(url, { tags: { name: 'home' } }), { ok: r => r.status === 200, body: r => r.body.length > 5 }, { kind: 'x' });", 77},
	{"get and json", "http.get(url).json('ok');", 11},
	{"post of JSON with headers", "http.post(url, body, { headers: { 'Content-Type': 'application/json' } });", 27},
	{"group", "group('g', () => {});", 13},
	{"metrics", "count.add(1); trend.add(5, { kind: 'x' });", 18},
}

func stepStage(tb testing.TB, step string) *stage {
	url := testsite.Fixed(tb, `{"ok":true}`)
	return newStage(tb, fmt.Sprintf(`import http from "k6/http"; import { check, group } from "k6"; import { Counter, Trend } from "k6/metrics";
export const options = { thresholds: { http_req_failed: ["rate<0.01"], http_req_duration: ["p(95)<500"] } };
const url = "%s/a", body = JSON.stringify({ a: 1 }), count = new Counter("my_count"), trend = new Trend("my_trend");
export default function () { %s }`, url, step))
}

// What an iteration costs. (Not under the race detector, which makes pools forget.)
func TestIterationCosts(t *testing.T) {
	for _, test := range steps {
		st := stepStage(t, test.step)
		w := st.user()
		for range 20 {
			w.Iterate(load.Iteration{})
		}
		if n := testing.AllocsPerRun(300, func() { w.Iterate(load.Iteration{}) }); n > test.most+0.5 {
			t.Errorf("%s allocates %.2f times, want at most %v", test.name, n, test.most)
		} else {
			t.Logf("%s allocates %.2f times", test.name, n)
		}
		if text := st.text(); text != "" {
			t.Error(text)
		}
		st.sc.Put(w)
	}
}

// BenchmarkIterationCosts is the price of an iteration, the server's processor time included.
func BenchmarkIterationCosts(b *testing.B) {
	for _, test := range steps {
		b.Run(test.name, func(b *testing.B) {
			st := stepStage(b, test.step)
			w := st.user()
			b.ReportAllocs()
			for b.Loop() {
				w.Iterate(load.Iteration{})
			}
			st.sc.Put(w)
		})
	}
}
