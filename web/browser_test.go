//go:build browser

package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// The tests of this file drive Chromium, which "make browser" installs. They speak its DevTools protocol over a pipe:
// messages in JSON, each with a NUL behind it.

// browser is one page in Chromium.
type browser struct {
	t        *testing.T
	to       io.Writer
	messages chan message
	session  string
	last     int
	errors   []string // what the page complained about
}

type message struct {
	ID     int             `json:"id"`
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
	Result json.RawMessage `json:"result"`
	Error  *struct {
		Message string `json:"message"`
	} `json:"error"`
}

// open shows a page in a window of so many pixels.
func open(t *testing.T, html string, width, height int) *browser {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, []byte(html), 0o666); err != nil {
		t.Fatal(err)
	}
	b := openURL(t, "file://"+file, width, height)
	b.until(`document.readyState == "complete" && (!document.querySelector("#data, #two") || document.querySelectorAll(".u-over").length > 0)`)
	return b
}

// openURL begins to load what is at a URL.
func openURL(t *testing.T, url string, width, height int) *browser {
	t.Helper()
	theirs, to, err := os.Pipe()
	from, ours, err2 := os.Pipe()
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	cmd := exec.Command("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
		"--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{theirs, ours}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatalf("%v: make browser installs it", err)
	}
	_, _ = theirs.Close(), ours.Close()
	b := &browser{t: t, to: to, messages: make(chan message, 1000)}
	go b.read(from)
	t.Cleanup(func() {
		b.call("Browser.close", nil, nil)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("chromium says: %.2000s", stderr.String())
		}
	})
	var target struct{ TargetID string }
	b.call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	b.call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	b.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		b.call(domain+".enable", nil, nil)
	}
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.call("Page.navigate", map[string]any{"url": url}, nil)
	return b
}

func (b *browser) read(from io.Reader) {
	defer close(b.messages)
	r := bufio.NewReader(from)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) == nil {
			b.messages <- m
		}
	}
}

// call calls a method of the protocol and waits for its result.
func (b *browser) call(method string, params any, result any) {
	b.t.Helper()
	b.last++
	request := map[string]any{"id": b.last, "method": method}
	if params != nil {
		request["params"] = params
	}
	if b.session != "" && method != "Browser.close" {
		request["sessionId"] = b.session
	}
	text, err := json.Marshal(request)
	if err != nil {
		b.t.Fatal(err)
	}
	if _, err := b.to.Write(append(text, 0)); err != nil {
		b.t.Fatal(err)
	}
	late := time.After(time.Minute)
	for {
		select {
		case m, ok := <-b.messages:
			switch {
			case !ok && method == "Browser.close":
				return
			case !ok:
				b.t.Fatalf("%s: the browser has ended", method)
			case m.Method == "Runtime.exceptionThrown" || m.Method == "Log.entryAdded":
				b.errors = append(b.errors, string(m.Params))
			case m.ID != b.last:
			case m.Error != nil:
				b.t.Fatalf("%s: %s", method, m.Error.Message)
			default:
				if result != nil {
					if err := json.Unmarshal(m.Result, result); err != nil {
						b.t.Fatal(err)
					}
				}
				return
			}
		case <-late:
			b.t.Fatalf("%s: no answer in a minute", method)
		}
	}
}

// eval gives the value of an expression as text.
func (b *browser) eval(expression string) string {
	b.t.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails any
	}
	b.call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &r)
	if r.ExceptionDetails != nil {
		b.t.Fatalf("%s: %v", expression, r.ExceptionDetails)
	}
	return fmt.Sprint(r.Result.Value)
}

