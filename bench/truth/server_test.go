package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// TestMain lets the test binary be the server, or the whole program, when it is executed again.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	os.Exit(m.Run())
}

// TestServer: every request is answered after its delay and never before, and is in the log.
func TestServer(t *testing.T) {
	to, err := startTarget(context.Background(), t.TempDir(), "constant:3ms", 1, true)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	const n = 20
	for range n {
		began := time.Now()
		answer, err := client.Get(to.url + "/some?query")
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if took := time.Since(began); err != nil || answer.StatusCode != 200 || string(text) != "ok" || took < 3*time.Millisecond {
			t.Fatalf("%d %q, %v, after %v", answer.StatusCode, text, err, took)
		}
	}
	client.CloseIdleConnections()
	log, err := to.stop()
	if err != nil || len(log) != n {
		t.Fatalf("%d requests in the log, %v, want %d", len(log), err, n)
	}
	for i, e := range log {
		if e.Due-e.Read != 3*time.Millisecond || e.Write < e.Due {
			t.Errorf("request %d: read %v, due %v, answered %v", i, e.Read, e.Due, e.Write)
		}
		if i > 0 && e.Read < log[i-1].Write {
			t.Errorf("request %d was read before the one before was answered", i)
		}
	}
}

// TestServerReadsPiecesAndSeveral: a request may come in pieces, and the next one before the answer.
func TestServerReadsPiecesAndSeveral(t *testing.T) {
	to, err := startTarget(context.Background(), t.TempDir(), "constant:2ms", 1, true)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", strings.TrimPrefix(to.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{"GET / HT", "TP/1.1\r\nHost: x\r\n\r", "\nGET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n"} {
		if _, err := io.WriteString(conn, piece); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Millisecond) // most likely a piece of its own; right in any case
	}
	answers := make([]byte, 3*len("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nok"))
	if _, err := io.ReadFull(conn, answers); err != nil || strings.Count(string(answers), "200 OK") != 3 {
		t.Errorf("%v, answers %q", err, answers)
	}
	conn.Close()
	log, err := to.stop()
	if err != nil || len(log) != 3 {
		t.Errorf("%d requests in the log, %v, want 3", len(log), err)
	}
}

func TestServeRefuses(t *testing.T) {
	for _, args := range [][]string{{"--behaviour", "slow"}, {"--what"}} {
		if code, err := program(context.Background(), append([]string{"serve"}, args...), io.Discard); code != 2 || err == nil {
			t.Errorf("serve %v: code %d, %v", args, code, err)
		}
	}
	if err := writeLog(fmt.Sprintf("%s/no/such", t.TempDir()), nil); err == nil {
		t.Error("a log is written to a folder that is not there")
	}
}
