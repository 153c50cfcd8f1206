package live

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"katydid/web"
)

// page is the files of the page as they are sent.
type page struct{ files map[string]pageFile }

type pageFile struct {
	kind         string // MIME type
	plain, small []byte // small: compressed
	tag          string // for ETag, without quotes
}

func newPage() (*page, error) {
	p := &page{files: map[string]pageFile{}}
	for name, kind := range map[string]string{
		"live.html": "text/html; charset=utf-8", "live.js": "text/javascript; charset=utf-8", "live.css": "text/css; charset=utf-8",
	} {
		plain, err := web.PageFiles.ReadFile(web.PageFolder + "/" + name)
		if err != nil {
			return nil, fmt.Errorf("cannot read the page: %w", err)
		}
		var b bytes.Buffer
		z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // fails only for a level that does not exist
		_, _ = z.Write(plain)                                 // a buffer takes everything
		_ = z.Close()
		sum := sha256.Sum256(plain)
		p.files[name] = pageFile{kind, plain, b.Bytes(), hex.EncodeToString(sum[:12])}
	}
	return p, nil
}

// file answers with one of the files, or says that the browser has it already.
func (p *page) file(name string) http.HandlerFunc {
	f := p.files[name]
	return func(w http.ResponseWriter, r *http.Request) {
		body, tag := f.plain, f.tag
		h := w.Header()
		h.Set("Vary", "Accept-Encoding")
		if takesGzip(r) {
			body, tag = f.small, f.tag+"-gz"
			h.Set("Content-Encoding", "gzip")
		}
		tag = `"` + tag + `"`
		h.Set("Etag", tag)
		h.Set("Cache-Control", "no-cache") // ask whether it is still the same
		if sameTag(r.Header.Get("If-None-Match"), tag) {
			h.Del("Content-Encoding")
			w.WriteHeader(http.StatusNotModified)
			return
		}
		h.Set("Content-Type", f.kind)
		h.Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // a browser that is gone needs nothing
	}
}

// takesGzip reads Accept-Encoding: gzip, or anything, unless with the weight 0.
func takesGzip(r *http.Request) bool {
	for _, offer := range strings.Split(strings.Join(r.Header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(offer, ";")
		name = strings.ToLower(strings.TrimSpace(name))
		if name != "gzip" && name != "*" {
			continue
		}
		value, weighted := strings.CutPrefix(strings.ReplaceAll(weight, " ", ""), "q=")
		q, err := strconv.ParseFloat(value, 64)
		return !weighted || err == nil && q > 0
	}
	return false
}

func sameTag(list, tag string) bool {
	for _, t := range strings.Split(list, ",") {
		if t = strings.TrimPrefix(strings.TrimSpace(t), "W/"); t == tag || t == "*" {
			return true
		}
	}
	return false
}
