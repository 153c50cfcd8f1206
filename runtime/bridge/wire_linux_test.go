package bridge

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"strings"
	"testing"
	"time"
)

// Done is the time at which the kernel had the bytes, however late they are read.
func TestStampIsTheKernels(t *testing.T) {
	const late = 50 * time.Millisecond
	addr := serve(t, func(c net.Conn) {
		time.Sleep(late) // the kernel begins to stamp a moment after it was asked for the first time ever
		_, _ = io.WriteString(c, "x")
		_, _ = c.Read(make([]byte, 1))
	})
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	cn := newConn(nc, "")
	defer cn.unwire()
	equal(t, "no time limit", cn.arm(time.Time{}, time.Now()), nil)
	cn.await()
	time.Sleep(late)
	begin := time.Now()
	n, err := cn.Read(make([]byte, 10))
	equal(t, "read", n, 1)
	equal(t, "error", err, nil)
	equal(t, "stamped", cn.stamped, true)
	equal(t, "dated back", !cn.lastRead.After(begin.Add(-late)), true)
	equal(t, "lag", cn.wakeLag >= late, true)
}

// Every way on which answers come is stamped: plain, TLS, in pieces.
func TestAnswersAreStamped(t *testing.T) {
	cert := newAuthority(t).sign(t, &x509.Certificate{IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}})
	overTLS := serve(t, func(c net.Conn) { answer(ok)(tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}})) })
	pieces := "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n|1\r\nb\r\n|0\r\n\r\n"
	slowly := func(c net.Conn) {
		for br := bufio.NewReader(c); readRequest(br); {
			for _, piece := range strings.Split(pieces, "|") {
				_, _ = io.WriteString(c, piece)
				time.Sleep(2 * time.Millisecond)
			}
		}
	}
	for name, tc := range map[string]struct {
		url string
		cfg *Config
	}{
		"plain":  {"http://" + answering(t, ok), &Config{}},
		"TLS":    {"https://" + overTLS, &Config{TLS: &tls.Config{InsecureSkipVerify: true}}},
		"pieces": {"http://" + serve(t, slowly), &Config{}},
	} {
		c, r := user(t, tc.cfg), get(t, tc.url+"/")
		for range 3 { // the kernel begins to stamp a moment after it was asked for the first time ever
			do(t, c, r)
			time.Sleep(10 * time.Millisecond)
		}
		w := do(t, c, r)
		equal(t, name+": stamped", w.Stamped, true)
		equal(t, name+": lag", w.WakeLag >= 0 && w.WakeLag < time.Minute, true)
	}
}

// Connecting takes as long as the handshake did, not until somebody has noticed.
func TestConnectIsTheHandshake(t *testing.T) {
	const late = 300 * time.Millisecond
	cfg := &Config{Dial: func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := new(net.Dialer).DialContext(ctx, network, addr)
		time.Sleep(late) // as if there had been no processor
		return nc, err
	}}
	w := do(t, user(t, cfg), get(t, "http://"+answering(t, ok)+"/"))
	equal(t, "lag", w.ConnectLag >= late, true)
	equal(t, "connect phase", w.Phases.Connect < late, true)
	equal(t, "service time", w.Elapsed() < late, true)
}

// A stamp that cannot be true is not taken.
func TestStampGuard(t *testing.T) {
	began := time.Now()
	now := began.Add(time.Second)
	wall := func(at time.Time) time.Duration { return time.Duration(at.UnixNano()) }
	for name, tc := range map[string]struct {
		stamp   time.Duration
		stamped bool
		lag     time.Duration
	}{
		"none":               {0, false, 0},
		"in between":         {wall(now.Add(-time.Millisecond)), true, time.Millisecond},
		"just now":           {wall(now), true, 0},
		"in the future":      {wall(now.Add(time.Nanosecond)), false, 0}, // the clock was set back
		"before the request": {wall(began.Add(-time.Nanosecond)), false, 0},
	} {
		c := &conn{began: began}
		c.arrived(now, tc.stamp)
		equal(t, name+": stamped", c.stamped, tc.stamped)
		equal(t, name+": lag", c.wakeLag, tc.lag)
		equal(t, name+": time", c.lastRead.Equal(now.Add(-tc.lag)), true)
	}
}

// A request that the kernel takes only in parts, because the server does not read yet.
func TestLongHeadIsWrittenInParts(t *testing.T) {
	const size = 16 << 20 // more than the buffers of both sides
	got := make(chan int, 1)
	addr := serve(t, func(c net.Conn) {
		br := bufio.NewReaderSize(c, 64<<10)
		time.Sleep(20 * time.Millisecond)
		n := 0
		for line := ""; line != "\r\n"; n += len(line) {
			var err error
			if line, err = br.ReadString('\n'); err != nil {
				break
			}
		}
		got <- n
		_, _ = io.WriteString(c, ok)
	})
	r := get(t, "http://"+addr+"/")
	r.Header = []Field{{"X", strings.Repeat("x", size)}}
	w := do(t, user(t, &Config{}), r)
	equal(t, "status", w.Status, 200)
	equal(t, "all of it was sent", int64(<-got), w.BytesOut)
}

// Answers over HTTP/2 have the kernel's time too, for a user who sends one request at a time and for siblings.
func TestHTTP2Stamps(t *testing.T) {
	url, cfg := h2Target(t, several)
	c := user(t, cfg)
	twin := c.Sibling()
	defer twin.Close()
	for _, c := range []*Client{c, twin, c} {
		for _, uri := range []string{"/echo", "/large?1000000", "/gzip"} {
			w := do(t, c, get(t, url+uri))
			equal(t, uri+": stamped", w.Stamped, true)
		}
	}
}
