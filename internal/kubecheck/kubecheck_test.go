// Package kubecheck holds what "katydid k8s" prints, as it is in the golden files, against the types of Kubernetes. It is a
// module of its own, so that nothing else is built with these, or has them in its go.sum.
package kubecheck

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

// documents are the golden files, taken apart. An unknown or misspelt field, or one twice, is an error.
func documents(t *testing.T, file string) (job *batchv1.Job, config *corev1.ConfigMap) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, doc := range bytes.Split(text, []byte("\n---\n")) {
		var kind struct{ Kind, APIVersion string }
		if err := yaml.Unmarshal(doc, &kind); err != nil {
			t.Fatal(err)
		}
		var into any
		switch kind.APIVersion + " " + kind.Kind {
		case "batch/v1 Job":
			job = &batchv1.Job{}
			into = job
		case "v1 ConfigMap":
			config = &corev1.ConfigMap{}
			into = config
		default:
			t.Fatalf("%s holds a %+v", file, kind)
		}
		if err := yaml.UnmarshalStrict(doc, into); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
	}
	if job == nil {
		t.Fatalf("%s holds no job", file)
	}
	return job, config
}

func TestGoldenFiles(t *testing.T) {
	files, err := filepath.Glob("../../testdata/k8s/*.yaml")
	if err != nil || len(files) < 4 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			job, config := documents(t, file)
			checkJob(t, &job.Spec)
			checkPod(t, &job.Spec.Template.Spec)
			checkFiles(t, &job.Spec.Template.Spec, config)
			checkRunID(t, job)
		})
	}
}

// All processes start at once, each once.
func checkJob(t *testing.T, s *batchv1.JobSpec) {
	if s.CompletionMode == nil || *s.CompletionMode != batchv1.IndexedCompletion || *s.Completions != *s.Parallelism || *s.Completions < 1 {
		t.Errorf("mode %v, %d completions, %d at once", s.CompletionMode, *s.Completions, *s.Parallelism)
	}
	if s.BackoffLimitPerIndex == nil || *s.BackoffLimitPerIndex != 0 || s.BackoffLimit != nil || *s.PodReplacementPolicy != batchv1.Failed {
		t.Errorf("a process may be started again: %+v", s)
	}
	p := &s.Template.Spec
	if s.ActiveDeadlineSeconds != nil && *s.ActiveDeadlineSeconds < 900+*p.TerminationGracePeriodSeconds {
		t.Errorf("ends after %d s, of which %d are for the end", *s.ActiveDeadlineSeconds, *p.TerminationGracePeriodSeconds)
	}
	if p.RestartPolicy != corev1.RestartPolicyNever || *p.TerminationGracePeriodSeconds < 60 {
		t.Errorf("restart %s, grace %d s", p.RestartPolicy, *p.TerminationGracePeriodSeconds)
	}
	labels := s.Template.Labels
	for key, value := range p.TopologySpreadConstraints[0].LabelSelector.MatchLabels {
		if labels[key] != value {
			t.Errorf("pods are spread by %s=%s, but are labelled %v", key, value, labels)
		}
	}
}

// The pod has what the restricted profile of Pod Security asks for, and no token of the cluster.
func checkPod(t *testing.T, p *corev1.PodSpec) {
	s, c := p.SecurityContext, p.Containers[0]
	if !*s.RunAsNonRoot || *s.RunAsUser == 0 || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault || *p.AutomountServiceAccountToken {
		t.Errorf("security of the pod: %+v", s)
	}
	cs := c.SecurityContext
	if *cs.AllowPrivilegeEscalation || !*cs.ReadOnlyRootFilesystem || len(cs.Capabilities.Drop) != 1 || cs.Capabilities.Drop[0] != "ALL" || len(cs.Capabilities.Add) > 0 || cs.Privileged != nil {
		t.Errorf("security of the container: %+v", cs)
	}
	cpu, memory, limit := c.Resources.Requests.Cpu(), c.Resources.Requests.Memory(), c.Resources.Limits.Memory()
	if cpu.MilliValue() < 250 || memory.Value() < 128<<20 || memory.Cmp(*limit) != 0 || !c.Resources.Limits.Cpu().IsZero() {
		t.Errorf("resources %+v", c.Resources)
	}
	secrets := 0
	for _, e := range c.Env {
		if e.Name == "GOMAXPROCS" && e.Value != fmt.Sprint(max(2, cpu.Value())) {
			t.Errorf("%s processors are used, %s asked for", e.Value, cpu)
		}
		if e.Name == "SAS_TOKEN" || strings.HasPrefix(e.Name, "AWS_") || e.Name == "API_TOKEN" {
			secrets++
			if e.Value != "" || e.ValueFrom.SecretKeyRef.Key != e.Name || e.ValueFrom.SecretKeyRef.Name == "" {
				t.Errorf("%s does not come from the secret: %+v", e.Name, e)
			}
		}
	}
	if secrets == 0 {
		t.Error("there are no credentials for the store")
	}
}

// Every volume that is mounted exists; every file that is mounted is in the ConfigMap, and every file there is mounted.
func checkFiles(t *testing.T, p *corev1.PodSpec, config *corev1.ConfigMap) {
	volumes, mounts := map[string]corev1.Volume{}, map[string]string{}
	for _, v := range p.Volumes {
		volumes[v.Name] = v
	}
	for _, m := range p.Containers[0].VolumeMounts {
		mounts[m.MountPath] = m.SubPath
		if _, ok := volumes[m.Name]; !ok {
			t.Errorf("there is no volume %s", m.Name)
		}
	}
	if _, ok := mounts[p.Containers[0].WorkingDir]; !ok {
		t.Errorf("the working folder %s cannot be written to: %v", p.Containers[0].WorkingDir, mounts)
	}
	script := p.Containers[0].Args[1]
	if config == nil {
		if len(volumes) != 2 {
			t.Errorf("volumes %v", volumes)
		}
		return
	}
	size, found := 0, false
	items := volumes["project"].ConfigMap.Items
	for _, item := range items {
		text, isText := config.Data[item.Key]
		binary, isBinary := config.BinaryData[item.Key]
		if isText == isBinary {
			t.Errorf("%s is not in the ConfigMap, or twice", item.Key)
		}
		size += len(text) + len(binary)
		rel, ok := strings.CutPrefix(item.Path, mounts["/project"]+"/")
		found = found || ok && "/project/"+rel == script
	}
	if len(items) != len(config.Data)+len(config.BinaryData) || size > 1<<20 || !found || volumes["project"].ConfigMap.Name != config.Name {
		t.Errorf("%d items for %d files of %d bytes; the script %s is among them: %v", len(items), len(config.Data)+len(config.BinaryData), size, script, found)
	}
}

// The name of the run is new with each job, unless the user has given one.
func checkRunID(t *testing.T, job *batchv1.Job) {
	c := job.Spec.Template.Spec.Containers[0]
	for _, arg := range c.Args {
		id, ok := strings.CutPrefix(arg, "--run-id=")
		if !ok {
			continue
		}
		uid := false
		for _, e := range c.Env {
			uid = uid || e.Name == "JOB_UID" && e.ValueFrom.FieldRef.FieldPath == fmt.Sprintf("metadata.labels['%s']", batchv1.ControllerUidLabel)
		}
		if strings.HasSuffix(id, "$(JOB_UID)") != uid || len(job.Name)+1+36 > 100 {
			t.Errorf("run id %s, a variable for it: %v", id, uid)
		}
		return
	}
	t.Error("there is no run id")
}
