package web_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
)

// A long run does not make the page heavy: what it keeps is bounded, and so is what it shows.
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
	early, late := after(800), after(2400) // by then two intervals have become one twice
	t.Logf("after 13 minutes %.1f MB and %.0f nodes, after 40 %.1f MB and %.0f nodes", early.heap, early.nodes, late.heap, late.nodes)
	if late.heap > early.heap+10 || late.heap > 60 || late.nodes > early.nodes+500 {
		t.Error("the page grows")
	}
	f.sameFigures(t, b)
	shot(b, "long")
	// The ticks were put together as the server has done it: who comes now sees the same.
	middle := func() string {
		b.Eval(`document.querySelector(".chart").focus()`)
		b.Key("+", "+")
		return rangeText(b)
	}
	was := middle()
	b.Call("Page.reload", nil, nil)
	b.Until(`!document.querySelector(".range") && document.querySelectorAll(".u-over").length == 3`)
	if is := middle(); was != is || !strings.HasPrefix(is, "10:00 – 30:00 120") {
		t.Errorf("the middle is %q, after loading the page again %q", was, is)
	}
}

// How long it takes until something is seen, from the click on a link to it; a server and a browser on the same machine.
func TestBrowserLivePaintsSoon(t *testing.T) {
	f := newFake(t)
	b := running(t, f, 600, 1400, 900)
	b.Call("Page.reload", nil, nil)
	b.Until(`performance.getEntriesByName("first-contentful-paint").length > 0 && document.querySelectorAll(".u-over").length == 3`)
	paint, err := strconv.Atoi(b.Eval(`Math.round(performance.getEntriesByName("first-contentful-paint")[0].startTime)`))
	t.Logf("the first paint came after %d ms", paint)
	if err != nil || paint > 3000 { // a third of a second on a machine that does nothing else
		t.Errorf("the first paint came after %d ms (%v)", paint, err)
	}
}

// Much of everything: it still has to be readable.
func TestBrowserLiveManyAndLongNames(t *testing.T) {
	f := newFake(t)
	f.rows, f.perUser, f.failing = 300, 60, 0.01
	f.long = strings.Repeat("/a-very-long-segment-of-a-path", 8)
	for i := range 40 {
		f.log([]string{"INFO", "WARNING", "ERROR", "DEBUG"}[i%4], fmt.Sprintf("entry %d: the target answered 503 Service Unavailable", i))
	}
	f.tick.Verdict, f.tick.Reasons = "SUSPECT", []string{"The processors were busy at 93 % for ten seconds: the generator may have set the pace.", "Only 81 % of the requests were timed by the kernel."}
	b := running(t, f, 30, 1400, 900)
	f.exception("TypeError: Cannot read property 'id' of undefined", "TypeError: Cannot read property 'id' of undefined\n    at Shopper.checkout (scripts/shop.js:42:17)\n    at task (scripts/shop.js:12:3)")
	f.seconds(1)
	b.Until(`document.querySelectorAll(".statistics tbody tr").length == 200 + 1`)
	if got := b.Eval(`(() => { const r = document.querySelector("tfoot td").getBoundingClientRect(); return r.bottom <= innerHeight && r.top > 0; })()`); got != "true" {
		t.Error("the row of all together is out of sight")
	}
	shot(b, "many")
	b.Click(".statistics .none button", "Show all")
	b.Until(fmt.Sprintf(`document.querySelectorAll(".statistics tbody tr").length == %d`, f.many()))
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