// until waits for an expression to become true.
func (b *browser) until(expression string) {
	b.t.Helper()
	for range 600 {
		if b.eval(expression) == "true" {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	b.t.Fatalf("%s did not become true in a minute", expression)
}

// strip is what stands in one of the large figures.
func (b *browser) strip(key string) string {
	b.t.Helper()
	return b.eval(`document.querySelector('#strip [data-k="` + key + `"]').textContent`)
}

func (b *browser) mouse(kind string, x, y float64, clicks int) {
	b.t.Helper()
	b.call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": clicks}, nil)
}

func TestBrowserZoomsAndSorts(t *testing.T) {
	run := simulated(600, 20, 40)
	b := open(t, written(t, run), 1300, 900)
	if got := b.eval(`document.querySelectorAll(".chart").length`); got != "6" {
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
	b.until(`!document.querySelector("#whole").disabled`)
	if got := b.eval(`document.querySelector("#range").textContent`); got != "5:05 to 5:54" && got != "5:06 to 5:54" && got != "5:06 to 5:55" {
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
	b.eval(`document.querySelector(".chart").focus()`)
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": "0", "text": "0"}, nil)
	b.until(`document.querySelector("#whole").disabled`)
	for key, want := range whole {
		if got := b.strip(key); got != want {
			t.Errorf("%s is %s again, it was %s", key, got, want)
		}
	}

	b.eval(`document.querySelector("#log").click()`)
	if got := b.eval(`document.querySelectorAll(".chart .u-over").length`); got != "6" {
		t.Errorf("on a logarithmic scale there are %s charts", got)
	}

	// Sort by the 99th percentile, the largest first; filter.
	b.eval(`[...document.querySelectorAll("#requests th button")].find(x => x.textContent == "99%").click()`)
	if got := b.eval(`document.querySelector("#requests tbody tr").cells[1].textContent`); got != "/endpoint/19/[id]" {
		t.Errorf("the slowest is %s", got)
	}
	b.eval(`(() => { const f = document.querySelector("#filter"); f.value = "/endpoint/1/"; f.dispatchEvent(new Event("input")); })()`)
	if got := b.eval(`[...document.querySelectorAll("#requests tbody tr")].filter(r => !r.hidden && r.offsetHeight > 0).length`); got != "1" {
		t.Errorf("%s rows are shown", got)
	}
	if len(b.errors) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.errors, "\n"))
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
	if got := b.eval(`String(window.hacked)`); got != "undefined" {
		t.Errorf("a script ran: %s", got)
	}
	if got := b.eval(`document.querySelectorAll(".chart").length`); got != "6" {
		t.Errorf("there are %s charts", got)
	}
}

// drag chooses a part of what a chart shows, in fractions of its width.
func (b *browser) drag(chart int, from, to float64) {
	b.t.Helper()
	var at struct{ X, Y, W float64 }
	if err := json.Unmarshal([]byte(b.eval(fmt.Sprintf(`(() => { const r = document.querySelectorAll(".u-over")[%d].getBoundingClientRect();
		return JSON.stringify({X: r.left, Y: r.top + r.height / 2, W: r.width}); })()`, chart))), &at); err != nil {
		b.t.Fatal(err)
	}
	b.mouse("mouseMoved", at.X+at.W*from, at.Y, 0)
	b.mouse("mousePressed", at.X+at.W*from, at.Y, 1)
	b.mouse("mouseMoved", at.X+at.W*to, at.Y, 1)
	b.mouse("mouseReleased", at.X+at.W*to, at.Y, 1)
}

// cell is a figure of the table of requests, by the place of the name in the summary.
func (b *browser) cell(row, column int) (text string, value float64) {
	b.t.Helper()
	text = b.eval(fmt.Sprintf(`document.querySelector('#requests tr[data-row="%d"]').cells[%d].textContent`, row, column))
	_, _ = fmt.Sscanf(strings.ReplaceAll(text, ",", ""), "%f", &value)
	return text, value
}

// The table has the figures of the range, and a click on one of its rows that name's charts.
func TestBrowserShowsNames(t *testing.T) {
	run := simulated(600, 4, 40)
	b := open(t, written(t, run), 1300, 900)
	exact, before := b.cell(2, 6)
	b.drag(0, 0.51, 0.59)
	b.until(`!document.querySelector("#whole").disabled`)
	if text, n := b.cell(2, 2); n < 10*45 || n > 10*55 {
		t.Errorf("in 48 s and what intervals it has parts of, at 10 a second, there were %s requests", text)
	}
	if text, v := b.cell(2, 6); v < 3*before || v > 5*before {
		t.Errorf("the median of the slow spell is %s, of the whole run %s", text, exact)
	}
	if text, _ := b.cell(2, 12); text != "–" {
		t.Errorf("received in the range: %s", text)
	}
	if got := b.eval(`document.querySelector("#times").textContent`); !strings.Contains(got, "whole intervals of 2 s") || !strings.Contains(got, "within 6 %") {
		t.Errorf("the table says %s", got)
	}
	b.eval(`document.querySelector("#whole").click()`)
	if text, _ := b.cell(2, 6); text != exact {
		t.Errorf("the median is %s again, it was %s", text, exact)
	}

	b.eval(`document.querySelector('#requests tr[data-row="2"] button').click()`)
	if got := b.eval(`document.querySelectorAll(".chart").length`); got != "4" { // neither users nor generator are a name's
		t.Errorf("there are %s charts of a name", got)
	}
	want := run.Summary.Requests[2]
	for key, value := range map[string]string{"requests": grouped(want.Count), "p99": millis(want.ServiceMS.P99) + " ms"} {
		if got := b.strip(key); got != value {
			t.Errorf("%s of a name is %s, want %s", key, got, value)
		}
	}
	if got := b.eval(`document.querySelector("#name").textContent`); got != "GET /endpoint/2/[id]" {
		t.Errorf("the charts are said to be of %s", got)
	}
	b.eval(`document.querySelector("#all").click()`)
	if got := b.strip("requests"); got != "24,000" {
		t.Errorf("there are %s requests again", got)
	}
	if len(b.errors) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.errors, "\n"))
	}
}

