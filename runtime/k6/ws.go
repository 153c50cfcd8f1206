package k6

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/bridge"
	"katydid/runtime/js"
	"katydid/runtime/vu"
	"katydid/runtime/websocket"
	"katydid/stats"
)

// traffic counts what the user's WebSockets send and receive, since the last iteration.
func (s *State) traffic() *bridge.Traffic {
	if s.ws == nil {
		s.ws = &bridge.Traffic{}
	}
	return s.ws
}

// session is one WebSocket connection, or the attempt at one. It is the tags of its samples. What it holds is only read
// while goroutines use it.
type session struct {
	s     *State
	url   string // as a tag: without a password
	name  string
	named bool // k6/websockets has the tag name, k6/ws has not
	tags  tagList
	base  *metrics.TagSet // the user's, when it began
	turn  vu.Turn
	jar   *bridge.Jar
	cfg   *bridge.Config
	req   websocket.Request

	status, subproto string // of the answer
	answered         bool
	began, ended     time.Time // of connecting
}

// errSocketURL is in the words that scripts may look for.
var errSocketURL = errors.New("malformed ws or wss URL")

// newSession reads URL and params. Wrong params are thrown.
func (s *State) newSession(text string, params goja.Value) (*session, error) {
	scheme, rest, _ := strings.Cut(text, "://")
	plain, known := map[string]string{"ws": "http", "wss": "https"}[strings.ToLower(scheme)]
	if !known {
		return nil, errSocketURL
	}
	a := s.web().parse(plain + "://" + rest)
	if a.wrong != nil {
		return nil, fmt.Errorf("%w: %s", errSocketURL, a.wrong.text)
	}
	x := &session{s: s, url: masked(text), name: masked(text), base: s.tags, jar: s.web().jar(), cfg: s.run.config()}
	x.req = websocket.Request{Origin: a.origin, URI: a.uri, Header: http.Header{}, Sent: x.countSent}
	for _, f := range x.cfg.Header {
		x.req.Header.Set(f.Name, f.Value)
	}
	if x.req.Header.Set("User-Agent", x.cfg.UserAgent); x.cfg.UserAgent == "" {
		x.req.Header.Set("User-Agent", bridge.DefaultUserAgent)
	}
	if a.user != nil {
		x.req.Header.Set("Authorization", bridge.BasicAuth(a.user.name, a.user.password))
	}
	if o, ok := params.(*goja.Object); ok {
		x.params(o)
	}
	for _, k := range x.jar.Cookies(a.origin, a.uri) {
		line := k.Name + "=" + k.Value
		if before := x.req.Header.Get("Cookie"); before != "" {
			line = before + "; " + line
		}
		x.req.Header.Set("Cookie", line)
	}
	return x, nil
}

// params reads the params object. The names that are not known are ignored, as k6 does.
func (x *session) params(o *goja.Object) {
	rt := x.s.rt()
	for _, key := range o.Keys() {
		v := o.Get(key)
		if !js.Given(v) {
			continue
		}
		switch key {
		case "headers":
			h := js.Object(rt, "params.headers", v)
			for _, name := range h.Keys() {
				x.req.Header.Set(name, js.ToText(rt, h.Get(name)))
			}
		case "tags":
			x.tags = x.s.tagsOf("params.tags", v)
			if name, ok := x.tags.get("name"); ok {
				x.name, x.url = name, name
			}
		case "jar":
			if jar := js.Reveal[*bridge.Jar](v, jarKey); jar != nil {
				x.jar = jar
			}
		case "compression":
			if v.String() != "deflate" {
				js.Throw(rt, "unsupported compression algorithm '%s', supported algorithm is 'deflate'", v)
			}
			x.req.Deflate = true
		}
	}
}

// dial connects. It touches nothing of the script, so that it may run in a goroutine of its own. When ctx ends, so does it.
func (x *session) dial(ctx context.Context, traffic *bridge.Traffic) (c *websocket.Conn, a *websocket.Answer, err error) {
	defer func() { // a fault of ours ends the attempt, not the process
		if fault := recover(); fault != nil {
			err = fmt.Errorf("internal error: %v\n%s", fault, debug.Stack())
		}
	}()
	ctx, cancel := context.WithTimeout(ctx, bridge.DefaultTimeout)
	defer cancel()
	x.began = time.Now()
	c, a, err = websocket.Dial(ctx, x.cfg, traffic, &x.req)
	x.ended = time.Now()
	if a != nil {
		x.answered, x.status, x.subproto = true, strconv.Itoa(a.Status), a.Header.Get("Sec-WebSocket-Protocol")
		for _, line := range a.Header.Values("Set-Cookie") {
			if k, err := http.ParseSetCookie(line); err == nil {
				x.jar.Set(x.req.Origin, x.req.URI, k)
			}
		}
	}
	return c, a, err
}

