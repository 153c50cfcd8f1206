package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"

	"katydid/fleet"
	"katydid/stats"
	"katydid/web"
	"katydid/web/live"
)

// Plan implements live.Test.
func (w *fleetWatch) Plan() *live.Plan { return w.plan }

// Start implements live.Test: it changes the run that goes on.
func (w *fleetWatch) Start(form live.Form) error {
	w.mu.Lock()
	m, stopping := w.merged, w.stopping
	w.mu.Unlock()
	switch {
	case !m.Began && !m.Over:
		return errors.New("a fleet is started by its engine: the load begins by itself when all shards are there")
	case m.Over:
		return errors.New("the run is over, and a fleet is started by its engine: start its processes anew, with another --run-id")
	case stopping:
		return errors.New("the run was asked to stop")
	case !w.plan.Steerable:
		return errors.New("the script decides on the load of this run: it cannot be changed by hand")
	}
	c, err := commandOf(form, w.plan)
	if err != nil {
		return err
	}
	if err := w.send(context.Background(), c); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if c.Kind == fleet.Rate {
		w.rate = c.Rate
		w.log.infof("asked all shards for %.4g starts a second", c.Rate)
	} else {
		w.users = c.Users
		w.log.infof("asked all shards for %s, at %.4g a second", count(int64(c.Users), "user"), c.SpawnRate)
	}
	return nil
}

// commandOf is what a form asks of all shards.
func commandOf(form live.Form, p *live.Plan) (fleet.Command, error) {
	open := p.Kind == live.KindOpen
	switch {
	case open && form.Rate != nil && *form.Rate > 0:
		return fleet.Command{Kind: fleet.Rate, Rate: *form.Rate}, nil
	case open:
		return fleet.Command{}, errors.New("this is an open run, which makes users as it needs them: change its rate")
	case form.Users == nil:
		return fleet.Command{}, errors.New("this is no open run: change its users")
	}
	rate := max(p.SpawnRate, 1)
	if form.SpawnRate != nil {
		rate = *form.SpawnRate
	}
	if rate <= 0 {
		return fleet.Command{}, errors.New("the spawn rate must be more than 0")
	}
	return fleet.Command{Kind: fleet.Users, Users: *form.Users, SpawnRate: rate}, nil
}

// send asks something of all shards.
func (w *fleetWatch) send(ctx context.Context, c fleet.Command) error {
	ctx, cancel := context.WithTimeout(ctx, watchLimit)
	defer cancel()
	host, _ := os.Hostname()
	c.By = "katydid watch on " + host
	if err := fleet.Send(ctx, w.blobs, w.run, c); err != nil {
		return errors.New("the shards could not be asked: " + w.problem(err).Error())
	}
	return nil
}

// Stop implements live.Test.
func (w *fleetWatch) Stop(ctx context.Context) error {
	w.mu.Lock()
	over, again := w.merged.Over, w.stopping
	w.mu.Unlock()
	if over {
		return nil
	}
	if !again {
		if err := w.send(ctx, fleet.Command{Kind: fleet.Stop, Reason: "stopped in the web UI of katydid watch"}); err != nil {
			return err
		}
		w.mu.Lock()
		w.stopping = true
		w.mu.Unlock()
		w.log.infof("asked all shards to stop")
	}
	select {
	case <-w.over:
		return nil
	case <-ctx.Done():
		return errors.New("the shards were asked to stop and are still ending")
	}
}

// Reset implements live.Test.
func (w *fleetWatch) Reset() error {
	return errors.New("what the shards of a run have measured cannot be reset from here")
}

// Log implements live.Test.
func (w *fleetWatch) Log(n int64) []live.Line { return w.tail.since(n) }

// File implements live.Test.
func (w *fleetWatch) File(kind string) string {
	suffix := map[string]string{"history": "_stats_history.csv", "hlog": ".hlog"}[kind]
	w.turn.Lock() // the course is the watcher's
	defer w.turn.Unlock()
	w.mu.Lock()
	m := w.merged
	w.mu.Unlock()
	if suffix == "" || !m.Began {
		return ""
	}
	path, err := w.write(m, suffix)
	if err != nil {
		w.log.warnf("the %s cannot be kept for download: %s", kind, withoutPath(err))
		return ""
	}
	return path
}

// write makes a file of the run in the folder for downloads, unless it is there already.
func (w *fleetWatch) write(m *fleet.Merged, suffix string) (path string, err error) {
	if w.folder == "" {
		if w.folder, err = os.MkdirTemp("", "katydid-"); err != nil {
			return "", err
		}
	}
	path = filepath.Join(w.folder, "katydid"+suffix)
	if w.files[suffix] == m {
		return path, nil
	}
	files := m.Files()
	at := slices.IndexFunc(files, func(f fleet.File) bool { return f.Name == suffix })
	var b bytes.Buffer
	if err := files[at].Write(&b); err != nil {
		return "", err
	}
	if err := stats.ReplaceFile(path, b.Bytes()); err != nil {
		return "", err
	}
	w.files[suffix] = m
	return path, nil
}

// Write implements live.Test.
func (w *fleetWatch) Write(to io.Writer, kind string) error {
	w.mu.Lock()
	sum, history := w.sum, w.history.Clone()
	w.mu.Unlock()
	if kind != "report" {
		return stats.WriteSummary(to, sum)
	}
	return web.WriteReport(to, &web.Run{Summary: sum, History: history, Redact: w.target.Scrub})
}

// Histograms implements live.Test.
func (w *fleetWatch) Histograms(fn stats.HistogramFunc) {
	w.mu.Lock()
	m := w.merged
	w.mu.Unlock()
	m.Histograms(fn)
}
