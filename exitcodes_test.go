package main

import "testing"

func TestExitCode(t *testing.T) {
	code := func(n int) *int { return &n }
	tests := []struct {
		name string
		outcome
		want int
	}{
		{"all well", outcome{onError: 1}, 0},
		{"a failure", outcome{failed: true, onError: 1}, 1},
		{"a failure with a code of its own", outcome{failed: true, onError: 42}, 42},
		{"failures do not count", outcome{failed: true, onError: 0}, 0},
		{"the script decides", outcome{failed: true, onError: 1, script: code(0), notWritten: true}, 0},
		{"the script sets 3", outcome{onError: 1, script: code(3)}, 3},
		{"the script sets -1", outcome{script: code(-1)}, 255},
		{"users died, which is worse than a failure", outcome{usersDied: true, failed: true, onError: 1}, 4},
		{"users died and failures do not count", outcome{usersDied: true, failed: true}, 4},
		{"results lost", outcome{notWritten: true, usersDied: true}, 3},
		{"out of memory", outcome{memory: true, failed: true, onError: 1}, 5},
		{"listener threw", outcome{listener: true, failed: true, onError: 1}, 2},
		{"second Ctrl-C", outcome{signal: 2, script: code(0), failed: true, onError: 1}, 130},
		{"second SIGTERM", outcome{signal: 15}, 143},
	}
	for _, tt := range tests {
		if got := tt.code(); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}
