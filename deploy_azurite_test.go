package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Azurite as the dev container has it, with the account that everyone knows: the script that runs when the container starts
// makes a container there and a token, and a run exports with them as docs/dev-container.md says.
func TestAzuriteScript(t *testing.T) {
	t.Parallel()
	dir := deployed(t)
	node, err := exec.LookPath("node")
	if err != nil {
		t.Fatalf("%v: make test installs it", err)
	}
	main := filepath.Join(rootDir(t), "exporter", "testdata", "azurite", "node_modules", "azurite", "dist", "src", "blob", "main.js")
	azurite := newProcess(t, dir, main, "--blobHost", "127.0.0.1", "--blobPort", "0", "--inMemoryPersistence", "--silent", "--disableTelemetry")
	azurite.cmd.Path = node
	azurite.start().says("successfully listens on ")
	url := regexp.MustCompile(`listens on (http://\S+)`).FindStringSubmatch(azurite.stdout.String())[1]

	file := filepath.Join(dir, ".env.azurite")
	for range 2 { // the second time the container is there already
		script := exec.Command(filepath.Join(rootDir(t), ".devcontainer", "azurite.sh"), "testresult", file)
		script.Env = append(os.Environ(), "AZURITE="+url+"/devstoreaccount1")
		if out, err := script.CombinedOutput(); err != nil {
			t.Fatalf("azurite.sh: %v\n%s", err, out)
		}
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%s: %v: others may read the token", file, info.Mode())
	}
	if text := readText(t, file); !strings.Contains(text, "&sr=c&sp=cw&") {
		t.Errorf("the token is not one of the least kind: %s", text)
	}
	run := foreman(t, dir, nil)
	run.cmd.Path = "/bin/sh"
	run.cmd.Args = []string{"sh", "-c", "set -a; . ./.env.azurite; set +a; katydid run scripts/scene_1.js -u 5 -t 1s --csv results/scene_1"}
	run.start().expect(exitOK)
	if !run.said(url + "/devstoreaccount1/testresult") {
		t.Errorf("nothing is said of the export\n%s", run.stderr)
	}
}
