package locustworker

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"
	"go.uber.org/goleak"

	"katydid/stats"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeMaster is a ROUTER that does what a test says. It answers heartbeats of those that it knows, if answers is set.
type fakeMaster struct {
	t       *testing.T
	ln      net.Listener
	got     chan message // all but heartbeats
	done    sync.WaitGroup
	mu      sync.Mutex
	conn    net.Conn // the last
	names   []string // of the connections, in order
	answers bool
	known   bool
	states  []string // of heartbeats, each change
	beats   int
}

func newFakeMaster(t *testing.T) *fakeMaster {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &fakeMaster{t: t, ln: ln, got: make(chan message, 100_000), answers: true}
	m.done.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			m.done.Go(func() { m.serve(c) })
		}
	})
	t.Cleanup(func() {
		_ = ln.Close()
		m.hangUp()
		m.done.Wait()
	})
	return m
}

// serve reads what comes on a connection; its own half of the handshake is sent without looking at the other's.
func (m *fakeMaster) serve(c net.Conn) {
	defer c.Close()
	greeting := "\xff\x00\x00\x00\x00\x00\x00\x00\x01\x7f\x03\x01NULL"
	_, _ = io.WriteString(c, greeting+strings.Repeat("\x00", 64-len(greeting))+"\x04\x29\x05READY\x0bSocket-Type\x00\x00\x00\x06ROUTER\x08Identity\x00\x00\x00\x00")
	r := bufio.NewReader(c)
	_, _ = r.Discard(64)
	ready := readWire(r)
	if ready == nil {
		return
	}
	m.mu.Lock()
	m.conn = c
	m.names = append(m.names, string(ready[strings.LastIndex(string(ready), "Identity")+12:]))
	m.mu.Unlock()
	for {
		b := readWire(r)
		if b == nil {
			return
		}
		msg, err := unpack(b)
		if err != nil {
			m.t.Errorf("%q: %v", b, err)
			return
		}
		m.take(msg)
	}
}

func (m *fakeMaster) take(msg message) {
	if msg.kind != "heartbeat" {
		m.got <- msg
		return
	}
	m.mu.Lock()
	state, _ := msg.data.(map[string]any)["state"].(string)
	if len(m.states) == 0 || m.states[len(m.states)-1] != state {
		m.states = append(m.states, state)
	}
	m.beats++
	answer := m.answers && m.known
	m.mu.Unlock()
	if answer {
		m.say("heartbeat", nil)
	}
}

// readWire reads the body of a frame; nil at the end.
func readWire(r *bufio.Reader) []byte {
	flags, err := r.ReadByte()
	if err != nil {
		return nil
	}
	size := make([]byte, 8)
	from := 7
	if flags&2 != 0 {
		from = 0
	}
	if _, err := io.ReadFull(r, size[from:]); err != nil {
		return nil
	}
	body := make([]byte, binary.BigEndian.Uint64(size))
	if _, err := io.ReadFull(r, body); err != nil {
		return nil
	}
	return body
}

// say sends a message; data appends its data.
func (m *fakeMaster) say(kind string, data func(b []byte) []byte) {
	body := pack(kind, "master", data)
	wire := binary.BigEndian.AppendUint64([]byte{2}, uint64(len(body)))
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = m.conn.Write(append(wire, body...)) // the worker may be gone
}

// raw sends the body of a frame as it is, up to 255 bytes.
func (m *fakeMaster) raw(body string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, _ = io.WriteString(m.conn, "\x00"+string([]byte{byte(len(body))})+body)
}

func (m *fakeMaster) hangUp() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.conn != nil {
		_ = m.conn.Close()
	}
}

func (m *fakeMaster) knows(known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.known = known
}

