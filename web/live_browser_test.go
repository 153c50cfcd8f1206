package web_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"katydid/internal/chromium"
	"katydid/web/live"
)

// From the form to the end of a test, as somebody does it.
func TestBrowserLiveStartsSteersAndStops(t *testing.T) {
	f := newFake(t)
	b := chromium.Open(t, f.url(), 1400, 900)
	b.Until(`document.activeElement?.id == "start-users"`)
	shot(b, "start")

	b.Type("#start-users", "many")
	b.Type("#start-host", "shop.example")
	b.Key("Enter", "\r")
	b.Until(`document.querySelectorAll("[aria-invalid=true]").length == 2`)
	if got := b.Eval(`document.querySelector("#start-users-below").textContent`); got != "A whole number from 1 up, please." || len(f.forms()) != 0 {
		t.Errorf("many users: %q, %v", got, f.forms())
	}
	b.Type("#start-users", "1000000000")
	b.Until(`document.querySelector("#start-users-below").textContent == "10,000,000 at most, please."`)
	shot(b, "start-wrong")
	f.mu.Lock()
	f.refuse = "The script cannot be read: scripts/shop.js:3: unexpected end of file"
	f.mu.Unlock()
	b.Type("#start-users", "100")
	b.Type("#start-spawn", "8")
	b.Type("#start-host", "https://other.example")
	b.Type("#start-time", "20m")
	b.Key("Enter", "\r")
	b.Until(`document.querySelector("form [role=alert]")?.textContent.includes("shop.js:3")`)
	f.mu.Lock()
	f.refuse = ""
	f.mu.Unlock()
	b.Key("Enter", "\r")
	b.Until(`!!document.querySelector(".strip")`)
	want := map[string]string{"user_count": "100", "spawn_rate": "8", "host": "https://other.example", "run_time": "20m"}
	for name, value := range want {
		if got := last(f.forms())[name]; !slices.Equal(got, []string{value}) {
			t.Errorf("%s was sent as %q, want %q", name, got, value)
		}
	}

	f.seconds(30)
	untilFigure(b, "users", "100")
	f.sameFigures(t, b)

	// By button, by key, by dialog.
	b.Click(".steps button", "+")
	b.Until(`document.querySelector(".notices").textContent.includes("Users: 110")`)
	f.untilForms(3)
	b.Eval(`document.activeElement.blur()`)
	// At once, as a key that is held down: sent one by one, a busy machine could take them for three wishes.
	b.Eval(`for (let i = 0; i < 3; i++) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "-", bubbles: true }))`)
	f.untilForms(3 + 1)
	if got := last(f.forms()); got["user_count"][0] != "85" || got["spawn_rate"][0] != "8" {
		t.Errorf("three times less of 110 users: %v", got)
	}
	f.seconds(5)
	untilFigure(b, "users", "85")
	b.Key("+", "+")
	f.untilForms(3 + 2)
	if got := last(f.forms()); got["user_count"][0] != "90" {
		t.Errorf("more than 85 users: %v", got)
	}
	f.seconds(5)
	untilFigure(b, "users", "90")
	b.Click(".actions button", "Edit")
	b.Until(`document.activeElement?.id == "edit-users"`)
	shot(b, "edit")
	b.Type("#edit-users", "60")
	b.Key("Enter", "\r")
	b.Until(`!document.querySelector("dialog")`)
	f.seconds(10)
	untilFigure(b, "users", "60")

	b.Click(".actions button", "Stop")
	b.Until(`document.querySelector(".state").textContent == "stopped"`)
	f.lasting(t, b)
	shot(b, "stopped")
	b.Click(".actions button", "New test")
	b.Until(`document.querySelector("#start-users")?.value == "100"`)
	noErrors(t, b)
}

// lasting looks at what stands when a test of 50 seconds has ended: rates are those of the whole test, as in its files; the exit code can
// be read; and nothing is offered that would change nothing.
func (f *fake) lasting(t *testing.T, b *chromium.Page) {
	t.Helper()
	total := f.total()
	want := decimal(float64(total.Count) / 50)
	if got := cells(b, ".statistics tfoot tr"); figure(b, "rps") != want+" avg" || got[len(got)-2] != want {
		t.Errorf("the rate of the whole test is %s; above it is %s, in the table %v", want, figure(b, "rps"), got)
	}
	if got := b.Eval(`document.querySelector(".cell .more").textContent`); !strings.HasPrefix(got, "exit code 1 · ") {
		t.Errorf("below the state is %q", got)
	}
	if got := b.Eval(`document.querySelector(".actions").textContent`); got != "New test" {
		t.Errorf("what can be done is %q", got)
	}
}

