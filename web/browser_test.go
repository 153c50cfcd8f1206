package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"katydid/internal/chromium"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// browser is a report in Chromium.
type browser struct{ *chromium.Page }

// open shows a page in a window of so many pixels.
func open(t *testing.T, html string, width, height int) browser {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(html), 0o666); err != nil {
		t.Fatal(err)
	}
	b := browser{chromium.Open(t, "file://"+file, width, height)}
	b.Until(`document.readyState == "complete" && (!document.querySelector("#data, #two") || document.querySelectorAll(".u-over").length > 0)`)
	return b
}

// strip is what stands in one of the large figures.
func (b browser) strip(key string) string {
	b.T.Helper()
	return b.Eval(`document.querySelector('#strip [data-k="` + key + `"]').textContent`)
}

func TestBrowserZoomsAndSorts(t *testing.T) {
	run := simulated(600, 20, 40)
	b := open(t, written(t, run), 1300, 900)
	if got := b.Eval(`document.querySelectorAll(".chart").length`); got != "6" {
		t.Errorf("there are %s charts", got)
	}
	whole := map[string]string{}
	for _, key := range []string{"requests", "rate", "failures", "p50", "p95", "p99"} {
		whole[key] = b.strip(key)
	}
	if whole["requests"] != "24,000" || whole["rate"] != decimal(run.Summary.Total.RPS) || whole["p99"] != millis(run.Summary.Total.ServiceMS.P99)+" ms" {
		t.Errorf("the whole run has %v", whole)
	}

	// Half of the second tenth from the middle on is the slow spell.
	b.drag(0, 0.51, 0.59)
	b.Until(`!document.querySelector("#whole").disabled`)
	if got := b.Eval(`document.querySelector("#range").textContent`); got != "5:05 to 5:54" && got != "5:06 to 5:54" && got != "5:06 to 5:55" {
		t.Errorf("the range is %s", got)
	}
	var zoomed, before float64
	_, err := fmt.Sscanf(b.strip("p50"), "%f", &zoomed)
	_, err2 := fmt.Sscanf(whole["p50"], "%f", &before)
	if err != nil || err2 != nil || zoomed < 3*before || zoomed > 5*before {
		t.Errorf("the median of the slow spell is %s, of the whole run %s", b.strip("p50"), whole["p50"])
	}
	if got := b.strip("rate"); got != "40.0" {
		t.Errorf("the rate in the range is %s", got)
	}

	// The whole run again, by keyboard.
	b.Eval(`document.querySelector(".chart").focus()`)
	b.Call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": "0", "text": "0"}, nil)
	b.Until(`document.querySelector("#whole").disabled`)
	for key, want := range whole {
		if got := b.strip(key); got != want {
			t.Errorf("%s is %s again, it was %s", key, got, want)
		}
	}

	b.Eval(`document.querySelector("#log").click()`)
	if got := b.Eval(`document.querySelectorAll(".chart .u-over").length`); got != "6" {
		t.Errorf("on a logarithmic scale there are %s charts", got)
	}

	// Sort by the 99th percentile, the largest first; filter.
	b.Eval(`[...document.querySelectorAll("#requests th button")].find(x => x.textContent == "99%").click()`)
	if got := b.Eval(`document.querySelector("#requests tbody tr").cells[1].textContent`); got != "/endpoint/19/[id]" {
		t.Errorf("the slowest is %s", got)
	}
	b.Eval(`(() => { const f = document.querySelector("#filter"); f.value = "/endpoint/1/"; f.dispatchEvent(new Event("input")); })()`)
	if got := b.Eval(`[...document.querySelectorAll("#requests tbody tr")].filter(r => !r.hidden && r.offsetHeight > 0).length`); got != "1" {
		t.Errorf("%s rows are shown", got)
	}
	if len(b.Errors()) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.Errors(), "\n"))
	}
}

func TestBrowserRunsNothingHostile(t *testing.T) {
	run := simulated(5, 2, 5)
	evil := strings.Join(hostile, " ")
	run.Summary.Script, run.Scripts, run.Options = evil, []Source{{evil, evil}}, []Setting{{evil, evil, evil}}
	for i := range run.Summary.Requests {
		run.Summary.Requests[i].Name = evil
	}
	// Even a script that got into the page would not run.
	page := strings.Replace(written(t, run), "<main>", "<main><script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'>", 1)
	b := open(t, page, 800, 600)
	if got := b.Eval(`String(window.hacked)`); got != "undefined" {
		t.Errorf("a script ran: %s", got)
	}
	if got := b.Eval(`document.querySelectorAll(".chart").length`); got != "6" {
		t.Errorf("there are %s charts", got)
	}
}