// An open run has response times unless service times are wanted, and what was planned and made.
func TestBrowserShowsOpenRun(t *testing.T) {
	b := open(t, written(t, simulate(60, 3, 30, true)), 1300, 900)
	legends := `[...document.querySelectorAll(".chart")].map(c => c.querySelector("h3").textContent + ": " +
		[...c.querySelectorAll(".u-label")].slice(1).map(l => l.textContent).join(" ")).join("; ")`
	want := "Requests a second: requests failures starts planned; Response times, ms: 50% 95% 99%; Spread of the response times, ms: slowest; " +
		"Percentiles, ms: response service; Users: users; Generator: lag, ms on average, and processors taken: lag processors"
	if got := b.eval(legends); got != want {
		t.Errorf("the charts are\n%s, want\n%s", got, want)
	}
	b.eval(`document.querySelector("#service").click()`)
	if got := b.eval(legends); !strings.Contains(got, "Service times, ms: 50%") || !strings.Contains(got, "Percentiles, ms: service;") {
		t.Errorf("the charts of service times are %s", got)
	}
	if len(b.errors) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.errors, "\n"))
	}
}

func TestBrowserCompares(t *testing.T) {
	a, other := simulated(100, 3, 30), simulated(80, 4, 40)
	var page bytes.Buffer
	if err := WriteComparison(&page, a, other); err != nil {
		t.Fatal(err)
	}
	b := open(t, page.String(), 1300, 900)
	if got := b.eval(`[...document.querySelectorAll(".chart h3")].map(h => h.textContent.slice(0, 4)).join()`); got != "Requ,Perc,50 %,95 %,99 %,User,Gene" {
		t.Errorf("the charts are %s", got)
	}
	rates := `document.querySelector('#strip [data-k="rate"]').innerText`
	if got := b.eval(rates); !strings.HasPrefix(got, decimal(a.Summary.Total.RPS)+" → "+decimal(other.Summary.Total.RPS)) {
		t.Errorf("the rates are %s", got)
	}
	b.drag(0, 0.81, 0.99) // only A has it
	b.until(`!document.querySelector("#whole").disabled`)
	if got := b.eval(rates); got != "30.0 → n/a" {
		t.Errorf("the rates after the end of B are %s", got)
	}
	b.eval(`document.querySelector("#whole").click(); document.querySelector('#requests tr[data-b="3"] button').click()`)
	if got := b.eval(rates); got != "– → 10.0" {
		t.Errorf("the rates of a name that A does not have are %s", got)
	}
	if len(b.errors) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.errors, "\n"))
	}

	// Without the courses there are the percentiles of the summaries.
	page.Reset()
	if err := WriteComparison(&page, &Run{Summary: a.Summary}, &Run{Summary: other.Summary}); err != nil {
		t.Fatal(err)
	}
	b = open(t, page.String(), 1300, 900)
	if got := b.eval(`document.querySelectorAll(".chart").length + " " + document.querySelector("#whole").hidden`); got != "1 true" || len(b.errors) > 0 {
		t.Errorf("charts, no zoom: %s, %s", got, b.errors)
	}
}

