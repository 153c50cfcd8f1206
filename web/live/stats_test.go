package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"katydid/stats"
)

// fields are those of a JSON document, by path, with their types: numbers are ints or floats as in Python. Elements of a
// list are alike, "#" stands for them; an entry of a map that is named by the user is "*".
func fields(t *testing.T, text string) map[string]string {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	found := map[string]string{}
	addFields(found, "", v)
	return found
}

func addFields(found map[string]string, at string, v any) {
	kind := ""
	switch v := v.(type) {
	case map[string]any:
		kind = "object"
		for name, of := range v {
			if slices.Contains([]string{"Shopper", "Admin", "ok", "boom", "e404"}, name) {
				name = "*"
			}
			addFields(found, at+"/"+name, of)
		}
	case []any:
		kind = "list"
		for _, of := range v {
			addFields(found, at+"/#", of)
		}
	case json.Number:
		kind = "int"
		if strings.Contains(v.String(), ".") {
			kind = "float"
		}
	default:
		kind = fmt.Sprintf("%T", v)
	}
	if old := found[at]; old != "" && old != kind {
		kind = "number" // Locust's own differ from row to row
	}
	found[at] = kind
}

// sample is an answer of Locust's.
func sample(t *testing.T, version, name string) string {
	t.Helper()
	text, err := os.ReadFile("testdata/locust-" + version + "/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// likeLocust holds an answer against Locust's: it must have each of its fields, of the same type. Exceptions are times, which
// Locust rounds to whole milliseconds and katydid does not always, and fields of differing, that say why.
func likeLocust(t *testing.T, version, name, got string, differing map[string]string) {
	t.Helper()
	want, have := fields(t, sample(t, version, name)), fields(t, got)
	for _, path := range slices.Sorted(maps.Keys(want)) {
		kind := have[path]
		number := kind == "int" || kind == "float" || kind == "number"
		switch {
		case kind == want[path]:
		case kind == "":
			t.Errorf("%s %s: %s is missing", version, name, path)
		case number && (strings.Contains(path, "percentile") || strings.HasSuffix(path, "nth_response_time") || strings.HasSuffix(path, "tieth_response_time") ||
			strings.HasSuffix(path, "median_response_time")):
		case number && want[path] == "number":
		case differing[path] != "":
		default:
			t.Errorf("%s %s: %s is %s, Locust's %s", version, name, path, kind, want[path])
		}
	}
}

// lfweb is the test that Locust's answers are of, at another speed.
func lfweb(t *testing.T) (*fakeTest, *Server) {
	t.Helper()
	f := newFake()
	s := started(t, f, Options{})
	return f, s
}

func (f *fakeTest) someSeconds(n int) {
	for range n {
		for range 5 {
			f.request("/ok", 3, "")
		}
		f.request("/slow", 260, "")
		f.request("/404", 2, "HTTPError('404 Client Error: Not Found for url: /404')")
		f.rec.Exception(stats.Exception{Message: "oh no", Traceback: "Error: oh no\n    at boom (lfweb.js:14)\n", At: f.now})
		f.second()
	}
}

func TestAnswersHaveLocustsFields(t *testing.T) {
	f, s := lfweb(t)
	f.log("[2026-11-22 21:13:18,479] vm/INFO/katydid: Starting")
	both := func(name, got string, differing map[string]string) {
		likeLocust(t, "2.46", name, got, differing)
		likeLocust(t, "2.12", name, got, differing)
	}
	aggregatedHasNoMethod := map[string]string{
		"/stats/#/method": "2.12 had null before a test, and \"\" in one", "/total_rps": "of 2.12 it was the present rate, the int 0 before a test",
	}
	both("stats_idle", get(t, s, "/stats/requests").body, aggregatedHasNoMethod)
	both("tasks_idle", get(t, s, "/tasks").body, nil)
	both("swarm_badtime", ask(t, s, "POST", "/swarm", "user_count=4&spawn_rate=2&run_time=abc").body, nil)
	likeLocust(t, "2.46", "swarm_missing", ask(t, s, "POST", "/swarm", "user_count=4").body, nil)
	both("swarm", ask(t, s, "POST", "/swarm", "user_count=4&spawn_rate=2&host=http%3A%2F%2F127.0.0.1%3A18099&run_time=60").body, nil)
	f.someSeconds(8)
	both("stats_running", get(t, s, "/stats/requests").body, aggregatedHasNoMethod)
	both("exceptions", get(t, s, "/exceptions").body, nil)
	both("tasks", get(t, s, "/tasks").body, nil)
	both("swarm_edit", ask(t, s, "POST", "/swarm", "user_count=4&spawn_rate=2").body, nil)
	likeLocust(t, "2.46", "logs", get(t, s, "/logs").body, nil)
	likeLocust(t, "2.46", "worker_count", get(t, s, "/worker-count").body, nil)
	both("stop", get(t, s, "/stop").body, nil)
	both("stats_stopped", get(t, s, "/stats/requests").body, aggregatedHasNoMethod)
}

// The least and the largest time have the figures of the median, or the largest of quick answers would be below it.
func TestAnswerOfQuickRequests(t *testing.T) {
	f, s := lfweb(t)
	ask(t, s, "POST", "/swarm", "user_count=1&spawn_rate=1")
	f.request("/quick", 0.085, "")
	f.request("/slow", 260.4, "")
	f.second()
	var a struct {
		Stats []struct {
			Name   string
			Min    json.Number `json:"min_response_time"`
			Max    json.Number `json:"max_response_time"`
			Median json.Number `json:"median_response_time"`
		}
	}
	unmarshal(t, get(t, s, "/stats/requests").body, &a)
	if got := fmt.Sprint(a.Stats); got != "[{/quick 0.09 0.09 0.09} {/slow 260.0 260.0 260} {Aggregated 0.09 260.0 260}]" {
		t.Error(got)
	}
}

// Where nothing depends on the clock, the values are Locust's too.
func TestAnswersHaveLocustsValues(t *testing.T) {
	f, s := lfweb(t)
	same := func(name, got string, ignored ...string) {
		t.Helper()
		var g, w map[string]any
		unmarshal(t, got, &g)
		unmarshal(t, sample(t, "2.46", name), &w)
		for field, want := range w {
			if a, b := string(jsonText(g[field])), string(jsonText(want)); a != b && !slices.Contains(ignored, field) {
				t.Errorf("%s: %s is %s, Locust's %s", name, field, a, b)
			}
		}
	}
	same("stats_idle", get(t, s, "/stats/requests").body, "stats") // more fields in stats; next line
	var idle struct{ Stats []map[string]any }
	unmarshal(t, get(t, s, "/stats/requests").body, &idle)
	if e := idle.Stats[0]; len(idle.Stats) != 1 || e["name"] != "Aggregated" || e["method"] != "" || e["num_requests"] != 0.0 || e["safe_name"] != "Aggregated" {
		t.Errorf("%v", idle)
	}
	same("swarm_badtime", ask(t, s, "POST", "/swarm", "user_count=4&spawn_rate=2&run_time=abc").body)
	same("swarm_missing", ask(t, s, "POST", "/swarm", "user_count=4").body)
	same("swarm", ask(t, s, "POST", "/swarm", "user_count=4&spawn_rate=2&run_time=60").body)
	same("tasks", get(t, s, "/tasks").body)
	same("worker_count", get(t, s, "/worker-count").body)
	same("stop", get(t, s, "/stop").body)
	if got := get(t, s, "/stats/reset"); got.body != "ok" || got.header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Error(got)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.stops != 1 || f.resets != 1 || len(f.starts) != 1 || *f.starts[0].Users != 4 || *f.starts[0].SpawnRate != 2 || f.starts[0].RunTime != "60" {
		t.Errorf("%d stops, %d resets, starts %+v", f.stops, f.resets, f.starts)
	}
}

func TestStatsAreThoseOfTheCSV(t *testing.T) {
	f, s := lfweb(t)
	if err := f.Start(Form{}); err != nil {
		t.Fatal(err)
	}
	f.someSeconds(14)
	var a struct {
		Stats  []statsEntry
		Errors []statsError
		State  string
		Now50  float64 `json:"current_response_time_percentile_50"`
		Now95  float64 `json:"current_response_time_percentile_95"`
		Total  float64 `json:"total_rps"`
		Now    float64 `json:"current_rps"`
		Ratio  float64 `json:"fail_ratio"`
	}
	unmarshal(t, get(t, s, "/stats/requests").body, &a)
	snapshot := s.board.now().Snapshot
	for i, want := range []string{"/404 14 14", "/ok 70 0", "/slow 14 0", "Aggregated 98 14"} {
		if e := a.Stats[i]; fmt.Sprint(e.Name, " ", e.Requests, " ", e.Failures) != want {
			t.Errorf("%+v, want %s", e, want)
		}
	}
	if e := a.Stats[2]; e.Average != 260 || e.Median != "260" || e.Min != 260.0 || e.NinetyNinth != "260" || e.AverageSize != 12.0 {
		t.Errorf("/slow: %+v", e)
	}
	if a.Now50 != 3 || a.Now95 != 260 || a.Total != snapshot.RPS(&snapshot.Total) || a.Now != snapshot.Total.RecentRPS || a.Ratio != 14.0/98 || a.State != Running {
		t.Errorf("%+v", a)
	}
	if e := a.Errors; len(e) != 1 || e[0].Occurrences != 14 || float64(e[0].FirstSeen) != float64(t0.Unix()+60)+0.002 {
		t.Errorf("%+v", e)
	}
	for path, write := range map[string]stats.Writer{
		"/stats/requests/csv": stats.WriteStatsCSV, "/stats/failures/csv": stats.WriteFailuresCSV, "/exceptions/csv": stats.WriteExceptionsCSV,
	} {
		var want bytes.Buffer
		if err := write(&want, snapshot); err != nil {
			t.Fatal(err)
		}
		kind := strings.Split(path, "/")[len(strings.Split(path, "/"))-2]
		got := get(t, s, path)
		name := got.header.Get("Content-Disposition")
		if got.body != want.String() || got.header.Get("Content-Type") != "text/csv" ||
			!strings.HasPrefix(name, `attachment; filename=Locust_20`) || !strings.HasSuffix(name, "_lfweb.js_http_127.0.0.1_18099_"+kind+".csv") {
			t.Errorf("%s: %s\n%s", path, name, got.body)
		}
	}
}

// What texts the target or the script choose cannot become a part of a page.
func TestScriptTags(t *testing.T) {
	f, s := lfweb(t)
	if err := f.Start(Form{}); err != nil {
		t.Fatal(err)
	}
	const evil = `</script><script>alert("1")</script>`
	f.request("/"+evil, 3, "Error('"+evil+"')")
	f.rec.Exception(stats.Exception{Message: evil, Traceback: evil})
	f.log(evil)
	f.second()
	for _, path := range []string{"/stats/requests", "/exceptions", "/logs", "/history?method=GET&name=" + "%3Cscript%3E", "/" + "%3Cscript%3E", "/metrics"} {
		got := get(t, s, path)
		kind := got.header.Get("Content-Type")
		if strings.HasPrefix(kind, "text/html") || got.header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s is %s", path, kind)
		}
		if strings.HasPrefix(kind, "application/json") && strings.Contains(got.body, "<") {
			t.Errorf("%s: %s", path, got.body)
		}
	}
	watcher := follow(t, s)
	if _, data := watcher.next(t); strings.ContainsAny(data, "<>\n") {
		t.Error(data)
	}
	var a struct{ Stats []statsEntry }
	unmarshal(t, get(t, s, "/stats/requests").body, &a)
	if a.Stats[0].Name != "/"+evil || a.Stats[0].SafeName != "/&lt;/script&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;" {
		t.Errorf("%+v", a.Stats[0])
	}
}

func TestSecretsAreTakenOut(t *testing.T) {
	f := newFake()
	f.plan.Host = "https://user:hunter2@shop.example"
	s := started(t, f, Options{Redact: strings.NewReplacer("s3cret", "***").Replace})
	watcher := follow(t, s)
	watcher.hello(t)
	if got := ask(t, s, "POST", "/swarm", "user_count=1&spawn_rate=1"); strings.Contains(got.body, "hunter2") {
		t.Error(got)
	}
	_, hello := watcher.next(t)
	f.request("/s3cret", 3, "Error('s3cret')")
	f.rec.Exception(stats.Exception{Message: "s3cret", Traceback: "s3cret"})
	f.log("s3cret")
	f.second()
	_, tick := watcher.next(t)
	everything := hello + tick
	for _, path := range []string{
		"/stats/requests", "/stats/requests/csv", "/stats/failures/csv", "/exceptions", "/exceptions/csv", "/logs", "/metrics", "/history?method=GET&name=/***",
	} {
		got := get(t, s, path)
		if got.status != 200 {
			t.Error(path, got)
		}
		everything += got.body + fmt.Sprint(got.header)
	}
	for _, secret := range []string{"s3cret", "hunter2"} {
		if at := strings.Index(everything, secret); at >= 0 {
			t.Errorf("%q", everything[max(0, at-100):at+20])
		}
	}
}
