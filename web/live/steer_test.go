package live

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestSwarm(t *testing.T) {
	closed := func() *Plan { return newFake().plan }
	open, shaped, locked, broken := closed(), closed(), closed(), closed()
	open.Kind, open.Rate = KindOpen, 50
	shaped.Kind, shaped.Shape = KindShape, "Waves"
	locked.HostLocked, locked.Host = true, "https://me:pw@shop.example"
	broken.Error = "there is no user class in scripts/lfweb.js"
	form := func(f Form) string {
		text, _ := json.Marshal(f)
		return string(text)
	}
	n := func(i int) *int { return &i }
	x := func(f float64) *float64 { return &f }
	tests := []struct {
		plan    *Plan
		body    string
		want    string // the form that the test is started with, or
		message string // why it is not
	}{
		{closed(), "user_count=10&spawn_rate=2.5", form(Form{Users: n(10), SpawnRate: x(2.5)}), ""},
		{closed(), "user_count=0&spawn_rate=1", form(Form{Users: n(0), SpawnRate: x(1)}), ""},
		{closed(), "user_count=1&spawn_rate=1&host=%3Chttps://other.example%3E&run_time=1m&profile=night&shape_class=Default",
			form(Form{Users: n(1), SpawnRate: x(1), Host: "https://other.example", RunTime: "1m", Profile: "night", Shape: "Default"}), ""},
		{closed(), "user_count=1&spawn_rate=1&host=http://127.0.0.1:18099", form(Form{Users: n(1), SpawnRate: x(1)}), ""},
		{closed(), "user_count=1&spawn_rate=1&user_classes=Admin&user_classes=Shopper&api_key=k&tags=a,+b", form(Form{Users: n(1), SpawnRate: x(1),
			Classes: []string{"Admin", "Shopper"}, Args: map[string][]string{"api-key": {"k"}, "tags": {"a", "b"}}}), ""},
		{closed(), "user_count=1&spawn_rate=1&tags=a&tags=b,c&api-key=x,y", form(Form{Users: n(1), SpawnRate: x(1),
			Args: map[string][]string{"api-key": {"x,y"}, "tags": {"a", "b,c"}}}), ""},
		{closed(), "rate=100", form(Form{Rate: x(100)}), ""},
		{open, "rate=100&user_count=20", form(Form{Rate: x(100), Users: n(20)}), ""},
		{open, "", form(Form{}), ""},
		{shaped, "", form(Form{}), ""},
		{locked, "user_count=1&spawn_rate=1&host=https://shop.example", form(Form{Users: n(1), SpawnRate: x(1)}), ""},
		{closed(), "", "", "Missing user_count or spawn_rate from /swarm request"},
		{closed(), "spawn_rate=1", "", "Missing user_count or spawn_rate from /swarm request"},
		{closed(), "user_count=ten&spawn_rate=1", "", "user_count is not a whole number from 0 to 10000000: ten"},
		{closed(), "user_count=-1&spawn_rate=1", "", "user_count is not a whole number from 0 to 10000000: -1"},
		{closed(), "user_count=1&spawn_rate=NaN", "", "spawn_rate is not a number from 0 up: NaN"},
		{closed(), "user_count=1&spawn_rate=Inf", "", "spawn_rate is not a number from 0 up: Inf"},
		{closed(), "user_count=1&spawn_rate=1&run_time=soon", "", "Valid run_time formats are : 20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc."},
		{closed(), "user_count=1&spawn_rate=1&user_classes=Nobody", "", "There is no user class Nobody in the script."},
		{closed(), "user_count=1&spawn_rate=1&shape_class=Nothing", "", "There is no load shape Nothing in the script."},
		{locked, "user_count=1&spawn_rate=1&host=https://evil.example", "", "The host is locked (--lock-host): it is https://shop.example."},
		{broken, "user_count=1&spawn_rate=1", "", "there is no user class in scripts/lfweb.js"},
	}
	for _, test := range tests {
		f := newFake()
		f.plan = test.plan
		s := started(t, f, Options{})
		got := ask(t, s, "POST", "/swarm", test.body, "Content-Type: application/x-www-form-urlencoded")
		var a swarmed
		unmarshal(t, got.body, &a)
		if test.message != "" {
			if got.status != 200 || a.Success || a.Message != test.message || len(f.starts) != 0 {
				t.Errorf("%s: %v, want %s", test.body, got, test.message)
			}
			continue
		}
		if got.status != 200 || !a.Success || len(f.starts) != 1 || form(f.starts[0]) != test.want {
			t.Errorf("%s: %v, started with %+v, want %s", test.body, got, f.starts, test.want)
		}
		if want := "Swarming started"; test.plan.Shape == "" && a.Message != want || test.plan.Shape != "" && a.Message != want+" using shape class 'Waves'" {
			t.Errorf("%s: %s", test.body, a.Message)
		}
	}
}

