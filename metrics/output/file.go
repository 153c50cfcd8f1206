package output

import (
	"compress/gzip"
	"io"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"katydid/metrics"
)

// File is one output. It is a metrics.Sink: Take may be called from any goroutine, Flush and Close from one.
//
// Whoever takes a sample encodes it and appends it to a buffer; full buffers go to a goroutine that writes them. Nothing
// is ever dropped: while all buffers wait to be written, whoever brings a sample waits, too.
type File struct {
	format  format
	scratch sync.Pool // *[]byte

	mu     sync.Mutex
	buf    []byte // what waits for a full buffer or the next Flush
	known  map[*metrics.Metric]bool
	closed bool
	held   time.Duration

	full, empty chan []byte
	err         atomic.Pointer[error] // the first of a write
	done        chan struct{}
}

// format is how samples look. Its methods append to b; they may be called from any goroutine.
type format interface {
	head(b []byte) []byte
	metric(b []byte, m *metrics.Metric) []byte // before its first sample
	moment(b []byte, m *metrics.Moment) []byte
}

const (
	bufferSize = 1 << 20
	buffers    = 4 // a slow disk is made up for by as much as that
)

// Options is what an output has to know of the run.
type Options struct {
	SystemTags []string // those that are switched on, sorted
	// Demands gives the thresholds on a metric and its submetrics.
	Demands func(*metrics.Metric) (thresholds []string, subs []metrics.Key)
}

// New makes the output s, written to w. It is compressed if the name of the file ends with .gz. Close closes w.
func New(s Spec, w io.WriteCloser, o Options) *File {
	f := &File{known: map[*metrics.Metric]bool{}, full: make(chan []byte, buffers), empty: make(chan []byte, buffers), done: make(chan struct{})}
	f.format = jsonFormat{o.Demands}
	if s.Format == "csv" {
		f.format = newCSV(s.Times, o.SystemTags)
	}
	f.scratch.New = func() any { return new([]byte) }
	for range buffers - 1 {
		f.empty <- nil // it grows when it is needed
	}
	f.buf = f.format.head(nil)
	go f.write(w, strings.HasSuffix(s.File, ".gz"))
	return f
}

// Take implements metrics.Sink. What comes after Close is left out: the run is over then.
func (f *File) Take(m *metrics.Moment) {
	text := f.scratch.Get().(*[]byte)
	*text = f.format.moment((*text)[:0], m)
	f.mu.Lock()
	if !f.closed {
		for i := range m.Points {
			if metric := m.Points[i].Metric; !f.known[metric] {
				f.known[metric] = true
				f.buf = f.format.metric(f.buf, metric)
			}
		}
		f.buf = append(f.buf, *text...)
		if len(f.buf) >= bufferSize {
			f.hand()
		}
	}
	f.mu.Unlock()
	f.scratch.Put(text)
}

// hand gives the buffer to the writer and takes an empty one; it waits until there is one. Called with f.mu held.
func (f *File) hand() {
	f.full <- f.buf // never waits: there is room for all buffers
	select {
	case f.buf = <-f.empty:
	default:
		began := time.Now()
		f.buf = <-f.empty
		f.held += time.Since(began)
	}
}

// Flush has written what there is, unless a full buffer waits already: that comes first. The error is that of the first
// write that failed: the file ends there.
func (f *File) Flush() error {
	f.mu.Lock()
	if !f.closed && len(f.buf) > 0 && len(f.empty) > 0 {
		f.hand()
	}
	f.mu.Unlock()
	return f.failure()
}

// Close writes everything. The error is that of the first write that failed, or of closing the file.
func (f *File) Close() error {
	f.mu.Lock()
	if !f.closed {
		f.closed = true
		f.full <- f.buf
		close(f.full)
	}
	f.mu.Unlock()
	<-f.done
	return f.failure()
}

// Held is how long somebody had to wait, all in all, because writing was too slow.
func (f *File) Held() time.Duration {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.held
}

func (f *File) failure() error {
	if err := f.err.Load(); err != nil {
		return *err
	}
	return nil
}

func (f *File) fail(err error) {
	if err != nil {
		f.err.CompareAndSwap(nil, &err)
	}
}

// write is the goroutine that writes. After an error it takes on buffers without writing them: users must not stand still.
func (f *File) write(file io.WriteCloser, compress bool) {
	defer close(f.done)
	w := file
	if compress {
		w = gzip.NewWriter(file)
	}
	for b := range f.full {
		if f.failure() == nil {
			_, err := w.Write(b)
			f.fail(err)
		}
		f.empty <- b[:0]
	}
	if compress {
		f.fail(w.Close())
	}
	f.fail(file.Close())
}
