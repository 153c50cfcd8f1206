//go:build browser

package web_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

// A run of hours does not make the page heavy: what it keeps is bounded, and so is what it shows.
func TestBrowserLiveStaysLight(t *testing.T) {
	f := newFake(t)
	f.perUser = 2
	b := running(t, f, 1, 1400, 900)
	b.Call("Performance.enable", nil, nil)
	type load struct{ heap, nodes float64 }
	after := func(seconds int) load {
		for f.elapsed() < float64(seconds) {
			f.seconds(100)
			b.Until(fmt.Sprintf(`document.querySelector(".cell .more").textContent == %q`, clock(f.elapsed()))) // no more at once than a page is ever behind
		}
		b.Call("HeapProfiler.collectGarbage", nil, nil)
		var m struct {
			Metrics []struct {
				Name  string
				Value float64
			}
		}
		b.Call("Performance.getMetrics", nil, &m)
		var l load
		for _, metric := range m.Metrics {
			switch metric.Name {
			case "JSHeapUsedSize":
				l.heap = metric.Value / 1e6
			case "Nodes":
				l.nodes = metric.Value
			}
		}
		return l
	}
	early, late := after(1200), after(7200)
	t.Logf("after 20 minutes %.1f MB and %.0f nodes, after 2 hours %.1f MB and %.0f nodes", early.heap, early.nodes, late.heap, late.nodes)
	if late.heap > early.heap+10 || late.heap > 60 || late.nodes > early.nodes+500 {
		t.Error("the page grows")
	}
	f.sameFigures(t, b)
	shot(b, "two-hours")
	// The ticks were put together as the server has done it: who comes now sees the same.
	middle := func() string {
		b.Eval(`document.querySelector(".chart").focus()`)
		b.Key("+", "+")
		return rangeText(b)
	}
	was := middle()
	b.Call("Page.reload", nil, nil)
	b.Until(`!document.querySelector(".range") && document.querySelectorAll(".u-over").length == 3`)
	if is := middle(); was != is || !strings.HasPrefix(is, "30:00 – 1:30:00 360") {
		t.Errorf("the middle hour is %q, after loading the page again %q", was, is)
	}
}

// How long it takes until something is seen, from the click on a link to it; a server and a browser on the same machine.
func TestBrowserLivePaintsSoon(t *testing.T) {
	f := newFake(t)
	b := running(t, f, 600, 1400, 900)
	b.Call("Page.reload", nil, nil)
	b.Until(`performance.getEntriesByName("first-contentful-paint").length > 0 && document.querySelectorAll(".u-over").length == 3`)
	paint := b.Eval(`Math.round(performance.getEntriesByName("first-contentful-paint")[0].startTime)`)
	t.Logf("the first paint came after %s ms", paint)
	if len(paint) > 3 {
		t.Errorf("the first paint came after %s ms", paint)
	}
}

// An open run has a rate to be steered, planned starts, and two kinds of times.
func TestBrowserLiveOpenRun(t *testing.T) {
	f := newFake(t)
	b := web.OpenBrowser(t, f.url(), 1400, 1100)
	b.Until(`!!document.querySelector("#start-users")`)
	b.Click("input[name=model] ~ small", "whatever the target does")
	b.Until(`!!document.querySelector("#start-rate")`)
	b.Type("#start-rate", "120")
	shot(b, "start-open")
	b.Click("button", "Start")
	b.Until(`!!document.querySelector(".strip")`)
	form := last(f.forms())
	if form["rate"][0] != "120" || form["spawn_rate"] != nil {
		t.Errorf("sent: %v", form)
	}
	f.seconds(60)
	b.Click("#tab-charts", "")
	b.Until(`document.querySelectorAll(".u-over").length == 7`)
	untilFigure(b, "planned", "120")
	response := figure(b, "p50")
	shot(b, "open-charts")
	b.Eval(`(() => { const s = [...document.querySelectorAll("select")].find(s => s.value == "response"); s.value = "service"; s.dispatchEvent(new Event("change", { bubbles: true })); })()`)
	b.Until(`document.querySelector('[data-k=p50]').textContent != ` + fmt.Sprintf("%q", response))
	if got, want := figure(b, "p50"), ms(f.total().Service.P50)+" ms"; got != want {
		t.Errorf("the median service time is %s, sent was %s", got, want)
	}
	noErrors(t, b)
}

