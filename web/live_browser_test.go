//go:build browser

package web_test

import (
	"flag"
	"path/filepath"
	"testing"

	"katydid/web"
)

var shots = flag.String("shots", "", "a folder to write screenshots of the live page to")

// shot writes a screenshot, if they are wanted.
func shot(b web.Browser, name string) {
	if *shots != "" {
		b.Eval("new Promise(f => requestAnimationFrame(() => requestAnimationFrame(f)))")
		b.Screenshot(filepath.Join(*shots, name+".png"))
	}
}

const form = `document.querySelector("#start-users")`

func TestBrowserLiveLooks(t *testing.T) {
	f := newFake(t)
	b := web.OpenBrowser(t, f.url(), 1400, 900)
	b.Until("!!" + form)
	shot(b, "start")
	b.Click("button", "Start")
	b.Until(`!!document.querySelector(".strip")`)
	f.seconds(90)
	b.Until(`document.querySelector('[data-k=users]').textContent == "50"`)
	shot(b, "live")
	for _, tab := range []string{"charts", "failures", "exceptions", "ratios", "checks", "logs", "reports"} {
		b.Click("#tab-"+tab, "")
		b.Until(`!!document.querySelector(".panel-` + tab + `")`)
		shot(b, "tab-"+tab)
	}
	t.Log(b.Errors())
}
