package k6

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/dop251/goja"

	"katydid/runtime/bridge"
)

// web is what a VM needs for its requests.
type web struct {
	s      *State
	client *bridge.Client
	life   <-chan struct{} // the hard stop for which client and spare were made
	spare  []sibling
	expect *statuses
	jars   *bridge.Jar // the user's; nil before anybody asked for it
	known  map[string]*address
	in     int64 // bytes since the last iteration
	out    int64

	methods map[string]goja.Value // of responses
}

// web gives it, made on its first use.
func (s *State) web() *web {
	if s.net == nil {
		s.net = &web{s: s, expect: usual, known: map[string]*address{}}
		s.vm.OnEnd(s.net.close)
	}
	return s.net
}

// connect gives the client for blocking requests. A hard stop closes those that there are, for good.
func (w *web) connect() *bridge.Client {
	if w.client != nil && w.life == w.s.vm.Hard() {
		return w.client
	}
	w.client, w.life, w.spare = bridge.NewClient(w.s.run.config()), w.s.vm.Hard(), nil
	w.client.UseJar(w.jars)
	w.s.vm.OnKill(w.client.Close)
	return w.client
}

// sibling is a client for requests in parallel: connections of its own, the user's cookies.
type sibling struct {
	*bridge.Client
	forget func() // see vu.VM.OnKill
}

// sibling takes one that is idle, or makes one.
func (w *web) sibling() sibling {
	first := w.connect()
	var c sibling
	if n := len(w.spare); n > 0 {
		c = w.spare[n-1]
		w.spare = w.spare[:n-1]
	} else {
		c.Client = first.Sibling()
		c.forget = w.s.vm.OnKill(c.Close)
	}
	c.UseJar(w.jar())
	return c
}

// maxSpare is how many connections a user keeps besides its first: as many as a batch sends at a time.
const maxSpare = 20

// giveBack takes a sibling back.
func (w *web) giveBack(c sibling) {
	if len(w.spare) < maxSpare && w.life == w.s.vm.Hard() {
		w.spare = append(w.spare, c)
		return
	}
	c.Close()
	c.forget()
}

func (w *web) close() {
	if w.client != nil {
		w.client.Close()
	}
	for _, c := range w.spare {
		c.Close()
	}
}

// jar is the user's cookie jar, of this iteration.
func (w *web) jar() *bridge.Jar {
	if w.jars == nil {
		w.jars = w.connect().Jar() // which may have cookies in it
	}
	return w.jars
}

// config is the settings of all users; those of the zero value while the options are not known.
func (r *Run) config() *bridge.Config {
	if r.HTTP == nil {
		r.once.Do(func() { r.fallback = plainConfig() })
		return r.fallback
	}
	return r.HTTP
}

// transferred records the bytes that an iteration has sent and received.
func (s *State) transferred() {
	var in, out int64
	if w := s.net; w != nil {
		in, out, w.in, w.out = w.in, w.out, 0, 0
	}
	if w := s.ws; w != nil {
		in += w.In.Swap(0)
		out += w.Out.Swap(0)
	}
	b := &s.run.Metrics.Builtin
	s.add(b.DataSent, float64(out), nil)
	s.add(b.DataReceived, float64(in), nil)
}

// closeIdle closes the connections of the user.
func (s *State) closeIdle() {
	if s.net != nil && s.net.client != nil {
		s.net.client.CloseIdle()
		for _, c := range s.net.spare {
			c.CloseIdle()
		}
	}
}

// forgetCookies empties the user's jar. One that the script has kept goes on to hold what it holds.
func (s *State) forgetCookies() {
	w := s.net
	if w == nil || w.client == nil {
		return
	}
	w.jars = nil
	w.client.UseJar(nil) // siblings get the new one when they are needed
}

// address is a URL that was parsed.
type address struct {
	origin *bridge.Origin
	uri    string
	text   string // as the script wrote it, without user and password
	shown  string // as a tag: these are masked
	user   *userinfo
}

type userinfo struct{ name, password string }

// lacking is the error for a URL of which a part is missing; in k6 it has another number than one that cannot be read.
type lacking struct{ text string }

func (e *lacking) Error() string { return e.text }

// wrongURL says what is wrong with a URL, in the words of Go's client where scripts may look for them.
func wrongURL(text string, err error) error {
	u, e := url.Parse(text)
	switch {
	case e != nil:
		return err
	case u.Scheme != "http" && u.Scheme != "https":
		return &lacking{fmt.Sprintf("unsupported protocol scheme %q", u.Scheme)}
	case u.Host == "":
		return &lacking{"http: no Host in request URL"}
	}
	return err
}

// maxKnown bounds the URLs that a user remembers: scripts ask for the same ones again and again, or for ever new ones.
const maxKnown = 64

// parse reads a URL.
func (w *web) parse(text string) (*address, error) {
	if a := w.known[text]; a != nil {
		return a, nil
	}
	origin, uri, err := bridge.ParseURL(text)
	if err != nil {
		return nil, wrongURL(text, err)
	}
	a := &address{origin: origin, uri: uri, text: text, shown: masked(text)}
	if strings.Contains(text, "@") {
		if u, err := url.Parse(text); err == nil && u.User != nil {
			password, _ := u.User.Password()
			a.user = &userinfo{u.User.Username(), password}
			a.text = origin.URL(uri)
		}
	}
	if len(w.known) >= maxKnown {
		clear(w.known)
	}
	w.known[text] = a
	return a, nil
}

// masked hides the user and the password of a URL.
func masked(text string) string {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || !strings.Contains(rest, "@") {
		return text
	}
	host, path := rest, ""
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		host, path = rest[:i], rest[i:]
	}
	at := strings.LastIndexByte(host, '@')
	if at < 0 {
		return text
	}
	return scheme + "://****:****@" + host[at+1:] + path
}
