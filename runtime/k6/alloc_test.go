//go:build !race

package k6_test

import (
	"fmt"
	"testing"

	"katydid/internal/testsite"
)

// usual are steps of scripts, and what each may allocate, the response object and all its parts included. The bounds
// are what it was when they were written: whoever makes a step cheaper lowers them.
var usual = []struct {
	name, step string
	most       float64
}{
	{"no request", "i % 7;", 1},
	{"get", "http.get(url);", 6},
	{"get and check", "check(http.get(url), { ok: r => r.status === 200 });", 29},
	{"get and status", "if (http.get(url).status !== 200) throw new Error('status');", 6},
	{"get with params", "http.get(url, { headers: { 'X-A': 'b' }, tags: { name: 'home' } });", 38},
	{"get with a name", "http.get(http.url`${url}/${i}`);", 40},
	{"get, check of text", "if (!http.get(url).body.includes('ok')) throw new Error('text');", 14},
	{"get, check of JSON", "if (!http.get(url).json().ok) throw new Error('JSON');", 20},
	{"get, JSON by path", "if (!http.get(url).json('ok')) throw new Error('JSON');", 12},
	{"post of JSON", "http.post(url, JSON.stringify({ a: 1 }), { headers: { 'Content-Type': 'application/json' } });", 45},
	{"post of a form", "http.post(url, { a: 1 });", 30},
}

// What a request costs in a script: the difference between a short and a long run, so that the start is not counted.
// (Not under the race detector, which makes pools forget.)
func TestAllocations(t *testing.T) {
	const short, long = 200, 1200
	url := testsite.Fixed(t, `{"ok":true}`)
	for _, test := range usual {
		run := func(n int) float64 {
			script := fmt.Sprintf("const url = __ENV.URL;\nexport default function () { for (let i = 0; i < %d; i++) { %s } }", n, test.step)
			return testing.AllocsPerRun(1, func() { play{script: script, environ: []string{"URL=" + url}}.do(t).calm(t) })
		}
		if n := (run(long) - run(short)) / (long - short); n > test.most+0.5 {
			t.Errorf("%s allocates %.2f times, want at most %v", test.name, n, test.most)
		}
	}
}

// What an iteration costs with the usual three lines in it.
func TestIterationAllocations(t *testing.T) {
	const short, long = 200, 1200
	url := testsite.Fixed(t, `{"ok":true}`)
	run := func(n int) float64 {
		script := "const url = __ENV.URL;\nexport default function () { const res = http.get(url); check(res, { ok: r => r.status === 200 }); sleep(0); }"
		return testing.AllocsPerRun(1, func() { play{script: script, iterations: n, environ: []string{"URL=" + url}}.do(t).calm(t) })
	}
	if n := (run(long) - run(short)) / (long - short); n > 33 {
		t.Errorf("an iteration allocates %.2f times", n)
	}
}

// BenchmarkScript is the price of a step of a script, the server's processor time included.
func BenchmarkScript(b *testing.B) {
	url := testsite.Fixed(b, `{"ok":true}`)
	for _, test := range usual {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			script := fmt.Sprintf("const url = __ENV.URL;\nexport default function () { for (let i = 0; i < %d; i++) { %s } }", b.N, test.step)
			play{script: script, environ: []string{"URL=" + url}}.do(b)
		})
	}
}
