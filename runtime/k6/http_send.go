package k6

import (
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/vu"
	"katydid/stats"
)

// exchange is one request and its answer: one of a chain of redirects. It is the tags of its samples.
type exchange struct {
	s       *State
	c       *call
	method  string
	name    string
	url     string
	request bridge.Request
	resp    bridge.Response
	err     error // of the transport, or of the call itself
	code    int   // k6's number for err, or for the status
	text    string
	expect  *statuses
	base    *metrics.TagSet // the user's, when it was sent
	turn    vu.Turn
}

// blocking sends a request and gives the response.
func (s *State) blocking(method string, url, body, params goja.Value) goja.Value {
	s.inIteration("a request")
	c, err := s.newCall(method, url, body, params)
	if err != nil {
		return s.refused(c, err)
	}
	if !s.await(s.run.Turn) {
		return goja.Undefined() // a hard stop: nothing of the script goes on
	}
	s.vm.Block()
	client := s.web().connect()
	x := s.begin(c)
	err = s.chain(client, x, func(x *exchange) { s.vm.Unblock(); s.record(x); s.vm.Block() })
	s.vm.Unblock()
	return s.finish(x, err)
}

// await waits for the request's turn under the cap of the run; false means that a hard stop came first.
func (s *State) await(turn func(time.Time) time.Duration) bool {
	return turn == nil || s.vm.Sleep(turn(time.Now()))
}

// begin makes the exchange of a call's first request.
func (s *State) begin(c *call) *exchange {
	return &exchange{s: s, c: c, method: c.Method, name: c.name, url: c.url, request: c.Request, expect: c.expect, base: s.tags, turn: s.vm.Turn()}
}

// chain sends a request and follows redirects. done is called for each answer but the last, which is left in x. It
// touches nothing of the script, so that it may run in a goroutine of its own.
func (s *State) chain(client *bridge.Client, x *exchange, done func(*exchange)) error {
	c := x.c
	x.request.Jar = c.jar
	began := time.Now()
	for followed := 0; ; followed++ {
		err := s.hop(client, x, done)
		if err != nil {
			return err
		}
		next, ok, err := client.Redirect(&x.request, &x.resp)
		if !ok || followed >= c.redirects {
			if ok && !c.ownLimit && c.redirects > 0 {
				s.warn("a redirect was not followed: there were " + strconv.Itoa(followed) + " already, see maxRedirects")
			}
			return x.astray(err, done)
		}
		done(x)
		next.Header = c.redirected(x.request.Origin.URL(x.request.URI))
		if next.Timeout = c.left(began); next.Timeout <= 0 {
			return &bridge.Error{Kind: bridge.ReadTimeout, Text: "no complete response within the timeout of the request"}
		}
		*x = *x.after(next)
	}
}

// astray makes x, which has answered with a redirect that leads nowhere, the request that cannot be sent: in k6 that
// counts, beside the one that was answered. Without an error x is the last of its chain.
func (x *exchange) astray(err error, done func(*exchange)) error {
	if err == nil {
		return nil
	}
	to := x.resp.Header.Get("Location")
	done(x)
	next := bridge.Request{Method: x.request.Method, Origin: x.request.Origin, URI: x.request.URI}
	*x = *x.after(next)
	if !x.c.named {
		x.url, x.name = masked(to), masked(to)
	}
	x.unsent()
	return wrongURL(to, err)
}

// unsent gives a request that was not sent the time at which it would have been.
func (x *exchange) unsent() {
	x.resp.Sent = time.Now()
	x.resp.Done = x.resp.Sent
}

// redirected is the header of a request that a redirect asks for: it says where it comes from.
func (c *call) redirected(from string) []bridge.Field {
	return append(c.Header[:len(c.Header):len(c.Header)], bridge.Field{Name: "Referer", Value: from})
}

// left is what is left of the time that a call has, all redirects together.
func (c *call) left(began time.Time) time.Duration {
	limit := c.Timeout
	if limit == 0 {
		limit = bridge.DefaultTimeout
	}
	return limit - time.Since(began)
}

// after is the exchange of a request that a redirect asks for.
func (x *exchange) after(next bridge.Request) *exchange {
	f := &exchange{s: x.s, c: x.c, method: next.Method, request: next, expect: x.expect, base: x.base, turn: x.turn.After()}
	f.name, f.url = x.c.name, x.c.url
	if !x.c.named {
		f.url = next.Origin.URL(next.URI)
		f.name = f.url
	}
	return f
}

// hop sends one request, or two where the server asks who we are.
func (s *State) hop(client *bridge.Client, x *exchange, done func(*exchange)) error {
	c := x.c
	jar := c.jar
	if len(c.cookies) > 0 {
		if jar == nil {
			jar = client.Jar()
		}
		header, all := c.cookieHeader(jar)
		x.request.Header = append(x.request.Header[:len(x.request.Header):len(x.request.Header)], bridge.Field{Name: "Cookie", Value: header})
		x.request.NoCookies = all
	}
	err := do(client, &x.request, &x.resp)
	if err == nil && x.request.NoCookies {
		jar.Keep(x.request.Origin, x.request.URI, x.resp.Header)
	}
	if err != nil || c.auth != "digest" || x.resp.Status != http.StatusUnauthorized || c.user == nil {
		return err
	}
	answer, err := c.user.digest(x.method, x.request.URI, x.resp.Header.Get("Www-Authenticate"))
	if err != nil {
		return err
	}
	first := *x
	first.expect = &statuses{{http.StatusUnauthorized, http.StatusUnauthorized}}
	done(&first)
	x.request.Header = append(x.request.Header[:len(x.request.Header):len(x.request.Header)], bridge.Field{Name: "Authorization", Value: answer})
	x.turn = x.turn.After()
	return do(client, &x.request, &x.resp)
}

