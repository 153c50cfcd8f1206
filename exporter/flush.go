package exporter

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"sync"
	"time"
)

// FlushTime is for Flush at a normal end; after a signal on a dyno, which is killed 30 s later, SignalFlushTime.
const (
	FlushTime       = 60 * time.Second
	SignalFlushTime = 20 * time.Second
)

// Flush ends the periodic uploads and exports everything in its last state, the most important file first, three at a
// time. All files share the deadline of ctx (FlushTime if it has none); until then every trouble that may pass is tried
// again. run is what run.json shall say from now on. The error is an *Incomplete, or says that the journal could not be
// written.
func (x *Exporter) Flush(ctx context.Context, run RunInfo) error {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, FlushTime)
		defer cancel()
	}
	x.rounds.stop(grace(ctx))
	if x.lock == nil {
		return errors.New("these results were not exported: Preflight did not get them for this process")
	}
	x.mu.Lock()
	x.j.Info = run.scrubbed(x.scrub)
	x.mu.Unlock()
	_ = x.save() // so that Resume knows how the run ended, if nothing can be uploaded now; if it fails finish says so
	return x.finish(ctx)
}

// grace is the part of the time that an upload on its way may still take.
func grace(ctx context.Context) time.Duration {
	deadline, _ := ctx.Deadline()
	return min(3*time.Second, time.Until(deadline)/4)
}

// job is a file of the last flush.
type job struct {
	file result
	c    *content // nil for run.json
	up   upload
	err  error
}

// finish exports all files and settles the journal.
func (x *Exporter) finish(ctx context.Context) error {
	jobs := x.jobs()
	defer func() {
		for _, j := range jobs {
			if j.c != nil {
				j.c.close()
			}
		}
	}()
	jobs, err := x.withRun(jobs)
	if err != nil {
		return err
	}
	saved := x.putAll(ctx, jobs)
	bad := &Incomplete{Run: x.j.Run, Of: len(jobs)}
	for _, j := range jobs {
		if j.err != nil {
			bad.Files, bad.Errors = append(bad.Files, j.file.name), append(bad.Errors, j.err)
		}
	}
	if len(bad.Files) > 0 {
		return bad
	}
	x.mu.Lock()
	x.j.Complete = true
	x.mu.Unlock()
	if err := x.save(); err != nil {
		return err
	}
	return saved
}

// jobs opens and sums all files that there are.
func (x *Exporter) jobs() (jobs []*job) {
	for _, file := range x.files {
		j := &job{file: file}
		j.c, j.err = file.open(true)
		if errors.Is(j.err, fs.ErrNotExist) {
			continue
		}
		if j.err == nil {
			j.up = upload{body: j.c.reader(), size: j.c.size, opts: PutOptions{ContentType: file.contentType}}
			j.up.opts.Sums, j.err = SumsOf(j.up.body)
		}
		if j.err != nil {
			j.err = fmt.Errorf("cannot read %s: %w", file.path, rootCause(j.err))
		}
		jobs = append(jobs, j)
	}
	return jobs
}

// withRun adds run.json, after the three short tables.
func (x *Exporter) withRun(jobs []*job) ([]*job, error) {
	var entries []fileEntry
	at := 0
	for i, j := range jobs {
		entries = append(entries, fileEntry{j.file.name, j.up.size, hex.EncodeToString(j.up.opts.Sums.SHA256[:])})
		for _, k := range kinds[:firstLong] {
			if j.file.path == x.o.Results+k.suffix {
				at = i + 1
			}
		}
	}
	u, err := x.runUpload(entries)
	if err != nil {
		return jobs, err
	}
	return slices.Insert(jobs, at, &job{file: result{name: runFile}, up: u}), nil
}

// runUpload makes run.json.
func (x *Exporter) runUpload(files []fileEntry) (upload, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	b, err := runJSON(x.j.Run, x.j.Info, files)
	if err != nil {
		return upload{}, err
	}
	body := bytes.NewReader(b)
	sums, err := SumsOf(body)
	opts := PutOptions{ContentType: "application/json", Sums: sums}
	return upload{path.Join(x.j.Run, runFile), body, int64(len(b)), opts}, err
}

// putAll uploads three files at a time, begun in order. The error is the journal's.
func (x *Exporter) putAll(ctx context.Context, jobs []*job) error {
	queue := make(chan *job)
	var saving sync.Mutex
	var saved error
	var workers sync.WaitGroup
	for range parallel {
		workers.Go(func() {
			for j := range queue {
				if j.err = x.putJob(ctx, j); j.err == nil {
					saving.Lock()
					saved = x.save()
					saving.Unlock()
				}
			}
		})
	}
	for _, j := range jobs {
		if j.err == nil {
			queue <- j
		}
	}
	close(queue)
	workers.Wait()
	return saved
}

// putJob uploads one file. A bug in a library must not cost the others their upload.
func (x *Exporter) putJob(ctx context.Context, j *job) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New(x.scrub(fmt.Sprintf("internal error: %v", p)))
		}
	}()
	return x.putSummed(ctx, j.file, j.up)
}
