// Package scripts_test checks the types of the example scripts: every script fits katydid.d.ts, and katydid.d.ts
// refuses what is wrong. It needs Node and npm's TypeScript, which "make test" installs.
package scripts_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A script's type errors have to be none. One run of tsc for each tsconfig.json.
func TestTypes(t *testing.T) {
	for _, project := range []string{
		".",                // the scenes and the examples
		"../jsconfig.json", // the same as VS Code sees it from the root
		"testdata/good",    // what the examples do not show
		"testdata/legacy",  // TypeScript's own decorators
		"../web/assets",    // the report and the live page
	} {
		t.Run(project, func(t *testing.T) {
			if out := tsc(t, project, "--skipLibCheck", "false"); out != "" {
				t.Errorf("%s\nto see it again: cd scripts && npm run check", out)
			}
		})
	}
}

// A copy of katydid.d.ts beside a script is enough: no "paths", and in a project that has a browser's types, too.
func TestTypesTravel(t *testing.T) {
	dir := t.TempDir()
	for _, file := range []string{"katydid.d.ts", "scene_1.js"} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, file), string(text))
	}
	write(t, filepath.Join(dir, "wrong.js"), `import { task } from "katydid"; task.weight; new URL("/").nothing;`)
	write(t, filepath.Join(dir, "jsconfig.json"), `{"compilerOptions": {
		"checkJs": true, "strict": true, "lib": ["es2023", "dom"], "types": [], "module": "esnext", "moduleResolution": "bundler"}}`)
	out := tsc(t, filepath.Join(dir, "jsconfig.json"))
	if n := strings.Count(out, "wrong.js(1,"); n != 2 || len(refused(out)) != 2 {
		t.Errorf("want the two errors of wrong.js and no other, got:\n%s", out)
	}
}

// katydid.d.ts checks something: each marked line of testdata/bad is refused for the reason in its mark, and no other line is.
func TestTypesRefuse(t *testing.T) {
	const dir = "testdata/bad"
	want := marks(t, dir)
	if len(want) == 0 {
		t.Fatalf("no line in %s ends in a mark like: // error TS2345", dir)
	}
	got := refused(tsc(t, dir))
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("not refused: %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("refused without a mark: %s", line)
		}
	}
}

// Every script that the repository ships is part of the check: none lies where tsconfig.json does not look.
func TestEveryScriptIsChecked(t *testing.T) {
	listed := tsc(t, ".", "--listFilesOnly")
	err := filepath.WalkDir(".", func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if ext := filepath.Ext(path); ext != ".js" && ext != ".ts" {
			return nil
		}
		if !strings.Contains(listed, "/scripts/"+filepath.ToSlash(path)+"\n") {
			t.Errorf("%s is not checked: add it to \"include\" in scripts/tsconfig.json", path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// tsc runs the TypeScript compiler over a project and returns what it says: nothing if all is well.
func tsc(t *testing.T, project string, flags ...string) string {
	t.Helper()
	bin := filepath.Join("node_modules", ".bin", "tsc")
	for _, need := range []string{"node", bin} {
		if _, err := exec.LookPath(need); err != nil {
			t.Fatalf("%v\nThe scripts' types cannot be checked. Run: make test (or: cd scripts && npm ci; Node is needed for both)", err)
		}
	}
	args := append([]string{"--noEmit", "--pretty", "false", "-p", project}, flags...)
	out, err := exec.Command(bin, args...).CombinedOutput()
	if err != nil && len(out) == 0 {
		t.Fatalf("%s %s: %v", bin, strings.Join(args, " "), err)
	}
	return string(out)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

var mark = regexp.MustCompile(`// error (TS\d+)$`)

// marks lists the marked lines of a folder's scripts as "file:line TScode".
func marks(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.js"))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if m := mark.FindStringSubmatch(line); m != nil {
				lines = append(lines, fmt.Sprintf("%s:%d %s", filepath.ToSlash(file), i+1, m[1]))
			}
		}
	}
	return lines
}

var refusal = regexp.MustCompile(`(?m)^(\S+)\((\d+),\d+\): error (TS\d+):`)

// refused reads tsc's messages into the same form as marks.
func refused(out string) []string {
	var lines []string
	for _, m := range refusal.FindAllStringSubmatch(out, -1) {
		lines = append(lines, fmt.Sprintf("%s:%s %s", m[1], m[2], m[3]))
	}
	return lines
}
