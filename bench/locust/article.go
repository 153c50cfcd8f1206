package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"katydid/internal/tools"
)

// articleLine is a published command line for Locust, with the program's and the script's name left open. -t is
// --run-time, so the run lasts 2 seconds, not an hour.
const articleLine = `exec "$TOOL" -f "$SCRIPT" --headless -u 200 -r 10 --host=$TARGET_HOST ` +
	`--csv="scene_1_$(date +%F_%T)" --run-time 1h -t 2s --stop-timeout 60`

// article is the outcome of the command line.
type article struct {
	outcome
	name   string // of the statistics file
	served int    // requests that reached the target
}

// compareArticle runs the command line as it stands, with a shell.
func compareArticle(ctx context.Context, b *bench) (*section, error) {
	s := &section{title: "The article's command line", about: "`" + strings.TrimPrefix(articleLine, "exec ") + "` with scene_1, " +
		"whose users call / or /volatile and then wait 5 to 9 s. Two batches of ten start in two seconds, a third may just make it."}
	l, err := runArticle(ctx, b, b.locust, filepath.Join(b.dir, "scripts", "scene_1.py"))
	if err != nil {
		return nil, err
	}
	k, err := runArticle(ctx, b, b.katydid, filepath.Join(b.root, "scripts", "scene_1.js"))
	if err != nil {
		return nil, err
	}
	s.equal("exit code", l.code, k.code)
	limit := 10 * time.Second // 2 s, 5 s of /volatile and the start of the program
	s.is(l.took < limit && k.took < limit, "ends after 2 s and the tasks under way, not after an hour", seconds(l.took), seconds(k.took))
	form := func(a *article) string { return strings.Map(zero, a.name) }
	s.equal("file names, digits as 0", form(l), form(k))
	for _, kind := range kinds {
		s.equal(kind+": header", l.files.byKind(kind).header, k.files.byKind(kind).header)
	}
	s.is(twoOrThree(l.served) && twoOrThree(k.served), "requests that reached the target, one of each user: 20 to 30",
		strconv.Itoa(l.served), strconv.Itoa(k.served))
	missing := func(a *article) int { return a.served - a.files.stats.sum("Request Count") }
	s.equalOr(completeEnd, missing(k) == 0, "requests that stats lack", missing(l), missing(k))
	twice := func(a *article) bool { return strings.Contains(a.stderr, "given twice") }
	s.equalOr(warnsOfTwice, !twice(l) && twice(k), "a warning that the run time is given twice", twice(l), twice(k))
	return s, nil
}

// twoOrThree says whether so many users are two batches, or more because some of the third, due when the run ends, made it.
func twoOrThree(users int) bool { return users >= 20 && users <= 30 }

// zero makes file names with different times equal.
func zero(r rune) rune {
	if r >= '0' && r <= '9' {
		return '0'
	}
	return r
}

// runArticle runs the command line in a folder of its own, against a fresh target API.
func runArticle(ctx context.Context, b *bench, t tool, script string) (*article, error) {
	url, served, stop, err := startScene()
	if err != nil {
		return nil, err
	}
	defer stop()
	folder, err := b.folder(t, "article")
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, graceToStart)
	defer cancel()
	cmd := exec.CommandContext(ctx, "sh", "-c", articleLine)
	cmd.Dir = folder
	cmd.Env = append(tools.PlainEnv(), "TOOL="+t.path, "SCRIPT="+script, "TARGET_HOST="+url, b.format())
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	began := time.Now()
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		return nil, err
	}
	a := &article{outcome: outcome{code: cmd.ProcessState.ExitCode(), took: time.Since(began), stderr: stderr.String()}, served: served()}
	found, err := filepath.Glob(filepath.Join(folder, "*_stats.csv"))
	if err != nil || len(found) != 1 {
		return nil, fmt.Errorf("%s left %d statistics files in %s, not one; it said:\n%s", t.name, len(found), folder, a.stderr)
	}
	a.name = filepath.Base(found[0])
	a.files, err = readFiles(strings.TrimSuffix(found[0], "_stats.csv"))
	return a, err
}
