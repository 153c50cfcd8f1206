package k6

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/bridge"
	"katydid/runtime/vu"
)

// exchange is one request and its answer: one of a chain of redirects. It is the tags of its samples.
type exchange struct {
	s       *State
	c       *call // of the whole chain
	method  string
	name    string
	url     string
	request *bridge.Request // as it is sent
	resp    bridge.Response
	err     error // of the transport, or of the call itself
	code    int   // k6's number for err, or for the status
	text    string
	expect  *statuses
	base    *metrics.TagSet // the user's, when it was sent
	turn    vu.Turn
	figures metrics.Request

	redirected string          // the URL that the last redirect led to; "" without one
	first      *bridge.Request // of the chain, and the cookies of the jar that it carried; nil if there was no redirect
	carried    []*http.Cookie

	own  call     // c, where it is not another's: an allocation less
	view response // for the script
}

// blocking sends a request and gives the response.
func (s *State) blocking(method string, url, body, params goja.Value) goja.Value {
	s.inIteration("a request")
	x, err := s.newCall(method, url, body, params)
	if err != nil {
		return s.refused(x, err)
	}
	if !s.await(s.run.Turn) {
		return goja.Undefined() // a hard stop: nothing of the script goes on
	}
	s.vm.Block()
	l := s.web().take(x.c.Origin, false)
	s.begin(x)
	err = s.chain(l.Client, x, func(x *exchange) { s.vm.Unblock(); s.record(x); s.vm.Block() })
	s.web().give(l)
	s.vm.Unblock()
	return s.finish(x, err)
}

// await waits for the request's turn under the cap of the run; false means that a hard stop came first.
func (s *State) await(turn func(time.Time) time.Duration) bool {
	return turn == nil || s.vm.Sleep(turn(time.Now()))
}

// begin makes x the first request of its chain, which is sent now.
func (s *State) begin(x *exchange) {
	c := x.c
	x.method, x.name, x.url, x.request, x.expect = c.Method, c.name, c.url, &c.Request, c.expect
	x.base, x.turn = s.tags, s.vm.Turn()
}

// chain sends a request and follows redirects. done is called for each answer but the last, which is left in x. It
// touches nothing of the script, so that it may run in a goroutine of its own.
func (s *State) chain(client *bridge.Client, x *exchange, done func(*exchange)) error {
	c := x.c
	c.Jar = c.jar
	began := time.Now()
	for followed := 0; ; followed++ {
		err := s.hop(client, x, done)
		if err != nil {
			return err
		}
		next, ok, err := client.Redirect(x.request, &x.resp)
		if err != nil {
			return x.astray(err, done)
		}
		if !ok || followed >= c.redirects {
			if ok && !c.ownLimit && c.redirects > 0 {
				s.warn("a redirect was not followed: there were " + strconv.Itoa(followed) + " already, see maxRedirects")
			}
			return nil
		}
		x.judge(nil)
		done(x)
		to := next // another variable, so that only redirects pay for it
		to.Header, to.NoCookies = c.redirected(x.request, &to), false
		to.Timeout = max(c.left(began), 1) // it may run out at once
		x.follow(&to, to.Origin.URL(to.URI))
	}
}

// astray ends a chain at a redirect that leads nowhere. As in k6, a request to a URL that nothing can be sent to counts
// beside the one that was answered; where there is no URL the answer was none.
func (x *exchange) astray(err error, done func(*exchange)) error {
	to := x.resp.Header.Get("Location")
	if wrong := wrongURL(to, err); wrong.counts {
		x.judge(nil)
		done(x)
		x.follow(x.request, masked(to))
		x.resp = bridge.Response{Sent: x.resp.Done, Done: x.resp.Done}
		return wrong
	}
	why := err.Error()
	if e, ok := errors.AsType[*bridge.Error](err); ok {
		why = e.Text
	}
	x.dismiss()
	return &refusal{code: codeGeneric, text: "failed to parse Location header: " + why, counts: true}
}

// dismiss takes the answer away: it was of no use.
func (x *exchange) dismiss() {
	x.resp.Status, x.resp.Proto, x.resp.Body, x.resp.Header = 0, "", nil, ""
}

// redirected is the header of a request that a redirect asks for: it says where it comes from, as browsers do.
func (c *call) redirected(from, to *bridge.Request) []bridge.Field {
	if from.Origin.Scheme == "https" && to.Origin.Scheme == "http" {
		return c.Header
	}
	for _, f := range c.Header {
		if strings.EqualFold(f.Name, "Referer") {
			return c.Header
		}
	}
	return append(c.Header[:len(c.Header):len(c.Header)], bridge.Field{Name: "Referer", Value: from.Origin.URL(from.URI)})
}

// left is what is left of the time that a call has, all redirects together.
func (c *call) left(began time.Time) time.Duration {
	limit := c.Timeout
	if limit == 0 {
		limit = bridge.DefaultTimeout
	}
	return limit - time.Since(began)
}

// follow makes x the request that a redirect asks for.
func (x *exchange) follow(next *bridge.Request, to string) {
	if x.first == nil {
		x.first, x.carried = x.request, x.resp.Cookies
	}
	if x.c.user != nil && x.c.auth != "digest" && next.Origin == x.c.Origin {
		to = strings.Replace(to, "://", "://****:****@", 1)
	}
	x.request, x.method, x.turn, x.redirected = next, next.Method, x.turn.After(), to
	x.code, x.name, x.url = 0, x.c.name, x.c.url
	if !x.c.named {
		x.name, x.url = to, to
	}
}

// hop sends one request, and more where the server asks who we are.
func (s *State) hop(client *bridge.Client, x *exchange, done func(*exchange)) error {
	c := x.c
	jar := c.jar
	if len(c.cookies) > 0 {
		if jar == nil {
			jar = client.Jar()
		}
		header, all := c.cookieHeader(jar, x.request)
		x.also("Cookie", header)
		x.request.NoCookies = all
	}
	err := do(client, x.request, &x.resp)
	if err == nil && x.request.NoCookies {
		jar.Keep(x.request.Origin, x.request.URI, x.resp.Header)
	}
	if err != nil || x.resp.Status != http.StatusUnauthorized || c.user == nil {
		return err
	}
	return s.login(client, x, done)
}

// also adds a field to what is sent. The call's own request stays as it is, for redirects.
func (x *exchange) also(name, value string) {
	r := *x.request
	r.Header = append(r.Header[:len(r.Header):len(r.Header)], bridge.Field{Name: name, Value: value})
	x.request = &r
}
