package k6

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"katydid/runtime/load"
)

// What a hard stop interrupts is not counted as done, and the user can be lent again afterwards.
func TestInterrupted(t *testing.T) {
	begun := make(chan struct{}, 1)
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		begun <- struct{}{}
		<-r.Context().Done()
	})
	for _, step := range []string{
		"sleep(600);",
		"http.get(url);",
		"http.batch([url]);",
		"await http.asyncRequest('GET', url);",
		"http.asyncRequest('GET', url);",
		"setTimeout(() => console.log('never'), 600e3);",
		"await new Promise(() => setTimeout(() => 1, 600e3));",
		"for (;;) { begun(); }",
		"group('g', () => sleep(600));",
		"group('g', () => check(1, { c: () => { for (;;) begun(); } }));",
		"try { sleep(600); } finally { for (;;); }",
		"try { for (;;) begun(); } catch (e) { console.log('caught'); }",
	} {
		st := newStage(t, fmt.Sprintf(`import http from "k6/http"; import { check, group, sleep } from "k6"; import exec from "k6/execution";
const url = "%s/";
const begun = () => {};
export default async function () { if (__ENV.STOP === "yes") { console.log("begun"); %s return; } check(1, { later: true }); console.log("# ok", __ITER, JSON.stringify(exec.vu.tags.group)); }`, url, step))
		w := st.user()
		env := w.s.rt().GlobalObject().Get("__ENV").ToObject(w.s.rt())
		_ = env.Set("STOP", "yes")
		done := make(chan bool)
		go func() { done <- w.Iterate(load.Iteration{}) }()
		st.waitFor("begun")
		if strings.Contains(step, "url") {
			<-begun
		}
		w.Interrupt()
		if <-done {
			t.Errorf("%s: was not interrupted", step)
		}
		st.sc.Put(w)
		for _, key := range []string{"iterations", "iteration_duration", "checks", "group_duration", "http_reqs"} {
			if n := st.metric(key); n != 0 {
				t.Errorf("%s: %v of %s", step, n, key)
			}
		}
		if n := st.run.Interrupted.Load(); n != 1 {
			t.Errorf("%s: %d iterations were interrupted", step, n)
		}
		w = st.user()
		_ = env.Set("STOP", "no")
		if !w.Iterate(load.Iteration{}) {
			t.Errorf("%s: the user is of no use afterwards", step)
		}
		st.sc.Put(w)
		if got := strings.TrimPrefix(st.text(), "begun\n"); got != `# ok 1 ""` {
			t.Errorf("%s: says %q", step, got)
		}
		if n := st.metric("iterations"); n != 1 || st.run.Completed.Load() != 1 {
			t.Errorf("%s: %v iterations", step, n)
		}
	}
}

