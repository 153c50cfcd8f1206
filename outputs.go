package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"katydid/stats"
	"katydid/web"
)

// outputs collects the statistics once a second and brings them to everything that shows them: the CSV files, the
// histogram log, the screen. Its goroutine is the only one that collects.
type outputs struct {
	r       *run
	files   *stats.Files
	hlog    *hlogFile    // nil without --csv
	history *web.History // for the report; nil without --html
	sources []web.Source
	live    bool // there is a live view
	cpu     cpuSpan
	latest  web.Load // of the last snapshot
	said    string   // the last write error that was logged, so that it is not repeated every second

	mu   sync.Mutex // collect runs in the goroutine of start, and at the end in the caller's
	quit chan struct{}
	done chan struct{}
}

// openOutputs opens all files of the run. If one cannot be written the old ones of the others are still whole.
func openOutputs(r *run) (*outputs, error) {
	o := &outputs{r: r, live: r.showsLive(), quit: make(chan struct{}), done: make(chan struct{})}
	summary := r.opts.summary
	if summary == "-" {
		summary = ""
	}
	if err := writable(summary); err != nil {
		return nil, fmt.Errorf("--summary %s: %w", summary, withoutPath(err))
	}
	if err := writable(r.opts.jsonFile); err != nil {
		return nil, fmt.Errorf("--json-file %s: %w", r.opts.jsonFile, withoutPath(err))
	}
	if err := writable(r.opts.html); err != nil {
		return nil, fmt.Errorf("--html %s: %w", r.opts.html, withoutPath(err))
	}
	var err error
	o.files, err = stats.OpenFiles(r.opts.csv, stats.FilesOptions{
		FullHistory: r.opts.csvFullHistory, Format: r.opts.csvFormat, Start: r.started,
	})
	if err != nil {
		return nil, err
	}
	if r.opts.csv != "" {
		name := r.opts.csv + ".hlog"
		if o.hlog, err = openHLog(name, r.started); err != nil {
			return nil, fmt.Errorf("cannot write %s: %w", name, withoutPath(err))
		}
	}
	if summary != "" { // so that nobody takes the summary of an earlier run for this one's
		if err := stats.ReplaceFile(summary, []byte("{}\n")); err != nil {
			return nil, fmt.Errorf("%s: %w", summary, err)
		}
	}
	if r.opts.jsonFile != "" {
		if err := stats.ReplaceFile(r.opts.jsonFile, []byte("[]")); err != nil {
			return nil, fmt.Errorf("%s: %w", r.opts.jsonFile, err)
		}
	}
	if r.opts.html != "" || r.watch != nil {
		o.history, o.sources = &web.History{}, r.sources()
	}
	if r.opts.html != "" {
		if err := stats.ReplaceFile(r.opts.html, []byte(web.NotEnded)); err != nil {
			return nil, fmt.Errorf("%s: %w", r.opts.html, err)
		}
	}
	return o, nil
}

