package k6

import (
	"slices"

	"katydid/runtime/bridge"
)

// line is a client of the user: one request at a time, on connections of its own (but for HTTP/2). All have the same
// cookies, those of the first.
type line struct {
	*bridge.Client
	last   *bridge.Origin // that it was used for, and may have a connection to
	forget func()         // see vu.VM.OnKill
}

// take gives a line for a request to an origin, until give. parallel says that the VM goes on meanwhile.
func (w *web) take(to *bridge.Origin, parallel bool) *line {
	first := w.root()
	if parallel {
		first.Jar() // made now, so that nobody makes it while the first line is in use
	}
	at := len(w.idle) - 1
	for i := at; i >= 0; i-- {
		if w.idle[i].last == to {
			at = i
			break
		}
	}
	var l *line
	if at >= 0 {
		l = w.idle[at]
		w.idle = slices.Delete(w.idle, at, at+1)
	} else {
		l = w.open(first.Sibling())
	}
	if l != first {
		l.UseJar(first.Jar())
	}
	l.last = to
	return l
}

// root is the first line. A hard stop closes those that there are, for good.
func (w *web) root() *line {
	if w.first != nil && w.life == w.s.vm.Hard() {
		return w.first
	}
	before := w.first
	for _, l := range w.idle {
		l.forget()
	}
	w.life, w.first = w.s.vm.Hard(), w.open(bridge.NewClient(w.s.run.config()))
	if before != nil {
		w.first.UseJar(before.Jar())
	}
	w.idle = append(w.idle[:0], w.first)
	return w.first
}

func (w *web) open(c *bridge.Client) *line { return &line{Client: c, forget: w.s.vm.OnKill(c.Close)} }

// maxIdle is how many lines a user keeps: as many as a batch sends at a time.
const maxIdle = 20

// give takes a line back.
func (w *web) give(l *line) {
	if w.life == w.s.vm.Hard() && (len(w.idle) < maxIdle || l == w.first) {
		w.idle = append(w.idle, l)
		return
	}
	l.Close()
	l.forget()
}

func (w *web) close() {
	for _, l := range w.idle {
		l.Close()
	}
}

// jar is the user's cookie jar, of this iteration.
func (w *web) jar() *bridge.Jar { return w.root().Jar() }
