package web_test

import (
	"flag"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"katydid/internal/chromium"
	"katydid/stats"
	"katydid/web/live"
)

var shots = flag.String("shots", "", "a folder to write screenshots of the live page to")

// shot writes a screenshot, if they are wanted.
func shot(b *chromium.Page, name string) {
	if *shots != "" {
		b.Until(`document.fonts.status == "loaded"`)
		b.Screenshot(filepath.Join(*shots, name+".png"))
	}
}

// running is a page with a test that goes on for so many seconds.
func running(t *testing.T, f *fake, seconds, width, height int) *chromium.Page {
	t.Helper()
	f.mu.Lock()
	f.start(map[string][]string{"user_count": {"50"}, "spawn_rate": {"10"}})
	f.mu.Unlock()
	f.seconds(seconds)
	b := chromium.Open(t, f.url(), width, height)
	b.Until(`document.querySelectorAll(".statistics tbody button").length > 0`)
	return b
}

// figure is one of those in the strip.
func figure(b *chromium.Page, key string) string {
	return b.Eval(`document.querySelector('.strip [data-k="` + key + `"]').textContent`)
}

// untilFigure waits for one of those in the strip.
func untilFigure(b *chromium.Page, key, want string) {
	b.Until(fmt.Sprintf(`document.querySelector('.strip [data-k=%q]')?.textContent == %q`, key, want))
}

// rangeText is what is told of the range that the charts show, without commas.
func rangeText(b *chromium.Page) string {
	b.Until(`!!document.querySelector(".range")`)
	return strings.ReplaceAll(b.Eval(`document.querySelector(".range").textContent`), ",", "")
}

// cells are the texts of a row of a table.
func cells(b *chromium.Page, row string) []string {
	return strings.Split(b.Eval(`[...document.querySelector(`+"`"+row+"`"+`).cells].map(c => c.textContent).join("|")`), "|")
}

func noErrors(t *testing.T, b *chromium.Page) {
	t.Helper()
	list := slices.DeleteFunc(b.Errors(), func(e string) bool { return strings.Contains(e, "requests_full_history") }) // it is not there, and asked for
	if len(list) > 0 {
		t.Errorf("the page complains: %s", strings.Join(list, "\n"))
	}
}

func last[T any](list []T) T { return list[len(list)-1] }

// forms are those that were posted.
func (f *fake) forms() []map[string][]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.posted
}

// untilForms waits for so many.
func (f *fake) untilForms(n int) {
	f.t.Helper()
	for range 1200 {
		if len(f.forms()) >= n {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	f.t.Fatalf("%d forms were posted, not %d", len(f.forms()), n)
}

func (f *fake) elapsed() float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tick.Elapsed
}

func (f *fake) total() live.Row {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tick.Total
}

func (f *fake) row(method, name string) live.Row {
	f.mu.Lock()
	defer f.mu.Unlock()
	for i := range f.before.Rows {
		if r := &f.before.Rows[i]; r.Key == (stats.Key{Method: method, Name: name}) {
			return rowOf(r)
		}
	}
	f.t.Fatalf("there is no row %s %s", method, name)
	return live.Row{}
}

func (f *fake) exception(message, traceback string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rec.Exception(stats.Exception{Message: message, Traceback: traceback, At: f.now})
}

// sameFigures compares what the page shows with what was sent last.
func (f *fake) sameFigures(t *testing.T, b *chromium.Page) {
	t.Helper()
	b.Until(fmt.Sprintf(`document.querySelector(".cell .more").textContent.startsWith(%q)`, clock(f.elapsed())))
	total := f.total()
	f.mu.Lock()
	users := f.tick.Users
	f.mu.Unlock()
	want := map[string]string{
		"users": strconv.Itoa(users), "rps": decimal(total.RPS),
		"p50": ms(total.Service.P50) + " ms", "p95": ms(total.Service.P95) + " ms", "p99": ms(total.Service.P99) + " ms",
	}
	for key, w := range want {
		if got := figure(b, key); got != w {
			t.Errorf("%s is %s, sent was %s", key, got, w)
		}
	}
	if b.Eval(`!!document.querySelector(".statistics")`) != "true" {
		return
	}
	got := cells(b, ".statistics tfoot tr")
	for column, w := range map[int]string{2: strconv.FormatInt(total.Count, 10), 3: strconv.FormatInt(total.Failures, 10), 4: ms(total.Service.P50)} {
		if strings.ReplaceAll(got[column], ",", "") != w {
			t.Errorf("column %d of all together is %s, sent was %s", column, got[column], w)
		}
	}
}

// many is how many rows there are.
func (f *fake) many() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.before.Rows)
}

// clock is as the page writes it.
func clock(seconds float64) string {
	d := time.Duration(seconds) * time.Second
	if d < time.Hour {
		return fmt.Sprintf("%d:%02d", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60)
}

// ms is as the page writes it.
func ms(v *stats.Millis) string {
	if v == nil {
		return "n/a"
	}
	return decimal(math.Round(float64(*v)/1e3) / 1e3)
}

func decimal(f float64) string {
	switch {
	case f >= 100 || f == 0:
		return fmt.Sprint(math.Round(f))
	case f >= 10:
		return fmt.Sprintf("%.1f", f)
	case f >= 1:
		return fmt.Sprintf("%.2f", f)
	}
	return fmt.Sprintf("%.3f", f)
}
