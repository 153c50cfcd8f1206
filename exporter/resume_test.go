package exporter

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestResumeWithoutAJournal(t *testing.T) {
	var m memory
	prefix := someResults(t)
	age := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	must(t, os.Chtimes(prefix+"_stats.csv", age, age))
	for _, where := range []string{filepath.Dir(prefix), prefix, prefix + "_stats.csv", prefix + journalSuffix} {
		done, err := Resume(t.Context(), where, &m, Options{}, RunInfo{Version: "1"})
		if err != nil || len(done) != 1 || !strings.HasPrefix(done[0].Run, "2026-01-02T030405Z_scene_1_") {
			t.Fatalf("Resume(%s) did %+v, %v", where, done, err)
		}
		first := where == filepath.Dir(prefix)
		if first && done[0].Uploaded != 6 || !first && (done[0].Uploaded != 0 || done[0].Unchanged != 6) {
			t.Errorf("Resume(%s) did %+v", where, done)
		}
	}
	if run := m.object(runFile); !strings.Contains(run, `"state": "unknown"`) {
		t.Errorf("run.json is %s", run)
	}
}

func TestResumeSendsWhatChanged(t *testing.T) {
	var m memory
	prefix := someResults(t)
	x := New(&m, Options{Results: prefix})
	must(t, x.Preflight(t.Context(), someRun))
	must(t, x.Close()) // killed before anything else
	if done, err := Resume(t.Context(), prefix, &m, Options{}, RunInfo{}); err != nil || done[0].Uploaded != 6 {
		t.Errorf("it did %+v, %v", done, err)
	}
	if run := m.object(runFile); !strings.Contains(run, `"state": "interrupted"`) {
		t.Errorf("run.json is %s", run)
	}
	add(t, prefix+"_failures.csv", "more\r\n")
	m.taken()
	if done, err := Resume(t.Context(), prefix, &m, Options{}, RunInfo{}); err != nil || done[0].Uploaded != 2 { // and run.json, which lists it
		t.Errorf("it did %+v, %v: %v", done, err, m.taken())
	}
	// Another store has nothing yet.
	dir := t.TempDir()
	other := open(t, "file://"+filepath.ToSlash(dir), "")
	done, err := Resume(t.Context(), prefix, other, Options{}, RunInfo{})
	if err != nil || done[0].Uploaded != 6 || readFile(t, filepath.Join(dir, done[0].Run, "scene_1_failures.csv")) != readFile(t, prefix+"_failures.csv") {
		t.Errorf("to another store it did %+v, %v", done, err)
	}
}

func TestResumeReportsEachRun(t *testing.T) {
	var m memory
	prefix := someResults(t)
	dir := filepath.Dir(prefix)
	must(t, os.WriteFile(filepath.Join(dir, "b_stats.csv"), []byte("x"), 0o666))
	must(t, os.WriteFile(filepath.Join(dir, "c"+journalSuffix), []byte("{"), 0o666))
	done, err := Resume(t.Context(), dir, &m, Options{}, RunInfo{})
	if len(done) != 3 || done[0].Uploaded != 2 || done[1].Uploaded != 0 || done[2].Uploaded != 6 {
		t.Errorf("it did %+v", done)
	}
	if err == nil || !strings.Contains(err.Error(), "c.export.json is damaged; delete it") {
		t.Errorf("it says %v", err)
	}
	m.behave(saying(&Error{Class: Denied, Text: "no"}))
	must(t, os.Remove(filepath.Join(dir, "b"+journalSuffix)))
	var bad *Incomplete
	if _, err := Resume(t.Context(), filepath.Join(dir, "b"), &m, Options{}, RunInfo{}); !errors.As(err, &bad) || len(bad.Files) != 2 {
		t.Errorf("it says %v", err)
	}
	for where, want := range map[string]string{t.TempDir(): "no results in the folder", filepath.Join(dir, "nothing"): "neither a folder"} {
		if _, err := Resume(t.Context(), where, &m, Options{}, RunInfo{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Resume(%s) says %v", where, err)
		}
	}
}

func TestPreflightWarnsOfUnfinishedBusiness(t *testing.T) {
	var m memory
	prefix := someResults(t)
	x := New(&m, Options{Results: prefix})
	must(t, x.Preflight(t.Context(), someRun))
	run := x.Status().Run
	must(t, x.Close())
	var heard said
	x = New(&m, Options{Results: prefix, Log: heard.log})
	must(t, x.Preflight(t.Context(), someRun))
	if !strings.Contains(heard.text(), "WARN the results of the earlier run "+run+" were not exported completely") {
		t.Errorf("it said %s", heard.text())
	}
	must(t, x.Flush(t.Context(), finishedRun()))
	must(t, x.Close())
	must(t, x.Close())
	if _, err := os.Stat(lockPath(prefix)); err == nil {
		t.Error("the lock's file stays behind")
	}
	x = New(&m, Options{Results: filepath.Join(prefix, "no", "folder")})
	if err := x.Preflight(t.Context(), someRun); err == nil || !strings.Contains(err.Error(), "cannot write") {
		t.Errorf("without a folder: %v", err)
	}
}

func TestPreflightTakesAnotherFolder(t *testing.T) {
	taken := &Error{Class: Exists, Text: "taken"}
	tests := []struct {
		name    string
		answers []error
		puts    int
		ok      bool
	}{
		{"taken by another run", []error{taken, nil}, 2, true},
		{"taken by the try whose answer was lost", []error{&Error{Class: Retry}, taken}, 2, true},
		{"taken twice", []error{taken, taken}, 2, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m := &answers{list: test.answers}
			x := New(m, Options{Results: someResults(t)})
			if err := x.Preflight(t.Context(), someRun); (err == nil) != test.ok || m.n != test.puts {
				t.Errorf("%d puts, %v", m.n, err)
			}
			must(t, x.Close())
		})
	}
}
