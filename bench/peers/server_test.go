package main

import (
	"context"
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"katydid/internal/tools"
)

// TestServerCounts: three requests over two connections are told as such, during the run and at its end.
func TestServerCounts(t *testing.T) {
	ctx := context.Background()
	binary, err := tools.Build(ctx, t.TempDir(), "katydid/bench/truth")
	if err != nil {
		t.Fatal(err)
	}
	s, err := (&bench{server: binary}).startServer(ctx, time.Millisecond)
	if runtime.GOOS != "linux" {
		if err == nil || !strings.Contains(err.Error(), "Linux only") {
			t.Errorf("elsewhere than on Linux: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	defer s.kill()
	for _, n := range []int{2, 1} {
		client := &http.Client{Transport: &http.Transport{}} // a connection of its own
		for range n {
			answer, err := client.Get(s.url + "/any")
			if err != nil || answer.StatusCode != http.StatusOK {
				t.Fatalf("%v, %v", answer, err)
			}
			if _, err := io.Copy(io.Discard, answer.Body); err != nil { // an answer half read costs its connection
				t.Fatal(err)
			}
			answer.Body.Close()
		}
		client.CloseIdleConnections()
	}
	for now := range s.progress {
		if now.users == 2 && now.requests == 3 {
			break
		}
	}
	all, err := s.stop()
	if err != nil || all.users != 2 || all.requests != 3 || all.last <= 0 {
		t.Errorf("%+v, %v", all, err)
	}
}