// beating waits until some heartbeats have come, and the worker has heard that the first of them was answered.
func (m *fakeMaster) beating() {
	m.t.Helper()
	beats := func() int {
		m.mu.Lock()
		defer m.mu.Unlock()
		return m.beats
	}
	before := beats()
	for range 1000 {
		if beats() >= before+4 {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	m.t.Fatal("there are no heartbeats")
}

// expect waits for the next message and checks its kind; stats and exceptions are passed over unless they are asked for.
func (m *fakeMaster) expect(kinds ...string) message {
	m.t.Helper()
	late := time.After(10 * time.Second)
	for {
		select {
		case msg := <-m.got:
			if slices.Contains(kinds, msg.kind) {
				return msg
			}
			if msg.kind != "stats" && msg.kind != "exception" {
				m.t.Fatalf("got %s, want %s", msg.kind, kinds)
			}
		case <-late:
			m.t.Fatalf("there is no %s", kinds)
		}
	}
}

// accept takes a worker that asks for it.
func (m *fakeMaster) accept() {
	m.t.Helper()
	if msg := m.expect("client_ready"); msg.data != int64(-1) {
		m.t.Errorf("client_ready says %v", msg.data)
	}
	m.knows(true)
	m.say("ack", func(b []byte) []byte {
		return msgp.AppendInt(msgp.AppendString(msgp.AppendMapHeader(b, 1), "index"), 3)
	})
}

// spawn orders users of class A; options are of the master.
func (m *fakeMaster) spawn(at float64, users int, stopTimeout float64, options ...string) {
	m.say("spawn", func(b []byte) []byte {
		b = msgp.AppendMapHeader(b, 5)
		b = msgp.AppendFloat64(msgp.AppendString(b, "timestamp"), at)
		b = msgp.AppendInt(msgp.AppendString(msgp.AppendMapHeader(msgp.AppendString(b, "user_classes_count"), 1), "A"), users)
		b = msgp.AppendString(msgp.AppendString(b, "host"), "http://h")
		b = msgp.AppendFloat64(msgp.AppendString(b, "stop_timeout"), stopTimeout)
		b = msgp.AppendMapHeader(msgp.AppendString(b, "parsed_options"), uint32(len(options)))
		for _, name := range options {
			b = msgp.AppendInt(msgp.AppendString(b, name), 5)
		}
		return b
	})
}

// fakeTest is users that are only numbers. They leave when leave is closed, or at once without it.
type fakeTest struct {
	w     *Worker
	mu    sync.Mutex
	jobs  []Job
	stops []time.Duration
	users map[string]int
	leave chan struct{}
}

func (f *fakeTest) Spawn(j Job) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.jobs, f.users = append(f.jobs, j), maps.Clone(j.Users)
	f.w.Spawned()
}

func (f *fakeTest) Stop(grace time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stops = append(f.stops, grace)
	leave := f.leave
	go func() {
		if leave != nil {
			<-leave
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		clear(f.users)
		f.w.Stopped()
	}()
}

func (f *fakeTest) Users() map[string]int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.users)
}

// rig is a worker with its surroundings. Its times are a fiftieth of Locust's, or less.
type rig struct {
	*fakeMaster
	test     *fakeTest
	worker   *Worker
	recorder *stats.Recorder
	ended    chan error
	logMu    sync.Mutex
	log      []string
	lines    []string // of the worker's log, as the master sees it
}

var quickTimes = times{beat: 20 * time.Millisecond, report: 60 * time.Millisecond, logs: 50 * time.Millisecond, join: 200 * time.Millisecond,
	doubt: 150 * time.Millisecond, silence: time.Second, lost: 2 * time.Second, closing: 100 * time.Millisecond}

