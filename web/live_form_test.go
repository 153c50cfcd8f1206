package web_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"katydid/internal/chromium"
	"katydid/web/live"
)

// An open run has a rate to be steered, planned starts, and two kinds of times.
func TestBrowserLiveOpenRun(t *testing.T) {
	f := newFake(t)
	b := chromium.Open(t, f.url(), 1400, 1100)
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
	b := chromium.Open(t, f.url(), 1400, 1250)
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
			b := chromium.Open(t, f.url(), 1000, 800)
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
