package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"katydid/metrics"
	"katydid/runtime/k6"
	"katydid/runtime/k6data"
)

// newK6 makes what the modules of k6 share. They can be used in native scripts, too.
func (r *run) newK6() *k6.Run {
	environ := r.sys.environ
	if slices.Contains(r.sys.args, "--include-system-env-vars=false") || r.sys.getenv("K6_INCLUDE_SYSTEM_ENV_VARS") == "false" {
		environ = nil
	}
	secrets := k6.NewSecrets(k6Secrets(r.sys.args, r.sys.getenv), r.readSecrets)
	r.log.redact = secrets.Redact
	return &k6.Run{
		Secrets: secrets,
		Metrics: metrics.New(),
		Arrays:  &k6data.Arrays{}, Files: k6data.NewFiles(r.sys.readFile),
		Environ: slices.Concat(environ, k6Env(r.sys.args)),
		Abort: func(reason string) {
			r.abortK6(exitK6Abort, strings.TrimSuffix("the script called exec.test.abort: "+reason, ": "))
		},
		Fail: func(reason string) {
			r.log.errorf("the script called exec.test.fail: %s", reason)
			r.noteK6(exitK6Fail)
		},
		Elapsed: func() time.Duration {
			if r.k6 == nil {
				return 0
			}
			return r.k6.clock.elapsed()
		},
	}
}

// readSecrets reads a file of --secret-source.
func (r *run) readSecrets(name string) ([]byte, error) {
	if !filepath.IsAbs(name) {
		name = filepath.Join(r.sys.dir, name)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		err = fmt.Errorf("%s cannot be read: %w", name, withoutPath(err))
	}
	return data, err
}

func (r *run) k6Run() *k6.Run { return r.env.K6.(*k6.Run) }

// importsK6 finds an import of k6's modules in the text of a script.
var importsK6 = regexp.MustCompile(`(?:from|import|require\()\s*["'](?:k6(?:/[^"']*)?|https://jslib\.k6\.io/[^"']*)["']`)

// importsOurs finds an import of the native module.
var importsOurs = regexp.MustCompile(`["']katydid["']`)

// looksK6 guesses from its text what kind of script it is that cannot be loaded.
func looksK6(scripts []string, dir string) bool {
	for _, name := range scripts {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		text, err := os.ReadFile(name)
		if err != nil || !importsK6.Match(text) || importsOurs.Match(text) {
			return false
		}
	}
	return len(scripts) > 0
}

// inspect prints the options of a k6 script, from all places where they may be, as k6's command of that name does.
func (r *run) inspect() int {
	if r.k6 == nil {
		return r.refuse(usage(errors.New("inspect shows the options of a k6 script; this one has user classes: see --list")))
	}
	var b bytes.Buffer
	if err := json.Indent(&b, r.k6.options.JSON(), "", "  "); err != nil {
		return r.refuse(&failure{exitK6Other, err})
	}
	b.WriteByte('\n')
	if _, err := r.sys.stdout.Write(b.Bytes()); err != nil {
		return exitNotWritten
	}
	return exitOK
}
