package targetapi

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"time"
)

const (
	// stopGrace is how long Serve waits for answers on their way when told to stop.
	stopGrace = 3 * time.Second

	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 30 * time.Second // counts from the request's header, so it includes the 5 s of /volatile
	// idleTimeout is well above the waits of a scene's users: a server that hangs
	// up first races with their next request.
	idleTimeout    = 2 * time.Minute
	maxHeaderBytes = 64 << 10
)

// Serve answers requests on ln until ctx is done, and closes ln. Then it ends the
// waits of /volatile (503), lets the answers under way reach their clients for up
// to 3 s, cuts what is left and writes out the log. It returns nil after such a
// stop, or what broke the listener or the log.
func (a *API) Serve(ctx context.Context, ln net.Listener) error {
	requests, stopRequests := context.WithCancelCause(context.Background())
	defer stopRequests(errStopping)
	srv := a.server(requests)
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(ln) }()

	select {
	case err := <-ended:
		srv.Close() // the listener is gone; its connections have to follow
		a.Flush()   // the broken listener is the news
		return fmt.Errorf("serve the target API on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	stopRequests(errStopping)
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopGrace)
	defer cancel()
	if srv.Shutdown(grace) != nil {
		srv.Close()
	}
	logged := a.Flush()
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the target API on %s: %w", ln.Addr(), err) // it broke just before the stop
	}
	return logged
}

// server returns a server whose requests end, at the latest, with ctx.
func (a *API) server(ctx context.Context) *http.Server {
	return &http.Server{
		Handler:           a,
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ErrorLog:          log.New(a.log, "", log.LstdFlags|log.LUTC),
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeaderBytes,
	}
}
