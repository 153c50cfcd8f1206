//go:build !race

package module_test

import (
	"fmt"
	"testing"

	"katydid/internal/testsite"
)

// requests is a user that does what step says, so many times, and ends. i is the number of the step.
func requests(step string, n int) string {
	return fmt.Sprintf(`export class U extends HttpUser {
  static tasks = { work: 1 };
  work() { for (let i = 0; i < %d; i++) { %s } throw new StopUser(); }
}`, n, step)
}

// usual are steps of scripts, and what each may allocate, the response object and all its parts included. The bounds
// are what it was when they were written: whoever makes a step cheaper lowers them.
var usual = []struct {
	name, step string
	most       float64
}{
	{"no request", "i % 7;", 1},
	{"get", "this.client.get('/a');", 6},
	{"get and check", "if (this.client.get('/a').status !== 200) throw new Error('status');", 6},
	{"get with a name", "this.client.get('/a?i=1', { name: '/a' });", 19},
	{"get, check of text", "if (!this.client.get('/a').text.includes('ok')) throw new Error('text');", 14},
	{"get, check of JSON", "if (!this.client.get('/a').json().ok) throw new Error('JSON');", 46},
	{"get with a verdict", "this.client.get('/a', { catchResponse: true }, r => { if (r.status === 200) r.success(); });", 43},
	{"post of JSON", "this.client.post('/a', { json: { a: 1 } });", 41},
}

// What a request costs in a script: the difference between a short and a long run, so that the start is not counted.
// (Not under the race detector, which makes pools forget.)
func TestScriptAllocations(t *testing.T) {
	const short, long = 200, 1200
	url := testsite.Fixed(t, `{"ok":true}`)
	for _, test := range usual {
		run := func(n int) float64 {
			return testing.AllocsPerRun(1, func() { play{script: requests(test.step, n), host: url}.do(t).calm(t) })
		}
		if n := (run(long) - run(short)) / (long - short); n > test.most+0.5 {
			t.Errorf("%s allocates %.2f times, want at most %v", test.name, n, test.most)
		}
	}
}

// BenchmarkScript is the price of a request in a script, the server's processor time included.
func BenchmarkScript(b *testing.B) {
	url := testsite.Fixed(b, `{"ok":true}`)
	for _, test := range usual {
		b.Run(test.name, func(b *testing.B) {
			b.ReportAllocs()
			play{script: requests(test.step, b.N), host: url}.do(b)
		})
	}
}
