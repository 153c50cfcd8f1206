package script

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	fetchTimeout = 30 * time.Second // for one import, redirects included
	maxRedirects = 10
)

// Remote is a module that was imported by its URL.
type Remote struct {
	URL string // as imported, relative ones made absolute
	// Integrity is the hash of its text as browsers write it: "sha256-" and base64.
	Integrity string
	Size      int // in bytes
}

// fetcher gets modules from the network or the cache, each once per load. Its methods may be called from any goroutine:
// esbuild asks for several modules at a time.
type fetcher struct {
	client  *http.Client
	cache   cache
	offline bool
	refresh bool              // do not answer from the cache if the server answers
	pins    map[string]string // URL -> integrity
	ctx     context.Context

	mu  sync.Mutex
	got map[string]*fetched
}

// fetched is the answer for one URL.
type fetched struct {
	once  sync.Once
	final string // after redirects: what relative imports in it are relative to
	kind  string // content type
	text  []byte
	aged  error // the server did not answer, so that this is an old copy
	err   error
}

// get returns the module at a URL. The error is one line that says the cause, without the URL.
func (f *fetcher) get(address string) *fetched {
	f.mu.Lock()
	g := f.got[address]
	if g == nil {
		g = &fetched{}
		f.got[address] = g
	}
	f.mu.Unlock()
	g.once.Do(func() { f.fill(g, address) })
	return g
}

func (f *fetcher) fill(g *fetched, address string) {
	pin := f.pins[address]
	kept, age := f.cache.read(address)
	usable := kept != nil && (f.offline || !f.refresh && age < cacheFresh)
	if kept != nil && pin != "" && !f.refresh {
		usable = usable || integrity(kept.text) == pin // whatever its age, no other will do
	}
	switch {
	case usable:
		g.final, g.kind, g.text = kept.final, kept.kind, kept.text
	case f.offline:
		g.err = &missing{f.cache.dir}
		return
	default:
		if err := f.ask(g, address); err != nil {
			if kept == nil || !unreachable(err) {
				g.err = err
				return
			}
			g.final, g.kind, g.text, g.aged = kept.final, kept.kind, kept.text, err
		}
	}
	if sum := integrity(g.text); pin != "" && pin != sum {
		g.err = &mismatch{want: pin, have: sum}
		return
	}
	if !usable && g.aged == nil {
		f.cache.write(address, g)
	}
}

// ask gets a module from its server.
func (f *fetcher) ask(g *fetched, address string) error {
	ctx, cancel := context.WithTimeout(f.ctx, fetchTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "text/javascript, application/javascript, application/json, */*;q=0.5")
	res, err := f.client.Do(req)
	if err != nil {
		return causeOf(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return &status{res.StatusCode, res.Status}
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, maxScript+1))
	if err != nil {
		return causeOf(err)
	}
	if len(text) > maxScript {
		return fmt.Errorf("more than %d MB are too large for a script", maxScript>>20)
	}
	g.final, g.kind, g.text = res.Request.URL.String(), res.Header.Get("Content-Type"), text
	if strings.HasPrefix(g.kind, "text/html") || bytes.HasPrefix(bytes.ToLower(bytes.TrimSpace(text[:min(len(text), 200)])), []byte("<!doctype html")) {
		return errors.New("a web page came, not a script")
	}
	return nil
}

// remotes are the modules that were needed, sorted by URL.
func (f *fetcher) remotes() []Remote {
	var all []Remote
	for _, address := range slices.Sorted(maps.Keys(f.got)) {
		if g := f.got[address]; g.err == nil {
			all = append(all, Remote{URL: address, Integrity: integrity(g.text), Size: len(g.text)})
		}
	}
	return all
}

// integrity is a text's hash in the form of W3C Subresource Integrity.
func integrity(text []byte) string {
	sum := sha256.Sum256(text)
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// allowed says whether code may come from u: from another machine only by https, for whoever is on the way could change it.
func allowed(u *url.URL) error {
	switch {
	case u.Host == "":
		return errors.New("this URL names no host")
	case u.Scheme == "https", u.Scheme == "http" && loopback(u.Hostname()):
		return nil
	case u.Scheme == "http":
		return errors.New("http is only allowed from this machine, use https")
	}
	return fmt.Errorf("%s is not allowed, use https", u.Scheme)
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

// redirect is the http.Client's CheckRedirect.
func redirect(req *http.Request, via []*http.Request) error {
	if len(via) > maxRedirects {
		return fmt.Errorf("more than %d redirects", maxRedirects)
	}
	if err := allowed(req.URL); err != nil {
		return fmt.Errorf("redirected to %s: %w", req.URL, err)
	}
	return nil
}
