package stats

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestOpenFilesMakesAllFilesBeforeTheRun(t *testing.T) {
	f, prefix := openRun(t, FilesOptions{})
	if got := names(t, filepath.Dir(prefix)); !slices.Equal(got, four) {
		t.Errorf("the folder has %v", got)
	}
	na := strings.Repeat("N/A,", 11)
	for suffix, want := range map[string]string{
		"_stats.csv":         statsHeader + ",Aggregated,0,0,0,0.0,0,0,0,0.0,0.0," + strings.TrimSuffix(na, ",") + "\r\n",
		"_failures.csv":      failuresHeader,
		"_exceptions.csv":    exceptionsHeader,
		"_stats_history.csv": historyHeader + fmt.Sprint(epoch.Unix()) + ",0,,Aggregated,0.000000,0.000000," + na + "0,0,0,0.0,0,0,0\r\n",
	} {
		if got := readFile(t, prefix+suffix); got != want {
			t.Errorf("%s is %q, want %q", suffix, got, want)
		}
	}
	must(t, f.Close(runAt(time.Second, 0)))
}

func TestOpenFilesSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "file"), nil, 0o666))
	must(t, os.MkdirAll(filepath.Join(dir, "p_failures.csv", "x"), 0o777))
	must(t, os.MkdirAll(filepath.Join(dir, "q_stats_history.csv"), 0o777))
	for _, c := range []struct{ prefix, format, want string }{
		{filepath.Join(dir, "file", "x"), "", "x_stats_history.csv: not a directory"},
		{filepath.Join(dir, "p"), "", "cannot write " + filepath.Join(dir, "p_failures.csv") + ": "},
		{filepath.Join(dir, "q"), "", "q_stats_history.csv: is a directory"},
		{filepath.Join(dir, "r"), "2.13", `unknown CSV format "2.13": use 2.46 or 2.12`},
	} {
		f, err := OpenFiles(c.prefix, FilesOptions{Format: c.format})
		if f != nil || err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("OpenFiles(%q, %q) says %v, want %s", c.prefix, c.format, err, c.want)
		}
	}
	if got := names(t, dir); slices.ContainsFunc(got, func(n string) bool { return n[0] == '.' }) {
		t.Errorf("left behind: %v", got)
	}
}

func TestHistoryHasOneLineASecond(t *testing.T) {
	f, prefix := openRun(t, FilesOptions{})
	for _, s := range []*Snapshot{
		runAt(1100*time.Millisecond, 1), runAt(1900*time.Millisecond, 2), runAt(1999*time.Millisecond, 3), // the same second thrice
		runAt(4*time.Second, 4),      // two seconds without a tick
		runAt(-10*time.Second, 5),    // the clock is set back
		runAt(-9*time.Second, 6),     //
		runAt(7*time.Second+1e6, 70), // and forth again
	} {
		must(t, f.Write(s))
	}
	must(t, f.Close(runAt(7*time.Second+5e8, 77)))
	history(t, prefix, [2]int64{0, 0}, [2]int64{1, 3}, [2]int64{4, 4}, [2]int64{5, 5}, [2]int64{6, 6}, [2]int64{7, 77})
	if got := readFile(t, prefix+"_stats.csv"); !strings.Contains(got, "\r\n,Aggregated,77,0,0,2.0,1.0,3.0,12.0,") {
		t.Errorf("stats at the end: %q", got)
	}
	if got := names(t, filepath.Dir(prefix)); !slices.Equal(got, four) {
		t.Errorf("the folder has %v", got)
	}
}

func TestARunShorterThanASecondEndsWithItsTotals(t *testing.T) {
	f, prefix := openRun(t, FilesOptions{})
	must(t, f.Close(runAt(time.Millisecond, 9)))
	history(t, prefix, [2]int64{0, 9})
}

// TestShorterLineReplaces: nothing of a longer line of the same second may be left.
func TestShorterLineReplaces(t *testing.T) {
	f, prefix := openRun(t, FilesOptions{FullHistory: true})
	must(t, f.Write(runAt(time.Second, 1)))
	short := runAt(time.Second, 2)
	short.Rows = nil
	must(t, f.Close(short))
	history(t, prefix, [2]int64{0, 0}, [2]int64{1, 2})
}

