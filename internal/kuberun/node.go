//go:build linux

package main

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
)

const nodeName = "kuberun"

// A node takes the pods of all namespaces, as the scheduler does, and runs them, as the kubelet does: it looks at the pods that
// there are, again and again, and does what is missing.
type node struct {
	api          kubernetes.Interface
	dir, katydid string           // where it keeps what; the program of the image
	logs         *httptest.Server // which has a certificate for 127.0.0.1

	mu    sync.Mutex
	room  int // how many pods it takes at a time
	runs  map[types.UID]*podRun
	ended chan struct{}
}

// startNode registers the node and begins. It goes on until end is called, which waits for its pods.
func startNode(ctx context.Context, api kubernetes.Interface, dir, katydid string) (n *node, end context.CancelFunc, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, err
	}
	n = &node{api: api, dir: dir, katydid: katydid, room: 110, runs: map[types.UID]*podRun{}, ended: make(chan struct{})}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", n.serveLog)
	n.logs = httptest.NewTLSServer(mux)
	if err := n.register(ctx); err != nil {
		n.logs.Close()
		return nil, nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		defer close(n.ended)
		for ctx.Err() == nil {
			n.look(ctx)
			time.Sleep(200 * time.Millisecond)
		}
		n.killAll()
		n.logs.Close()
	}()
	return n, func() { cancel(); <-n.ended }, nil
}

func (n *node) register(ctx context.Context) error {
	object, err := n.api.CoreV1().Nodes().Create(ctx, &corev1.Node{ObjectMeta: metav1.ObjectMeta{Name: nodeName, Labels: map[string]string{corev1.LabelHostname: nodeName}}}, metav1.CreateOptions{})
	if err != nil {
		return err
	}
	port := n.logs.Listener.Addr().(*net.TCPAddr).Port
	object.Status = corev1.NodeStatus{
		Addresses:       []corev1.NodeAddress{{Type: corev1.NodeInternalIP, Address: "127.0.0.1"}},
		DaemonEndpoints: corev1.NodeDaemonEndpoints{KubeletEndpoint: corev1.DaemonEndpoint{Port: int32(port)}},
		Conditions:      []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "Ready", LastHeartbeatTime: metav1.Now(), LastTransitionTime: metav1.Now()}},
	}
	_, err = n.api.CoreV1().Nodes().UpdateStatus(ctx, object, metav1.UpdateOptions{})
	return err
}

// look is a round.
func (n *node) look(ctx context.Context) {
	list, err := n.api.CoreV1().Pods("").List(ctx, metav1.ListOptions{})
	if err != nil {
		return // the next round
	}
	running := 0
	for _, p := range list.Items {
		if p.Spec.NodeName != "" && !over(&p) {
			running++
		}
	}
	for i := range list.Items {
		p := &list.Items[i]
		if p.Spec.NodeName != "" {
			n.tend(ctx, p)
			continue
		}
		n.mu.Lock()
		room := n.room
		n.mu.Unlock()
		if running < room && p.DeletionTimestamp == nil {
			running++
			n.bind(ctx, p)
		}
	}
}

// setRoom says how many pods it takes at a time. Those that run stay.
func (n *node) setRoom(room int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.room = room
}

func over(p *corev1.Pod) bool {
	return p.Status.Phase == corev1.PodSucceeded || p.Status.Phase == corev1.PodFailed
}

// bind is the scheduler's part. If it fails there is a next round.
func (n *node) bind(ctx context.Context, p *corev1.Pod) {
	_ = n.api.CoreV1().Pods(p.Namespace).Bind(ctx, &corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: p.Name, UID: p.UID},
		Target: corev1.ObjectReference{Kind: "Node", Name: nodeName}}, metav1.CreateOptions{})
}

// tend is the kubelet's part: a pod is started, ended if it is to be deleted, and lets go of when it has ended.
func (n *node) tend(ctx context.Context, p *corev1.Pod) {
	n.mu.Lock()
	run := n.runs[p.UID]
	n.mu.Unlock()
	switch {
	case p.DeletionTimestamp == nil && run == nil && !over(p):
		n.start(ctx, p)
	case p.DeletionTimestamp == nil:
	case run != nil && !run.gone():
		run.terminate(time.Duration(*p.DeletionGracePeriodSeconds) * time.Second)
	case !over(p): // it never ran
		n.report(ctx, p, corev1.PodFailed, corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}})
	default:
		now := int64(0)
		_ = n.api.CoreV1().Pods(p.Namespace).Delete(ctx, p.Name, metav1.DeleteOptions{GracePeriodSeconds: &now, Preconditions: metav1.NewUIDPreconditions(string(p.UID))})
	}
}

func (n *node) killAll() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, run := range n.runs {
		run.kill()
		<-run.done
	}
}

func (n *node) logFile(namespace, pod string) string {
	return filepath.Join(n.dir, namespace+"_"+pod+".log")
}

// serveLog is what kubectl logs asks for, as far as it is there at the moment.
func (n *node) serveLog(w http.ResponseWriter, r *http.Request) {
	text, err := os.ReadFile(n.logFile(r.PathValue("namespace"), r.PathValue("pod")))
	if err != nil {
		http.Error(w, "there is no log", http.StatusNotFound)
		return
	}
	if tail, err := strconv.Atoi(r.FormValue("tailLines")); err == nil {
		lines := bytes.SplitAfter(bytes.TrimSuffix(text, []byte("\n")), []byte("\n"))
		text = append(bytes.Join(lines[max(0, len(lines)-tail):], nil), '\n')
	}
	_, _ = w.Write(text)
}