// All kinds of options, classes to be chosen, and much to look at.
func TestBrowserLiveForm(t *testing.T) {
	f := newFake(t)
	f.plan.Picker, f.plan.HostLocked, f.plan.RunTime = true, true, "10m"
	f.plan.Args = []live.PlanArg{
		{Name: "tenant", Kind: "string", Required: true, Help: "whose data are used"},
		{Name: "page-size", Kind: "int", Value: []string{"20"}},
		{Name: "region", Kind: "string", Value: []string{"eu"}, Choices: []string{"eu", "us", "ap"}},
		{Name: "features", Kind: "string", Value: []string{"search"}, Choices: []string{"search", "cart", "wishlist"}, Multiple: true},
		{Name: "api-key", Kind: "string", Secret: true}, {Name: "verbose", Kind: "bool", Value: []string{"true"}},
	}
	b := web.OpenBrowser(t, f.url(), 1400, 1250)
	b.Until(`!!document.querySelector("#start-users")`)
	b.Click("button", "Start")
	b.Until(`document.activeElement?.id == "arg-tenant"`)
	shot(b, "form")
	b.Type("#arg-tenant", "acme")
	b.Type("#arg-api-key", "s3cret")
	b.Eval(`[...document.querySelectorAll(".choices label")].find(l => l.textContent.includes("wishlist")).click()`)
	b.Eval(`[...document.querySelectorAll(".picker li label")].find(l => l.textContent.includes("Admin")).click()`)
	b.Type("#start-time", "")
	b.Eval(`(() => { const f = document.querySelector("#start-time"); f.value = ""; f.dispatchEvent(new Event("input", { bubbles: true })); })()`)
	b.Click("button", "Start")
	b.Until(`!!document.querySelector(".strip")`)
	got, _ := json.Marshal(last(f.forms()))
	want := `{"api-key":["s3cret"],"features":["search","wishlist"],"page-size":["20"],"region":["eu"],"run_time":["0"],"spawn_rate":["10"],"tenant":["acme"],"user_classes":["Shopper"],"user_count":["50"],"verbose":["true"]}`
	if string(got) != want {
		t.Errorf("sent was\n%s, want\n%s", got, want)
	}
	noErrors(t, b)
}

// Much of everything: it still has to be readable.
func TestBrowserLiveManyAndLongNames(t *testing.T) {
	f := newFake(t)
	f.rows, f.perUser, f.failing = 200, 40, 0.01
	f.long = strings.Repeat("/a-very-long-segment-of-a-path", 8)
	for i := range 40 {
		f.log([]string{"INFO", "WARNING", "ERROR", "DEBUG"}[i%4], fmt.Sprintf("entry %d: the target answered 503 Service Unavailable", i))
	}
	f.tick.Verdict, f.tick.Reasons = "SUSPECT", []string{"The processors were busy at 93 % for ten seconds: the generator may have set the pace.", "Only 81 % of the requests were timed by the kernel."}
	b := running(t, f, 30, 1400, 900)
	f.exception("TypeError: Cannot read property 'id' of undefined", "TypeError: Cannot read property 'id' of undefined\n    at Shopper.checkout (scripts/shop.js:42:17)\n    at task (scripts/shop.js:12:3)")
	f.seconds(1)
	b.Until(fmt.Sprintf(`document.querySelectorAll(".statistics tbody tr").length == %d`, f.many()))
	if got := b.Eval(`(() => { const r = document.querySelector("tfoot td").getBoundingClientRect(); return r.bottom <= innerHeight && r.top > 0; })()`); got != "true" {
		t.Error("the row of all together is out of sight")
	}
	shot(b, "many")
	b.Click(".pill", "")
	shot(b, "verdict")
	b.Key("Escape", "")
	b.Click(`button[aria-label="Show it dark"]`, "")
	shot(b, "many-dark")
	for _, tab := range []string{"charts", "failures", "exceptions", "logs"} {
		b.Click("#tab-"+tab, "")
		b.Until(`!!document.querySelector(".panel-` + tab + `")`)
		shot(b, "dark-"+tab)
	}
	if got := b.Eval(`document.querySelector(".exceptions pre")?.textContent ?? ""`); got != "" {
		t.Errorf("exceptions are shown in another tab: %s", got)
	}
	b.Click("#tab-exceptions", "")
	b.Until(`document.querySelector(".exceptions pre").textContent.includes("scripts/shop.js:42:17")`)
	b.Call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 1024, "height": 768, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.Click("#tab-stats", "")
	shot(b, "1024-dark")
	noErrors(t, b)
}

