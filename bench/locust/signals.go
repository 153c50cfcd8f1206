package main

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"
)

// compareSignals ends runs by a signal in the middle.
func compareSignals(ctx context.Context, b *bench) (*section, error) {
	s := &section{title: "Signals", about: "The steady run with -t 60s gets a signal 3.2 s after its first request, " +
		"with nothing failed (/ok) and with failures (/404). It has to end within the stop timeout (2 s) and a second."}
	for _, c := range []struct {
		name, first string
		signal      os.Signal
	}{
		{"SIGINT", "/ok", syscall.SIGINT}, {"SIGINT", "/404", syscall.SIGINT},
		{"SIGTERM", "/ok", syscall.SIGTERM}, {"SIGTERM", "/404", syscall.SIGTERM},
	} {
		j := steadyJob(c.name+"-"+c.first[1:], c.first, time.Minute)
		j.signal, j.after = c.signal, 3200*time.Millisecond
		l, k, err := b.both(ctx, j)
		if err != nil {
			return nil, err
		}
		title := c.name + ", " + c.first + ": "
		s.equal(title+"exit code", l.code, k.code)
		s.is(l.took < 3*time.Second && k.took < 3*time.Second, title+"ends within 3 s", seconds(l.took), seconds(k.took))
		part := &section{}
		part.complete(l, k)
		part.firstRow(&l.files.history, &k.files.history)
		why := completeEnd
		if b.locust.old() {
			why = unflushed212
		}
		part.ends(why, true, "Total Request Count", "Request Count", &l.files, &k.files)
		s.add(title, part)
	}
	return s, nil
}

// add takes over the checks of a part, with a title before each.
func (s *section) add(title string, part *section) {
	for _, c := range part.checks {
		c.what = title + c.what
		s.checks = append(s.checks, c)
	}
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.1f s", d.Seconds()) }
