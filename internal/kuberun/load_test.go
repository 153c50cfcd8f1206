//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
)

// project needs of the ConfigMap all that it can hold: a module in TypeScript, a text with CRLF, bytes that are no text.
var project = map[string]string{
	"lib/path.ts":      "export const path = (id: string, bytes: number): string => `/?item=${id}&bytes=${bytes}`;\n",
	"load/rows.csv":    "id\r\n1\r\n2\r\n",
	"load/picture.bin": "\x00\xff\x01",
	"load/shop.js": `import { HttpUser, constant, open, shared } from "katydid";
import { path } from "../lib/path.ts";

const rows = shared.csv("rows.csv");
const picture = open("picture.bin", "b");

export class Shopper extends HttpUser {
  static waitTime = constant(0.2);
  static tasks = [(u) => u.client.get(path(rows.next().id, picture.byteLength), { name: "/item" })];
}
`,
}

// A load is what "katydid k8s" printed for three shards, in a namespace of its own that takes restricted pods only, with its
// own target.
type load struct {
	t         *testing.T
	c         *cluster
	store     *store
	namespace string
	api       *kubernetes.Clientset
	documents [][]byte
	warnings  warnings
	requests  atomic.Int64 // that the target got
	wrong     atomic.Int64 // of them, those that no shard should have sent
}

const (
	jobName = "katydid-shop"
	shards  = 3
)

// warnings are those of the API server.
type warnings struct {
	mu   sync.Mutex
	text []string
}

func (w *warnings) HandleWarningHeader(code int, agent, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.text = append(w.text, text)
}

// newLoad prints the manifest and makes the secret, as docs/engines.md says.
func newLoad(t *testing.T, c *cluster, s *store, args ...string) *load {
	l := &load{t: t, c: c, store: s, namespace: strings.ToLower(strings.NewReplacer("/", "-", "_", "-").Replace(t.Name()))}
	config := rest.CopyConfig(c.config)
	config.WarningHandler = &l.warnings
	l.api = kubernetes.NewForConfigOrDie(config)
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.requests.Add(1)
		if q := r.URL.RawQuery; q != "item=1&bytes=3" && q != "item=2&bytes=3" {
			l.wrong.Add(1)
		}
	}))
	t.Cleanup(target.Close)
	dir := t.TempDir()
	for name, text := range project {
		l.must(os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		l.must(os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	print := exec.Command(filepath.Join(c.bin, "katydid"), append([]string{"k8s", "load/shop.js", "--shards", fmt.Sprint(shards), "--rendezvous", s.url,
		"--image", "registry.example/katydid:1.0", "--namespace", l.namespace, "-H", target.URL, "-u", "6", "-r", "6", "--profile", "a$(HOME)$$"}, args...)...)
	print.Dir = dir
	text, err := print.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, err.(*exec.ExitError).Stderr)
	}
	l.documents = bytes.Split(text, []byte("\n---\n"))
	space := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: l.namespace, Labels: map[string]string{
		"pod-security.kubernetes.io/enforce": "restricted", "pod-security.kubernetes.io/warn": "restricted"}}}
	_, err = l.api.CoreV1().Namespaces().Create(t.Context(), space, metav1.CreateOptions{})
	l.must(err)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "katydid"}, StringData: map[string]string{"SAS_TOKEN": s.sas}}
	_, err = l.api.CoreV1().Secrets(l.namespace).Create(t.Context(), secret, metav1.CreateOptions{})
	l.must(err)
	t.Cleanup(l.logs)
	return l
}

// must ends the test.
func (l *load) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

// logs shows what the pods have said if the test has failed.
func (l *load) logs() {
	if !l.t.Failed() {
		return
	}
	files, _ := filepath.Glob(l.c.node.logFile(l.namespace, "*"))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		l.t.Logf("%s:\n%s", filepath.Base(file), text)
	}
	for name := range strings.FieldsSeq("kube-apiserver kube-controller-manager") {
		text, _ := os.ReadFile(filepath.Join(l.c.dir, name+".log"))
		l.t.Logf("%s: ...%s", name, text[max(0, len(text)-2000):])
	}
}

// create sends the documents as they are: the API server decodes them, and is told to refuse what it does not know.
func (l *load) create() *batchv1.Job {
	l.t.Helper()
	for _, doc := range l.documents {
		l.must(l.post(doc))
	}
	if len(l.warnings.text) > 0 {
		l.t.Errorf("the API server warns: %q", l.warnings.text)
	}
	return l.job()
}

func (l *load) post(doc []byte) error {
	kind, path := "configmaps", "/api/v1"
	if bytes.Contains(doc, []byte("\nkind: Job\n")) {
		kind, path = "jobs", "/apis/batch/v1"
	}
	return l.api.RESTClient().Post().AbsPath(path, "namespaces", l.namespace, kind).Param("fieldValidation", "Strict").
		SetHeader("Content-Type", "application/yaml").Body(doc).Do(l.t.Context()).Error()
}

