package exporter

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"katydid/internal/azurite"
)

// childVariable makes the test program export the results with this prefix and be killed meanwhile.
const childVariable = "KATYDID_EXPORTER_CHILD"

func exportAsChild(prefix string) int {
	target, err := Parse(os.Getenv("CHILD_URL"), os.Getenv)
	if err != nil {
		fmt.Println(err)
		return 2
	}
	store, err := target.Open()
	if err != nil {
		fmt.Println(err)
		return 2
	}
	x := New(store, Options{Results: prefix, Extra: []string{prefix + "_summary.json"}})
	if err := x.Preflight(context.Background(), someRun); err != nil {
		fmt.Println(err)
		return 3
	}
	fmt.Println(x.Flush(context.Background(), finishedRun()))
	return 0
}

// TestDebugLogOfTheLibrary: azcore prints requests and answers if this variable is set. A store that says the token back
// is the worst case.
func TestDebugLogOfTheLibrary(t *testing.T) {
	root := unruly(t, -1, echo)
	token := least(azurite.Start(t), "c")
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), "AZURE_SDK_GO_LOGGING=all", childVariable+"="+someResults(t), "CHILD_URL="+root+"/c", EnvToken+"="+token)
	out, err := child.CombinedOutput()
	if child.ProcessState.ExitCode() != 3 || !strings.Contains(string(out), "OUTGOING REQUEST") && !strings.Contains(string(out), "RESPONSE") {
		t.Errorf("the child ended with %v and said\n%.2000s", err, out)
	}
	noSecret(t, token, string(out), t.TempDir())
}

// TestKilledInMidUpload: a process is killed while the history is on its way. Until then nobody else can export these
// results; after that Resume exports the rest, and only the rest, into the same folder.
func TestKilledInMidUpload(t *testing.T) {
	half := make(chan struct{}, 1)
	stuck := func(w http.ResponseWriter, r *http.Request) {
		_, _ = r.Body.Read(make([]byte, 10))
		select {
		case half <- struct{}{}:
		default:
		}
		hang(w, r)
	}
	root, stop := unrulyWhen(t, stuck, func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "_history.csv") })
	emulator := azurite.Start(t)
	container := emulator.Container(t)
	token := least(emulator, container)
	prefix := someResults(t)
	must(t, os.WriteFile(prefix+"_summary.json", []byte("{}\n"), 0o666))
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"="+prefix, "CHILD_URL="+root+"/"+container, EnvToken+"="+token)
	must(t, child.Start())
	<-half
	store := open(t, root+"/"+container, token)
	t.Run("meanwhile", func(t *testing.T) { othersAreRefused(t, store, prefix, child.Process.Pid) })
	waitForJournal(t, prefix, 6) // all but the history have arrived and are written down
	must(t, child.Process.Kill())
	_ = child.Wait()
	stop()

	before, err := readJournal(prefix)
	must(t, err)
	if before.Complete || before.Exported["scene_1_stats_history.csv"].SHA256 != "" {
		t.Errorf("the journal of the killed process: %+v", before)
	}
	done, err := Resume(t.Context(), prefix, store, Options{}, RunInfo{})
	if err != nil || len(done) != 1 || done[0].Run != before.Run || done[0].Uploaded != 1 || done[0].Unchanged != 6 {
		t.Errorf("Resume did %+v, %v", done, err)
	}
	for _, r := range results(prefix, []string{prefix + "_summary.json"}) {
		if got, _ := emulator.Get(t, container, before.Run+"/"+r.name); got != readFile(t, r.path) {
			t.Errorf("%s differs from that on disk: %q", r.name, got)
		}
	}
	done, err = Resume(t.Context(), filepath.Dir(prefix), store, Options{}, RunInfo{})
	if err != nil || len(done) != 1 || done[0].Uploaded != 0 || done[0].Unchanged != 7 {
		t.Errorf("to resume again did %+v, %v", done, err)
	}
	noSecret(t, token, "", filepath.Dir(prefix))
}

func othersAreRefused(t *testing.T, store Store, prefix string, pid int) {
	var busy *BusyError
	if _, err := Resume(t.Context(), prefix, store, Options{}, RunInfo{}); !errors.As(err, &busy) || busy.PID != pid {
		t.Errorf("Resume beside another process says %v", err)
	}
	x := New(store, Options{Results: prefix})
	if err := x.Preflight(t.Context(), someRun); !errors.As(err, &busy) || !strings.Contains(err.Error(), fmt.Sprintf("process %d is exporting", pid)) {
		t.Errorf("Preflight beside another process says %v", err)
	}
	if err := x.Flush(t.Context(), someRun); err == nil {
		t.Error("Flush without the lock succeeded")
	}
}

// waitForJournal waits until it holds n files, run.json included.
func waitForJournal(t *testing.T, prefix string, n int) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		if j, err := readJournal(prefix); err == nil && len(j.Exported) >= n {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("the journal does not grow")
		}
	}
}
