package bridge

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
)

func encode(encoding, s string) string {
	var b bytes.Buffer
	var w io.WriteCloser
	switch encoding {
	case "gzip", "x-gzip":
		w = gzip.NewWriter(&b)
	case "deflate":
		w = zlib.NewWriter(&b)
	case "raw deflate":
		w, _ = flate.NewWriter(&b, 6)
	case "br":
		w = brotli.NewWriter(&b)
	case "zstd":
		w, _ = zstd.NewWriter(&b)
	}
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

func encoded(name, body string) string {
	return "HTTP/1.1 200 OK\r\nContent-Encoding: " + name + "\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n" + body
}

func chunkedEncoded(name, body string) string {
	return "HTTP/1.1 200 OK\r\nContent-Encoding: " + name + "\r\nTransfer-Encoding: chunked\r\n\r\n" +
		strconv.FormatInt(int64(len(body)), 16) + "\r\n" + body + "\r\n0\r\n\r\n"
}

// Each encoding, each framing, a short and a long body, over one connection, so that decoders are used again.
func TestDecode(t *testing.T) {
	for _, enc := range []string{"gzip", "x-gzip", "deflate", "raw deflate", "br", "zstd"} {
		for _, text := range []string{"", "hello", strings.Repeat("0123456789abcdef", 20000)} {
			body := encode(enc, text)
			name := strings.ToUpper(strings.TrimPrefix(enc, "raw "))
			c := user(t, &Config{})
			r := get(t, "http://"+serve(t, script(encoded(name, body), chunkedEncoded(name, body), encoded(name, body), ok))+"/")
			for i := range 3 {
				w := do(t, c, r)
				if string(w.Body) != text {
					t.Errorf("%s: got %d bytes, want %d", enc, len(w.Body), len(text))
				}
				equal(t, enc+": size", w.Size, int64(len(text)))
				equal(t, enc+": wire size", w.WireSize, int64(len(body)))
				equal(t, enc+": reused", w.Reused, i > 0)
				equal(t, enc+": exact", cap(w.Body), len(text))
			}
			equal(t, enc+": connection is clean", string(do(t, c, r).Body), "ok")
		}
	}
}

func TestDecodeTwice(t *testing.T) {
	r := get(t, "http://"+serve(t, script(encoded("br, gzip", encode("gzip", encode("br", "hello")))))+"/")
	equal(t, "body", string(do(t, user(t, &Config{}), r).Body), "hello")
}

func TestDecodeEmpty(t *testing.T) {
	c, r := user(t, &Config{}), get(t, "http://"+serve(t, script(encoded("gzip", ""), chunkedEncoded2, ok))+"/")
	equal(t, "length", do(t, c, r).Size, 0)
	equal(t, "chunked", do(t, c, r).Size, 0)
	equal(t, "connection is clean", string(do(t, c, r).Body), "ok")
}

const chunkedEncoded2 = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"

// A bomb is counted to its end and kept to the limit, also when even its wire form is beyond that.
func TestDecodeBomb(t *testing.T) {
	const size = 4 << 20
	for _, limit := range []int64{10, 1000, 1 << 20} {
		for _, enc := range []string{"gzip", "deflate", "br", "zstd"} {
			body := encode(enc, strings.Repeat("x", size))
			c := user(t, &Config{MaxBody: limit})
			r := get(t, "http://"+serve(t, script(encoded(enc, body), ok))+"/")
			w := do(t, c, r)
			equal(t, enc+": kept", int64(len(w.Body)), limit)
			equal(t, enc+": size", w.Size, size)
			equal(t, enc+": wire size", w.WireSize, int64(len(body)))
			equal(t, enc+": truncated", w.Truncated, true)
			equal(t, enc+": reused", do(t, c, r).Reused, true)
		}
	}
}

// A damaged body must not harm the next one, for which its decoder is used again.
func TestDecodeDamaged(t *testing.T) {
	for _, enc := range []string{"gzip", "deflate", "br", "zstd"} {
		body := encode(enc, strings.Repeat("0123456789abcdef", 100))
		cut := body[:len(body)/2]
		c := user(t, &Config{})
		r := get(t, "http://"+serve(t, script(encoded(enc, cut)))+"/")
		for range 2 {
			got, _ := fails(t, c, r)
			equal(t, "error", got, "InvalidResponse('the "+enc+" body cannot be decoded')")
		}
		r = get(t, "http://"+serve(t, script(encoded(enc, body)))+"/")
		equal(t, enc+": size", do(t, c, r).Size, 1600)
	}
}
