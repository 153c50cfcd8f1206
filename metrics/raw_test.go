package metrics

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// List makes the tags of the tests what a sink needs.
func (u *userTags) List(to *Labels) {
	u.base.List(to)
	to.Tags = append(to.Tags, Tag{"name", u.name}, Tag{"url", u.url})
}

// notes is a sink that keeps what it got, as text.
type notes []string

func (n *notes) Take(m *Moment) {
	text := fmt.Sprintf("%d", m.At.Sub(start).Milliseconds())
	for _, p := range m.Points {
		text += fmt.Sprintf(" %s=%v", p.Metric.Name, p.Value)
	}
	for i, list := range [][]Tag{m.Tags, m.Metadata} {
		for _, tag := range list {
			text += fmt.Sprintf(" %s%s:%s", []string{"", "#"}[i], tag.Name, tag.Value)
		}
	}
	*n = append(*n, text)
}

func only(names ...string) func(string) bool {
	return func(name string) bool { return slices.Contains(names, name) }
}

func TestSinkGetsEverySample(t *testing.T) {
	tags := (*TagSet)(nil).With(Tag{"run", "1"}, Tag{"group", "::a"}).WithMetadata(Tag{"iter", "3"}, Tag{"note", "x"}).With(Tag{"run", "2"})
	request := Request{Sending: 1e6, Waiting: 2e6, Receiving: 5e5, Blocked: 4e6, Connecting: 3e6, TLS: 1e6, Verdict: Unexpected}
	unjudged := request
	unjudged.Verdict = Unjudged
	all, none := only("check", "expected_response"), only()
	const figures = "http_reqs=1 http_req_duration=3.5 http_req_blocked=4 http_req_connecting=3 http_req_tls_handshaking=1 http_req_sending=1 http_req_waiting=2 http_req_receiving=0.5"
	const labels = "group:::a run:2 #iter:3 #note:x"
	tests := []struct {
		name string
		on   func(string) bool
		add  func(e *Engine, at time.Time)
		want string
	}{
		{"a sample", all, func(e *Engine, at time.Time) { e.Add(e.Builtin.VUs, 3, tags, at) }, "7 vus=3 " + labels},
		{"no tags", all, func(e *Engine, at time.Time) { e.Add(e.Builtin.VUs, 3, nil, at) }, "7 vus=3"},
		{"an empty set", all, func(e *Engine, at time.Time) { e.Add(e.Builtin.VUs, 3, (*TagSet)(nil), at) }, "7 vus=3"},
		{"a check", all, func(e *Engine, at time.Time) { e.Check("::a", "ok", true, tags.With(Tag{"check", "mine"}), at) }, "7 checks=1 check:ok " + labels},
		{"a check that failed", none, func(e *Engine, at time.Time) { e.Check("::a", "ok", false, tags, at) }, "7 checks=0 " + labels},
		{"a request", all, func(e *Engine, at time.Time) { e.AddRequest(&request, tags, at) }, "7 " + figures + " http_req_failed=1 expected_response:false " + labels},
		{"a request without the tag", none, func(e *Engine, at time.Time) { e.AddRequest(&request, tags, at) }, "7 " + figures + " http_req_failed=1 " + labels},
		{"a request that nobody judges", all, func(e *Engine, at time.Time) { e.AddRequest(&unjudged, tags, at) }, "7 " + figures + " " + labels},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			e := New()
			var first, second notes
			e.Raw(tt.on, &first, &second)
			tt.add(e, start.Add(7*time.Millisecond))
			if len(first) != 1 || first[0] != tt.want {
				t.Errorf("\n got %v\nwant %s", first, tt.want)
			}
			if !slices.Equal(first, second) {
				t.Errorf("the second sink got %v", second)
			}
			if n := e.Collect(start).Series[0].Values.Samples; n != 1 {
				t.Errorf("%d samples were counted", n)
			}
		})
	}
}

func TestDemands(t *testing.T) {
	e := withThresholds(t, New(), on("http_reqs{b:2,c:3}", "count<9", "rate<9"), on("http_reqs", "count<8", "rate<7"), on("http_reqs{a:1}", "count<9"),
		on("http_req_duration{expected_response:true}", "max<9"))
	for _, tt := range []struct {
		on               func(string) bool
		metric           *Metric
		thresholds, subs string
	}{
		{only("expected_response"), e.Builtin.HTTPReqs, "count<8 rate<7", "http_reqs{b:2,c:3} http_reqs{a:1}"},
		{only("expected_response"), e.Builtin.HTTPReqDuration, "", "http_req_duration{expected_response:true}"},
		{only(), e.Builtin.VUs, "", ""},
	} {
		e.Raw(tt.on)
		thresholds, subs := e.Demands(tt.metric)
		var names []string
		for _, key := range subs {
			names = append(names, key.String())
		}
		if got := strings.Join(thresholds, " "); got != tt.thresholds || strings.Join(names, " ") != tt.subs {
			t.Errorf("%s: %q, %q", tt.metric.Name, thresholds, names)
		}
	}
	plain := New()
	for name, want := range map[string]int{"expected_response": 1, "status": 0} { // k6 has this one without a threshold, too
		plain.Raw(only(name))
		if _, subs := plain.Demands(plain.Builtin.HTTPReqDuration); len(subs) != want {
			t.Errorf("with the system tag %s: %v", name, subs)
		}
	}
}
