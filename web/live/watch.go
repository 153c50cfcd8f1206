package live

import (
	"encoding/json"
	"net/http"
	"slices"
	"sync"
	"time"
)

// queueLength is how many seconds a watcher may be behind. It is then sent away, and comes again for a new hello.
const queueLength = 16

// When nothing happens: how often new lines of the log are looked for, and after how many times watchers get a sign of life,
// which keeps proxies from closing the connection.
const (
	beatTime  = 5 * time.Second
	beatsIdle = 3
)

// watcher is somebody who gets the events.
type watcher struct{ queue chan *message } // closed when the watcher has to go

// onceText is made by the first who needs it, for all.
type onceText struct {
	once sync.Once
	make func() []byte
	text []byte
}

func (o *onceText) get() []byte {
	o.once.Do(func() { o.text, o.make = o.make(), nil })
	return o.text
}

// message is an event.
type message struct{ onceText }

func newMessage(event string, content func() any) *message {
	return &message{onceText{make: func() []byte {
		data, err := json.Marshal(content())
		if err != nil { // a number that is none would be a mistake of ours
			data, _ = json.Marshal(err.Error())
			event = "trouble"
		}
		text := append([]byte("event: "+event+"\ndata: "), data...)
		return append(text, "\n\n"...)
	}}}
}

// events is GET /events: a stream that ends when the client goes, cannot keep up, or the server is closed.
func (s *Server) events(w http.ResponseWriter, r *http.Request) {
	watcher := s.board.watch()
	if watcher == nil {
		tooMany(w)
		return
	}
	defer s.board.leave(watcher)
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("X-Accel-Buffering", "no") // for nginx
	control := http.NewResponseController(w)
	text := []byte("retry: 2000\n\n")
	for {
		if _, err := w.Write(text); err != nil || control.Flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case m, ok := <-watcher.queue:
			if !ok {
				return
			}
			text = m.get()
		}
	}
}

// history is GET /history?method=M&name=N.
func (s *Server) history(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	c := s.board.course(keyOf(q.Get("method"), q.Get("name")))
	if c == nil && len(s.board.now().Shards) > 0 {
		http.Error(w, "Of a test that several processes make, only the course of all requests together is known.", http.StatusNotFound)
		return
	}
	if c == nil {
		http.Error(w, "There is no course of that name; of a test with more than 100 names it is kept of the first 100.", http.StatusNotFound)
		return
	}
	sendJSON(w, c)
}

// watch begins with a hello; nil if there are too many.
func (b *board) watch() *watcher {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.watchers) >= b.maxWatchers {
		return nil
	}
	w := &watcher{queue: make(chan *message, queueLength)}
	if b.hello == nil {
		b.hello = b.greeting()
	}
	w.queue <- b.hello
	b.watchers[w] = struct{}{}
	return w
}

func (b *board) leave(w *watcher) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.watchers, w)
}

// greeting is a hello of this moment. Lines of the log that the watchers do not have yet come to all with the next tick.
// Needs the lock.
func (b *board) greeting() *message {
	lines := b.test.Log(0)
	if len(b.watchers) == 0 && len(lines) > 0 {
		b.logged = lines[len(lines)-1].N
	}
	for len(lines) > 0 && lines[len(lines)-1].N > b.logged {
		lines = lines[:len(lines)-1]
	}
	f, course, plan := b.frame, b.total.Clone(), b.test.Plan()
	return newMessage("hello", func() any {
		t := newTicker(b.clean, f)
		t.since(nil)
		t.tick.Log = cleanLines(lines, b.clean)
		return &Hello{Plan: publicPlan(plan), Course: course.Course(), Tick: t.tick}
	})
}

// publicPlan is the plan without users and passwords in its URLs.
func publicPlan(p *Plan) *Plan {
	public := *p
	public.Host = withoutUser(p.Host)
	public.Classes = slices.Clone(p.Classes)
	for i := range public.Classes {
		public.Classes[i].Host = withoutUser(public.Classes[i].Host)
	}
	return &public
}

// newLines are those of the log that the watchers do not have yet. Needs the lock.
func (b *board) newLines() []Line {
	lines := b.test.Log(b.logged)
	if len(lines) > 0 {
		b.logged = lines[len(lines)-1].N
	}
	return cleanLines(lines, b.clean)
}

func cleanLines(lines []Line, clean func(string) string) []Line {
	out := make([]Line, len(lines))
	for i, l := range lines {
		out[i] = Line{l.N, clean(l.Text)}
	}
	return out
}

// broadcast waits for nobody. Needs the lock.
func (b *board) broadcast(m *message) {
	for w := range b.watchers {
		select {
		case w.queue <- m:
		default:
			b.dismiss(w)
		}
	}
}

func (b *board) dismiss(w *watcher) {
	delete(b.watchers, w)
	close(w.queue)
}

// beat gives signs of life until the func that it returns is called.
func (b *board) beat() (stop func()) {
	done := make(chan struct{})
	go func() {
		t := time.NewTicker(beatTime)
		defer t.Stop()
		for n := 1; ; n++ {
			select {
			case <-done:
				return
			case <-t.C:
				b.sign(n%beatsIdle == 0)
			}
		}
	}()
	return func() { close(done) }
}

// sign sends new lines of the log, if there are any, and otherwise, if asked to, a comment.
func (b *board) sign(comment bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.watchers) == 0 {
		return
	}
	if lines := b.newLines(); len(lines) > 0 {
		f := b.frame
		b.hello = nil
		b.broadcast(newMessage("tick", func() any {
			t := newTicker(b.clean, f)
			t.since(f)
			t.tick.Log = lines
			return &t.tick
		}))
	} else if comment {
		b.broadcast(&message{onceText{make: func() []byte { return []byte(":\n\n") }}})
	}
}

// close sends all watchers away and lets no more in.
func (b *board) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	for w := range b.watchers {
		b.dismiss(w)
	}
}
