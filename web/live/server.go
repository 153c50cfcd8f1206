package live

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"path"
	"strings"
	"time"
)

// Options say where the server listens and who may use it.
type Options struct {
	Addr     string // host:port; port 0 takes a free one. Other hosts than loopback need User and Password, or NoAuth
	BasePath string // before all paths, such as /load; "" for none

	User, Password    string // that browsers and programs have to give; both "" for none
	NoAuth            bool   // whoever reaches Addr may start tests
	CertFile, KeyFile string // PEM; both "" for plain HTTP
	// Hosts are the names by which browsers may call the server, besides those of this machine and addresses in figures;
	// "*.example.org" is any name below that. With a password they may call it by any name.
	Hosts []string

	RunTime func(string) (time.Duration, error) // reads a run time as the command line does
	Redact  func(string) string                 // takes secrets out of a text that is to be shown; nil for none
	Warn    func(string)                        // takes what the user has to know, one line; nil for none

	MaxWatchers    int // event streams at once (default 100)
	MaxConnections int // at once (default 512)
}

// The limits of what one who asks may cost. An event stream has others, see watch.
const (
	headerTime  = 5 * time.Second  // for a request's header
	bodyTime    = 10 * time.Second // for its body
	idleTime    = 60 * time.Second // between two requests on a connection
	writeTime   = 15 * time.Second // for each piece of an answer
	maxHeader   = 32 << 10
	maxBody     = 1 << 20
	maxForms    = 16               // read at once
	maxFiles    = 16               // of each kind, sent at once
	maxHeavy    = 2                // answers that take a while to make, at once
	heavyWait   = 10 * time.Second // for their turn
	maxWatchers = 100
	maxConns    = 512
)

// Server serves the page, the events, Locust's REST interface and the figures for Prometheus. Its methods may be called by
// any goroutine.
type Server struct {
	opts  Options
	test  Test
	base  string // "" or /path, without a slash at the end
	page  *page
	board *board
	auth  *gatekeeper // nil without a password
	heavy chan struct{}

	listener net.Listener // nil before Listen
	http     *http.Server
}

// New checks the options. Errors say which of them is wrong.
func New(o Options, t Test) (*Server, error) {
	base, err := basePath(o.BasePath)
	if err != nil {
		return nil, err
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.MaxWatchers == 0 {
		o.MaxWatchers = maxWatchers
	}
	if o.MaxConnections == 0 {
		o.MaxConnections = maxConns
	}
	p, err := newPage()
	if err != nil {
		return nil, err
	}
	s := &Server{opts: o, test: t, base: base, page: p, heavy: make(chan struct{}, maxHeavy)}
	s.board = newBoard(t, o.Redact, o.MaxWatchers)
	if o.Password != "" {
		s.auth = newGatekeeper(o.User, o.Password)
	}
	handler, err := s.handler()
	if err != nil {
		return nil, err
	}
	s.http = &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTime, IdleTimeout: idleTime, MaxHeaderBytes: maxHeader,
		HTTP2:       &http.HTTP2Config{MaxConcurrentStreams: 32},
		ConnContext: withConn, ErrorLog: log.New(panics{s.warn}, "", 0),
	}
	return s, nil
}

// check refuses what would let strangers in.
func (o *Options) check() error {
	host, _, err := net.SplitHostPort(o.Addr)
	switch {
	case err != nil:
		return fmt.Errorf("cannot listen on %q: it is not host:port", o.Addr)
	case (o.User == "") != (o.Password == ""):
		return errors.New("the web interface needs a user and a password, or neither")
	case (o.CertFile == "") != (o.KeyFile == ""):
		return errors.New("TLS needs a certificate and a key: give both files or none")
	case !loopback(host) && o.Password == "" && !o.NoAuth:
		return fmt.Errorf("whoever reaches %s could start tests: set a user and a password (--web-auth), or allow that (--web-no-auth)", o.Addr)
	case o.RunTime == nil:
		return errors.New("live: Options.RunTime is nil")
	}
	return nil
}

// loopback says that a host to listen on is reached from this machine only.
func loopback(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.Unmap().IsLoopback()
	}
	return localName(strings.ToLower(host))
}

// basePath is the path with one slash at its beginning and none at its end.
func basePath(p string) (string, error) {
	if strings.ContainsAny(p, "{}?#%\\ \"<>") {
		return "", fmt.Errorf("the base path %q has a character that cannot be there", p)
	}
	if p = path.Clean("/" + p); p == "/" {
		return "", nil
	}
	return p, nil
}

// Listen takes the port and, with TLS, reads the certificate.
func (s *Server) Listen() error {
	var config *tls.Config
	if s.opts.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(s.opts.CertFile, s.opts.KeyFile)
		if err != nil {
			return fmt.Errorf("cannot use the certificate: %w", err)
		}
		config = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	}
	l, err := net.Listen("tcp", s.opts.Addr)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w; --web-host and --web-port choose another place", s.opts.Addr, err)
	}
	s.listener = newGate(l, s.opts.MaxConnections)
	if config != nil {
		s.listener = tls.NewListener(s.listener, config)
	}
	return nil
}

// URL is where a browser on this machine finds the page. Only after Listen.
func (s *Server) URL() string {
	scheme := "http"
	if s.opts.CertFile != "" {
		scheme = "https"
	}
	host, _, _ := net.SplitHostPort(s.opts.Addr)
	_, port, _ := net.SplitHostPort(s.listener.Addr().String())
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return scheme + "://" + net.JoinHostPort(host, port) + s.base + "/"
}

// Serve answers until Close; it is nil then. Only after Listen.
func (s *Server) Serve() error {
	defer s.board.beat()()
	if err := s.http.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// Close ends the event streams, lets other answers be finished as long as ctx allows it, and closes all.
func (s *Server) Close(ctx context.Context) error {
	s.board.close()
	if err := s.http.Shutdown(ctx); err != nil {
		return s.http.Close()
	}
	return nil
}

// Show makes f the state of the test that is shown. Once a second while one goes on, and whenever its state changes. It
// asks Test for its plan and its log.
func (s *Server) Show(f *Frame) { s.board.show(f) }

func (s *Server) warn(text string) {
	if s.opts.Warn != nil {
		s.opts.Warn(text)
	}
}

// panics passes on what net/http says of mistakes of ours. What it says of those who call, such as that they do not
// like the certificate, is not worth a line each.
type panics struct{ warn func(string) }

func (p panics) Write(b []byte) (int, error) {
	if text := string(b); strings.Contains(text, "panic") {
		p.warn(strings.TrimSpace(text))
	}
	return len(b), nil
}
