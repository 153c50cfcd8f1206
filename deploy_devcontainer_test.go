package main

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// devContainer has the keys of the devcontainer.json schema that this project uses; others are mistakes.
type devContainer struct {
	Name              string                     `json:"name"`
	DockerComposeFile string                     `json:"dockerComposeFile"`
	Service           string                     `json:"service"`
	WorkspaceFolder   string                     `json:"workspaceFolder"`
	ShutdownAction    string                     `json:"shutdownAction"`
	RemoteUser        string                     `json:"remoteUser"`
	Features          map[string]map[string]any  `json:"features"`
	ForwardPorts      []int                      `json:"forwardPorts"`
	PortsAttributes   map[string]portsAttributes `json:"portsAttributes"`
	RemoteEnv         map[string]string          `json:"remoteEnv"`
	PostCreateCommand string                     `json:"postCreateCommand"`
	PostStartCommand  string                     `json:"postStartCommand"`
	Customizations    struct {
		VSCode struct {
			Extensions []string       `json:"extensions"`
			Settings   map[string]any `json:"settings"`
		} `json:"vscode"`
	} `json:"customizations"`
}

type portsAttributes struct {
	Label         string `json:"label"`
	OnAutoForward string `json:"onAutoForward"`
}

// composeFile likewise.
type composeFile struct {
	Services map[string]struct {
		Build struct {
			Context    string `yaml:"context"`
			Dockerfile string `yaml:"dockerfile"`
		} `yaml:"build"`
		Image       string   `yaml:"image"`
		Command     string   `yaml:"command"`
		Init        bool     `yaml:"init"`
		Volumes     []string `yaml:"volumes"`
		CapAdd      []string `yaml:"cap_add"`
		SecurityOpt []string `yaml:"security_opt"`
		NetworkMode string   `yaml:"network_mode"`
	} `yaml:"services"`
}

func readDevContainer(t *testing.T) (d devContainer, c composeFile) {
	t.Helper()
	strictJSON(t, ".devcontainer/devcontainer.json", &d)
	decoder := yaml.NewDecoder(strings.NewReader(readText(t, ".devcontainer/"+d.DockerComposeFile)))
	decoder.KnownFields(true)
	if err := decoder.Decode(&c); err != nil {
		t.Fatalf("%s: %v", d.DockerComposeFile, err)
	}
	return d, c
}

func TestDevContainer(t *testing.T) {
	d, c := readDevContainer(t)
	dev, ok := c.Services[d.Service]
	if !ok {
		t.Fatalf("the service %q is not in %s", d.Service, d.DockerComposeFile)
	}
	if !slices.Contains(dev.Volumes, "..:"+d.WorkspaceFolder+":cached") {
		t.Errorf("nothing is mounted at %s: %q", d.WorkspaceFolder, dev.Volumes)
	}
	if d.ShutdownAction != "stopCompose" || d.Name == "" || d.RemoteUser != "vscode" {
		t.Errorf("%+v", d)
	}
	if !slices.Contains(dev.CapAdd, "SYS_PTRACE") || !slices.Contains(dev.SecurityOpt, "seccomp:unconfined") {
		t.Error("the debugger may not attach")
	}
	if !slices.Contains(d.ForwardPorts, targetPort) || d.RemoteEnv["TARGET_HOST"] != "http://localhost:9000" {
		t.Errorf("ports %v, environment %v: where is the target?", d.ForwardPorts, d.RemoteEnv)
	}
	for port, p := range d.PortsAttributes {
		if p.Label == "" || !slices.Contains([]string{"notify", "openBrowser", "openBrowserOnce", "openPreview", "silent", "ignore"}, p.OnAutoForward) {
			t.Errorf("port %s: %+v", port, p)
		}
	}
	if !slices.Contains(d.Customizations.VSCode.Extensions, "golang.go") {
		t.Error("without the Go extension nothing can be debugged")
	}
	if info, err := os.Stat(d.PostStartCommand); err != nil || info.Mode()&0o111 == 0 {
		t.Errorf("postStartCommand %s: %v, or not executable", d.PostStartCommand, err)
	}
}

func TestDevContainerImages(t *testing.T) {
	_, c := readDevContainer(t)
	file := readText(t, ".devcontainer/"+c.Services["dev"].Build.Dockerfile)
	m := regexp.MustCompile(`(?m)^FROM mcr\.microsoft\.com/devcontainers/go:\d+\.\d+\.\d+-(\d+\.\d+)-[a-z]+$`).FindStringSubmatch(file)
	if m == nil || m[1] != goLine(t) {
		t.Errorf("the image is not one of Go %s: %q", goLine(t), m)
	}
	if !strings.Contains(file, "ruby-foreman") {
		t.Error("the tests need ruby-foreman, and vscode is not root")
	}
	azurite := c.Services["azurite"]
	if !regexp.MustCompile(`^mcr\.microsoft\.com/azure-storage/azurite:\d+\.\d+\.\d+$`).MatchString(azurite.Image) {
		t.Errorf("Azurite's image is %s", azurite.Image)
	}
	// Its newest API is older than the one that azblob speaks.
	for _, word := range []string{"azurite-blob ", "--skipApiVersionCheck", "--blobHost 127.0.0.1", "--blobPort 10000"} {
		if !strings.Contains(azurite.Command, word) {
			t.Errorf("Azurite runs without %s", word)
		}
	}
	if azurite.NetworkMode != "service:dev" {
		t.Error("http://127.0.0.1:10000 is not Azurite's address in the service dev")
	}
}
