//go:build linux

// Kuberun is a Kubernetes on one machine, in which what "katydid k8s" prints is tried: etcd, kube-apiserver and
// kube-controller-manager as they are, built from their modules (build.go, cluster.go), and in the place of scheduler, kubelet
// and container runtime a node of our own, which runs each pod as a process in a root folder of its own (node.go, pod.go,
// volumes.go, sandbox.go). It is a module of its own, so that nothing else is built with Kubernetes or has it in its go.sum.
//
//	go run -C internal/kuberun .
//
// prints the line that makes kubectl use it, and goes on until Ctrl-C. It needs Linux and root; on first use it takes minutes.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	becomePod()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "kuberun:", err)
		os.Exit(1)
	}
}

func serve(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "kuberun")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	c, err := startCluster(ctx, dir)
	if err != nil {
		return err
	}
	defer c.stop()
	fmt.Println("export KUBECONFIG=" + c.kubeconfig)
	<-ctx.Done()
	return nil
}