func newRig(t *testing.T, change ...func(*times)) *rig {
	t.Parallel()
	r := &rig{fakeMaster: newFakeMaster(t), test: &fakeTest{}, ended: make(chan error, 1)}
	r.recorder = stats.NewRecorder(time.Now(), stats.Options{IntervalLog: true})
	address := r.ln.Addr().(*net.TCPAddr)
	note := func(level string) func(string, ...any) {
		return func(format string, args ...any) {
			r.logMu.Lock()
			defer r.logMu.Unlock()
			r.log = append(r.log, level+fmt.Sprintf(format, args...))
		}
	}
	r.worker = New(Options{Host: address.IP.String(), Port: address.Port, Recorder: r.recorder,
		Usage: func() (float64, int64) { return 12.5, 1 << 20 }, Info: note("I "), Warn: note("W "),
		Logs: func() ([]string, int) {
			r.logMu.Lock()
			defer r.logMu.Unlock()
			return slices.Clone(r.lines), len(r.lines)
		}}, r.test)
	r.worker.times = quickTimes
	for _, c := range change {
		c(&r.worker.times)
	}
	r.test.w = r.worker
	go func() { r.ended <- r.worker.Run() }()
	t.Cleanup(func() {
		r.worker.Leave()
		if r.test.leave != nil {
			select {
			case <-r.test.leave:
			default:
				close(r.test.leave)
			}
		}
		select {
		case <-r.ended:
		case <-time.After(20 * time.Second):
			t.Error("the worker does not end")
		}
	})
	return r
}

// end waits for the worker's end.
func (r *rig) end() error {
	r.t.Helper()
	select {
	case err := <-r.ended:
		r.ended <- err // for the cleaning up
		return err
	case <-time.After(10 * time.Second):
		r.t.Fatal("the worker does not end")
		return nil
	}
}

// said waits until the log has a line with the text, and gives how many there are.
func (r *rig) said(text string) (n int) {
	r.t.Helper()
	for range 1000 {
		r.logMu.Lock()
		for _, line := range r.log {
			if strings.Contains(line, text) {
				n++
			}
		}
		r.logMu.Unlock()
		if n > 0 {
			return n
		}
		time.Sleep(10 * time.Millisecond)
	}
	r.t.Fatalf("%q was not said: %q", text, r.log)
	return 0
}

// record records n requests of 1 to 3 ms of GET /a, of which every fifth fails.
func (r *rig) record(n int) {
	for i := range n {
		s := stats.Sample{Key: stats.Key{Method: "GET", Name: "/a"}, Done: time.Now(), Bytes: 10}
		s.Sent = s.Done.Add(-time.Duration(1+i%3) * time.Millisecond)
		if i%5 == 0 {
			s.Failure = "HTTPError('404')"
		}
		r.recorder.Record(s)
	}
}

// sum adds up the stats messages until one of another kind, which is not an exception, comes.
type sum struct {
	requests, failures, untimed, bytes, buckets, seconds, failedSeconds, errors, reports int64
	time                                                                                 float64
	next                                                                                 string
}

func (m *fakeMaster) sum() (s sum) {
	m.t.Helper()
	for {
		select {
		case msg := <-m.got:
			if msg.kind == "exception" {
				continue
			}
			if msg.kind != "stats" {
				s.next = msg.kind
				return s
			}
			m.add(&s, msg.data.(map[string]any))
		case <-time.After(10 * time.Second):
			m.t.Fatal("there is nothing after the stats")
		}
	}
}

func (m *fakeMaster) add(s *sum, data map[string]any) {
	s.reports++
	total := data["stats_total"].(map[string]any)
	if total["name"] != "Aggregated" || total["method"] != "" {
		m.t.Errorf("the total is called %v %v", total["method"], total["name"])
	}
	var rows int64
	for _, row := range data["stats"].([]any) {
		rows += row.(map[string]any)["num_requests"].(int64)
	}
	if rows != total["num_requests"].(int64) {
		m.t.Errorf("%d requests in rows, %v in all", rows, total["num_requests"])
	}
	s.requests += total["num_requests"].(int64)
	s.failures += total["num_failures"].(int64)
	s.untimed += total["num_none_requests"].(int64)
	s.bytes += total["total_content_length"].(int64)
	s.time += total["total_response_time"].(float64)
	for field, to := range map[string]*int64{"response_times": &s.buckets, "num_reqs_per_sec": &s.seconds, "num_fail_per_sec": &s.failedSeconds} {
		for _, n := range total[field].(map[string]any) {
			*to += n.(int64)
		}
	}
	for _, e := range data["errors"].(map[string]any) {
		s.errors += e.(map[string]any)["occurrences"].(int64)
	}
}
