//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// A podRun is a pod whose process has been started.
type podRun struct {
	pod     *corev1.Pod
	cmd     *exec.Cmd
	started metav1.Time
	ending  sync.Once
	done    chan struct{} // closed when it has ended and its pod says so
}

// start runs the one container of a pod. What is wrong with it is said in the pod's status and tried again, as the kubelet does
// when a secret is not there yet.
func (n *node) start(ctx context.Context, p *corev1.Pod) {
	run := &podRun{pod: p, done: make(chan struct{}), started: metav1.Now()}
	if err := n.launch(ctx, run); err != nil {
		n.report(ctx, p, corev1.PodPending, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "CreateContainerConfigError", Message: err.Error()}})
		return
	}
	n.mu.Lock()
	n.runs[p.UID] = run
	n.mu.Unlock()
	n.report(ctx, p, corev1.PodRunning, corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: run.started}})
	go func() {
		defer close(run.done)
		_ = run.cmd.Wait() // its status is looked at
		phase, reason := corev1.PodSucceeded, "Completed"
		if run.exitCode() != 0 {
			phase, reason = corev1.PodFailed, "Error"
		}
		n.report(ctx, p, phase, corev1.ContainerState{Terminated: &corev1.ContainerStateTerminated{
			ExitCode: int32(run.exitCode()), Reason: reason, StartedAt: run.started, FinishedAt: metav1.Now()}})
	}()
}

func (n *node) launch(ctx context.Context, run *podRun) error {
	p := run.pod
	if len(p.Spec.Containers) != 1 || len(p.Spec.InitContainers) > 0 {
		return errors.New("kuberun takes pods of one container")
	}
	c := &p.Spec.Containers[0]
	env, expand, err := n.environment(ctx, p, c)
	if err != nil {
		return err
	}
	dir := filepath.Join(n.dir, string(p.UID))
	s, err := n.sandbox(ctx, p, c, dir)
	if err != nil {
		return err
	}
	s.Args = []string{entryPoint}
	if len(c.Command) > 0 {
		s.Args = nil
	}
	for _, word := range slices.Concat(c.Command, c.Args) {
		s.Args = append(s.Args, expand(word))
	}
	if run.cmd, err = s.command(env); err != nil {
		return err
	}
	log, err := os.Create(n.logFile(p.Namespace, p.Name))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	run.cmd.Stdout, run.cmd.Stderr = log, log
	return run.cmd.Start()
}

// sandbox is the root folder of a container, from its image and its volumes, and the user in it.
func (n *node) sandbox(ctx context.Context, p *corev1.Pod, c *corev1.Container, dir string) (*sandbox, error) {
	s := &sandbox{Root: filepath.Join(dir, "root"), WorkDir: imageWorkDir, UID: imageUser, GID: imageUser, Hostname: p.Name}
	if c.WorkingDir != "" {
		s.WorkDir = c.WorkingDir
	}
	if security := p.Spec.SecurityContext; security != nil {
		if security.RunAsUser != nil {
			s.UID, s.GID = int(*security.RunAsUser), 0 // that of an image counts only for the user of the image
		}
		if security.RunAsGroup != nil {
			s.GID = int(*security.RunAsGroup)
		}
		if security.RunAsNonRoot != nil && *security.RunAsNonRoot && s.UID == 0 {
			return nil, errors.New("container has runAsNonRoot and image will run as root")
		}
	}
	if security := c.SecurityContext; security != nil && security.ReadOnlyRootFilesystem != nil {
		s.ReadOnly = *security.ReadOnlyRootFilesystem
	}
	mounts, err := n.mounts(ctx, p, c, dir)
	if err != nil {
		return nil, err
	}
	s.Mounts = mounts
	return s, makeImage(s.Root)
}

// terminate ends it as a kubelet does: SIGTERM, and SIGKILL if that was not enough. Only the first call counts.
func (r *podRun) terminate(grace time.Duration) {
	r.ending.Do(func() {
		_ = r.cmd.Process.Signal(syscall.SIGTERM)
		time.AfterFunc(grace, r.kill)
	})
}

func (r *podRun) kill() { _ = r.cmd.Process.Kill() }

func (r *podRun) gone() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// exitCode is that of a shell, as for container runtimes: a signal is 128 and its number.
func (r *podRun) exitCode() int {
	if status := r.cmd.ProcessState.Sys().(syscall.WaitStatus); status.Signaled() {
		return 128 + int(status.Signal())
	}
	return r.cmd.ProcessState.ExitCode()
}

// report writes the status of a pod. It goes on trying, as nobody else will say how a container has ended.
func (n *node) report(ctx context.Context, p *corev1.Pod, phase corev1.PodPhase, state corev1.ContainerState) {
	c, running := p.Spec.Containers[0], state.Running != nil
	status := corev1.PodStatus{Phase: phase, HostIP: "127.0.0.1", PodIP: "127.0.0.1", PodIPs: []corev1.PodIP{{IP: "127.0.0.1"}},
		ContainerStatuses: []corev1.ContainerStatus{{Name: c.Name, Image: c.Image, State: state, Ready: running, Started: &running}}}
	is := corev1.ConditionFalse
	if running {
		is = corev1.ConditionTrue
	}
	for _, kind := range []corev1.PodConditionType{corev1.ContainersReady, corev1.PodReady} {
		status.Conditions = append(status.Conditions, corev1.PodCondition{Type: kind, Status: is, LastTransitionTime: metav1.Now()})
	}
	patch, err := json.Marshal(map[string]any{"status": status, "metadata": map[string]any{"uid": p.UID}})
	for try := 0; err == nil && try < 20; try++ {
		_, fail := n.api.CoreV1().Pods(p.Namespace).Patch(ctx, p.Name, types.StrategicMergePatchType, patch, metav1.PatchOptions{}, "status")
		if fail == nil || ctx.Err() != nil {
			return
		}
		time.Sleep(250 * time.Millisecond)
	}
	fmt.Fprintf(os.Stderr, "kuberun: the status %s of pod %s is not written\n", phase, p.Name)
}
