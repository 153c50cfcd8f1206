package stats

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// fullDisk stands between Files and its disk. What is opened while it is full is /dev/full.
type fullDisk struct {
	f    *Files
	path string   // of the history
	file *os.File // the history
}

func (d *fullDisk) fill(t *testing.T) {
	t.Helper()
	devFull := func(string) (*os.File, error) { return os.OpenFile("/dev/full", os.O_RDWR, 0) }
	h := d.f.history
	d.path, d.file = h.path, h.f
	var err error
	h.f, err = devFull("")
	must(t, err)
	h.path, d.f.create = "/dev/full", devFull
}

func (d *fullDisk) free(t *testing.T) {
	t.Helper()
	h := d.f.history
	must(t, h.f.Close())
	h.path, h.f, d.f.create = d.path, d.file, createNew
}

func TestAFullDiskLosesNothing(t *testing.T) {
	f, prefix := openRun(t, FilesOptions{FullHistory: true})
	must(t, f.Write(runAt(time.Second, 1)))
	before := readFile(t, prefix+"_stats.csv")
	d := &fullDisk{f: f}
	d.fill(t)
	for i := int64(2); i < 5; i++ {
		err := f.Write(runAt(time.Duration(i)*time.Second, i))
		if !errors.Is(err, syscall.ENOSPC) || strings.Contains(err.Error(), "\n") {
			t.Fatalf("Write says %v", err)
		}
		want := fmt.Sprintf(": no space left on device; %d s of history wait in memory, 0 s dropped", i-1)
		if !strings.HasPrefix(err.Error(), "cannot write ") || !strings.HasSuffix(err.Error(), want) || !strings.Contains(err.Error(), prefix+"_stats.csv, ") {
			t.Errorf("Write says %q, want ...%q", err, want)
		}
	}
	_ = f.Write(runAt(4*time.Second+5e8, 44)) // the same second again: only the later line counts
	if got := readFile(t, prefix+"_stats.csv"); got != before {
		t.Errorf("the stats file became %q", got)
	}
	d.free(t)
	must(t, f.Write(runAt(5*time.Second, 50)))
	must(t, f.Close(runAt(6*time.Second, 60)))
	raw := readFile(t, prefix+"_stats_history.csv")
	records, ok := parsePython(raw)
	if !ok {
		t.Fatalf("the history is %q", raw)
	}
	var got []string
	for _, r := range records[1:] {
		got = append(got, fmt.Sprintf("%d %s %s", integer(t, r[0])-epoch.Unix(), r[3], r[17]))
	}
	want := []string{"0 Aggregated 0", "1 /a 1", "1 Aggregated 1", "2 /a 2", "2 Aggregated 2", "3 /a 3", "3 Aggregated 3",
		"4 /a 44", "4 Aggregated 44", "5 /a 50", "5 Aggregated 50", "6 /a 60", "6 Aggregated 60"}
	if !slices.Equal(got, want) {
		t.Errorf("the history has %v, want %v", got, want)
	}
	if got := names(t, filepath.Dir(prefix)); !slices.Equal(got, four) {
		t.Errorf("the folder has %v", got)
	}
}

func TestTooMuchHistoryIsDroppedAndCounted(t *testing.T) {
	f, prefix := openRun(t, FilesOptions{})
	d := &fullDisk{f: f}
	d.fill(t)
	f.history.limit = 250 // two lines
	for i := int64(1); i <= 5; i++ {
		if err := f.Write(runAt(time.Duration(i)*time.Second, i)); err == nil {
			t.Fatal("Write to a full disk succeeded")
		}
	}
	d.free(t)
	err := f.Close(runAt(6*time.Second, 6))
	if f.Dropped() != 4 || err == nil || !strings.Contains(err.Error(), "4 s of history are lost") {
		t.Errorf("%d dropped, Close says %v", f.Dropped(), err)
	}
	history(t, prefix, [2]int64{0, 0}, [2]int64{5, 5}, [2]int64{6, 6})
}

func TestCloseOnAFullDiskSaysWhatIsLost(t *testing.T) {
	f, prefix := openRun(t, FilesOptions{})
	d := &fullDisk{f: f}
	d.fill(t)
	err := f.Close(runAt(time.Second, 1))
	must(t, d.file.Close())
	if !errors.Is(err, syscall.ENOSPC) || !strings.HasSuffix(err.Error(), "; 1 s of history are lost") || strings.Contains(err.Error(), "\n") {
		t.Errorf("Close says %v", err)
	}
	if got := names(t, filepath.Dir(prefix)); !slices.Equal(got, four) {
		t.Errorf("the folder has %v", got)
	}
}

func TestOpenFilesFindsAFullDisk(t *testing.T) {
	prefix := filepath.Join(t.TempDir(), "run")
	must(t, os.Symlink("/dev/full", prefix+"_stats_history.csv"))
	_, err := OpenFiles(prefix, FilesOptions{})
	if !errors.Is(err, syscall.ENOSPC) || err.Error() != "cannot write "+prefix+"_stats_history.csv: no space left on device" {
		t.Errorf("OpenFiles says %v", err)
	}
}

// TestHalfALineIsRepaired has the kernel stop a write in the middle of a line: the process, a child because the limit
// is the whole process's, may not make files longer than its limit.
func TestHalfALineIsRepaired(t *testing.T) {
	if prefix := os.Getenv("KATYDID_TEST_PREFIX"); prefix != "" {
		halfALine(t, prefix)
		return
	}
	prefix := filepath.Join(t.TempDir(), "run")
	cmd := exec.Command(os.Args[0], "-test.run=^TestHalfALineIsRepaired$")
	cmd.Env = append(os.Environ(), "KATYDID_TEST_PREFIX="+prefix)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	history(t, prefix, [2]int64{0, 0}, [2]int64{1, 1}, [2]int64{2, 2}, [2]int64{3, 3}, [2]int64{4, 4})
	if got := names(t, filepath.Dir(prefix)); !slices.Equal(got, four) {
		t.Errorf("the folder has %v", got)
	}
}

func halfALine(t *testing.T, prefix string) {
	signal.Ignore(syscall.SIGXFSZ)
	f, err := OpenFiles(prefix, FilesOptions{Start: epoch})
	must(t, err)
	must(t, f.Write(runAt(time.Second, 1)))
	whole := readFile(t, prefix+"_stats_history.csv")
	limitFileSize(t, uint64(len(whole)+50))
	for i := int64(2); i <= 3; i++ {
		if err := f.Write(runAt(time.Duration(i)*time.Second, i)); !errors.Is(err, syscall.EFBIG) {
			t.Fatalf("Write says %v", err)
		}
		if got := readFile(t, prefix+"_stats_history.csv"); got != whole {
			t.Errorf("the history became %q", got[len(whole):])
		}
	}
	limitFileSize(t, 1<<30)
	must(t, f.Close(runAt(4*time.Second, 4)))
}

func limitFileSize(t *testing.T, bytes uint64) {
	t.Helper()
	var l syscall.Rlimit
	must(t, syscall.Getrlimit(syscall.RLIMIT_FSIZE, &l))
	l.Cur = min(bytes, l.Max)
	must(t, syscall.Setrlimit(syscall.RLIMIT_FSIZE, &l))
}