// drag chooses a part of what a chart shows, in fractions of its width.
func (b browser) drag(chart int, from, to float64) {
	b.T.Helper()
	var at struct{ X, Y, W float64 }
	if err := json.Unmarshal([]byte(b.Eval(fmt.Sprintf(`(() => { const r = document.querySelectorAll(".u-over")[%d].getBoundingClientRect();
		return JSON.stringify({X: r.left, Y: r.top + r.height / 2, W: r.width}); })()`, chart))), &at); err != nil {
		b.T.Fatal(err)
	}
	b.Mouse("mouseMoved", at.X+at.W*from, at.Y, 0)
	b.Mouse("mousePressed", at.X+at.W*from, at.Y, 1)
	b.Mouse("mouseMoved", at.X+at.W*to, at.Y, 1)
	b.Mouse("mouseReleased", at.X+at.W*to, at.Y, 1)
}

// cell is a figure of the table of requests, by the place of the name in the summary.
func (b browser) cell(row, column int) (text string, value float64) {
	b.T.Helper()
	text = b.Eval(fmt.Sprintf(`document.querySelector('#requests tr[data-row="%d"]').cells[%d].textContent`, row, column))
	_, _ = fmt.Sscanf(strings.ReplaceAll(text, ",", ""), "%f", &value)
	return text, value
}

// The table has the figures of the range, and a click on one of its rows that name's charts.
func TestBrowserShowsNames(t *testing.T) {
	run := simulated(600, 4, 40)
	b := open(t, written(t, run), 1300, 900)
	exact, before := b.cell(2, 6)
	b.drag(0, 0.51, 0.59)
	b.Until(`!document.querySelector("#whole").disabled`)
	if text, n := b.cell(2, 2); n < 10*45 || n > 10*55 {
		t.Errorf("in 48 s and what intervals it has parts of, at 10 a second, there were %s requests", text)
	}
	if text, v := b.cell(2, 6); v < 3*before || v > 5*before {
		t.Errorf("the median of the slow spell is %s, of the whole run %s", text, exact)
	}
	if text, _ := b.cell(2, 12); text != "–" {
		t.Errorf("received in the range: %s", text)
	}
	if got := b.Eval(`document.querySelector("#times").textContent`); !strings.Contains(got, "whole intervals of 2 s") || !strings.Contains(got, "within 6 %") {
		t.Errorf("the table says %s", got)
	}
	b.Eval(`document.querySelector("#whole").click()`)
	if text, _ := b.cell(2, 6); text != exact {
		t.Errorf("the median is %s again, it was %s", text, exact)
	}

	b.Eval(`document.querySelector('#requests tr[data-row="2"] button').click()`)
	if got := b.Eval(`document.querySelectorAll(".chart").length`); got != "4" { // neither users nor generator are a name's
		t.Errorf("there are %s charts of a name", got)
	}
	want := run.Summary.Requests[2]
	for key, value := range map[string]string{"requests": grouped(want.Count), "p99": millis(want.ServiceMS.P99) + " ms"} {
		if got := b.strip(key); got != value {
			t.Errorf("%s of a name is %s, want %s", key, got, value)
		}
	}
	if got := b.Eval(`document.querySelector("#name").textContent`); got != "GET /endpoint/2/[id]" {
		t.Errorf("the charts are said to be of %s", got)
	}
	b.Eval(`document.querySelector("#all").click()`)
	if got := b.strip("requests"); got != "24,000" {
		t.Errorf("there are %s requests again", got)
	}
	if len(b.Errors()) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.Errors(), "\n"))
	}
}

// An open run has response times unless service times are wanted, and what was planned and made.
func TestBrowserShowsOpenRun(t *testing.T) {
	b := open(t, written(t, simulate(60, 3, 30, true)), 1300, 900)
	legends := `[...document.querySelectorAll(".chart")].map(c => c.querySelector("h3").textContent + ": " +
		[...c.querySelectorAll(".u-label")].slice(1).map(l => l.textContent).join(" ")).join("; ")`
	want := "Requests a second: requests failures starts planned; Response times, ms: 50% 95% 99%; Spread of the response times, ms: slowest; " +
		"Percentiles, ms: response service; Users: users; Generator: lag, ms on average, and processors taken: lag processors"
	if got := b.Eval(legends); got != want {
		t.Errorf("the charts are\n%s, want\n%s", got, want)
	}
	b.Eval(`document.querySelector("#service").click()`)
	if got := b.Eval(legends); !strings.Contains(got, "Service times, ms: 50%") || !strings.Contains(got, "Percentiles, ms: service;") {
		t.Errorf("the charts of service times are %s", got)
	}
	if len(b.Errors()) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.Errors(), "\n"))
	}
}

