// Package testsite has the servers that tests measure against: those whose own cost must not be in the figure.
package testsite

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// Fixed is a server that costs no allocation: the same JSON answer to every read of up to 4 KiB, however many requests
// are in it. It ends with the test.
func Fixed(tb testing.TB, body string) (url string) {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nDate: Mon, 23 Nov 2026 09:00:00 GMT\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len(body), body)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go repeat(c, answer)
		}
	}()
	return "http://" + l.Addr().String()
}

func repeat(c net.Conn, answer []byte) {
	defer c.Close()
	b := make([]byte, 4096)
	for {
		if _, err := c.Read(b); err != nil {
			return
		}
		if _, err := c.Write(answer); err != nil {
			return
		}
	}
}

// elsewhere makes the test program a server that answers everything at once, until its standard input ends.
const elsewhere = "KATYDID_TEST_SITE"

// Main is the TestMain of a package that calls Elsewhere.
func Main(m *testing.M) {
	if os.Getenv(elsewhere) == "" {
		os.Exit(m.Run())
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ok") }))
	_, _ = io.WriteString(os.Stdout, server.URL+"\n")
	_, _ = io.Copy(io.Discard, os.Stdin)
}

// Elsewhere starts a server in a process of its own, so that its side of the connections is not counted, and gives its
// URL. The package's TestMain must call Main.
func Elsewhere(tb testing.TB) (url string) {
	tb.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), elsewhere+"=1")
	child.Stderr = os.Stderr
	in, err := child.StdinPipe()
	if err != nil {
		tb.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		tb.Fatal(err)
	}
	if err := child.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		_ = in.Close()
		_ = child.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		tb.Fatal(err)
	}
	return strings.TrimSpace(line)
}
