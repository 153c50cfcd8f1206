package live

import (
	"net/http"
	"time"
)

// route is one thing that can be asked for.
type route struct {
	method, path string // below the base path
	changes      bool   // the test: no other site may make a browser ask for it
	serve        http.HandlerFunc
}

func (s *Server) routes() []route {
	return []route{
		{"GET", "/{$}", false, s.page.file("live.html")},
		{"GET", "/live.js", false, s.page.file("live.js")},
		{"GET", "/live.css", false, s.page.file("live.css")},
		{"GET", "/events", false, s.events},
		{"GET", "/history", false, s.history},

		{"POST", "/swarm", true, atOnce(maxForms, s.swarm)},
		{"GET", "/stop", true, s.stop},
		{"GET", "/stats/reset", true, s.reset},
		{"POST", "/user", true, s.user},
		{"GET", "/login", false, s.login},
		{"GET", "/stats/requests", false, s.stats},
		{"GET", "/exceptions", false, s.exceptions},
		{"GET", "/tasks", false, s.tasks},
		{"GET", "/logs", false, s.logs},
		{"GET", "/worker-count", false, s.workerCount},

		{"GET", "/stats/requests/csv", false, s.csv("requests")},
		{"GET", "/stats/failures/csv", false, s.csv("failures")},
		{"GET", "/exceptions/csv", false, s.csv("exceptions")},
		{"GET", "/stats/requests_full_history/csv", false, atOnce(maxFiles, s.download("history"))},
		{"GET", "/hlog", false, atOnce(maxFiles, s.download("hlog"))},
		{"GET", "/stats/report", false, s.report},
		{"GET", "/summary", false, s.summary},
	}
}

// handler is all routes behind all guards.
func (s *Server) handler() (http.Handler, error) {
	metrics, err := s.metrics()
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	for _, r := range append(s.routes(), route{"GET", "/metrics", false, metrics}) {
		h := r.serve
		if r.changes {
			h = ownSite(r.method, h)
		}
		mux.HandleFunc(r.method+" "+s.base+r.path, h)
	}
	if s.base != "" {
		mux.HandleFunc("GET "+s.base, s.login) // without the slash, relative addresses would miss the base path
	}
	h := bounded(mux)
	if s.auth != nil {
		h = s.auth.guard(h)
	} else {
		h = ownHost(s.opts.Hosts, h)
	}
	return served(headers(h)), nil
}

// atOnce turns those away who are too many: what they ask for may take as long as they like to take.
func atOnce(n int, next http.HandlerFunc) http.HandlerFunc {
	places := make(chan struct{}, n)
	return func(w http.ResponseWriter, r *http.Request) {
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			next(w, r)
		default:
			tooMany(w)
		}
	}
}

// tooMany closes the connection, lest those that were sent away fill them all.
func tooMany(w http.ResponseWriter) {
	w.Header().Set("Retry-After", "5")
	w.Header().Set("Connection", "close")
	http.Error(w, "Too many ask for this at the same time.", http.StatusServiceUnavailable)
}

// bounded sets the limits of a request's body and of the time that an answer may take.
func bounded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		if r.Body != http.NoBody {
			// Not Server.ReadTimeout: when that is over, net/http takes a client that waits for an answer for gone.
			_ = c.SetReadDeadline(time.Now().Add(bodyTime)) // a writer of a test may have none
			r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		}
		next.ServeHTTP(&patient{ResponseWriter: w, control: c}, r)
	})
}

// bodyRead ends the limit of time when the body is there.
func bodyRead(w http.ResponseWriter) { _ = http.NewResponseController(w).SetReadDeadline(time.Time{}) }

// patient gives each piece of an answer a time of its own, so that a large one may take long, but nobody can be kept waiting
// by a client that does not read.
type patient struct {
	http.ResponseWriter
	control *http.ResponseController
}

func (p *patient) Write(b []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(writeTime))
	return p.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (p *patient) Unwrap() http.ResponseWriter { return p.ResponseWriter }

// headers are those of every answer. A page of katydid takes nothing from elsewhere, sends nothing elsewhere, and is part
// of no other page; no other site may read what it gets.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "+
			"img-src 'self' data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'")
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin") // ownSite looks at the referrer of our own page
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}
