//go:build browser

package web

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The tests of the live page are in package web_test, because they need package live, which needs this one. For them:

// Browser is one page in Chromium.
type Browser struct{ *browser }

// OpenBrowser loads what is at a URL in a window of so many pixels.
func OpenBrowser(t *testing.T, url string, width, height int) Browser {
	t.Helper()
	return Browser{openURL(t, url, width, height)}
}

func (b Browser) Call(method string, params any, result any) {
	b.t.Helper()
	b.call(method, params, result)
}
func (b Browser) Eval(expression string) string { b.t.Helper(); return b.eval(expression) }
func (b Browser) Until(expression string)       { b.t.Helper(); b.until(expression) }

// Errors are what the page complained about, but for connections that were refused: tests end servers.
func (b Browser) Errors() (list []string) {
	b.eval("0") // what was said until now
	for _, e := range b.errors {
		if !strings.Contains(e, "net::ERR_CONNECTION_REFUSED") && !strings.Contains(e, "net::ERR_INCOMPLETE_CHUNKED_ENCODING") {
			list = append(list, e)
		}
	}
	return list
}

// Key presses a key.
func (b Browser) Key(key, text string) {
	b.t.Helper()
	code := map[string]int{"Enter": 13, "Escape": 27}[key] // what the browser itself acts on
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code}, nil)
	b.call("Input.dispatchKeyEvent", map[string]any{"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}, nil)
}

// Type writes into the field that a selector names, in place of what is there.
func (b Browser) Type(selector, text string) {
	b.t.Helper()
	b.eval(`(() => { const f = document.querySelector(` + quoted(selector) + `); f.focus(); f.select(); })()`)
	b.call("Input.insertText", map[string]any{"text": text}, nil)
}

// Click clicks on the first element of a selector that has that text, or on any if the text is empty.
func (b Browser) Click(selector, text string) {
	b.t.Helper()
	b.until(`[...document.querySelectorAll(` + quoted(selector) + `)].some(e => e.textContent.includes(` + quoted(text) + `))`)
	b.eval(`[...document.querySelectorAll(` + quoted(selector) + `)].find(e => e.textContent.includes(` + quoted(text) + `)).click()`)
}

// Drag draws the pressed mouse over part of an element, from and to so many parts of its width.
func (b Browser) Drag(selector string, from, to float64) {
	b.t.Helper()
	var at struct{ X, Y, W float64 }
	if err := json.Unmarshal([]byte(b.eval(`(() => { const r = document.querySelector(`+quoted(selector)+`).getBoundingClientRect();
		return JSON.stringify({X: r.left, Y: r.top + r.height / 2, W: r.width}); })()`)), &at); err != nil {
		b.t.Fatal(err)
	}
	b.mouse("mouseMoved", at.X+at.W*from, at.Y, 0)
	b.mouse("mousePressed", at.X+at.W*from, at.Y, 1)
	b.mouse("mouseMoved", at.X+at.W*to, at.Y, 1)
	b.mouse("mouseReleased", at.X+at.W*to, at.Y, 1)
}

// Screenshot writes what is seen to a file.
func (b Browser) Screenshot(file string) {
	b.t.Helper()
	var shot struct{ Data string }
	b.call("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	data, err := base64.StdEncoding.DecodeString(shot.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o666); err != nil {
		b.t.Fatal(err)
	}
}

// quoted is a text as JavaScript has it.
func quoted(text string) string {
	q, _ := json.Marshal(text) // no text fails
	return string(q)
}
