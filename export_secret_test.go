//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// commandLines are those of a process and its children, where the system shows them.
func commandLines(p *process) (lines []string) {
	if p.cmd.Process == nil {
		return nil
	}
	root := fmt.Sprintf("/proc/%d", p.cmd.Process.Pid)
	children, _ := filepath.Glob(root + "/task/*/children")
	list := []string{root + "/cmdline"}
	for _, file := range children {
		pids, _ := os.ReadFile(file) // a thread may have gone
		for _, pid := range strings.Fields(string(pids)) {
			list = append(list, "/proc/"+pid+"/cmdline")
		}
	}
	for _, file := range list {
		line, _ := os.ReadFile(file)
		lines = append(lines, string(line))
	}
	return lines
}

var sigValue = regexp.MustCompile(`\bsig=([^&\s"']+)`)

// noSecret searches text for the signature of a token, raw or escaped.
func noSecret(t *testing.T, token, where, text string) {
	t.Helper()
	if shows(t, token, text) {
		t.Errorf("%s shows the signature: %s", where, text)
	}
}

func shows(t *testing.T, token, text string) bool {
	t.Helper()
	m := sigValue.FindStringSubmatch(token)
	if m == nil {
		return false
	}
	raw, err := url.PathUnescape(m[1])
	if err != nil {
		t.Fatal(err)
	}
	escaped := url.QueryEscape(raw)
	text = strings.ToLower(text)
	for _, secret := range []string{raw, escaped, url.PathEscape(raw), raw[:15], "MARKEDSIGNATURE"} {
		if strings.Contains(text, strings.ToLower(secret)) {
			return true
		}
	}
	return false
}

// noSecretBelow searches all files of a folder, and their names.
func noSecretBelow(t *testing.T, token, dir string) {
	t.Helper()
	_ = filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			text, _ := os.ReadFile(path) // one that has been renamed meanwhile is found under its new name
			noSecret(t, token, path, path+string(text))
		}
		return nil // what is gone is gone
	})
}

// The search finds what it is to find.
func TestSecretIsFound(t *testing.T) {
	t.Parallel()
	raw := "MARKEDSIGNATURE/abc+defMARKEDSIGNATURE/abc+8="
	for _, shown := range []string{raw, url.QueryEscape(raw), strings.ToLower(url.QueryEscape(raw)), url.PathEscape(raw), raw[:20], "markedsignature"} {
		if !shows(t, marked, "sig="+shown+" and more") {
			t.Errorf("%q is not found", shown)
		}
	}
	if shows(t, marked, "sig=[redacted]") || shows(t, "", "anything") {
		t.Error("found where nothing is")
	}
}
