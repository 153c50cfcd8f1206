package module

import (
	"strconv"

	"katydid/metrics"
	"katydid/stats"
)

// measure counts the request in k6's metrics, for thresholds.
func (x *exchange) measure(s *stats.Sample) {
	p := x.resp.Phases
	r := metrics.Request{Blocked: p.DNS + p.Connect + p.TLS, Connecting: p.Connect, TLS: p.TLS, Sending: p.Send, Waiting: p.Wait, Receiving: p.Receive, Verdict: metrics.Expected}
	if s.Failure != "" {
		r.Verdict = metrics.Unexpected
	}
	x.c.vm.Env.Metrics.AddRequest(&r, x, x.resp.Done)
}

// List implements metrics.Lister.
func (x *exchange) List(to *metrics.Labels) {
	for _, name := range []string{"name", "method", "status", "url", "scenario", "error"} {
		if v, ok := x.Tag(name); ok {
			to.Tags = append(to.Tags, metrics.Tag{Name: name, Value: v})
		}
	}
}

// Tag implements metrics.Tags: what a threshold can choose requests by.
func (x *exchange) Tag(name string) (string, bool) {
	switch name {
	case "name":
		return x.name, true
	case "method":
		return x.method, true
	case "status":
		return strconv.Itoa(x.resp.Status), true
	case "url":
		return x.resp.URL(), true
	case "scenario":
		return x.c.vm.Class.Name, true
	case "error":
		if x.err != nil {
			return x.failureOfTransport(), true
		}
	}
	return "", false
}