// record counts an attempt: in k6's metrics, and as a row of Locust's table whose time is that of connecting.
func (x *session) record(a *websocket.Answer, err error) {
	b := &x.s.run.Metrics.Builtin
	x.count(b.WSSessions, 1)
	x.count(b.WSConnecting, millisOf(x.ended.Sub(x.began)))
	sample := stats.Sample{Key: stats.Key{Method: "WS", Name: x.name}, Sent: x.began, Done: x.ended, Failure: x.failure(a, err)}
	sample.Planned, sample.StartLag = x.turn.Plan(x.began)
	x.s.vm.Env.Recorder.Record(sample)
}

// failure is the text of the failures row, "" for a success.
func (x *session) failure(a *websocket.Answer, err error) string {
	var known *bridge.Error
	switch {
	case err == nil:
		return ""
	case a != nil && a.Status != http.StatusSwitchingProtocols:
		return stats.HTTPErrorText(a.Status, a.Reason, x.name)
	case a != nil:
		return stats.FailureText(string(bridge.InvalidResponse), err.Error())
	case errors.As(err, &known):
		return stats.FailureText(string(known.Kind), known.Text)
	case errors.Is(err, context.DeadlineExceeded):
		return stats.FailureText(string(bridge.ConnectTimeout), "no connection within "+bridge.DefaultTimeout.String())
	}
	code, text := bridge.Code(err)
	kind := bridge.ConnectionError
	switch code / 100 {
	case 11:
		kind = bridge.DNSError
	case 13:
		kind = bridge.TLSError
	}
	return stats.FailureText(string(kind), text)
}

// lasted records how long a session was. Any goroutine may call it, as count and countSent.
func (x *session) lasted() {
	x.count(x.s.run.Metrics.Builtin.WSSessionDuration, millisOf(time.Since(x.began)))
}

func (x *session) count(m *metrics.Metric, value float64) {
	x.s.run.Metrics.Add(m, value, x, time.Now())
}

func (x *session) countSent() { x.count(x.s.run.Metrics.Builtin.WSMessagesSent, 1) }

// heard counts a message that has come.
func (x *session) heard(k websocket.Kind) {
	if k == websocket.Text || k == websocket.Binary {
		x.count(x.s.run.Metrics.Builtin.WSMessagesReceived, 1)
	}
}

// Tag implements metrics.Tags. What the script gives counts before what the system knows.
func (x *session) Tag(name string) (string, bool) {
	if v, ok := x.tags.get(name); ok {
		return v, true
	}
	value, has := "", true
	switch name {
	case "url":
		value = x.url
	case "name":
		value, has = x.name, x.named
	case "status":
		value, has = x.status, x.answered
	case "subproto":
		value, has = x.subproto, x.answered
	default:
		return x.base.Tag(name)
	}
	return value, has && x.s.run.tagged(name)
}

// pings are those that have no answer yet, by what they carry.
type pings struct {
	sent map[string]time.Time
	next int
}

// send sends a ping that can be told from others.
func (p *pings) send(c *websocket.Conn, counted bool) error {
	id := strconv.Itoa(p.next)
	p.next++
	if p.sent == nil {
		p.sent = map[string]time.Time{}
	}
	p.sent[id] = time.Now()
	return c.Ping([]byte(id), counted)
}

// answered records how long a pong took. One that nobody has asked for is no answer.
func (p *pings) answered(x *session, m websocket.Message) {
	if sent, ok := p.sent[string(m.Data)]; ok {
		delete(p.sent, string(m.Data))
		x.count(x.s.run.Metrics.Builtin.WSPing, millisOf(m.At.Sub(sent)))
	}
}

// usualClose says that the end of a connection is no error.
func usualClose(code int) bool { return code == 1000 || code == 1001 }