// The figures are those of the rows of the tick, and no others.
func TestBrowserLiveFiltersByName(t *testing.T) {
	f := newFake(t)
	b := running(t, f, 60, 1400, 900)
	b.Click(".statistics td.name button", "/cart")
	b.Until(`document.querySelector(".chip")?.textContent.includes("POST /cart")`)
	if got := b.Eval(`location.search`); got != "?method=POST&name=%2Fcart" {
		t.Errorf("the address is %s", got)
	}
	f.seconds(3)
	cart := f.row("POST", "/cart")
	b.Until(fmt.Sprintf(`document.querySelector("tr.chosen").cells[2].textContent.replaceAll(",", "") == "%d"`, cart.Count))
	b.Drag(".u-over", -0.2, 1.2) // all of it
	b.Drag(".u-over", 0.001, 0.999)
	b.Until(`!!document.querySelector(".range")`)
	if got := rangeText(b); !strings.Contains(got, fmt.Sprintf(" %d requests", cart.Count)) {
		t.Errorf("the range has %s, the row %d requests", got, cart.Count)
	}
	shot(b, "filtered")
	b.Call("Page.reload", nil, nil)
	b.Until(`document.querySelector(".chip")?.textContent.includes("POST /cart") && document.querySelectorAll(".u-over").length == 3`)
	// A reset forgets the name; its course begins again with its next request.
	b.Click(".actions button", "Reset")
	b.Click("dialog button", "Reset")
	b.Until(`!!document.querySelector(".statistics .none")`)
	f.seconds(20)
	b.Until(`document.querySelectorAll(".u-over").length == 3 && document.querySelector(".cell .more").textContent == "0:20"`)
	b.Click(".bar button", "Pause")
	cart = f.row("POST", "/cart")
	if got := rangeText(b); !strings.Contains(got, fmt.Sprintf(" %d requests", cart.Count)) {
		t.Errorf("after a reset the range has %s, the row %d requests", got, cart.Count)
	}
	f.seconds(5) // a paused chart stays as it is
	b.Until(`document.querySelector(".cell .more").textContent == "0:25"`)
	if got := rangeText(b); !strings.Contains(got, fmt.Sprintf("0:00 – 0:20 %d requests", cart.Count)) {
		t.Errorf("paused after 20 s, the range has %s, the row had %d requests", got, cart.Count)
	}
	b.Click(".chip", "")
	b.Until(`!document.querySelector(".chip") && location.search == ""`)

	// Sort and filter.
	b.Click(".statistics th button", "99%ile")
	b.Until(`document.querySelector("[aria-sort=descending]")?.textContent == "99%ile"`)
	if got := b.Eval(`[...document.querySelectorAll(".statistics tbody tr")].map(r => parseFloat(r.cells[6].textContent)).every((v, i, all) => i == 0 || !(v > all[i - 1]) && !isNaN(all[0]))`); got != "true" {
		t.Errorf("the slowest is not the first: %v", cells(b, ".statistics tbody tr"))
	}
	b.Type(".statistics input[type=search]", "recommend")
	b.Until(`document.querySelectorAll(".statistics tbody tr").length == 1`)
	if got := cells(b, ".statistics tfoot tr"); got[1] != "Aggregated" {
		t.Errorf("the last row is %v", got)
	}
	noErrors(t, b)
}

// Seconds are not exact, and a range of six of them is not called one of five.
func TestBrowserLiveNamesRanges(t *testing.T) {
	f := newFake(t)
	f.beat = 999 * time.Millisecond
	b := running(t, f, 6, 1400, 900)
	b.Click(".bar button", "Pause")
	if got := rangeText(b); !strings.HasPrefix(got, "0:00 – 0:06 ") {
		t.Errorf("the range is %s", got)
	}
	noErrors(t, b)
}

