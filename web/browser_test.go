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
	b.until(`document.readyState == "complete" && (!document.querySelector("#data") || document.querySelectorAll(".u-over").length > 0)`)
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
	if got := b.eval(`document.querySelectorAll(".chart").length`); got != "5" {
		t.Errorf("there are %s charts", got)
	}
	whole := map[string]string{}
	for _, key := range []string{"requests", "rate", "failures", "p50", "p95", "p99"} {
		whole[key] = b.strip(key)
	}
	if whole["requests"] != "24,000" || whole["rate"] != decimal(run.Summary.Total.RPS) || whole["p99"] != millis(run.Summary.Total.ServiceMS.P99)+" ms" {
		t.Errorf("the whole run has %v", whole)
	}

	// Drag over the second tenth from the middle on: half of it is the slow spell.
	var at struct{ X, Y, W float64 }
	if err := json.Unmarshal([]byte(b.eval(`(() => { const r = document.querySelector(".u-over").getBoundingClientRect();
		return JSON.stringify({X: r.left, Y: r.top + r.height / 2, W: r.width}); })()`)), &at); err != nil {
		t.Fatal(err)
	}
	b.mouse("mouseMoved", at.X+at.W*0.51, at.Y, 0)
	b.mouse("mousePressed", at.X+at.W*0.51, at.Y, 1)
	b.mouse("mouseMoved", at.X+at.W*0.59, at.Y, 1)
	b.mouse("mouseReleased", at.X+at.W*0.59, at.Y, 1)
	b.until(`!document.querySelector("#whole").disabled`)
	if got := b.eval(`document.querySelector("#range").textContent`); got != "5:06 to 5:54" && got != "5:06 to 5:55" {
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
	if got := b.eval(`document.querySelectorAll(".chart .u-over").length`); got != "5" {
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
	if got := b.eval(`document.querySelectorAll(".chart").length`); got != "5" {
		t.Errorf("there are %s charts", got)
	}
}

// Nothing is wider than a telephone but what scrolls in itself, and colours follow the system.
func TestBrowserFitsPhoneAndDark(t *testing.T) {
	b := open(t, written(t, simulated(60, 20, 40)), 360, 740)
	if got := b.eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); got != "0" {
		t.Errorf("the page is %s pixels too wide", got)
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
