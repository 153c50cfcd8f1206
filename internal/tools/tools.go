// Package tools runs the programs that the side-by-side benchmarks compare: katydid, built from this source tree, and
// peers found on PATH.
package tools

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// BuildKatydid builds katydid into dir. It returns the path of the binary and the folder of its sources.
func BuildKatydid(ctx context.Context, dir string) (binary, root string, err error) {
	where, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "katydid").Output()
	if err != nil {
		return "", "", fmt.Errorf("find katydid's sources (start this inside them): %w", err)
	}
	root = strings.TrimSpace(string(where))
	version, err := exec.CommandContext(ctx, "git", "-C", root, "describe", "--tags", "--always", "--dirty").Output()
	if err != nil { // no repository: katydid says so itself
		version = []byte("dev")
	}
	binary, err = Build(ctx, dir, "katydid", "-ldflags", "-X main.version="+strings.TrimSpace(string(version)))
	return binary, root, err
}

// Build builds a program of this module into dir, with more flags of "go build". It returns the path of the binary.
func Build(ctx context.Context, dir, pkg string, flags ...string) (binary string, err error) {
	binary = filepath.Join(dir, path.Base(pkg))
	args := append(append([]string{"build", "-o", binary}, flags...), pkg)
	text, err := exec.CommandContext(ctx, "go", args...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", pkg, err, text)
	}
	return binary, nil
}

// PlainEnv is this process's environment without what would change how the tools behave.
func PlainEnv() []string {
	env := []string{"NO_PROXY=127.0.0.1", "no_proxy=127.0.0.1"}
	for _, e := range os.Environ() {
		name, _, _ := strings.Cut(e, "=")
		if !strings.HasPrefix(name, "LOCUST_") && !strings.HasPrefix(name, "KATYDID_") && !strings.HasPrefix(name, "K6_") &&
			!strings.EqualFold(name, "no_proxy") {
			env = append(env, e)
		}
	}
	return env
}

// place is where Locust says it is installed.
var place = regexp.MustCompile(` from /\S*`)

// Version is what a program says of itself when started with args, in one line. A program that was built by "go
// install" often does not know it: its build information does, and counts first.
func Version(ctx context.Context, file string, args ...string) string {
	if info, err := buildinfo.ReadFile(file); err == nil && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version + " (" + info.GoVersion + ")"
	}
	text, _ := exec.CommandContext(ctx, file, args...).CombinedOutput() // wrk -v has exit code 1
	line, _, _ := strings.Cut(strings.TrimSpace(string(text)), "\n")
	line = place.ReplaceAllString(line, "")
	if line == "" {
		return "version unknown"
	}
	return line
}