// finish records the last answer of a chain and makes the response.
func (s *State) finish(x *exchange, err error) goja.Value {
	if errors.Is(err, bridge.ErrClosed) {
		return goja.Undefined() // a hard stop: the target did not do this, and nothing of the script goes on
	}
	x.fail(err)
	s.record(x)
	if err != nil {
		s.warn("Request Failed: " + x.method + " " + x.name + ": " + x.text)
		if x.c.throw {
			js.Throw(s.rt(), "%s", x.text)
		}
	}
	return s.response(x)
}

// refused is the response to a call that could not be sent. As in k6, one to a URL that lacks a part counts as a request
// that has failed, and one for which the script is to blame in another way does not count.
func (s *State) refused(c *call, err error) goja.Value {
	x := s.begin(c)
	x.err, x.text = err, err.Error()
	if e := (*bridge.Error)(nil); errors.As(err, &e) {
		x.text, x.code = e.Text, codeInvalidURL
	}
	if part := (*lacking)(nil); errors.As(err, &part) {
		x.code = codeGeneric
		x.unsent()
		s.record(x)
	}
	s.warn("Request Failed: " + x.text)
	if c.throw {
		js.Throw(s.rt(), "%s", x.text)
	}
	return s.response(x)
}

const (
	codeGeneric    = 1000
	codeInvalidURL = 1020
)

// fail notes why a request got no answer, or k6's number for one that says no.
func (x *exchange) fail(err error) {
	x.err = err
	x.unfinished()
	part := (*lacking)(nil)
	switch {
	case errors.As(err, &part):
		x.code, x.text = codeGeneric, part.text
	case err != nil:
		x.code, x.text = bridge.Code(err)
	case x.resp.Status >= 400:
		x.code = 1000 + x.resp.Status
	}
}

// unfinished gives the time of the phase that did not come to its end to that phase, as k6 does. The bridge leaves it out.
func (x *exchange) unfinished() {
	if x.err == nil || x.resp.RemoteAddr() == nil {
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
	if x.err == nil && x.code == 0 {
		x.fail(nil)
	}
	w, p := s.web(), x.resp.Phases
	w.in += x.resp.BytesIn
	w.out += x.resp.BytesOut
	r := metrics.Request{
		Blocked: p.DNS + p.Connect + p.TLS + x.resp.Queued, Connecting: p.Connect, TLS: p.TLS,
		Sending: p.Send, Waiting: p.Wait, Receiving: p.Receive, Verdict: x.verdict(),
	}
	s.run.Metrics.AddRequest(&r, x, x.resp.Done)
	sample := stats.Sample{
		Key:     stats.Key{Method: x.method, Name: x.name},
		Sent:    x.resp.Sent,
		Done:    x.resp.Done,
		Bytes:   x.resp.Size,
		Failure: x.failure(r.Verdict),
		WakeLag: x.resp.WakeLag + x.resp.ConnectLag,
		Stamped: x.resp.Stamped,
		Phases:  stats.Phases(p),
	}
	sample.Planned, sample.StartLag = x.turn.Plan(sample.Sent)
	s.vm.Env.Recorder.Record(sample)
}

// failure is the text of the failures row, "" for a success.
func (x *exchange) failure(v metrics.Verdict) string {
	switch e := (*bridge.Error)(nil); {
	case errors.As(x.err, &e):
		return stats.FailureText(string(e.Kind), e.Text)
	case x.err != nil:
		return stats.FailureText("Error", x.err.Error())
	case v == metrics.Unexpected:
		return stats.HTTPErrorText(x.resp.Status, x.reason(), x.name)
	}
	return ""
}

func (x *exchange) reason() string {
	if x.resp.Reason != "" {
		return x.resp.Reason
	}
	return http.StatusText(x.resp.Status)
}

// Tag implements metrics.Tags. What the request itself says counts before what the script gives, as in k6; the name is
// the script's already, if it has given one.
func (x *exchange) Tag(name string) (string, bool) {
	if v, known := x.systemTag(name); known && v != "" && x.s.run.tagged(name) {
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
		if v, _ := x.systemTag(name); v != "" && x.s.run.tagged(name) {
			to.Tags = append(to.Tags, metrics.Tag{Name: name, Value: v})
		}
	}
}

// systemTags are those that a request can say something about.
var systemTags = []string{"method", "name", "url", "status", "proto", "error", "error_code", "tls_version", "ip"}

// systemTag is a tag that comes from the request itself; "" if it does not apply.
func (x *exchange) systemTag(name string) (value string, known bool) {
	switch name {
	case "method":
		return x.method, true
	case "name":
		return x.name, true
	case "url":
		return x.url, true
	case "status":
		return strconv.Itoa(x.resp.Status), true
	case "proto":
		return x.resp.Proto, true
	case "error":
		return x.text, true
	case "error_code":
		if x.code == 0 {
			return "", true
		}
		return strconv.Itoa(x.code), true
	case "tls_version":
		if t := x.resp.TLS(); t != nil {
			return tlsVersion(t.Version), true
		}
		return "", true
	case "ip":
		ip, _ := x.remote()
		return ip, true
	}
	return "", false
}
