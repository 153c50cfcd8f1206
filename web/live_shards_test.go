package web_test

import (
	"testing"

	"katydid/internal/chromium"
	"katydid/web/live"
)

// A test that several processes make has a tab for them, from before its beginning. It is not started from the page.
func TestBrowserLiveShards(t *testing.T) {
	f := newFake(t)
	f.tick.Shards = []live.TickShard{
		{Index: 0, Host: "pod-a", State: "waiting"},
		{Index: 1, Host: "<b>pod</b>", State: "absent", Missing: 1},
	}
	b := chromium.Open(t, f.url()+"?tab=shards", 1400, 900)
	const cells = `[...document.querySelectorAll("[aria-label=Shards] tbody tr")].map(r => [...r.cells].map(c => c.textContent).join("|")).join("\n")`
	b.Until(`document.querySelectorAll("[aria-label=Shards] tbody tr").length == 2`)
	if got, want := b.Eval(cells), "0|pod-a|waiting|||||||\n1|<b>pod</b>|absent (100 % missing)|||||||"; got != want {
		t.Errorf("before the start:\n%s\nwant\n%s", got, want)
	}
	if got := b.Eval(`[...document.querySelectorAll("header button")].map(b => b.textContent).join()`); got != "" {
		t.Errorf("before the start there are the buttons %s", got)
	}

	f.mu.Lock()
	next := f.tick
	next.Run, next.State, next.Users = 1, live.Running, 5
	next.Shards = []live.TickShard{
		{Index: 0, Host: "pod-a", State: "running", Users: 5, Requests: 1234, Failures: 2, LagP99: 1_500_000, CPU: 0.25, Skew: 3_000_000, Verdict: "VALID"},
		{Index: 1, Host: "<b>pod</b>", State: "dead", Requests: 7, Missing: 0.5, Verdict: "INVALID", Why: "it was slow"},
	}
	spread := make([]int64, 50)
	spread[0], spread[49] = 3, 2
	for range 3 { // the shortest time is 0.0987 ms, where the scale must not begin
		next.Points = append(next.Points, live.Point{Width: 1000, Requests: 5, Users: 5, Service: live.Counts{First: 106, Counts: spread}})
	}
	f.send(event("tick", next))
	f.mu.Unlock()
	b.Until(`document.querySelectorAll("[aria-label=Shards] tbody td.users")[0]?.textContent == "5"`)
	if got, want := b.Eval(cells), "0|pod-a|running|5|1,234|2|1.50|25 %|3.00|VALID\n1|<b>pod</b>|dead (50.0 % missing)|0|7|0|0|0 %|0|INVALID"; got != want {
		t.Errorf("in the run:\n%s\nwant\n%s", got, want)
	}
	if got := b.Eval(`document.querySelector("#tab-shards .badge").textContent + document.querySelector("[aria-label=Shards] tbody tr:nth-child(2) .pill").title`); got != "1it was slow" {
		t.Errorf("the one that died: %s", got)
	}
	if got := b.Eval(`[...document.querySelectorAll("header .actions button")].map(b => b.textContent).join()`); got != "Edit,Stop" {
		t.Errorf("in the run there are the buttons %s", got)
	}
	b.Click("[role=tab]", "Statistics")
	b.Until(`document.querySelectorAll(".overview canvas").length == 3`)
	b.Until(`[...document.querySelectorAll(".overview .key")].find(k => k.textContent.startsWith("RPS"))?.textContent == "RPS 5"`)
	shot(b, "shards")
	if list := b.Errors(); len(list) > 0 {
		t.Errorf("the page complains: %s", list)
	}
}
