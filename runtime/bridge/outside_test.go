package bridge

import (
	"bufio"
	"crypto/x509"
	"errors"
	"net"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// No text shows credentials, however malformed the address is.
func TestErrorsHideCredentials(t *testing.T) {
	for _, s := range []string{
		"ftp://u:sEcret@a.test/", "http://u:sEcret@/", "http://u:sEcret@a.test:x/", "http://u:sEcret@a.test:0/",
		"http://u:sEcret/x@a.test/", "http://u:sEcret#x@a.test/", "u:sEcret@a.test",
		"//u:sEcret@a.test", "http://u:%sEcret@a.test/", "http://u:sEcret@[::1/", "http://u:99999/sEcret@a.test",
		"http://sEcret@a^b/",
	} {
		_, _, err := (*Origin)(nil).Resolve(s)
		_, err2 := ParseOrigin(s + "?")
		_, err3 := FixedProxy(s)
		for _, err := range []error{err, err2, err3} {
			if err != nil && strings.Contains(strings.ToLower(err.Error()), "secret") {
				t.Errorf("%s: %v", s, err)
			}
		}
		if err == nil {
			t.Errorf("%s was accepted", s)
		}
	}
	c := user(t, &Config{Proxy: func(*url.URL) (*url.URL, error) {
		return nil, errors.New(`invalid proxy address "http://u:sEcret@[::1": bad`)
	}})
	got, _ := fails(t, c, get(t, "http://a.test/"))
	equal(t, "proxy", got, `ProxyError('invalid proxy address "http://***@[::1": bad')`)
	r := get(t, "http://"+serve(t, script("HTTP/1.1 302 Found\r\nLocation: http://u:sEcret@a:x/\r\nContent-Length: 0\r\n\r\n"))+"/")
	got, _ = fails(t, user(t, &Config{}), r)
	equal(t, "redirect", strings.HasPrefix(got, "InvalidURL('http://***@a:x/: cannot be parsed"), true)
	_, _, err := (*Origin)(nil).Resolve("/users/@me")
	contains(t, err.Error(), "/users/@me: is relative")
}

// What others send or ask for makes no text long, nor does it bring control characters into reports.
func TestErrorsAreShortAndPrintable(t *testing.T) {
	long := strings.Repeat("x\u202e\u0085", 20000)
	names := []string{}
	for range 1000 {
		names = append(names, "a.test")
	}
	status := "HTTP/1.1 200 OK\r\n"
	answers := []string{
		status + "Content-Encoding: " + long + "\r\nContent-Length: 2\r\n\r\nok",
		status + "Content-Encoding: gzip, " + long + "\r\nContent-Length: 2\r\n\r\nok",
		status + "Content-Encoding: gzip" + strings.Repeat(" ", 9000) + ",br\r\nContent-Length: 2\r\n\r\nok",
		"HTTP/1.1 302 Found\r\nLocation: ftp://" + long + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: http://a:" + long + "\r\nContent-Length: 0\r\n\r\n",
		"HTTP/1.1 302 Found\r\nLocation: a" + long + ":b\r\nContent-Length: 0\r\n\r\n",
		status + long + "\r\n\r\n",
		long,
	}
	texts := []string{
		invalidURL("\x1b[31m"+long, long).Error(),
		dnsFailure(&net.DNSError{Name: long}).Error(),
		connectionFailure(errors.New(long)).Error(),
		(&hop{}).proxyFailure(errors.New(long)).Error(),
		(&hop{}).tlsFailure(errors.New(long)).Error(),
		tlsText(x509.CertificateInvalidError{Reason: x509.NameMismatch, Detail: long}),
		hostText(x509.HostnameError{Certificate: &x509.Certificate{DNSNames: names}, Host: "b.test"}),
	}
	for _, a := range answers {
		got, _ := fails(t, user(t, &Config{}), get(t, "http://"+serve(t, script(a))+"/"))
		texts = append(texts, got)
		proxied, _ := fails(t, user(t, through(t, "http://"+serve(t, script(a)))), get(t, "https://a.test/"))
		texts = append(texts, proxied)
	}
	for _, s := range texts {
		if n := utf8.RuneCountInString(s); n > 500 || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
			t.Errorf("%d characters: %.300q", n, s)
		}
	}
	contains(t, texts[6], ", not b.test")
	equal(t, "cut", shown("äöü", 2), "äö...")
	equal(t, "whole", shown("äöü", 3), "äöü")
	equal(t, "invalid", shown("a\xff\x00b", 9), "a??b")
}

