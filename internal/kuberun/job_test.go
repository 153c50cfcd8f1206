//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
)

func TestMain(m *testing.M) {
	becomePod()
	os.Exit(m.Run())
}

// What katydid k8s prints, on a real API server with the real controller of jobs.
func TestJobOnKubernetes(t *testing.T) {
	if os.Getuid() != 0 {
		t.Fatal("only root can make pods: namespaces, mounts and users")
	}
	begin := time.Now()
	c, err := startCluster(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.stop)
	t.Logf("built and started after %s", time.Since(begin).Round(time.Second))
	s := startStore(t)
	t.Run("WaitsForNode", func(t *testing.T) { waitsForNode(t, c, s) }) // alone, as it fills the node
	t.Run("All", func(t *testing.T) {
		for name, test := range map[string]func(*testing.T, *cluster, *store){
			"Notices": notices, "Completes": completes, "Killed": killed, "Deleted": deleted, "Deadline": deadline, "Documented": documented} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				test(t, c, s)
			})
		}
	})
}

// While there is room for two of three shards, they wait for the third.
func waitsForNode(t *testing.T, c *cluster, s *store) {
	c.node.setRoom(2)
	defer c.node.setRoom(110)
	l := newLoad(t, c, s, "-t", "3s", "-s", "5s")
	job := l.create()
	l.until("two pods run", 30*time.Second, func() bool { return l.phases()[corev1.PodRunning] == 2 })
	time.Sleep(6 * time.Second)
	if p := l.phases(); l.requests.Load() > 0 || p[corev1.PodRunning] != 2 || p[corev1.PodPending] != 1 {
		t.Errorf("%d requests before the third shard is there; pods %v", l.requests.Load(), p)
	}
	c.node.setRoom(3)
	if end := l.ended(time.Minute); end.Type != batchv1.JobComplete {
		t.Errorf("the job ended with %+v", end)
	}
	if sum := l.merged(job); sum.Partial != nil || sum.Total.Count != l.requests.Load() || sum.Total.Count == 0 {
		t.Errorf("%+v, the target counts %d", sum, l.requests.Load())
	}
}

// All shards end well, and count what the target counts. The same manifest a second time is another run.
func completes(t *testing.T, c *cluster, s *store) {
	l := newLoad(t, c, s, "-t", "5s", "-s", "5s")
	seen := map[string]bool{}
	for range 2 {
		l.requests.Store(0)
		job := l.create()
		end := l.ended(time.Minute)
		status := l.job().Status
		if end.Type != batchv1.JobComplete || status.Succeeded != shards || status.CompletedIndexes != "0-2" || status.FailedIndexes != nil && *status.FailedIndexes != "" {
			t.Errorf("%+v", status)
		}
		if got, want := l.exits(), (map[string]int32{"0": 0, "1": 0, "2": 0}); !maps.Equal(got, want) {
			t.Errorf("exit codes %v", got)
		}
		sum := l.merged(job)
		if sum.Partial != nil || sum.ExitCode != 0 || sum.Total.Count != l.requests.Load() || sum.Total.Count < 60 {
			t.Errorf("%+v, the target counts %d", sum, l.requests.Load())
		}
		t.Logf("%s: %d requests in the summary, %d at the target", job.UID, sum.Total.Count, l.requests.Load())
		seen[string(job.UID)] = true
		l.delete()
		l.until("all is deleted", 30*time.Second, func() bool { return len(l.pods()) == 0 && l.gone() })
	}
	if len(seen) != 2 {
		t.Errorf("runs %v", seen)
	}
}

// A shard that is killed is not started again; the others go on to the end, and say what is missing.
func killed(t *testing.T, c *cluster, s *store) {
	l := newLoad(t, c, s, "-t", "20s", "-s", "5s")
	job := l.create()
	l.running()
	time.Sleep(5 * time.Second) // so that it has stored something
	for _, run := range l.runs() {
		if run.pod.Labels[batchv1.JobCompletionIndexAnnotation] == "1" {
			run.kill()
		}
	}
	l.until("one index has failed, and the others go on", 10*time.Second, func() bool {
		s := l.job().Status
		return s.FailedIndexes != nil && *s.FailedIndexes == "1" && s.Active == 2 && len(s.Conditions) == 0
	})
	end := l.ended(3 * time.Minute)
	status := l.job().Status
	t.Logf("the job ended with %s: %s; completed %q, failed %q, %d failed pods", end.Reason, end.Message, status.CompletedIndexes, *status.FailedIndexes, status.Failed)
	if end.Type != batchv1.JobFailed || end.Reason != batchv1.JobReasonFailedIndexes || *status.FailedIndexes != "0-2" || status.Failed != shards || status.CompletedIndexes != "" {
		t.Errorf("%+v", status)
	}
	if got, want := l.exits(), (map[string]int32{"0": 8, "1": 137, "2": 8}); !maps.Equal(got, want) || len(l.pods()) != shards {
		t.Errorf("exit codes %v of %d pods", got, len(l.pods()))
	}
	sum := l.merged(job)
	t.Logf("%+v, the target counts %d", sum, l.requests.Load())
	// A dead shard has stored all but the last seconds, in which it can have sent 10 requests each.
	if n := l.requests.Load(); sum.Partial == nil || sum.ExitCode != 8 || sum.Total.Count > n || sum.Total.Count < n-60 {
		t.Errorf("%+v, the target counts %d", sum, n)
	}
}

