//go:build linux

package main

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// controllers are those that a Job has to do with; that of nodes would want signs of life from ours.
const controllers = "job-controller,garbage-collector-controller,namespace-controller,serviceaccount-controller,ttl-after-finished-controller"

// A cluster is a control plane and a node.
type cluster struct {
	config     *rest.Config // of an administrator
	kubeconfig string       // the file for kubectl
	node       *node
	bin, dir   string
	end        context.CancelFunc // of the node
	programs   []*exec.Cmd
}

// startCluster starts it on free ports of 127.0.0.1; all that it keeps is in dir, as are its logs. It is ended with stop.
func startCluster(ctx context.Context, dir string) (c *cluster, err error) {
	bin, err := build(ctx)
	if err != nil {
		return nil, err
	}
	c = &cluster{bin: bin, dir: dir, kubeconfig: filepath.Join(dir, "kubeconfig")}
	defer func() {
		if err != nil {
			c.stop()
		}
	}()
	if err := c.startControlPlane(ctx); err != nil {
		return nil, err
	}
	api, err := kubernetes.NewForConfig(c.config)
	if err != nil {
		return nil, err
	}
	c.node, c.end, err = startNode(ctx, api, filepath.Join(dir, "node"), filepath.Join(bin, "katydid"))
	return c, err
}

// stop ends it; what is running in pods is killed.
func (c *cluster) stop() {
	if c.end != nil {
		c.end()
	}
	for i := len(c.programs) - 1; i >= 0; i-- {
		_ = c.programs[i].Process.Kill()
		_ = c.programs[i].Wait()
	}
}

func (c *cluster) startControlPlane(ctx context.Context) error {
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	store, peer := fmt.Sprintf("http://127.0.0.1:%d", ports[0]), fmt.Sprintf("http://127.0.0.1:%d", ports[1])
	// The program at the root of the module server/v3 of etcd.
	if err := c.program("etcd", "server", "--data-dir", filepath.Join(c.dir, "etcd"), "--unsafe-no-fsync", "--listen-client-urls", store, "--advertise-client-urls", store,
		"--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", "default="+peer); err != nil {
		return err
	}
	key, tokens, token := filepath.Join(c.dir, "accounts.key"), filepath.Join(c.dir, "tokens.csv"), rand.Text()
	if err := writeKey(key); err != nil {
		return err
	}
	if err := os.WriteFile(tokens, []byte(token+",admin,admin,system:masters\n"), 0o600); err != nil {
		return err
	}
	// It makes itself a certificate. No endpoint of it is published: a loopback address cannot be.
	if err := c.program("kube-apiserver", "kube-apiserver", "--etcd-servers", store, "--bind-address", "127.0.0.1", "--secure-port", fmt.Sprint(ports[2]),
		"--cert-dir", c.dir, "--endpoint-reconciler-type", "none", "--service-cluster-ip-range", "10.0.0.0/24", "--authorization-mode", "RBAC",
		"--token-auth-file", tokens, "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", key,
		"--service-account-signing-key-file", key, "--kubelet-preferred-address-types", "InternalIP"); err != nil {
		return err
	}
	c.config = &rest.Config{Host: fmt.Sprintf("https://127.0.0.1:%d", ports[2]), BearerToken: token,
		TLSClientConfig: rest.TLSClientConfig{CAFile: filepath.Join(c.dir, "apiserver.crt")}, QPS: -1}
	if err := c.ready(ctx); err != nil {
		return err
	}
	if err := c.writeKubeconfig(); err != nil {
		return err
	}
	return c.program("kube-controller-manager", "kube-controller-manager", "--kubeconfig", c.kubeconfig, "--leader-elect=false", "--secure-port", "0", "--controllers", controllers)
}

// program starts a program of the control plane. It ends with this process, whatever that ends of.
func (c *cluster) program(name, file string, args ...string) error {
	log, err := os.Create(filepath.Join(c.dir, name+".log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(filepath.Join(c.bin, file), args...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return err
	}
	c.programs = append(c.programs, cmd)
	return nil
}

// ready waits for the API server.
func (c *cluster) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		api, err := kubernetes.NewForConfig(c.config) // not before there is a certificate
		if err == nil {
			err = api.RESTClient().Get().AbsPath("/readyz").Do(ctx).Error()
		}
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			text, _ := os.ReadFile(filepath.Join(c.dir, "kube-apiserver.log"))
			return fmt.Errorf("the API server is not ready: %w; the end of its log:\n%s", err, text[max(0, len(text)-4000):])
		case <-time.After(200 * time.Millisecond):
		}
	}
}

func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer func() { _ = l.Close() }() // not before the others are found, or they could be the same
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

func writeKey(file string) error {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return err
	}
	return os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(key)}), 0o600)
}

func (c *cluster) writeKubeconfig() error {
	k := clientcmdapi.NewConfig()
	k.Clusters["kuberun"] = &clientcmdapi.Cluster{Server: c.config.Host, CertificateAuthority: c.config.CAFile}
	k.AuthInfos["admin"] = &clientcmdapi.AuthInfo{Token: c.config.BearerToken}
	k.Contexts["kuberun"] = &clientcmdapi.Context{Cluster: "kuberun", AuthInfo: "admin"}
	k.CurrentContext = "kuberun"
	return clientcmd.WriteToFile(*k, c.kubeconfig)
}
