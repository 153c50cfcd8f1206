//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build builds the control plane and katydid into a folder that stays for the next time. What is up to date is not built again:
// go build sees to that.
func build(ctx context.Context) (bin string, err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	bin = filepath.Join(cache, "katydid-kube")
	version, err := goCommand(ctx, "list", "-m", "-f", "{{.Version}}", "k8s.io/kubernetes")
	if err != nil {
		return "", err
	}
	part := strings.Split(strings.TrimPrefix(version, "v"), ".")
	const in = " -X k8s.io/component-base/version."
	flags := "-s -w" + in + "gitVersion=" + version + in + "gitMajor=" + part[0] + in + "gitMinor=" + part[1]
	// "tool" are the programs that go.mod names so.
	if _, err := goCommand(ctx, "build", "-ldflags", flags, "-o", bin+"/", "tool"); err != nil {
		return "", err
	}
	_, err = goCommand(ctx, "build", "-C", "../..", "-trimpath", "-ldflags", "-s -w", "-o", filepath.Join(bin, "katydid"), ".")
	return bin, err
}

// What the Dockerfile says of the image.
const (
	entryPoint   = "/usr/local/bin/katydid"
	imageWorkDir = "/results"
	imageUser    = 65532
)

var imageEnv = []string{"PATH=/usr/local/bin", "HOME=/tmp", "KATYDID_IMPORT_CACHE=/tmp/imports"}

// makeImage lays out the image in a folder, as the Dockerfile does, but for the example scripts and for katydid, which is
// mounted.
func makeImage(image string) error {
	for _, dir := range []string{"usr/local/bin", "etc/ssl/certs", "project", "tmp", "results"} {
		if err := os.MkdirAll(filepath.Join(image, dir), 0o755); err != nil {
			return err
		}
	}
	for _, dir := range []string{"tmp", "results"} {
		if err := os.Chmod(filepath.Join(image, dir), 0o777|fs.ModeSticky); err != nil {
			return err
		}
	}
	const certificates = "/etc/ssl/certs/ca-certificates.crt"
	pem, err := os.ReadFile(certificates)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return errors.Join(
		os.WriteFile(filepath.Join(image, certificates), pem, 0o644),
		os.WriteFile(filepath.Join(image, "etc/passwd"), fmt.Appendf(nil, "katydid:x:%d:%[1]d::/tmp:/sbin/nologin\n", imageUser), 0o644))
}

// goCommand runs the go command here, in the folder of this module, and gives what it prints.
func goCommand(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w", strings.Join(args, " "), err)
	}
	return strings.TrimSpace(string(out)), nil
}