// An answer cannot make the decoders take memory without end.
func TestManyEncodings(t *testing.T) {
	five := "gzip"
	body := encode("gzip", "hello")
	for range 4 {
		five, body = five+", gzip", encode("gzip", body)
	}
	equal(t, "five", string(do(t, user(t, &Config{}), get(t, "http://"+serve(t, script(encoded(five, body)))+"/")).Body), "hello")
	var before, after runtime.MemStats
	r := get(t, "http://"+serve(t, script(encoded(strings.Repeat("br,", 5000)+"br", "xxxx")))+"/")
	runtime.ReadMemStats(&before)
	got, _ := fails(t, user(t, &Config{}), r)
	runtime.ReadMemStats(&after)
	equal(t, "error", got, "InvalidResponse('more than 5 names in Content-Encoding')")
	if n := after.TotalAlloc - before.TotalAlloc; n > 4<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

// When the answer was complete, Done is when its last byte came, also if nothing could be done with it.
func TestDoneOfUselessAnswers(t *testing.T) {
	bomb := strings.Repeat(encode("gzip", strings.Repeat("x", 8<<20)), 20)
	bomb = bomb[:len(bomb)-1] + "?" // damaged in the end: decoding takes long and fails
	begin := time.Now()
	got, w := fails(t, user(t, &Config{MaxBody: 1 << 20}), get(t, "http://"+serve(t, script(encoded("gzip", bomb)))+"/"))
	total := time.Since(begin)
	contains(t, got, "cannot be decoded")
	equal(t, "Receive was measured", w.Phases.Receive > 0, true)
	if w.Elapsed() > total/2 {
		t.Errorf("the decoding was measured: %v of %v", w.Elapsed(), total)
	}
	for _, to := range []string{"ftp://x/", "/again"} {
		c := user(t, &Config{MaxRedirects: 1})
		a := "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to + "\r\n\r\n"
		_, w := fails(t, c, get(t, "http://"+serve(t, script(a, a, ok))+"/"))
		equal(t, to+": Done is the last read", w.Done, c.conns[0].lastRead)
	}
	// A later request of the chain that fails takes its own time.
	gone := serve(t, func(c net.Conn) { time.Sleep(20 * time.Millisecond) })
	a := "HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: http://" + gone + "/\r\n\r\n"
	got, w = fails(t, user(t, &Config{}), get(t, "http://"+serve(t, script(a))+"/"))
	if w.Elapsed() < 20*time.Millisecond {
		t.Errorf("the whole chain took %v: %s, phases %+v", w.Elapsed(), got, w.Phases)
	}
	// Nor does half a body end before it was given up.
	half := "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"
	r := get(t, "http://"+serve(t, func(c net.Conn) { script(half)(c); time.Sleep(20 * time.Millisecond) })+"/")
	_, w = fails(t, user(t, &Config{}), r)
	equal(t, "half a body", w.Elapsed() >= 20*time.Millisecond, true)
}

// A kept body costs no more than itself and, where its length was not known, one copy.
func TestLargeBodyMemory(t *testing.T) {
	const size, limit = 24 << 20, 8 << 20
	text := strings.Repeat("0123456789abcdef", size/16)
	zipped := encode("gzip", text)
	for _, tc := range []struct {
		name, answer string
		limit, most  int64
	}{
		{"length", "HTTP/1.1 200 OK\r\nContent-Length: 25165824\r\n\r\n" + text, limit, limit},
		{"whole", "HTTP/1.1 200 OK\r\nContent-Length: 25165824\r\n\r\n" + text, 0, size},
		{"until close", "HTTP/1.1 200 OK\r\n\r\n" + text, limit, 2 * limit},
		{"gzip", encoded("gzip", zipped), limit, 2 * limit},
	} {
		out := []byte(tc.answer) // before the allocations are counted
		c, r := user(t, &Config{MaxBody: tc.limit}), get(t, "http://"+serve(t, func(c net.Conn) {
			readRequest(bufio.NewReader(c))
			_, _ = c.Write(out)
		})+"/")
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		w := do(t, c, r)
		runtime.ReadMemStats(&after)
		equal(t, tc.name+": size", w.Size, size)
		equal(t, tc.name+": body", string(w.Body) == text[:len(w.Body)], true)
		if n := int64(after.TotalAlloc - before.TotalAlloc); n > tc.most+3<<20 {
			t.Errorf("%s: %d bytes were allocated for a body of %d", tc.name, n, len(w.Body))
		}
	}
}
