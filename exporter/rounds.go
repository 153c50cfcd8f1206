package exporter

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"runtime/debug"
	"time"
)

const (
	roundTime  = 20 * time.Second // or the interval, if that is shorter
	longFile   = 4 << 20          // bytes; a file of n times that is due every n+1 rounds
	longestGap = 10               // rounds
	sayAgain   = time.Minute      // an error that lasts is logged so often
)

// rounds are the periodic uploads: one goroutine, one file at a time.
type rounds struct {
	x      *Exporter
	quit   chan struct{}      // no further round, no further file
	cancel context.CancelFunc // not even the file that is on its way
	done   chan struct{}
	sent   map[string]seen // by name
	said   time.Time       // when an error was logged last
}

// seen is a file as it was when it was sent.
type seen struct {
	info os.FileInfo
	wait int // rounds to leave it alone
}

// Start uploads what has changed every Interval, until Flush, Close or the end of ctx: one goroutine, at most 8 MiB/s,
// whole files. Errors are logged, once a minute if they last; the next round tries again, whatever the error. ctx has to outlive a signal that ends the test: Flush ends the rounds by itself, and better.
func (x *Exporter) Start(ctx context.Context) {
	if err := x.save(); err != nil { // Preflight may have failed; what lies there is the journal of an earlier run
		x.logf(slog.LevelWarn, "%v", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	x.rounds = &rounds{x: x, quit: make(chan struct{}), cancel: cancel, done: make(chan struct{}), sent: map[string]seen{}}
	go x.rounds.run(ctx)
}

func (r *rounds) run(ctx context.Context) {
	defer close(r.done)
	defer func() {
		if p := recover(); p != nil { // an exporter must not take a test down
			r.x.logf(slog.LevelError, "the export stopped: internal error: %v\n%s", p, debug.Stack())
		}
	}()
	ticker := time.NewTicker(r.x.o.Interval)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			r.round(ctx)
		case <-r.quit:
			return
		case <-ctx.Done():
			return
		}
	}
}

// stop lets the file that is on its way arrive for grace, so that it cannot overtake the final one, then ends the
// goroutine. A nil receiver was never started; a second call does nothing.
func (r *rounds) stop(grace time.Duration) {
	if r == nil {
		return
	}
	select {
	case <-r.quit:
	default:
		close(r.quit)
	}
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-r.done:
	case <-timer.C:
	}
	r.cancel()
	<-r.done
}

// round uploads each file that has changed. It ends at the first error: the next file would meet the same.
func (r *rounds) round(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, min(r.x.o.Interval, roundTime))
	defer cancel()
	before := r.x.Status().Uploads
	for _, file := range r.x.files {
		select {
		case <-r.quit:
			return
		default:
		}
		if err := r.send(ctx, file); err != nil && ctx.Err() != context.Canceled {
			r.complain(err)
			break
		}
	}
	if r.x.Status().Uploads == before {
		return
	}
	if err := r.x.save(); err != nil {
		r.complain(err)
	}
}

// complain logs an error, but not more than once a minute.
func (r *rounds) complain(err error) {
	if now := time.Now(); now.Sub(r.said) >= sayAgain {
		r.said = now
		r.x.logf(slog.LevelWarn, "results could not be exported: %v; it is tried again every %s, and at the end", err, r.x.o.Interval)
	}
}

// send uploads a file if it has changed and is due.
func (r *rounds) send(ctx context.Context, file result) error {
	last := r.sent[file.name]
	if last.wait > 0 {
		last.wait--
		r.sent[file.name] = last
		r.x.note(func(s *Status) { s.Deferred++ })
		return nil
	}
	c, err := file.open(false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // not yet
	}
	if err != nil {
		return err
	}
	defer c.close()
	if last.info != nil && os.SameFile(last.info, c.info) && last.info.Size() == c.info.Size() && last.info.ModTime().Equal(c.info.ModTime()) {
		r.x.note(func(s *Status) { s.Unchanged++ })
		return nil
	}
	if err := r.x.put(ctx, file, c, true); err != nil {
		return err
	}
	r.sent[file.name] = seen{c.info, int(min(c.size/longFile, longestGap))}
	return nil
}

func (x *Exporter) note(change func(*Status)) {
	x.mu.Lock()
	defer x.mu.Unlock()
	change(&x.status)
}

// put sums and uploads an open file, unless the store has that content already.
func (x *Exporter) put(ctx context.Context, file result, c *content, gently bool) error {
	body := c.reader()
	if gently {
		body = &paced{ReadSeeker: body}
	}
	sums, err := SumsOf(body)
	if err != nil {
		return fmt.Errorf("cannot read %s: %w", file.path, rootCause(err))
	}
	return x.putSummed(ctx, file, upload{body: body, size: c.size, opts: PutOptions{ContentType: file.contentType, Sums: sums}})
}

func (x *Exporter) putSummed(ctx context.Context, file result, u upload) error {
	sha := hex.EncodeToString(u.opts.Sums.SHA256[:])
	x.mu.Lock()
	same := x.j.Exported[file.name].SHA256 == sha
	u.name = path.Join(x.j.Run, file.name)
	x.mu.Unlock()
	if same {
		x.note(func(s *Status) { s.Unchanged++ })
		return nil
	}
	_, err := putRetrying(ctx, x.store, u, x.tries)
	x.count(u, err)
	if err != nil {
		return err
	}
	x.mu.Lock()
	x.j.Exported[file.name] = mark{u.size, sha, time.Now().UTC()}
	x.mu.Unlock()
	x.logf(slog.LevelDebug, "exported %s, %d bytes", file.name, u.size)
	return nil
}
