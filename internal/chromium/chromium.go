// Package chromium drives pages in Chromium for tests. It speaks the browser's DevTools protocol over a pipe: messages in
// JSON, each with a NUL behind it.
package chromium

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// Page is one page in Chromium. It belongs to one goroutine.
type Page struct {
	T        *testing.T
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

// Open begins to load what is at a URL, in a window of so many pixels. The browser ends with the test.
func Open(t *testing.T, url string, width, height int) *Page {
	t.Helper()
	theirs, to, err := os.Pipe()
	from, ours, err2 := os.Pipe()
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	cmd := exec.Command(program(t), "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
		"--user-data-dir="+t.TempDir(), "about:blank")
	cmd.ExtraFiles = []*os.File{theirs, ours}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = theirs.Close(), ours.Close()
	p := &Page{T: t, to: to, messages: make(chan message, 1000)}
	go p.read(from)
	t.Cleanup(func() {
		p.Call("Browser.close", nil, nil)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("chromium says: %.2000s", stderr.String())
		}
	})
	var target struct{ TargetID string }
	p.Call("Target.createTarget", map[string]any{"url": "about:blank"}, &target)
	var attached struct{ SessionID string }
	p.Call("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
	p.session = attached.SessionID
	for _, domain := range []string{"Page", "Runtime", "Log"} {
		p.Call(domain+".enable", nil, nil)
	}
	p.Call("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false}, nil)
	p.Call("Page.navigate", map[string]any{"url": url}, nil)
	return p
}

// program is the browser, which .ci/setup installs.
func program(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("there is no Chromium: make setup installs it on Debian, elsewhere install it or Chrome")
	return ""
}

func (p *Page) read(from io.Reader) {
	defer close(p.messages)
	r := bufio.NewReader(from)
	for {
		text, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m message
		if json.Unmarshal(text[:len(text)-1], &m) == nil {
			p.messages <- m
		}
	}
}

// Call calls a method of the protocol and waits for its result.
func (p *Page) Call(method string, params any, result any) {
	p.T.Helper()
	p.last++
	request := map[string]any{"id": p.last, "method": method}
	if params != nil {
		request["params"] = params
	}
	if p.session != "" && method != "Browser.close" {
		request["sessionId"] = p.session
	}
	text, err := json.Marshal(request)
	if err != nil {
		p.T.Fatal(err)
	}
	if _, err := p.to.Write(append(text, 0)); err != nil {
		p.T.Fatal(err)
	}
	late := time.After(time.Minute)
	for {
		select {
		case m, ok := <-p.messages:
			switch {
			case !ok && method == "Browser.close":
				return
			case !ok:
				p.T.Fatalf("%s: the browser has ended", method)
			case m.Method == "Runtime.exceptionThrown" || m.Method == "Log.entryAdded":
				p.errors = append(p.errors, string(m.Params))
			case m.ID != p.last:
			case m.Error != nil:
				p.T.Fatalf("%s: %s", method, m.Error.Message)
			default:
				if result != nil {
					if err := json.Unmarshal(m.Result, result); err != nil {
						p.T.Fatal(err)
					}
				}
				return
			}
		case <-late:
			p.T.Fatalf("%s: no answer in a minute", method)
		}
	}
}

// Eval gives the value of an expression as text.
func (p *Page) Eval(expression string) string {
	p.T.Helper()
	var r struct {
		Result           struct{ Value any }
		ExceptionDetails any
	}
	p.Call("Runtime.evaluate", map[string]any{"expression": expression, "returnByValue": true}, &r)
	if r.ExceptionDetails != nil {
		p.T.Fatalf("%s: %v", expression, r.ExceptionDetails)
	}
	return fmt.Sprint(r.Result.Value)
}

// Until waits for an expression to become true.
func (p *Page) Until(expression string) {
	p.T.Helper()
	for range 600 {
		if p.Eval(expression) == "true" {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	p.T.Fatalf("%s did not become true in a minute", expression)
}

// Mouse sends an event of the left button: mousePressed, mouseMoved, mouseReleased.
func (p *Page) Mouse(kind string, x, y float64, clicks int) {
	p.T.Helper()
	p.Call("Input.dispatchMouseEvent", map[string]any{"type": kind, "x": x, "y": y, "button": "left", "clickCount": clicks}, nil)
}

// Errors are what the page complained about, but for connections that were refused: tests end servers.
func (p *Page) Errors() (list []string) {
	p.Eval("0") // what was said until now
	for _, e := range p.errors {
		if !strings.Contains(e, "net::ERR_CONNECTION_REFUSED") && !strings.Contains(e, "net::ERR_INCOMPLETE_CHUNKED_ENCODING") {
			list = append(list, e)
		}
	}
	return list
}

// Key presses a key.
func (p *Page) Key(key, text string) {
	p.T.Helper()
	code := map[string]int{"Enter": 13, "Escape": 27}[key] // what the browser itself acts on
	p.Call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code}, nil)
	p.Call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}, nil)
}

// Type writes into the field that a selector names, in place of what is there.
func (p *Page) Type(selector, text string) {
	p.T.Helper()
	p.Eval(`(() => { const f = document.querySelector(` + quoted(selector) + `); f.focus(); f.select(); })()`)
	p.Call("Input.insertText", map[string]any{"text": text}, nil)
}

// Click clicks on the first element of a selector that has that text, or on any if the text is empty.
func (p *Page) Click(selector, text string) {
	p.T.Helper()
	p.Until(`[...document.querySelectorAll(` + quoted(selector) + `)].some(e => e.textContent.includes(` + quoted(text) + `))`)
	p.Eval(`[...document.querySelectorAll(` + quoted(selector) + `)].find(e => e.textContent.includes(` + quoted(text) + `)).click()`)
}

// Drag draws the pressed mouse over part of an element, from and to so many parts of its width.
func (p *Page) Drag(selector string, from, to float64) {
	p.T.Helper()
	var at struct{ X, Y, W float64 }
	if err := json.Unmarshal([]byte(p.Eval(`(() => { const r = document.querySelector(`+quoted(selector)+`).getBoundingClientRect();
		return JSON.stringify({X: r.left, Y: r.top + r.height / 2, W: r.width}); })()`)), &at); err != nil {
		p.T.Fatal(err)
	}
	p.Mouse("mouseMoved", at.X+at.W*from, at.Y, 0)
	p.Mouse("mousePressed", at.X+at.W*from, at.Y, 1)
	p.Mouse("mouseMoved", at.X+at.W*to, at.Y, 1)
	p.Mouse("mouseReleased", at.X+at.W*to, at.Y, 1)
}

// Screenshot writes what is seen to a file.
func (p *Page) Screenshot(file string) {
	p.T.Helper()
	var shot struct{ Data string }
	p.Call("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		p.T.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o666); err != nil {
		p.T.Fatal(err)
	}
}

// quoted is a text as JavaScript has it.
func quoted(text string) string {
	q, _ := json.Marshal(text) // no text fails
	return string(q)
}
