package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"regexp"
	"strconv"
	"testing"
	"time"
)

// A dapSession is one program under delve, driven by the Debug Adapter Protocol, which is what VS Code speaks
// (https://microsoft.github.io/debug-adapter-protocol): JSON behind a Content-Length, as in HTTP.
type dapSession struct {
	*process // dlv, and on its streams those of the program
	t        *testing.T
	conn     net.Conn
	r        *textproto.Reader
	sent     int
	launch   map[string]any
}

// A dapMessage is what delve says: the response to a request, or an event.
type dapMessage struct {
	Type, Command, Event, Message string
	RequestSeq                    int `json:"request_seq"`
	Success                       bool
	Body                          json.RawMessage
}

var dapListens = regexp.MustCompile(`DAP server listening at: (\S+)`)

// startDAP starts delve in dir and connects to it; launch is the configuration of the program.
func startDAP(t *testing.T, dlv, dir string, launch map[string]any) *dapSession {
	t.Helper()
	p := newProcess(t, dir, "dap", "--listen", "127.0.0.1:0")
	p.cmd.Path = dlv
	p.start()
	p.says("DAP server listening at: ")
	conn, err := net.Dial("tcp", dapListens.FindStringSubmatch(p.stdout.String())[1])
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() }) // delve has closed its end
	s := &dapSession{process: p, t: t, conn: conn, r: textproto.NewReader(bufio.NewReader(conn)), launch: launch}
	s.request("initialize", map[string]any{"clientID": "vscode", "adapterID": "go", "linesStartAt1": true, "pathFormat": "path"})
	return s
}

// breakAt launches the program with a breakpoint at a function, and lets it go on when it has got there.
func (s *dapSession) breakAt(function string) {
	s.t.Helper()
	s.request("launch", s.launch)
	s.request("setFunctionBreakpoints", map[string]any{"breakpoints": []any{map[string]any{"name": function}}})
	s.request("configurationDone", nil)
	var stopped struct {
		Reason   string
		ThreadID int `json:"threadId"`
	}
	if err := json.Unmarshal(s.event("stopped"), &stopped); err != nil || stopped.Reason != "function breakpoint" {
		s.t.Fatalf("stopped: %+v, %v", stopped, err)
	}
	var trace struct{ StackFrames []struct{ Name string } }
	body := s.request("stackTrace", map[string]any{"threadId": stopped.ThreadID})
	if err := json.Unmarshal(body, &trace); err != nil || len(trace.StackFrames) == 0 || trace.StackFrames[0].Name != function {
		s.t.Fatalf("the program is not in %s: %s, %v", function, body, err)
	}
	s.request("continue", map[string]any{"threadId": stopped.ThreadID})
}

// request sends a request and returns the body of the response.
func (s *dapSession) request(command string, arguments map[string]any) json.RawMessage {
	s.t.Helper()
	s.sent++
	text, err := json.Marshal(map[string]any{"seq": s.sent, "type": "request", "command": command, "arguments": arguments})
	if err != nil {
		s.t.Fatal(err)
	}
	if _, err := fmt.Fprintf(s.conn, "Content-Length: %d\r\n\r\n%s", len(text), text); err != nil {
		s.t.Fatal(err)
	}
	for {
		m := s.read("the response to " + command)
		if m.Type != "response" || m.RequestSeq != s.sent {
			continue
		}
		if !m.Success {
			s.t.Fatalf("%s: %s %s", command, m.Message, m.Body)
		}
		return m.Body
	}
}

// event waits for an event and returns its body.
func (s *dapSession) event(name string) json.RawMessage {
	s.t.Helper()
	for {
		switch m := s.read("the event " + name); m.Event {
		case name:
			return m.Body
		case "terminated":
			s.t.Fatalf("the program has ended before the event %s\n%s%s", name, s.stdout, s.stderr)
		}
	}
}

// end ends the session, and the program if it still runs.
func (s *dapSession) end() {
	s.t.Helper()
	s.request("disconnect", map[string]any{"terminateDebuggee": true})
	s.wait()
}

// read returns delve's next message; what says what it is to be, for the error.
func (s *dapSession) read(what string) (m dapMessage) {
	s.t.Helper()
	if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		s.t.Fatal(err)
	}
	header, err := s.r.ReadMIMEHeader()
	if err != nil {
		s.t.Fatalf("waiting for %s: %v\n%s%s", what, err, s.stdout, s.stderr)
	}
	n, err := strconv.Atoi(header.Get("Content-Length"))
	if err != nil {
		s.t.Fatal(err)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(s.r.R, text); err != nil {
		s.t.Fatalf("waiting for %s: %v", what, err)
	}
	if err := json.Unmarshal(text, &m); err != nil {
		s.t.Fatalf("%v: %s", err, text)
	}
	return m
}
