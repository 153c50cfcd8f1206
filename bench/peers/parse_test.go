package main

import (
	"strings"
	"testing"
	"time"
)

func TestParseResident(t *testing.T) {
	status := "Name:\tkatydid\nVmPeak:\t 1237948 kB\nVmRSS:\t   30412 kB\nRssAnon:\t   17000 kB\n"
	if got, err := parseResident(status); err != nil || got != 30412*1024 {
		t.Errorf("got %d, %v", got, err)
	}
	for _, bad := range []string{"", "Name:\tkatydid\nState:\tZ (zombie)\n", "VmRSS:\tmany kB\n"} {
		if got, err := parseResident(bad); err == nil {
			t.Errorf("%q is taken for %d", bad, got)
		}
	}
}

func TestParseSpent(t *testing.T) {
	stat := "4711 (a (strange) name) S 1 4711 4711 0 -1 4194560 900 0 0 0 150 25 7 8 20 0 12 0 1000 1267658752 7000\n"
	if got, err := parseSpent(stat); err != nil || got != 1750*time.Millisecond {
		t.Errorf("got %v, %v, want user and system time without the children's", got, err)
	}
	for _, bad := range []string{"", "1 (x) S 1 2", strings.Replace(stat, "150", "many", 1)} {
		if got, err := parseSpent(bad); err == nil {
			t.Errorf("%q is taken for %v", bad, got)
		}
	}
}

func TestParseProgress(t *testing.T) {
	want := progress{users: 50, requests: 123456, last: 2500 * time.Millisecond}
	if got, err := parseProgress("50 123456 2500000"); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for _, bad := range []string{"", "50 60", "50 many 1"} {
		if got, err := parseProgress(bad); err == nil {
			t.Errorf("%q is taken for %+v", bad, got)
		}
	}
}

func FuzzParseProc(f *testing.F) {
	f.Add("4711 (a (strange) name) S 1 4711 4711 0 -1 4194560 900 0 0 0 150 25 7 8 20 0 12 0 1000")
	f.Add("VmRSS:\t   30412 kB\n")
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := parseSpent(text); err != nil && !strings.Contains(err.Error(), "stat") {
			t.Errorf("parseSpent says %v", err)
		}
		if _, err := parseResident(text); err != nil && !strings.Contains(err.Error(), "VmRSS") {
			t.Errorf("parseResident says %v", err)
		}
	})
}