func TestSwarmSaysWhatItIgnoresAndWhyItFails(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	var a swarmed
	unmarshal(t, ask(t, s, "POST", "/swarm", "user_count=1&spawn_rate=1&hatch_rate=1&userCount=5").body, &a)
	if !a.Success || !slices.Equal(a.Ignored, []string{"hatch_rate", "userCount"}) {
		t.Errorf("%+v", a)
	}
	f.err = errors.New("scripts/lfweb.js cannot be read")
	a = swarmed{}
	unmarshal(t, ask(t, s, "POST", "/swarm", "user_count=1&spawn_rate=1&run_time=60").body, &a)
	if a.Success || a.Message != "scripts/lfweb.js cannot be read" || a.RunTime != nil {
		t.Errorf("%+v", a)
	}
}

// Locust's page sends multipart, curl -d a form, some scripts JSON: all mean the same.
func TestSwarmReadsAllForms(t *testing.T) {
	var parts bytes.Buffer
	m := multipart.NewWriter(&parts)
	for _, field := range [][2]string{{"user_count", "7"}, {"spawn_rate", "2"}, {"user_classes", "Shopper"}, {"user_classes", "Admin"}, {"tags", "x"}} {
		if err := m.WriteField(field[0], field[1]); err != nil {
			t.Fatal(err)
		}
	}
	m.Close()
	const asForm = "user_count=7&spawn_rate=2&user_classes=Shopper&user_classes=Admin&tags=x"
	tests := []struct {
		kind, body string
		want       int
	}{
		{"application/x-www-form-urlencoded", asForm, 200},
		{"application/x-www-form-urlencoded; charset=UTF-8", asForm, 200},
		{m.FormDataContentType(), parts.String(), 200},
		{"application/json", `{"user_count": 7, "spawn_rate": 2, "user_classes": ["Shopper", "Admin"], "tags": ["x"], "host": null}`, 200},
		{"application/json", `{"user_count": "7", "spawn_rate": 2.0, "user_classes": ["Shopper", "Admin"], "tags": "x"}`, 200},
		{"application/json", `{"user_count": {}}`, 400},
		{"application/json", `[7]`, 400},
		{"application/json", `{"user_count": 7} {}`, 400},
		{"application/json", `{"user_count"`, 400},
		{"multipart/form-data", parts.String(), 400},
		{"multipart/form-data; boundary=x", "--x", 400},
		{"application/x-www-form-urlencoded", "user_count=%zz", 400},
		{"text/plain", asForm, 415},
		{"text/xml", "<a/>", 415},
		{";;", asForm, 415},
	}
	for _, test := range tests {
		f := newFake()
		s := started(t, f, Options{})
		got := ask(t, s, "POST", "/swarm", test.body, "Content-Type: "+test.kind)
		if got.status != test.want {
			t.Errorf("%s %s: %v", test.kind, test.body, got)
		}
		if test.want != 200 {
			if len(f.starts) != 0 {
				t.Errorf("%s %s started a test", test.kind, test.body)
			}
			continue
		}
		if len(f.starts) != 1 || *f.starts[0].Users != 7 || *f.starts[0].SpawnRate != 2 || fmt.Sprint(f.starts[0].Classes, f.starts[0].Args) != "[Shopper Admin] map[tags:[x]]" {
			t.Errorf("%s: %s, %+v", test.kind, got.body, f.starts)
		}
	}
}