// Deleted while it runs, it ends within its grace period, and all results are in the store.
func deleted(t *testing.T, c *cluster, s *store) {
	l := newLoad(t, c, s, "-t", "10m", "-s", "5s", "--csv", "shop", "--export", s.url+"/deleted")
	job := l.create()
	l.running()
	time.Sleep(3 * time.Second)
	runs := l.runs()
	for _, run := range runs {
		confined(t, run)
	}
	begin := time.Now()
	l.delete()
	l.until("all pods are gone", time.Minute, func() bool { return len(l.pods()) == 0 })
	t.Logf("all pods are gone after %s", time.Since(begin).Round(100*time.Millisecond))
	for _, run := range runs {
		if code := run.exitCode(); code != 0 {
			t.Errorf("%s ended with %d", run.pod.Name, code)
		}
	}
	sum := l.merged(job)
	if sum.Partial != nil || sum.Total.Count != l.requests.Load() || sum.Total.Count == 0 {
		t.Errorf("%+v, the target counts %d", sum, l.requests.Load())
	}
	t.Logf("%d requests in the summary, %d at the target", sum.Total.Count, l.requests.Load())
	states := []string{}
	for _, name := range s.blobs(t, "deleted/") {
		if path.Base(name) == "run.json" {
			var run struct{ State string }
			l.must(json.Unmarshal(s.blob(t, name), &run))
			states = append(states, run.State)
		}
	}
	if !slices.Equal(states, []string{"stopped", "stopped", "stopped"}) {
		t.Errorf("exported runs: %q in %s", states, strings.Join(s.blobs(t, "deleted/"), " "))
	}
}

// confined says whether a process has what the manifest leaves it: no root, no capability, no way to any, no root folder but
// its own, which it cannot write to.
func confined(t *testing.T, run *podRun) {
	t.Helper()
	proc := fmt.Sprintf("/proc/%d/", run.cmd.Process.Pid)
	status, err := os.ReadFile(proc + "status")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Uid:\t65532\t65532\t65532\t65532\n", "Gid:\t65532\t", "CapEff:\t0000000000000000\n", "CapBnd:\t0000000000000000\n", "NoNewPrivs:\t1\n"} {
		if !strings.Contains(string(status), want) {
			t.Errorf("%s has no %q:\n%s", run.pod.Name, want, status)
		}
	}
	var fs unix.Statfs_t
	for file, readOnly := range map[string]bool{"/": true, "/project": true, "/results": false, "/tmp": false} {
		if err := unix.Statfs(proc+"root"+file, &fs); err != nil || fs.Flags&unix.ST_RDONLY != 0 != readOnly {
			t.Errorf("%s: %s is read-only: %v (%v)", run.pod.Name, file, fs.Flags&unix.ST_RDONLY != 0, err)
		}
	}
	if text, err := os.ReadFile(proc + "root/project/lib/path.ts"); string(text) != project["lib/path.ts"] {
		t.Errorf("%s: %q (%v)", run.pod.Name, text, err)
	}
}

// A job that has not ended in time is ended as if it was deleted: results are saved, but pods and logs are gone.
func deadline(t *testing.T, c *cluster, s *store) {
	l := newLoad(t, c, s, "-t", "10m", "-s", "5s")
	l.edit("activeDeadlineSeconds: 1505", "activeDeadlineSeconds: 20")
	job := l.create()
	if end := l.ended(time.Minute); end.Type != batchv1.JobFailed || end.Reason != batchv1.JobReasonDeadlineExceeded {
		t.Errorf("the job ended with %+v", end)
	}
	if n := len(l.pods()); n != 0 {
		t.Errorf("there are still %d pods", n)
	}
	if sum := l.merged(job); sum.Partial != nil || sum.ExitCode != 0 || sum.Total.Count != l.requests.Load() || sum.Total.Count == 0 {
		t.Errorf("%+v, the target counts %d", sum, l.requests.Load())
	}
}

// The API server would say what is wrong.
func notices(t *testing.T, c *cluster, s *store) {
	l := newLoad(t, c, s, "-t", "1s")
	good := l.documents[1]
	l.edit("runAsNonRoot: true", "runAsNonRoot: false")
	l.must(l.post(l.documents[1]))
	if text := strings.Join(l.warnings.text, "; "); !strings.Contains(text, "would violate PodSecurity") {
		t.Errorf("warnings %q", text)
	}
	l.documents[1] = good
	l.edit("subPath: project", "subpath: project")
	if err := l.post(l.documents[1]); err == nil || !strings.Contains(err.Error(), `unknown field "spec.template.spec.containers[0].volumeMounts[0].subpath"`) {
		t.Errorf("a misspelt field: %v", err)
	}
}