// edit changes the document of the job.
func (l *load) edit(old, to string) {
	l.t.Helper()
	if !bytes.Contains(l.documents[1], []byte(old)) {
		l.t.Fatalf("%q is not in\n%s", old, l.documents[1])
	}
	l.documents[1] = bytes.Replace(l.documents[1], []byte(old), []byte(to), 1)
}

func (l *load) job() *batchv1.Job {
	l.t.Helper()
	job, err := l.api.BatchV1().Jobs(l.namespace).Get(l.t.Context(), jobName, metav1.GetOptions{})
	l.must(err)
	return job
}

func (l *load) pods() []corev1.Pod {
	l.t.Helper()
	list, err := l.api.CoreV1().Pods(l.namespace).List(l.t.Context(), metav1.ListOptions{LabelSelector: "app.kubernetes.io/instance=" + jobName})
	l.must(err)
	return list.Items
}

// until waits for something.
func (l *load) until(what string, limit time.Duration, ok func() bool) {
	l.t.Helper()
	for begin := time.Now(); !ok(); time.Sleep(200 * time.Millisecond) {
		if time.Since(begin) > limit {
			l.t.Fatalf("after %s it is not so: %s; job %+v", limit, what, l.job().Status)
		}
	}
}

// ended waits for the end of the job and gives the condition that ended it.
func (l *load) ended(limit time.Duration) (end batchv1.JobCondition) {
	l.t.Helper()
	l.until("the job has ended", limit, func() bool {
		for _, c := range l.job().Status.Conditions {
			if c.Status == corev1.ConditionTrue && (c.Type == batchv1.JobComplete || c.Type == batchv1.JobFailed) {
				end = c
				return true
			}
		}
		return false
	})
	return end
}

// exits are the exit codes of the shards that are there, by index.
func (l *load) exits() map[string]int32 {
	l.t.Helper()
	codes := map[string]int32{}
	for _, p := range l.pods() {
		if state := p.Status.ContainerStatuses[0].State.Terminated; state != nil {
			codes[p.Labels[batchv1.JobCompletionIndexAnnotation]] = state.ExitCode
		}
	}
	return codes
}

// summary is what all shards have measured together.
type summary struct {
	Profile  string
	ExitCode int `json:"exit_code"`
	Total    struct{ Count, Failures int64 }
	Shards   []struct{ State string }
	Partial  *struct {
		Missing float64
		Lost    string
	}
}

// merged reads it from the store, and holds it against what the target has counted.
func (l *load) merged(job *batchv1.Job) (s summary) {
	l.t.Helper()
	name := fmt.Sprintf("%s-%s/merged/fleet.json", jobName, job.UID)
	l.must(json.Unmarshal(l.store.blob(l.t, name), &s))
	if s.Profile != "a$(HOME)$$" || s.Total.Failures != 0 || len(s.Shards) != shards {
		l.t.Errorf("profile %q, %d failures, shards %v", s.Profile, s.Total.Failures, s.Shards)
	}
	if n := l.wrong.Load(); n > 0 {
		l.t.Errorf("%d requests were not those of the script and its files", n)
	}
	return s
}

// running waits until all shards send requests.
func (l *load) running() {
	l.t.Helper()
	l.until("the shards send requests", time.Minute, func() bool { return l.requests.Load() > 20 })
}

// delete deletes the job as kubectl does, and waits until it is gone.
func (l *load) delete() {
	l.t.Helper()
	background := metav1.DeletePropagationBackground
	options := metav1.DeleteOptions{PropagationPolicy: &background}
	l.must(l.api.CoreV1().ConfigMaps(l.namespace).Delete(l.t.Context(), jobName, options))
	l.must(l.api.BatchV1().Jobs(l.namespace).Delete(l.t.Context(), jobName, options))
}

// phases counts the pods by phase.
func (l *load) phases() map[corev1.PodPhase]int {
	l.t.Helper()
	n := map[corev1.PodPhase]int{}
	for _, p := range l.pods() {
		n[p.Status.Phase]++
	}
	return n
}

// runs are the processes of its pods.
func (l *load) runs() (list []*podRun) {
	l.c.node.mu.Lock()
	defer l.c.node.mu.Unlock()
	for _, run := range l.c.node.runs {
		if run.pod.Namespace == l.namespace {
			list = append(list, run)
		}
	}
	return list
}

// gone says that there is no job any more.
func (l *load) gone() bool {
	_, err := l.api.BatchV1().Jobs(l.namespace).Get(l.t.Context(), jobName, metav1.GetOptions{})
	return apierrors.IsNotFound(err)
}
