package module_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// What the target has answered counts, also when nobody waits for it any more.
func TestNothingAnsweredIsLost(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         int64
	}{
		{"async requests of a user that leaves", `export class U extends HttpUser {
			@task a() { for (let i = 0; i < 5; i++) this.client.async.get("/a"); this.stop(); } }`, 15},
		{"async requests of onStop", `export class U extends HttpUser {
			@task a() { this.stop(); } onStop() { this.client.async.get("/a"); this.client.async.get("/a"); } }`, 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			var served atomic.Int64
			slow := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(30 * time.Millisecond); served.Add(1) })
			p := play{users: 3, handler: slow, script: c.script}.do(t)
			if got := p.Total.Count; got != c.want || served.Load() != c.want {
				t.Errorf("counted %d of %d, want %d", got, served.Load(), c.want)
			}
			p.calm(t)
		})
	}
}

// A verdict that is still pending at a hard stop: the answer counts by its status.
func TestPendingVerdictAtHardStop(t *testing.T) {
	answer := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	p := play{handler: answer, when: saying("asked", 1), script: `export class U extends HttpUser {
		@task async a() { await this.client.get("/", async r => { console.log("asked"); await new Promise(f => setTimeout(f, 60000)); }); } }`}.do(t)
	if p.row("GET", "/") != "1/0" {
		t.Errorf("%q %s", p.rows(), p.text())
	}
}

func TestDeepJSON(t *testing.T) {
	deep := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(strings.Repeat("[", 3_000_000))) })
	p := play{handler: deep, script: `export class U extends HttpUser {
		@task a() { try { JSON.parse(this.client.get("/").text); } catch (e) { console.log(e.name, e.message); }
			console.log(JSON.parse('{"a":[1,2]}').a[1], JSON.parse("[1]", (k, v) => k === "0" ? 7 : v)[0]); this.stop(); } }`}.do(t)
	p.wants(t, "SyntaxError the JSON is nested deeper than 5000 levels | 2 7")
}

func TestReportRefusesNonsense(t *testing.T) {
	p := play{script: `export class U extends User { @task a() {
		for (const r of [{responseTime: 1e300}, {responseTime: Infinity}, {responseTime: -1}, {responseTime: 1, responseLength: -5}])
			try { this.report({type: "X", name: "n", ...r}); console.log("taken"); } catch (e) { console.log(e.name); }
		this.report({type: "X", name: "n", responseTime: 3600000}); this.stop(); } }`}.do(t)
	p.wants(t, "TypeError | TypeError | TypeError | TypeError")
	if p.row("X", "n") != "1/0" {
		t.Error(p.rows())
	}
}

// An endless loop is named wherever it is.
func TestEndlessLoopInWaits(t *testing.T) {
	for name, script := range map[string]string{
		"waitTime": `export class U extends User { waitTime() { console.log("in"); for (;;); } @task a() {} }`,
		"timer":    `export class U extends User { waitTime() { return 60; } @task a() { setTimeout(() => { console.log("in"); for (;;); }, 1); } }`,
	} {
		t.Run(name, func(t *testing.T) {
			in := saying("in", 1)
			var since time.Time
			p := play{script: script, when: func(p *played) bool {
				if since.IsZero() && in(p) {
					since = time.Now()
				}
				return !since.IsZero() && time.Since(since) > 1500*time.Millisecond
			}}.do(t)
			if !strings.Contains(p.thrown(), "endless loop") {
				t.Errorf("%q", p.thrown())
			}
		})
	}
}

func TestOddTransitionsAreErrorsOfTheScript(t *testing.T) {
	p := play{script: `export class U extends User { @task a() {
		for (const bad of [() => this.client, () => transitions([[]])(function f() {}, {kind: "method"})]) try { bad(); } catch (e) { console.log(e.name); }
		this.stop(); } }`}.do(t)
	p.calm(t)
}