// A second watcher sees the same; both come back by themselves after the server was away.
func TestBrowserLiveSecondWatcherAndRestart(t *testing.T) {
	f := newFake(t)
	a := running(t, f, 20, 1000, 700)
	f.seconds(5)
	b := chromium.Open(t, f.url()+"?tab=charts", 1000, 700)
	b.Until(`document.querySelectorAll(".u-over").length == 6`)
	f.seconds(1)
	f.sameFigures(t, a)
	f.sameFigures(t, b)
	f.close()
	a.Until(`document.querySelector(".notice.warn")?.textContent.includes("trying again")`)
	shot(a, "lost")
	f.serve(f.addr)
	for _, w := range []*chromium.Page{a, b} {
		w.Until(`!document.querySelector(".notice.warn")`)
	}
	f.seconds(4)
	f.sameFigures(t, a)
	f.sameFigures(t, b)
	noErrors(t, a)
}

// What a script, a target or another watcher can put into a name runs nowhere.
func TestBrowserLiveRunsNothingHostile(t *testing.T) {
	const evil = `</script><script>window.hacked=1</script><img src=x onerror="window.hacked=2">'"${1}javascript:alert(1)`
	f := newFake(t)
	f.hostile = evil
	f.plan.Title, f.plan.Script, f.plan.Error = evil, evil, ""
	f.plan.Classes[0].Name, f.plan.Thresholds = evil, []string{evil}
	f.plan.Args = []live.PlanArg{{Name: evil, Kind: "string", Help: evil, Choices: []string{evil}}}
	f.plan.Ratios.Total = []live.Ratio{{Name: evil, Share: 1}}
	f.failing = 0.2
	f.log("ERROR", evil)
	b := chromium.Open(t, f.url(), 1400, 900)
	b.Until(`!!document.querySelector("#start-users")`)
	b.Click("button", "Start")
	b.Until(`!!document.querySelector(".strip")`)
	f.seconds(5)
	for _, tab := range []string{"stats", "charts", "failures", "exceptions", "ratios", "checks", "logs", "reports"} {
		b.Click("#tab-"+tab, "")
		b.Until(`!!document.querySelector(".panel-` + tab + `")`)
		if tab == "stats" || tab == "failures" || tab == "logs" {
			b.Until(`document.querySelector("#panel").textContent.includes("window.hacked=1")`)
			shot(b, "hostile-"+tab)
		}
	}
	if got := b.Eval(`String(window.hacked) + document.querySelectorAll("img, script:not([src])").length`); got != "undefined0" {
		t.Errorf("a script ran: %s", got)
	}
}

// Colours follow the system, or what was chosen; nothing is wider than a telephone but what scrolls in itself.
func TestBrowserLiveFitsPhoneAndDark(t *testing.T) {
	f := newFake(t)
	b := running(t, f, 40, 360, 740)
	for _, tab := range []string{"stats", "charts", "failures", "exceptions", "ratios", "checks", "logs", "reports"} {
		b.Click("#tab-"+tab, "")
		b.Until(`!!document.querySelector(".panel-` + tab + `")`)
		if got := b.Eval(`Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)`); got != "0" {
			t.Errorf("%s is %s pixels too wide", tab, got)
		}
		shot(b, "360-"+tab)
	}
	paper := `getComputedStyle(document.body).backgroundColor`
	light := b.Eval(paper)
	b.Call("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": "dark"}}}, nil)
	b.Until(paper + ` == "rgb(19, 23, 22)"`)
	if light != "rgb(251, 251, 249)" {
		t.Errorf("the paper is %s", light)
	}
	b.Click("#tab-stats", "")
	shot(b, "360-dark")
	b.Click("button.icon", "") // against the system, and that is kept
	b.Call("Page.reload", nil, nil)
	b.Until(`document.querySelectorAll(".statistics tbody button").length > 0 && ` + paper + ` == "rgb(251, 251, 249)"`)
	b.Click(".actions button", "Stop")
	b.Click(".actions button", "New test")
	b.Until(`!!document.querySelector("#start-users")`)
	if got := b.Eval(`Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)`); got != "0" {
		t.Errorf("the form is %s pixels too wide", got)
	}
	shot(b, "360-start")
	noErrors(t, b)
}