// A program as people have them: start a test, look until it has ended, stop it.
func TestScriptThatStartsAndPolls(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{BasePath: "/load"})
	base := s.URL()
	got, err := http.PostForm(base+"swarm", url.Values{"user_count": {"3"}, "spawn_rate": {"3"}, "host": {"http://127.0.0.1:18099"}, "run_time": {"4"}})
	if err != nil {
		t.Fatal(err)
	}
	var begun struct {
		Success bool
		RunTime int `json:"run_time"`
	}
	if err := json.NewDecoder(got.Body).Decode(&begun); err != nil || !begun.Success || begun.RunTime != 4 {
		t.Fatalf("%+v, %v", begun, err)
	}
	got.Body.Close()
	ended := make(chan struct{})
	go func() { // the test: four seconds, quickly
		defer close(ended)
		for range 4 {
			f.request("/ok", 3, "")
			f.second()
			time.Sleep(5 * time.Millisecond)
		}
		f.mu.Lock()
		f.frame.State, f.frame.Users = Stopped, 0
		f.present()
		f.mu.Unlock()
	}()
	var last struct {
		State string
		Users int              `json:"user_count"`
		Stats []map[string]any `json:"stats"`
	}
	for deadline := time.Now().Add(10 * time.Second); last.State != Stopped; {
		if time.Now().After(deadline) {
			t.Fatalf("%+v", last)
		}
		got, err := http.Get(base + "stats/requests")
		if err != nil {
			t.Fatal(err)
		}
		if err := json.NewDecoder(got.Body).Decode(&last); err != nil {
			t.Fatal(err)
		}
		got.Body.Close()
	}
	<-ended
	if n := last.Stats[len(last.Stats)-1]["num_requests"]; n != 4.0 || last.Users != 0 {
		t.Errorf("%+v", last)
	}
}

// An exporter for Prometheus as there are many for Locust: it polls, and decodes into types as strict as these.
func TestExporterThatPolls(t *testing.T) {
	f := newFake()
	s := started(t, f, Options{})
	type entry struct {
		Method      string
		Name        string
		Requests    int     `json:"num_requests"`
		Failures    int     `json:"num_failures"`
		Average     float64 `json:"avg_response_time"`
		Min         float64 `json:"min_response_time"`
		Max         float64 `json:"max_response_time"`
		Median      float64 `json:"median_response_time"`
		RPS         float64 `json:"current_rps"`
		AverageSize float64 `json:"avg_content_length"`
	}
	type polled struct {
		Stats  []entry
		Errors []struct {
			Method, Name, Error string
			Occurrences         int
		}
		TotalRPS float64 `json:"total_rps"`
		Ratio    float64 `json:"fail_ratio"`
		P50      float64 `json:"current_response_time_percentile_50"`
		P95      float64 `json:"current_response_time_percentile_95"`
		State    string
		Users    int `json:"user_count"`
		Workers  []struct{ ID string }
	}
	poll := func() (p polled) {
		t.Helper()
		got := get(t, s, "//stats/requests") // of a base URL with a slash at its end
		if got.status == http.StatusMovedPermanently || got.status == http.StatusTemporaryRedirect {
			got = get(t, s, got.header.Get("Location"))
		}
		unmarshal(t, got.body, &p)
		return p
	}
	if p := poll(); p.State != Ready || len(p.Stats) != 1 {
		t.Errorf("%+v", p)
	}
	ask(t, s, "POST", "/swarm", "user_count=4&spawn_rate=4")
	f.someSeconds(14)
	p := poll()
	if p.State != Running || p.Users != 4 || len(p.Stats) != 4 || p.Stats[1] != (entry{"GET", "/ok", 70, 0, 3, 3, 3, 3, 5, 12}) ||
		len(p.Errors) != 1 || p.Errors[0].Occurrences != 14 || p.P50 != 3 || p.P95 != 260 || p.TotalRPS == 0 || p.Ratio != 1.0/7 {
		t.Errorf("%+v", p)
	}
}

func FuzzForm(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", "user_count=1&spawn_rate=2&host=http://x&tags=a,b&api-key=%00")
	f.Add("application/json", `{"user_count":1,"rate":1e3,"user_classes":["Admin",null,true]}`)
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"user_count\"\r\n\r\n1\r\n--x--\r\n")
	f.Add("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"b\"\r\n\r\n1\r\n--x--\r\n")
	plan := newFake().plan
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest("POST", "/swarm", strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		fields, err := readFields(r)
		if err != nil {
			var bad *badRequest
			if !errors.As(err, &bad) || bad.status < 400 || bad.status > 499 || strings.ContainsAny(err.Error(), "\n\x00") {
				t.Errorf("%q", err)
			}
			return
		}
		form, _, err := newForm(fields, plan)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\x00") {
				t.Errorf("%q", err)
			}
			return
		}
		if form.Rate == nil && (form.Users == nil || form.SpawnRate == nil) || form.Users != nil && (*form.Users < 0 || *form.Users > maxUsers) ||
			form.Rate != nil && !(*form.Rate >= 0 && *form.Rate <= maxRate) || strings.ContainsAny(form.Host, "<>") {
			t.Errorf("%+v", form)
		}
		for name := range form.Args {
			if name != "api-key" && name != "tags" {
				t.Errorf("%q is no option of the script", name)
			}
		}
	})
}