func TestReadersNeverMeetHalfAFile(t *testing.T) {
	f, prefix := openRun(t, FilesOptions{})
	must(t, f.Write(runAt(time.Second, 1)))
	before := readFile(t, prefix+"_stats.csv")
	r, err := os.Open(prefix + "_stats.csv")
	must(t, err)
	defer r.Close()
	must(t, f.Write(runAt(2*time.Second, 2)))
	if got, err := io.ReadAll(r); err != nil || string(got) != before {
		t.Errorf("an open file changed to %q, %v", got, err)
	}
	if readFile(t, prefix+"_stats.csv") == before {
		t.Error("the file did not change")
	}
	must(t, f.Close(runAt(3*time.Second, 3)))
}

func TestAVanishedFolderComesBackWhole(t *testing.T) {
	for name, harm := range map[string]func(prefix string) error{
		"folder removed":  func(p string) error { return os.RemoveAll(filepath.Dir(p)) },
		"folder renamed":  func(p string) error { return os.Rename(filepath.Dir(p), filepath.Dir(p)+"2") },
		"history removed": func(p string) error { return os.Remove(p + "_stats_history.csv") },
		"history replaced": func(p string) error {
			return errors.Join(os.Remove(p+"_stats_history.csv"), os.WriteFile(p+"_stats_history.csv", []byte("x"), 0o666))
		},
	} {
		f, prefix := openRun(t, FilesOptions{})
		must(t, f.Write(runAt(time.Second, 1)))
		if err := harm(prefix); err != nil {
			t.Fatal(name, err)
		}
		must(t, f.Write(runAt(2*time.Second, 2)))
		must(t, f.Close(runAt(3*time.Second, 3)))
		history(t, prefix, [2]int64{0, 0}, [2]int64{1, 1}, [2]int64{2, 2}, [2]int64{3, 3})
		if got := names(t, filepath.Dir(prefix)); !slices.Equal(got, four) {
			t.Errorf("%s: the folder has %v", name, got)
		}
	}
}

func TestOldFormat(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, ".run_stats.csv.tmp"), []byte("left by a killed run"), 0o666))
	f, err := OpenFiles(filepath.Join(dir, "run"), FilesOptions{Format: "2.12"})
	must(t, err)
	must(t, f.Close(runAt(time.Second, 42)))
	if got := readFile(t, filepath.Join(dir, "run_failures.csv")); got != failuresHeader212 {
		t.Errorf("failures: %q", got)
	}
	if got := names(t, dir); !slices.Equal(got, four) {
		t.Errorf("the folder has %v", got)
	}
}

func TestReplaceFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "s.json")
	must(t, os.WriteFile(filepath.Join(dir, ".s.json.tmp"), []byte("left by a killed run"), 0o666))
	must(t, CanReplace(path))
	for _, text := range []string{"first", "second"} {
		must(t, ReplaceFile(path, []byte(text)))
		if got := readFile(t, path); got != text {
			t.Errorf("the file has %q", got)
		}
	}
	if got := names(t, dir); !slices.Equal(got, []string{"s.json"}) {
		t.Errorf("the folder has %v", got)
	}
	for _, err := range []error{CanReplace(filepath.Join(path, "x")), ReplaceFile(filepath.Join(path, "x"), nil)} {
		if err == nil || strings.Contains(err.Error(), ".tmp") {
			t.Errorf("below a file: %v", err)
		}
	}
}

func TestAWriterThatFailsLeavesTheOldFile(t *testing.T) {
	broken := errors.New("no verdict yet")
	fail := false
	f, prefix := openRun(t, FilesOptions{})
	f.replaced = append(f.replaced, document{prefix + "_more", func(w io.Writer, s *Snapshot) error {
		if fail {
			io.WriteString(w, "half")
			return broken
		}
		_, err := io.WriteString(w, "whole")
		return err
	}})
	must(t, f.Write(runAt(time.Second, 1)))
	fail = true
	if err := f.Write(runAt(2*time.Second, 2)); !errors.Is(err, broken) || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Write says %v", err)
	}
	if got := readFile(t, prefix+"_more"); got != "whole" {
		t.Errorf("the file has %q", got)
	}
	fail = false
	must(t, f.Close(runAt(3*time.Second, 3)))
}
