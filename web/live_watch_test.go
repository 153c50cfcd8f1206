//go:build browser

package web_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

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
	for range 100 {
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
func (f *fake) sameFigures(t *testing.T, b web.Browser) {
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