// clock is as the page writes it.
func clock(seconds float64) string {
	d := time.Duration(seconds) * time.Second
	if d < time.Hour {
		return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// ms is as the page writes it.
func ms(v *stats.Millis) string {
	if v == nil {
		return "n/a"
	}
	return decimal(math.Round(float64(*v)/1e3) / 1e3)
}

func decimal(f float64) string {
	switch {
	case f >= 100 || f == 0:
		return fmt.Sprint(math.Round(f))
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	case f >= 1:
		return fmt.Sprintf("%.2f", f)
	}
	return fmt.Sprintf("%.3f", f)
}

// What the script decides is not asked for, and what cannot be started says why.
func TestBrowserLiveFormByKind(t *testing.T) {
	tests := []struct {
		name    string
		plan    func(*live.Plan)
		asked   string // ids of the fields
		says    string
		posted  string
		without bool // it cannot be started
	}{
		{"shape", func(p *live.Plan) { p.Kind, p.Shape, p.Steerable = live.KindShape, "StepsShape", false }, "start-host start-time start-profile",
			"The load shape StepsShape of the script decides how many users there are.", `{"host":["https://shop.example"],"shape_class":["Default"]}`, false},
		{"k6", func(p *live.Plan) {
			p.Kind, p.Classes, p.Scenarios = live.KindK6, nil, []string{"browse: 50 looping VUs for 10m0s", "buy: 20 iterations/s for 5m0s (up to 100 VUs)"}
		}, "start-host start-profile", "buy: 20 iterations/s for 5m0s (up to 100 VUs)", `{"host":["https://shop.example"]}`, false},
		{"open", func(p *live.Plan) { p.Kind, p.Rate, p.Users = live.KindOpen, 25, 0 }, "start-rate start-users start-host start-time start-profile",
			"empty: as many as the rate needs", `{"host":["https://shop.example"],"rate":["25"]}`, false},
		{"embedded", func(p *live.Plan) { p.Host, p.Embedded = "", true }, "start-users start-spawn start-host start-time start-profile",
			"the target API of this katydid process", `{"spawn_rate":["10"],"user_count":["50"]}`, false},
		{"broken", func(p *live.Plan) { p.Error = "scripts/shop.js:3:7: unexpected end of file" }, "start-users start-spawn start-host start-time start-profile",
			"scripts/shop.js:3:7: unexpected end of file", "", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFake(t)
			test.plan(&f.plan)
			b := web.OpenBrowser(t, f.url(), 1000, 800)
			b.Until(`!!document.querySelector("#start-host")`)
			if got := b.Eval(`[...document.querySelectorAll("form input[id]")].map(f => f.id).join(" ")`); got != test.asked {
				t.Errorf("asked for: %s, want %s", got, test.asked)
			}
			if got := b.Eval(`document.querySelector("main").textContent`); !strings.Contains(got, test.says) {
				t.Errorf("the page says %s, not %s", got, test.says)
			}
			shot(b, "start-"+test.name)
			if test.without {
				if got := b.Eval(`document.querySelector(".go").disabled`); got != "true" {
					t.Error("it can be started")
				}
				return
			}
			b.Click(".go", "Start")
			f.untilForms(1)
			if got, _ := json.Marshal(last(f.forms())); string(got) != test.posted {
				t.Errorf("sent was %s, want %s", got, test.posted)
			}
			noErrors(t, b)
		})
	}
}

// All of it can be done without a mouse, and keys that zoom leave the users alone.
func TestBrowserLiveKeyboard(t *testing.T) {
	f := newFake(t)
	b := running(t, f, 60, 1400, 900)
	b.Eval(`document.querySelector(".chart").focus()`)
	b.Key("+", "+")
	b.Until(`!!document.querySelector(".range")`)
	if got := rangeText(b); !strings.HasPrefix(got, "0:15 – 0:45 ") {
		t.Errorf("the middle half of a minute is %s", got)
	}
	b.Key("ArrowRight", "")
	b.Until(`document.querySelector(".range b").textContent == "0:22 – 0:52"`)
	b.Key("0", "0")
	b.Until(`!document.querySelector(".range")`)
	if n := len(f.forms()); n != 0 {
		t.Errorf("%d forms were posted", n)
	}
	b.Eval(`document.querySelector("#tab-stats").focus()`)
	b.Key("ArrowRight", "")
	b.Key("ArrowRight", "")
	b.Until(`document.activeElement.id == "tab-failures" && location.search == "?tab=failures"`)
	b.Eval(`history.back()`)
	b.Until(`!!document.querySelector(".panel-charts")`)
	b.Eval(`document.querySelector(".actions button").focus()`)
	b.Key("Enter", "\r")
	b.Until(`document.querySelector("dialog[open]")?.contains(document.activeElement)`)
	b.Key("Escape", "")
	b.Until(`!document.querySelector("dialog") && document.activeElement.textContent == "Edit"`)
	noErrors(t, b)
}
