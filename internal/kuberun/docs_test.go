//go:build linux

package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// documented types in the commands for Kubernetes of docs/engines.md, with other hosts and fewer users.
func documented(t *testing.T, c *cluster, s *store) {
	text, err := os.ReadFile("../../docs/engines.md")
	if err != nil {
		t.Fatal(err)
	}
	_, chapter, _ := strings.Cut(string(text), "\n## Kubernetes\n")
	_, chapter, _ = strings.Cut(chapter, "```sh\n")
	commands, _, _ := strings.Cut(chapter, "```\n")
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "OK") }))
	t.Cleanup(target.Close)
	for there, here := range map[string]string{"https://account.blob.core.windows.net/runs": s.url, "https://target.example": target.URL, "-u 20000 -r 500 -t 10m": "-u 8 -r 8 -t 5s"} {
		if !strings.Contains(commands, there) {
			t.Errorf("%q is not in the commands", there)
		}
		commands = strings.ReplaceAll(commands, there, here)
	}
	dir := t.TempDir()
	script, err := os.ReadFile("../../scripts/scene_1.js")
	if err == nil {
		err = os.Mkdir(filepath.Join(dir, "scripts"), 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "scripts", "scene_1.js"), script, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	sh := exec.Command("sh", "-exc", commands+"kubectl delete -f load.yaml")
	sh.Dir = dir
	sh.Env = append(os.Environ(), "PATH="+c.bin+":"+os.Getenv("PATH"), "KUBECONFIG="+c.kubeconfig, "SAS_TOKEN="+s.sas)
	out, err := sh.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "Complete   4/4") || strings.Count(string(out), "all shards together: ") != 4 {
		t.Errorf("%v\n%s", err, out)
	}
}