// writable makes the folder of a file that is to be written, "" for none, and says whether files can be made there.
func writable(path string) error {
	if path == "" {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return syscall.EISDIR
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	return stats.CanReplace(path)
}

// withoutPath leaves out the name of a file that the text around the error has already, or that tells a user nothing.
func withoutPath(err error) error { return stats.RootCause(err) }

// begin lets the files begin at a moment that was not known when they were opened. What cannot be written now is written
// with the first second.
func (o *outputs) begin(at time.Time) {
	o.check(o.files.Begin(at), o.hlog.begin(at))
}

// start begins to collect, half a second after each second of the clock, so that jitter cannot make a second of the
// history fall out or come twice. The second of the start has its row already.
func (o *outputs) start() {
	go func() {
		defer close(o.done)
		last := o.r.started.Truncate(time.Second)
		for {
			now := later(time.Now(), o.r.started) // which, of several processes, is a moment to come
			next := now.Truncate(time.Second)
			if !next.After(last) || now.Sub(next) > time.Second/2 {
				next = next.Add(time.Second)
			}
			last = next
			select {
			case <-time.After(time.Until(next.Add(time.Second / 2))):
				o.tick()
			case <-o.quit:
				return
			}
		}
	}()
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// tick is one second's work.
func (o *outputs) tick() {
	o.mu.Lock()
	s := o.snapshot()
	o.check(o.files.Write(s), o.hlog.write(s.Interval))
	if t := o.r.k6; t != nil {
		t.flushOut(o.r.log)
	}
	st := o.r.status()
	if o.live {
		st.generator = o.generator(s)
	}
	o.mu.Unlock()
	o.r.screen.Show(s, st) // which may wait for a reader
}

// judgeFrom is how many requests there have to be before the verdict is shown: a few say only that they are few.
const judgeFrom = 100

// generator is how the generator fares so far. Called with o.mu held.
func (o *outputs) generator(s *stats.Snapshot) *generatorNow {
	g := &generatorNow{cpu: o.latest.CPU}
	if s.Total.Count < judgeFrom {
		return g
	}
	h := o.r.healthNow(o.r.starts(s.At))
	g.verdict, g.reasons = stats.Judge(&h, s)
	return g
}

func (o *outputs) snapshot() *stats.Snapshot {
	s := o.r.env.Recorder.Collect(time.Now(), o.r.people.Live())
	o.r.snapshot.Store(s)
	l := o.load(s.At)
	o.latest = l
	o.history.Add(s, l)
	if o.r.watch != nil {
		o.r.watch(s, l)
	}
	o.r.shards.record(s, l)
	return s
}

// load is what a snapshot does not know of its moment.
func (o *outputs) load(at time.Time) web.Load {
	t := o.r.starts(at)
	return web.Load{CPU: o.cpu.next(o.r.sys.limits), Planned: t.Planned, Started: t.Started}
}

// check logs a write error once as long as it stays the same.
func (o *outputs) check(errs ...error) {
	err := errors.Join(errs...)
	switch {
	case err == nil && o.said != "":
		o.r.log.infof("results can be written again; nothing is missing")
		o.said = ""
	case err != nil && cause(err) != o.said:
		o.said = cause(err)
		o.r.log.errorf("results cannot be written: %s; the test goes on and what is missing is written as soon as possible", oneLine(err))
	}
}

// cause is what stays the same of an error as long as it lasts: the names of the files and the counts in its text do not.
func cause(err error) string {
	if errno := syscall.Errno(0); errors.As(err, &errno) {
		return errno.Error()
	}
	return "write error"
}

// reset begins the statistics anew (--reset-stats).
func (o *outputs) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	before := o.snapshot() // what was counted so far belongs to the time before
	now := time.Now()
	o.r.env.Recorder.Reset(now)
	o.check(o.hlog.reset(before.Interval, now), o.hlog.write(o.snapshot().Interval))
}

// collect ends the ticking and takes the last snapshot: all users have left, so nothing is missing from it.
func (o *outputs) collect() {
	close(o.quit)
	<-o.done
	o.mu.Lock()
	defer o.mu.Unlock()
	o.snapshot()
}

// close writes everything for the last time. An error means that something is lost or incomplete.
func (o *outputs) close(s *stats.Snapshot) error {
	return errors.Join(o.files.Close(s), o.hlog.close(s.Interval))
}

// hlogFile is PREFIX.hlog: intervals that could not be written wait in memory, up to hlogPending bytes.
type hlogFile struct {
	file    *os.File
	log     *stats.HLogWriter
	pending []byte
	lost    int // intervals dropped
}

// hlogPending bounds what waits for a full disk to be emptied.
const hlogPending = 32 << 20

func openHLog(path string, start time.Time) (*hlogFile, error) {
	f, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	h := &hlogFile{file: f}
	if h.log, err = stats.NewHLog(h, start); err == nil {
		err = h.flush()
	}
	return h, err
}

// begin makes the log one of a run that begins at a moment. Nothing was logged yet.
func (h *hlogFile) begin(at time.Time) (err error) {
	if h == nil {
		return nil
	}
	if err = h.file.Truncate(0); err != nil {
		return err
	}
	if _, err = h.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	h.pending = h.pending[:0]
	if h.log, err = stats.NewHLog(h, at); err != nil {
		return err
	}
	return h.flush()
}

// Write takes lines from the HLogWriter.
func (h *hlogFile) Write(b []byte) (int, error) {
	if len(h.pending)+len(b) > hlogPending {
		h.lost++
		return len(b), nil
	}
	h.pending = append(h.pending, b...)
	return len(b), nil
}

// write appends an interval. A nil receiver does nothing: there is no log.
func (h *hlogFile) write(iv *stats.Interval) error {
	if h == nil {
		return nil
	}
	if err := h.log.Write(iv); err != nil {
		return err
	}
	return h.flush()
}

// reset writes the last interval of the statistics so far, and the mark that they begin anew.
func (h *hlogFile) reset(last *stats.Interval, at time.Time) error {
	if h == nil {
		return nil
	}
	return errors.Join(h.write(last), h.log.Reset(at), h.flush())
}

// flush brings what waits to the file. What a full disk took of it counts as written: the rest follows seamlessly.
func (h *hlogFile) flush() error {
	n, err := h.file.Write(h.pending)
	h.pending = append(h.pending[:0], h.pending[n:]...)
	return err
}

func (h *hlogFile) close(iv *stats.Interval) error {
	if h == nil {
		return nil
	}
	err := errors.Join(h.write(iv), h.file.Sync(), h.file.Close())
	if err == nil && h.lost > 0 {
		err = fmt.Errorf("%s: %d intervals are lost, the disk was full for too long", h.file.Name(), h.lost)
	}
	return err
}

// summarise writes the summary to its file, or to stdout for "-".
func (r *run) summarise(s *stats.Summary) error {
	if r.opts.summary == "-" {
		return stats.WriteSummary(r.sys.stdout, s)
	}
	var b bytes.Buffer
	if err := stats.WriteSummary(&b, s); err != nil {
		return err
	}
	if err := stats.ReplaceFile(r.opts.summary, b.Bytes()); err != nil {
		return fmt.Errorf("%s: %w", r.opts.summary, err)
	}
	return nil
}
