package live

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"path"
	"strings"
	"time"

	"katydid/stats"
)

// csv is one of the files of a run, as of the latest frame.
func (s *Server) csv(kind string) http.HandlerFunc {
	write := map[string]stats.Writer{
		"requests": stats.WriteStatsCSV, "failures": stats.WriteFailuresCSV, "exceptions": stats.WriteExceptionsCSV,
	}[kind]
	return func(w http.ResponseWriter, _ *http.Request) {
		f := s.board.now()
		var b bytes.Buffer
		if err := write(&b, f.Snapshot); err != nil {
			http.Error(w, s.board.clean(err.Error()), http.StatusInternalServerError)
			return
		}
		s.attach(w, f, "text/csv", kind+".csv")
		_, _ = io.WriteString(w, s.board.clean(b.String())) // a client that is gone needs nothing
	}
}

// download is one of the files that the test writes. Their paths are the test's; nothing of the URL is in them.
func (s *Server) download(kind string) http.HandlerFunc {
	names := map[string][2]string{"history": {"text/csv", "requests_full_history.csv"}, "hlog": {"text/plain; charset=utf-8", "histograms.hlog"}}
	return func(w http.ResponseWriter, r *http.Request) {
		f, size, err := openFile(s.test.File(kind))
		if err != nil {
			http.Error(w, "There is no such file: no test was started yet, or katydid could not write it.", http.StatusNotFound)
			return
		}
		defer f.Close()
		s.attach(w, s.board.now(), names[kind][0], names[kind][1])
		// Up to the length that it has now: it grows.
		http.ServeContent(w, r, "", time.Time{}, io.NewSectionReader(f, 0, size))
	}
}

func openFile(name string) (*os.File, int64, error) {
	if name == "" {
		return nil, 0, os.ErrNotExist
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = os.ErrInvalid
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Size(), nil
}

// summary is the document of --summary.
func (s *Server) summary(w http.ResponseWriter, r *http.Request) {
	if text, ok := s.written(w, r, "summary"); ok {
		s.attach(w, s.board.now(), "application/json", "summary.json")
		_, _ = w.Write(text)
	}
}

// report is the document of --html: as a page, or with ?download=1 as a file. It is a page of its own, with script and style
// inside, which it allows by their sums; in a sandbox, so that it can ask nothing of this server in the user's name.
func (s *Server) report(w http.ResponseWriter, r *http.Request) {
	text, ok := s.written(w, r, "report")
	if !ok {
		return
	}
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; "+
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-scripts allow-downloads allow-modals")
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if r.URL.Query().Get("download") != "" {
		s.attach(w, s.board.now(), "text/html; charset=utf-8", "report.html")
	}
	_, _ = w.Write(text)
}

// written is what the test writes of its state. It takes a while, so there are not many at once: the processors are the
// load's.
func (s *Server) written(w http.ResponseWriter, r *http.Request, kind string) ([]byte, bool) {
	wait := time.NewTimer(heavyWait)
	defer wait.Stop()
	select {
	case s.heavy <- struct{}{}:
		defer func() { <-s.heavy }()
	case <-r.Context().Done():
		return nil, false
	case <-wait.C:
		tooMany(w)
		return nil, false
	}
	var b bytes.Buffer
	if err := s.test.Write(&b, kind); err != nil {
		status := http.StatusInternalServerError
		if errors.Is(err, ErrNoTest) {
			status = http.StatusNotFound
		}
		http.Error(w, s.board.clean(err.Error()), status)
		return nil, false
	}
	return b.Bytes(), true
}

// attach makes the answer a file, named as Locust names it: Locust_2026-11-22-21h13_SCRIPT_HOST_requests.csv. What cannot be
// in the name of a file is an underscore.
func (s *Server) attach(w http.ResponseWriter, f *Frame, kind, what string) {
	name := fmt.Sprintf("Locust_%s_%s_%s_%s", time.Now().Format("2006-01-02-15h04"),
		path.Base(s.test.Plan().Script), s.board.clean(withoutUser(f.Host)), what)
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": fileName(name)}))
}

func fileName(text string) string {
	text = strings.ReplaceAll(text, "://", "_")
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || strings.ContainsRune(`<>:"/\|?*;%`, r) {
			return '_'
		}
		return r
	}, text)
}

// printable shows a text that somebody sent, on one line and not all of it.
func printable(text string) string { return stats.Shorten(stats.Printable(text), 80) }
