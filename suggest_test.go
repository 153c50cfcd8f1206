package main

import "testing"

func TestClosest(t *testing.T) {
	names := []string{"users", "spawn-rate", "run-time", "host", "headless", "tags", "csv"}
	for name, want := range map[string]string{
		"userz": "users", "user": "users", "usres": "users", "spwan-rate": "spawn-rate", "spawnrate": "spawn-rate", "hots": "host",
		"runtime": "run-time", "headles": "headless", "cvs": "csv", "users": "users",
		"bogus": "", "x": "", "": "", "completely-different": "", "é": "",
	} {
		if got := closest(name, names); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestEdits(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"abc", "", 3}, {"kitten", "sitting", 3}, {"ab", "ba", 1}, {"abcd", "acbd", 1}, {"ca", "abc", 3}} {
		if got := edits(tt.a, tt.b); got != tt.want {
			t.Errorf("%q to %q: %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}
