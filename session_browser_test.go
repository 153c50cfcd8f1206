//go:build unix

package main

import (
	"encoding/csv"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"katydid/internal/chromium"
)

// The whole as somebody does it for whom the web UI is made: the form, more users, a second browser that watches, the end,
// the downloads; and what the page shows is what is in the files.
func TestSessionInBrowser(t *testing.T) {
	t.Parallel()
	p, ui := webSession(t, webScene, "--csv", "out/a", "-s", "10")
	b := chromium.Open(t, ui.base+"/", 1400, 900)
	b.Until(`document.activeElement?.id == "start-users"`)
	b.Type("#start-users", "3")
	b.Type("#start-spawn", "50")
	b.Key("Enter", "\r")
	state := func(word string) string {
		return fmt.Sprintf(`document.querySelector(".strip")?.textContent.includes(%q)`, word)
	}
	users := func(n int) string {
		return fmt.Sprintf(`document.querySelector('.strip [data-k="users"]')?.textContent == "%d"`, n)
	}
	b.Until(state("running"))
	b.Until(users(3))
	b.Click(".steps button", "+")
	b.Until(users(4))

	second := chromium.Open(t, ui.base+"/", 390, 800)
	second.Until(users(4))
	if wide := second.Eval(`document.documentElement.scrollWidth - document.documentElement.clientWidth`); wide != "0" {
		t.Errorf("on a telephone the page is %s pixels too wide", wide)
	}
	b.Click("header button", "Stop")
	b.Until(state("stopped"))
	second.Until(state("stopped"))
	until(t, "the files are written", func() bool { return p.said("the test has ended (exit code 0)") })

	rows, err := csv.NewReader(strings.NewReader(file(t, p.cmd.Dir, "out/a_stats.csv"))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, page := range []*chromium.Page{b, second} {
		page.Until(fmt.Sprintf(`document.querySelectorAll(".statistics tbody tr").length >= %d`, len(rows)-2))
		for _, row := range rows[1:] {
			// Type, Name, Request Count, Failure Count
			shown := page.Eval(fmt.Sprintf(`[...document.querySelectorAll(".statistics tr")].filter(r => r.cells[1]?.textContent == %q).map(r => r.cells[2].textContent + " " + r.cells[3].textContent).join()`, row[1]))
			if want := row[2] + " " + row[3]; strings.ReplaceAll(shown, ",", "") != want {
				t.Errorf("%s: the page shows %q, the file has %q", row[1], shown, want)
			}
		}
		if errors := page.Errors(); len(errors) > 0 {
			t.Errorf("the page complains: %s", strings.Join(errors, "\n"))
		}
	}
	if got := ui.get("stats/requests/csv"); got != file(t, p.cmd.Dir, "out/a_stats.csv") {
		t.Errorf("the download is %s", got)
	}
	p.signal(syscall.SIGINT)
	p.expect(exitOK)
	b.Until(`document.body.textContent.includes("trying again")`)
}
