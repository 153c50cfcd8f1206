// Package targetapi is the REST service that katydid's own scenes load: a
// steady page, a page that slows down and a page that fails on schedule. It is
// an http.Handler, so that tests and a run without a host use it in-process.
package targetapi

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// statusClientGone is what nginx logs for a client that left before the answer.
const statusClientGone = 499

// errStopping is the cause of the contexts of requests cut short by Serve's end.
var errStopping = errors.New("target API is stopping")

// API answers
//
//	/          200 "Server OK"
//	/volatile  200 "Produced response after N second/s", N seconds later
//	/buggy     200 "Ok for request N", or 500
//
// and 404 elsewhere. Methods other than GET and HEAD get 405 and no number.
//
// Each request to /volatile or /buggy takes the next number, from 0, of one
// counter that the two share:
//
//   - /volatile waits number/10 whole seconds: numbers 0 to 9 answer at once, 10
//     to 19 after 1 s, ... 50 to 59 after 5 s. From 60 on it waits 5 s and sets
//     the counter back to 0, so that on its own it repeats every 61 requests.
//   - /buggy fails when 5 divides its number: the 1st, 6th, 11th ... request. It
//     never sets the counter back.
//
// A wait ends early when the client goes away (counted as 499) and when Serve
// ends (503). All methods may be called from any goroutine.
type API struct {
	numbers sequence
	served  tally
	log     *accessLog
}

// New returns an API that writes one line per request to log; nil means silent.
// log is never written to by two goroutines at once. Lines may be held back for
// a fraction of a second: see Flush.
func New(log io.Writer) *API {
	return &API{served: newTally(), log: newAccessLog(log)}
}

// Flush writes out the log lines held back so far. It returns the first error
// that writing the log has met since New; lines after such an error are lost.
func (a *API) Flush() error { return a.log.Flush() }

// Served returns how many requests have been answered so far. A request is
// counted just before its answer is sent: who has read an answer finds it here.
func (a *API) Served() map[Answer]int64 { return a.served.snapshot() }

// ServeHTTP answers one request, counts it and logs it.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	path, status, text := a.answer(r)
	a.served.add(path, status)
	a.log.request(r.Method, r.URL.EscapedPath(), status, began, time.Now())

	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", "GET, HEAD")
	}
	if status >= 400 {
		http.Error(w, text, status)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = io.WriteString(w, text) // fails only when the client has gone: nobody is left to tell
}

// answer decides on the answer to r and waits as long as it demands. path is the
// one to count the request under.
func (a *API) answer(r *http.Request) (path string, status int, text string) {
	page, path := a.page(r.URL.Path)
	switch {
	case page == nil:
		status = http.StatusNotFound
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		status = http.StatusMethodNotAllowed
	default:
		status, text = page(r.Context())
	}
	if status == statusClientGone {
		text = "Client Closed Request"
	} else if text == "" {
		text = http.StatusText(status)
	}
	return path, status, text
}

// page finds what answers path, and the name under which to count it. There is
// one name for all unknown paths, so that strangers cannot make the tally grow.
func (a *API) page(path string) (func(context.Context) (int, string), string) {
	switch path {
	case "/":
		return a.home, path
	case "/volatile":
		return a.volatile, path
	case "/buggy":
		return a.buggy, path
	}
	return nil, OtherPaths
}

func (a *API) home(context.Context) (int, string) {
	return http.StatusOK, "Server OK"
}

func (a *API) volatile(ctx context.Context) (int, string) {
	seconds := a.numbers.volatile()
	if err := pause(ctx, time.Duration(seconds)*time.Second); errors.Is(err, errStopping) {
		return http.StatusServiceUnavailable, ""
	} else if err != nil {
		return statusClientGone, ""
	}
	return http.StatusOK, "Produced response after " + strconv.Itoa(seconds) + " second/s"
}

func (a *API) buggy(context.Context) (int, string) {
	n := a.numbers.buggy()
	if n%failEvery == 0 {
		return http.StatusInternalServerError, ""
	}
	return http.StatusOK, "Ok for request " + strconv.FormatInt(n, 10)
}

// pause waits for d; it returns the cause of ctx's end if that comes first.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
