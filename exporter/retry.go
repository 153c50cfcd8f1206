package exporter

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"time"
)

const (
	tryTimeout  = 5 * time.Second // for an attempt, plus the time that its bytes need at slowest
	slowest     = 256 << 10       // bytes per second that a connection has to manage
	firstWait   = 200 * time.Millisecond
	longestWait = 2 * time.Second // short, as the last flush has 20 s for all
)

// upload is one file to be put.
type upload struct {
	name string
	body io.ReadSeeker
	size int64
	opts PutOptions
}

// putRetrying puts as Retrying says.
func putRetrying(ctx context.Context, store Store, u upload, tries int) (tried int, err error) {
	return Retrying(ctx, tries, u.size, func(ctx context.Context) error {
		return store.Put(ctx, u.name, u.body, u.size, u.opts)
	})
}

// Retrying does something with a store until it succeeds, fails for good, was tried tries times (0: no limit), or ctx
// ends. An attempt gets 5 s, and more for its bytes. Waits double from 0.2 s to 2 s with jitter, longer if the store asks
// for it; a wait that would outlast ctx is not begun. tried says how often it was tried. At the end of ctx the error is a
// *GaveUp.
func Retrying(ctx context.Context, tries int, bytes int64, do func(ctx context.Context) error) (tried int, err error) {
	var last error
	for wait := firstWait; ; wait = min(2*wait, longestWait) {
		err := once(ctx, bytes, do)
		tried++
		if err == nil {
			return tried, nil
		}
		if ctx.Err() == nil || last == nil || !isContext(err) {
			last = err // else: the trouble before is the real one
		}
		var e *Error
		switch {
		case ctx.Err() != nil:
			return tried, &GaveUp{Cause: context.Cause(ctx), Last: last}
		case !errors.As(err, &e) || e.Class != Retry || tried == tries:
			return tried, err
		}
		jittered := time.Duration(float64(wait) * (0.8 + 0.4*rand.Float64()))
		if err := sleep(ctx, max(jittered, e.RetryAfter)); err != nil {
			return tried, &GaveUp{Cause: err, Last: last}
		}
	}
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// once bounds one attempt, so that a store which never answers cannot use up the time of all.
func once(ctx context.Context, bytes int64, do func(ctx context.Context) error) error {
	limit := tryTimeout + time.Duration(bytes)*time.Second/slowest
	try, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err := do(try)
	var e *Error
	if errors.As(err, &e) && try.Err() != nil && ctx.Err() == nil {
		e.Class, e.Text, e.cause = Retry, fmt.Sprintf("no answer within %s", limit.Round(100*time.Millisecond)), nil
	}
	return err
}

// sleep waits, unless ctx ends or would end first.
func sleep(ctx context.Context, d time.Duration) error {
	if deadline, ok := ctx.Deadline(); ok && time.Until(deadline) < d {
		return context.DeadlineExceeded
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// GaveUp is the end of the time for an upload.
type GaveUp struct {
	Cause error // why it ended: a deadline, a signal
	Last  error // what was wrong with the last attempt
}

// Error names both.
func (g *GaveUp) Error() string { return fmt.Sprintf("%v; gave up: %s", g.Last, causeText(g.Cause)) }

// Unwrap gives both.
func (g *GaveUp) Unwrap() []error { return []error{g.Cause, g.Last} }

func causeText(err error) string {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return "the time is up"
	case errors.Is(err, context.Canceled):
		return "stopped"
	}
	return err.Error()
}
