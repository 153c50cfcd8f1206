package tools

import (
	"slices"
	"testing"
)

func TestKilobytes(t *testing.T) {
	for text, want := range map[string]int64{"123 kB": 125952, "": 0, "12 MB": 0} {
		if got := kilobytes(text); got != want {
			t.Errorf("%q is %d bytes, want %d", text, got, want)
		}
	}
}

func TestPlainEnv(t *testing.T) {
	t.Setenv("LOCUST_USERS", "1")
	t.Setenv("KATYDID_USERS", "1")
	t.Setenv("K6_VUS", "1")
	t.Setenv("no_proxy", "other")
	t.Setenv("BENCH_OWN", "1")
	env := PlainEnv()
	for _, e := range []string{"BENCH_OWN=1", "no_proxy=127.0.0.1"} {
		if !slices.Contains(env, e) {
			t.Errorf("%s is missing", e)
		}
	}
	for _, e := range []string{"LOCUST_USERS=1", "KATYDID_USERS=1", "K6_VUS=1", "no_proxy=other"} {
		if slices.Contains(env, e) {
			t.Errorf("%s is left", e)
		}
	}
}
