//go:build unix

package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"katydid/internal/wsecho"
)

// wsServer is an echo of WebSocket messages, as ws://...
func wsServer(t *testing.T) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(wsecho.Serve))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
	})
	return strings.Replace(server.URL, "http", "ws", 1)
}

// Both modules for WebSockets: what happens in what order, and what is counted. The order and the counts are k6's.
func TestK6WebSockets(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeIn(t, dir, "a.js", `import ws from "k6/ws";
import { WebSocket } from "k6/websockets";
import { check } from "k6";
export default function () {
  const res = ws.connect(__ENV.URL, { tags: { name: "legacy" } }, (socket) => {
    socket.on("open", () => { console.log("1 open"); socket.send("hi"); });
    socket.on("message", (m) => { console.log("2", m); socket.close(); });
    socket.on("close", (code) => console.log("3 close", code));
  });
  check(res, { "switched": (r) => r.status === 101 });
  const socket = new WebSocket(__ENV.URL);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => { console.log("4 open", socket.readyState); socket.send(new Uint8Array([1, 2, 3])); };
  socket.addEventListener("message", (e) => { console.log("5", new Uint8Array(e.data).join("+")); socket.close(); });
  socket.onclose = (e) => console.log("6 close", e.code);
}
`)
	p := katydid(t, dir, "run", "-e", "URL="+wsServer(t), "--summary-export", "s.json", "--csv", "r/a", "a.js")
	p.expect(exitOK)
	at := 0
	for _, line := range []string{"1 open", "2 hi", "3 close 1001", "4 open 1", "5 1+2+3", "6 close 1000"} {
		i := strings.Index(p.stderr.String()[at:], line)
		if i < 0 {
			t.Fatalf("%q is not said, or not in its turn:\n%s", line, p.stderr)
		}
		at += i
	}
	var sum struct{ Metrics map[string]map[string]float64 }
	readJSON(t, filepath.Join(dir, "s.json"), &sum)
	for metric, want := range map[string]float64{"ws_sessions": 2, "ws_msgs_sent": 3, "ws_msgs_received": 2} { // a close of k6/ws is a message sent
		if got := sum.Metrics[metric]["count"]; got != want {
			t.Errorf("%s: %v, want %v", metric, got, want)
		}
	}
	if csv, err := os.ReadFile(filepath.Join(dir, "r/a_stats.csv")); err != nil || !strings.Contains(string(csv), "WS,legacy,1,0,") {
		t.Errorf("rows: %s %v", csv, err)
	}
}

// Open sockets do not keep a run from ending.
func TestK6WebSocketsAtTheEnd(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"legacy": `ws.connect(__ENV.URL, null, (socket) => { socket.on("open", () => console.log("open")); });`,
		"class":  `new WebSocket(__ENV.URL).onopen = () => console.log("open");`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			writeIn(t, dir, "a.js", `import ws from "k6/ws"; import { WebSocket } from "k6/websockets";
export const options = { vus: 3, duration: "10m" };
export default function () { `+body+` }
`)
			p := newProcess(t, dir, "run", "-e", "URL="+wsServer(t), "a.js").start()
			p.says("open")
			began := time.Now()
			p.signal(os.Interrupt)
			p.expect(exitK6Signal)
			if took := time.Since(began); took > patience/2 {
				t.Errorf("ended after %s", took)
			}
			if p.said("left behind") {
				t.Errorf("says:\n%s", p.stderr)
			}
		})
	}
}

// A secret is a script's, and nobody else's: it is in no log, error, table or file.
func TestK6Secrets(t *testing.T) {
	t.Parallel()
	const secret = "hunter2-and-more"
	dir := t.TempDir()
	writeIn(t, dir, "secrets.txt", "password="+secret+"\n")
	writeIn(t, dir, "a.js", `import secrets from "k6/secrets";
export default async function () {
  const password = await secrets.get("password");
  console.log("it has", password.length, "letters:", password);
  throw new Error("wrong: " + password);
}
`)
	p := katydid(t, dir, "run", "--secret-source=file=secrets.txt", "--csv", "r/a", "--summary", "r/s.json", "--loglevel", "DEBUG", "a.js")
	p.expect(exitOK)
	if !p.said("it has 16 letters") || !p.said("***SECRET_REDACTED***") {
		t.Errorf("says:\n%s", p.stderr)
	}
	text := p.stdout.String() + p.stderr.String()
	files, err := filepath.Glob(filepath.Join(dir, "r", "*"))
	if err != nil || len(files) < 5 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text += readText(t, file)
	}
	if strings.Contains(text, secret) {
		t.Errorf("the secret is told:\n%s", text)
	}
	p = katydid(t, dir, "run", "a.js")
	p.expect(exitOK)
	if !p.said("--secret-source") {
		t.Errorf("without a source:\n%s", p.stderr)
	}
}