// On paper all that is folded is open, and the charts fit.
func TestBrowserPrints(t *testing.T) {
	b := open(t, written(t, simulated(60, 20, 40)), 1300, 900)
	b.eval(`window.folded = 0; addEventListener("beforeprint", () => { setTimeout(() => 0); window.folded = document.querySelectorAll("details:not([open])").length - 1000; })`)
	var pdf struct{ Data string }
	b.call("Page.printToPDF", nil, &pdf)
	if got := b.eval(`window.folded + " " + document.querySelectorAll("details[open]").length`); got != "-1000 0" {
		t.Errorf("folded while it was printed, and open afterwards: %s", got)
	}
	if len(pdf.Data) < 50_000 {
		t.Errorf("the PDF has %d bytes", len(pdf.Data))
	}
	b.call("Emulation.setDeviceMetricsOverride", map[string]any{"width": 700, "height": 1000, "deviceScaleFactor": 1, "mobile": false}, nil)
	b.call("Emulation.setEmulatedMedia", map[string]any{"media": "print"}, nil)
	wide := `[...document.querySelectorAll(".chart")].map(c => Math.ceil(c.querySelector("canvas").getBoundingClientRect().right - c.getBoundingClientRect().right)).filter(over => over > 0).length
		+ " " + new Set([...document.querySelectorAll(".chart")].map(c => c.getBoundingClientRect().left)).size`
	b.until(`(` + wide + `) == "0 2"`) // none is too wide, and there are two columns
	if len(b.errors) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.errors, "\n"))
	}
}

// Nothing is wider than a telephone but what scrolls in itself, and colours follow the system.
func TestBrowserFitsPhoneAndDark(t *testing.T) {
	b := open(t, written(t, simulated(60, 20, 40)), 360, 740)
	over := `document.documentElement.scrollWidth - document.documentElement.clientWidth`
	if got := b.eval(over); got != "0" {
		t.Errorf("the page is %s pixels too wide", got)
	}
	b.eval(`document.querySelector('#requests tr[data-row="2"] button').click()`)
	if got := b.eval(over); got != "0" {
		t.Errorf("with a name it is %s pixels too wide", got)
	}
	paper := `getComputedStyle(document.body).backgroundColor`
	light := b.eval(paper)
	b.call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
	if dark := b.eval(paper); light != "rgb(251, 251, 249)" || dark != "rgb(19, 23, 22)" {
		t.Errorf("the paper is %s, in the dark %s", light, dark)
	}
	if len(b.errors) > 0 {
		t.Errorf("the page complains: %s", strings.Join(b.errors, "\n"))
	}
}