func TestBrowserCompares(t *testing.T) {
	a, other := simulated(100, 3, 30), simulated(80, 4, 40)
	var page bytes.Buffer
	if err := WriteComparison(&page, a, other); err != nil {
		t.Fatal(err)
	}
	b := open(t, page.String(), 1300, 900)
	if got := b.Eval(`[...document.querySelectorAll(".chart h3")].map(h => h.textContent.slice(0, 4)).join()`); got != "Requ,Perc,50 %,95 %,99 %,User,Gene" {
		t.Errorf("the charts are %s", got)
	}
	rates := `document.querySelector('#strip [data-k="rate"]').innerText`
	if got := b.Eval(rates); !strings.HasPrefix(got, decimal(a.Summary.Total.RPS)+" → "+decimal(other.Summary.Total.RPS)) {
		t.Errorf("the rates are %s", got)
	}
	b.drag(0, 0.81, 0.99) // only A has it
	b.Until(`!document.querySelector("#whole").disabled`)
	if got := b.Eval(rates); got != "30.0 → n/a" {
		t.Errorf("the rates after the end of B are %s", got)
	}
	b.Eval(`document.querySelector("#whole").click(); document.querySelector('#requests tr[data-b="3"] button').click()`)
	if got := b.Eval(rates); got != "– → 10.0" {
		t.Errorf("the rates of a name that A does not have are %s", got)
	}
	if len(b.Errors()) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.Errors(), "\n"))
	}

	// Without the courses there are the percentiles of the summaries.
	page.Reset()
	if err := WriteComparison(&page, &Run{Summary: a.Summary}, &Run{Summary: other.Summary}); err != nil {
		t.Fatal(err)
	}
	b = open(t, page.String(), 1300, 900)
	if got := b.Eval(`document.querySelectorAll(".chart").length + " " + document.querySelector("#whole").hidden`); got != "1 true" || len(b.Errors()) > 0 {
		t.Errorf("charts, no zoom: %s, %s", got, b.Errors())
	}
}

// On paper all that is folded is open, and the charts fit.
func TestBrowserPrints(t *testing.T) {
	b := open(t, written(t, simulated(60, 20, 40)), 1300, 900)
	b.Eval(`window.folded = 0; addEventListener("beforeprint", () => { setTimeout(() => 0); window.folded = document.querySelectorAll("details:not([open])").length - 1000; })`)
	var pdf struct{ Data string }
	b.Call("Page.printToPDF", nil, &pdf)
	if got := b.Eval(`window.folded + " " + document.querySelectorAll("details[open]").length`); got != "-1000 0" {
		t.Errorf("folded while it was printed, and open afterwards: %s", got)
	}
	if len(pdf.Data) < 50_000 {
		t.Errorf("the PDF has %d bytes", len(pdf.Data))
	}
	b.Call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 700, "height": 1000, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.Call("Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
	wide := `[...document.querySelectorAll(".chart")].map(c => Math.ceil(c.querySelector("canvas").getBoundingClientRect().right - c.getBoundingClientRect().right)).filter(over => over > 0).length
		+ " " + new Set([...document.querySelectorAll(".chart")].map(c => c.getBoundingClientRect().left)).size`
	b.Until(`(` + wide + `) == "0 2"`) // none is too wide, and there are two columns
	if len(b.Errors()) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.Errors(), "\n"))
	}
}

// Nothing is wider than a telephone but what scrolls in itself, and colours follow the system.
func TestBrowserFitsPhoneAndDark(t *testing.T) {
	b := open(t, written(t, simulated(60, 20, 40)), 360, 740)
	over := `document.documentElement.scrollWidth - document.documentElement.clientWidth`
	if got := b.Eval(over); got != "0" {
		t.Errorf("the page is %s pixels too wide", got)
	}
	b.Eval(`document.querySelector('#requests tr[data-row="2"] button').click()`)
	if got := b.Eval(over); got != "0" {
		t.Errorf("with a name it is %s pixels too wide", got)
	}
	paper := `getComputedStyle(document.body).backgroundColor`
	light := b.Eval(paper)
	b.Call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
	if dark := b.Eval(paper); light != "rgb(251, 251, 249)" || dark != "rgb(19, 23, 22)" {
		t.Errorf("the paper is %s, in the dark %s", light, dark)
	}
	if len(b.Errors()) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.Errors(), "\n"))
	}
}

// Two figures beside each other break between them rather than be cut off, on a telephone and on paper.
func TestBrowserFitsTwoFigures(t *testing.T) {
	a, other := simulated(60, 3, 40), simulated(60, 3, 40)
	for _, r := range []*Run{a, other} {
		r.Summary.Total.Failures = r.Summary.Total.Count * 99 / 100
		r.Summary.Total.RPS = 123_456
	}
	var page bytes.Buffer
	if err := WriteComparison(&page, a, other); err != nil {
		t.Fatal(err)
	}
	b := open(t, page.String(), 360, 740)
	over := `[...document.querySelectorAll("#strip dd")].filter(d => d.scrollWidth > d.clientWidth).map(d => d.textContent).join()`
	if got := b.Eval(over); got != "" {
		t.Errorf("on a telephone there is no room for %s", got)
	}
	b.Call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 700, "height": 1000, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.Call("Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
	if got := b.Eval(over); got != "" {
		t.Errorf("on paper there is no room for %s", got)
	}
}