// In a shard numbers tell those of the test from those of the process.
func TestNumbersOfAShard(t *testing.T) {
	st := newStage(t, `import exec from "k6/execution";
export default function () {
  console.log(exec.vu.idInTest, exec.vu.idInInstance, exec.scenario.iterationInTest, exec.scenario.iterationInInstance, __VU, __ITER);
}`)
	st.run.Shard = load.Shard{Index: 2, Of: 5}
	for range 2 {
		w := st.user()
		for own := range int64(2) {
			w.Iterate(load.Iteration{Number: st.run.Shard.Number(own), Own: own})
		}
		defer st.sc.Put(w)
	}
	if got, want := st.text(), "3 1 2 0 1 0\n3 1 7 1 1 1\n8 2 2 0 2 0\n8 2 7 1 2 1"; got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// exec.test.abort ends the iterations of all users, and no other begins.
func TestAbort(t *testing.T) {
	st := newStage(t, `import exec from "k6/execution"; import { sleep } from "k6";
export default function () { if (exec.vu.idInTest === 1) { exec.test.abort("enough"); console.log("never"); } console.log("begun"); sleep(600); }`)
	first, second := st.user(), st.user()
	done := make(chan bool)
	go func() { done <- second.Iterate(load.Iteration{}) }()
	st.waitFor("begun")
	if !first.Iterate(load.Iteration{}) || <-done {
		t.Error("the iteration that aborts is completed, the others are interrupted")
	}
	if st.metric("iterations") != 1 || st.run.Interrupted.Load() != 1 {
		t.Errorf("%v iterations, %d interrupted", st.metric("iterations"), st.run.Interrupted.Load())
	}
	if w := st.sc.Take(0); w != nil {
		t.Error("there is a user to have after the end")
	}
	if got := strings.Join(st.reason, "|"); got != "enough" {
		t.Errorf("aborted because of %q", got)
	}
	st.sc.Put(first)
	st.sc.Put(second)
}

// __ENV is an object of texts that users begin with and may change, each for itself.
func TestEnvironment(t *testing.T) {
	st := newStage(t, `export default function () {
  const before = Object.keys(__ENV).join();
  __ENV.C = 5; __ENV.A = null; delete __ENV.B; __ENV.D = undefined;
  console.log("#", before, Object.keys(__ENV).join(), JSON.stringify(__ENV), "B" in __ENV, __ENV.B, typeof __ENV.nope, Object.entries(__ENV).length);
}`, "B=1", "A=2", "B=3", "bad", "=bad", "X=a=b", "AZURE_STORAGE_KEY=secret")
	st.iterate(1)
	st.iterate(1)
	want := `B,A,X A,X,C,D {"A":"null","X":"a=b","C":"5","D":"undefined"} false undefined undefined 4`
	if got := st.said(); got != want+"\n"+strings.Replace(want, "B,A,X", "A,X,C,D", 1) {
		t.Errorf("says\n%s", got)
	}
	other := st.user()
	rest := st.user()
	if v := rest.s.rt().GlobalObject().Get("__ENV").ToObject(rest.s.rt()).Get("B"); v.String() != "3" {
		t.Errorf("another user has %v", v)
	}
	st.sc.Put(other)
	st.sc.Put(rest)
}

// Each iteration has its own copy of what setup gave; one without members need not be copied.
func TestSetupData(t *testing.T) {
	for data, want := range map[string]string{
		`{"a":[1]}`: "{\"a\":[1]} object\n{\"a\":[1]} object", `"text"`: "\"text\" string\n\"text\" string", "": "undefined undefined\nundefined undefined", "null": "null object\nnull object",
	} {
		st := newStage(t, `export default function (data) { console.log("#", JSON.stringify(data), typeof data); if (data && data.a) data.a.push(2); }`)
		if data != "" {
			st.sc.SetupData = []byte(data)
		}
		st.iterate(2)
		if got := st.said(); got != want {
			t.Errorf("%s: says %q", data, got)
		}
	}
}

// Users share what guards itself, and nothing else.
func TestManyUsers(t *testing.T) {
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok")) })
	st := newStage(t, fmt.Sprintf(`import http from "k6/http"; import { check, group } from "k6"; import { Counter, Trend } from "k6/metrics"; import exec from "k6/execution"; import { SharedArray } from "k6/data";
const count = new Counter("my_count"), trend = new Trend("my_trend"), rows = new SharedArray("rows", () => [{ a: 1 }, { a: 2 }]);
export const options = { thresholds: { "my_count{user:even}": ["count>=0"], "http_reqs{name:a}": ["count>=0"], "checks{group:::g}": ["rate==1"] } };
export default function () {
  exec.vu.tags.user = exec.vu.idInTest %% 2 ? "odd" : "even";
  group("g", () => check(http.get("%s/", { tags: { name: "a" } }), { ok: r => r.status === 200 }));
  count.add(rows[1].a); trend.add(1, { kind: "k" + __ITER });
}`, url))
	const users, each = 6, 20
	var all sync.WaitGroup
	var workers []*worker
	for range users {
		workers = append(workers, st.user())
	}
	for _, w := range workers {
		all.Go(func() {
			for range each {
				w.Iterate(load.Iteration{})
			}
			st.sc.Put(w)
		})
	}
	all.Wait()
	for key, want := range map[string]float64{
		"iterations": users * each, "my_count": 2 * users * each, "my_count{user:even}": users * each, "http_reqs{name:a}": users * each, "checks{group:::g}": users * each,
		"my_trend": users * each, "group_duration": users * each, "http_req_failed": users * each,
	} {
		if got := st.metric(key); got != want {
			t.Errorf("%s: %v, want %v", key, got, want)
		}
	}
	if text := st.text(); text != "" {
		t.Error(text)
	}
}
