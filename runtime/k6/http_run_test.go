package k6_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/k6"
)

// What was sent and received counts once an iteration, with no tags of a request.
func TestBytes(t *testing.T) {
	url := serve(t, target())
	p := play{
		script:     "export default function () { http.post(__ENV.TARGET + '/echo', 'x'.repeat(1000), { tags: { name: 'N' } }); http.get(__ENV.TARGET + '/host', { responseType: 'none' }); }",
		iterations: 2, environ: []string{"TARGET=" + url}, series: []string{"data_sent{name:N}", "data_sent{scenario:default}"},
	}.do(t)
	p.counts(t, map[string]int64{"data_sent": 2, "data_received": 2, "data_sent{name:N}": 0, "data_sent{scenario:default}": 2})
	for _, name := range []string{"data_sent", "data_received"} {
		if n := p.state.Find(name).Values.Sum; n < 2200 || n > 4000 {
			t.Errorf("%s is %v", name, n)
		}
	}
}

// setup sends with a group of its own and its own cookies.
func TestRequestsOfSetup(t *testing.T) {
	url := serve(t, target())
	st := play{
		script: `export function setup() { http.get(__ENV.TARGET + '/cookies/set?a=b'); return http.get(__ENV.TARGET + '/cookies').json(); }
export default function () {}`,
		environ: []string{"TARGET=" + url}, series: []string{"http_reqs{group:::setup}", "http_reqs{scenario:default}", "data_sent{group:::setup}"},
	}.setup(t)
	once := k6.NewOnce(st.env)
	var text []byte
	err := once.Call("setup", "::setup", nil, func(v goja.Value) (err error) { text, err = once.JSON(v); return err })
	once.End()
	if err != nil || string(text) != `{"cookies":{"a":"b"}}` {
		t.Errorf("setup gave %s, %v", text, err)
	}
	st.end().counts(t, map[string]int64{"http_reqs": 3, "http_reqs{group:::setup}": 3, "http_reqs{scenario:default}": 0, "data_sent{group:::setup}": 1})
}

// crowd counts how many requests are being answered at a time.
type crowd struct {
	sync.Mutex
	now, most map[string]int
}

func (c *crowd) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	count := func(by int) {
		c.Lock()
		defer c.Unlock()
		for _, who := range []string{"all", r.Host} {
			c.now[who] += by
			c.most[who] = max(c.most[who], c.now[who])
		}
	}
	count(1)
	time.Sleep(5 * time.Millisecond)
	count(-1)
	_, _ = fmt.Fprint(w, r.URL.Path)
}

// A batch sends so many at a time as the options allow, in all and to one host, and gives the answers in the order of
// what was asked.
func TestBatch(t *testing.T) {
	c := &crowd{now: map[string]int{}, most: map[string]int{}}
	first, second := serve(t, c), serve(t, c)
	p := play{
		script: `export const options = { batch: 3, batchPerHost: 2 };
const A = __ENV.A, B = __ENV.B;
export default function () {
  const list = [];
  for (let i = 0; i < 12; i++) list.push((i % 2 ? A : B) + '/' + i);
  console.log(http.batch(list).map((r) => r.body).join());
  const all = http.batch({ z: A + '/z', a: ['GET', A + '/a'], m: { method: 'get', url: B + '/m' }, u: http.url` + "`${B}/u`" + `, p: ['POST', A + '/p', { x: 1 }, { tags: { t: 1 } }] });
  console.log(Object.keys(all).map((k) => k + all[k].body + all[k].request.method).join(' '));
  console.log(http.batch([]).length);
}`,
		environ: []string{"A=" + first, "B=" + second}, series: []string{"http_reqs{t:1}"},
	}.do(t)
	p.wants(t, "/0,/1,/2,/3,/4,/5,/6,/7,/8,/9,/10,/11", "z/zGET a/aGET m/mGET u/uGET p/pPOST", "0")
	if c.most["all"] > 3 || c.most[first[7:]] > 2 || c.most[second[7:]] > 2 {
		t.Errorf("at a time: %v", c.most)
	}
	p.counts(t, map[string]int64{"http_reqs": 17, "http_reqs{t:1}": 1})
}

// Requests wait for their turn under the cap of the run, and the wait is in no figure.
func TestTurn(t *testing.T) {
	url := serve(t, target())
	const wait = 40 * time.Millisecond
	turns := 0
	p := play{
		script:  "export default async function () { http.get(__ENV.TARGET + '/host'); http.batch([__ENV.TARGET + '/host', __ENV.TARGET + '/host']); await http.asyncRequest('GET', __ENV.TARGET + '/host'); }",
		environ: []string{"TARGET=" + url}, turn: func(time.Time) time.Duration { turns++; return wait },
	}.do(t)
	p.calm(t)
	if took := p.state.Find("iteration_duration").Values.Min; turns != 4 || took < 4*wait.Seconds()*1000 {
		t.Errorf("%d turns in %v ms", turns, took)
	}
	for _, name := range []string{"http_req_duration", "http_req_blocked"} {
		if v := p.state.Find(name).Values.Min; v >= wait.Seconds()*1000 {
			t.Errorf("%s is at least %v ms", name, v)
		}
	}
}

// Bodies are read, and dropped.
func TestDiscard(t *testing.T) {
	values(t, "export const options = { discardResponseBodies: true };", []value{
		{`http.get(H + '/host').body`, `null`},
		{`http.get(H + '/host', { responseType: 'text' }).body.length > 0`, `true`},
		{`http.get(H + '/bytes', { responseType: 'binary' }).body.byteLength`, `3`},
		{`http.batch([H + '/host'])[0].body`, `null`},
	})
}
