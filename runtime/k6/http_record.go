package k6

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"katydid/metrics"
	"katydid/runtime/bridge"
	"katydid/stats"
)

const (
	codeGeneric    = 1000
	codeInvalidURL = 1020
)

// judge notes why a request got no answer, or k6's number for one that says no.
func (x *exchange) judge(err error) {
	if err == nil {
		if x.resp.Status >= 400 {
			x.code = 1000 + x.resp.Status
		}
		return
	}
	x.err = err
	x.unfinished()
	if why, ok := errors.AsType[*refusal](err); ok {
		x.code, x.text = why.code, why.text
	} else {
		x.code, x.text = bridge.Code(err)
	}
}

// unfinished gives the time of the phase that did not come to its end to that phase, as k6 does. The bridge leaves it out.
func (x *exchange) unfinished() {
	if x.resp.RemoteAddr() == nil {
		return
	}
	p := &x.resp.Phases
	rest := x.resp.Elapsed() - p.DNS - p.Connect - p.TLS - p.Send - p.Wait - p.Receive - x.resp.Queued
	switch {
	case rest <= 0:
	case p.Wait > 0:
		p.Receive += rest
	default:
		p.Wait += rest
	}
}

// verdict says whether the answer is as expected.
func (x *exchange) verdict() metrics.Verdict {
	switch {
	case x.expect == nil:
		return metrics.Unjudged
	case x.err == nil && x.expect.has(x.resp.Status):
		return metrics.Expected
	}
	return metrics.Unexpected
}

// record counts the request: in k6's metrics, and in the rows of Locust's table.
func (s *State) record(x *exchange) {
	w, p := s.web(), x.resp.Phases
	w.in += x.resp.BytesIn
	w.out += x.resp.BytesOut
	x.figures = metrics.Request{
		Blocked: p.DNS + p.Connect + p.TLS + x.resp.Queued, Connecting: p.Connect, TLS: p.TLS,
		Sending: p.Send, Waiting: p.Wait, Receiving: p.Receive, Verdict: x.verdict(),
	}
	s.run.Metrics.AddRequest(&x.figures, x, x.resp.Done)
	s.vm.Env.Recorder.Record(x.turn.Sample(stats.Key{Method: x.method, Name: x.name}, &x.resp, x.failure()))
}

// failure is the text of the failures row, "" for a success.
func (x *exchange) failure() string {
	switch {
	case x.err == nil && x.figures.Verdict != metrics.Unexpected:
		return ""
	case x.err == nil && x.resp.Status < 400:
		return stats.FailureText("HTTPError", "unexpected status "+x.status()+" for url: "+x.name)
	case x.err == nil:
		return stats.HTTPErrorText(x.resp.Status, x.reason(), x.name)
	}
	if e, ok := errors.AsType[*bridge.Error](x.err); ok {
		return stats.FailureText(string(e.Kind), e.Text)
	}
	if e, ok := errors.AsType[*refusal](x.err); ok {
		return stats.FailureText(string(bridge.InvalidURL), e.text)
	}
	return stats.FailureText("Error", x.err.Error())
}

// status is code and reason; "" without an answer.
func (x *exchange) status() string {
	if x.resp.Status == 0 {
		return ""
	}
	return strings.TrimSpace(strconv.Itoa(x.resp.Status) + " " + x.reason())
}

func (x *exchange) reason() string {
	if x.resp.Reason != "" {
		return x.resp.Reason
	}
	return http.StatusText(x.resp.Status)
}

// Tag implements metrics.Tags. What the system knows counts before what the script gives, as in k6; the name is among
// what it knows, see newCall.
func (x *exchange) Tag(name string) (string, bool) {
	if v := x.systemTag(name); v != "" && x.s.run.tagged(name) {
		return v, true
	}
	if v, ok := x.c.tags.get(name); ok {
		return v, true
	}
	return x.base.Tag(name)
}

// List implements metrics.Lister.
func (x *exchange) List(to *metrics.Labels) {
	x.base.List(to)
	to.Tags = append(to.Tags, x.c.tags...)
	for _, name := range systemTags {
		if v := x.systemTag(name); v != "" && x.s.run.tagged(name) {
			to.Tags = append(to.Tags, metrics.Tag{Name: name, Value: v})
		}
	}
}

// systemTags are those that a request can say something about.
var systemTags = []string{"method", "name", "url", "status", "proto", "error", "error_code", "tls_version", "ip"}

// systemTag is a tag that comes from the request itself; "" if it does not apply.
func (x *exchange) systemTag(name string) string {
	switch name {
	case "method":
		return x.method
	case "name":
		return x.name
	case "url":
		return x.url
	case "status":
		return strconv.Itoa(x.resp.Status)
	case "proto":
		return x.resp.Proto
	case "error":
		return x.text
	case "error_code":
		if x.code != 0 {
			return strconv.Itoa(x.code)
		}
	case "tls_version":
		return x.tls(name)
	case "ip":
		ip, _ := x.remote()
		return ip
	}
	return ""
}
