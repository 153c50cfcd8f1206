package bridge

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/textproto"
	"net/url"
	"strings"
)

// Form encodes pairs in their order as application/x-www-form-urlencoded.
func Form(pairs []Field) []byte { return []byte(encodePairs(pairs)) }

// FormType is the Content-Type of a Form.
const FormType = "application/x-www-form-urlencoded"

// AddQuery appends pairs in their order to the query of a URI.
func AddQuery(uri string, pairs []Field) string {
	if len(pairs) == 0 {
		return uri
	}
	uri, fragment, _ := strings.Cut(uri, "#")
	sep := "?"
	if i := strings.IndexByte(uri, '?'); i >= 0 {
		sep = "&"
		if i == len(uri)-1 || uri[len(uri)-1] == '&' {
			sep = ""
		}
	}
	uri += sep + encodePairs(pairs)
	if fragment != "" {
		uri += "#" + fragment
	}
	return uri
}

func encodePairs(pairs []Field) string {
	var b strings.Builder
	for i, p := range pairs {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(p.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(p.Value))
	}
	return b.String()
}

// Part is one field of a multipart form. With a Filename it is a file.
type Part struct {
	Name        string
	Filename    string
	ContentType string // "" is application/octet-stream for files and nothing for fields
	Data        []byte
}

// Multipart encodes parts in their order as multipart/form-data (RFC 7578) and returns the body and its Content-Type,
// which names a boundary that is new with every call.
func Multipart(parts []Part) (body []byte, contentType string) {
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for _, p := range parts {
		// A bytes.Buffer never fails, so neither does the writer on top of it.
		w, _ := m.CreatePart(p.header())
		_, _ = io.Copy(w, bytes.NewReader(p.Data))
	}
	_ = m.Close()
	return b.Bytes(), m.FormDataContentType()
}

func (p Part) header() textproto.MIMEHeader {
	h := textproto.MIMEHeader{}
	d := `form-data; name="` + quote(p.Name) + `"`
	if p.Filename != "" {
		d += `; filename="` + quote(p.Filename) + `"`
		if p.ContentType == "" {
			p.ContentType = "application/octet-stream"
		}
	}
	h.Set("Content-Disposition", d)
	if p.ContentType != "" {
		h.Set("Content-Type", strings.NewReplacer("\r", " ", "\n", " ").Replace(p.ContentType))
	}
	return h
}

// quote escapes as browsers do (WHATWG HTML, multipart/form-data).
func quote(s string) string {
	return strings.NewReplacer(`"`, "%22", "\r", "%0D", "\n", "%0A").Replace(s)
}
