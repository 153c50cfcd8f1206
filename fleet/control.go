package fleet

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path"
	"strconv"
	"time"
)

// The kinds of commands.
const (
	Stop  = "stop"  // end the load as its run time would: users finish their tasks
	Abort = "abort" // end it because something is wrong
	Users = "users" // have Users users, coming at SpawnRate a second
	Rate  = "rate"  // make Rate starts a second
)

// Command is what somebody asks of all shards. They are numbered, and all shards get them in the same order.
type Command struct {
	Number    int       `json:"number"`
	Kind      string    `json:"kind"`
	Users     int       `json:"users,omitempty"`     // of all shards together
	SpawnRate float64   `json:"spawnRate,omitempty"` // likewise
	Rate      float64   `json:"rate,omitempty"`      // likewise
	Reason    string    `json:"reason,omitempty"`
	Threshold bool      `json:"threshold,omitempty"` // of Abort: what is wrong is that a threshold was crossed
	By        string    `json:"by"`
	ID        string    `json:"id"` // different for each
	At        time.Time `json:"at"` // when it is to be done: of what Commands gives, by this machine's clock; in the store, by the store's
}

func (c *Command) check() error {
	switch {
	case c.Kind == Stop || c.Kind == Abort:
		return nil
	case c.Kind == Users && c.Users >= 0 && c.SpawnRate > 0:
		return nil
	case c.Kind == Rate && c.Rate > 0:
		return nil
	}
	return fmt.Errorf("no such command: %s with %d users, %g a second, rate %g", c.Kind, c.Users, c.SpawnRate, c.Rate)
}

// Commands has what is asked of all shards, this one included, from Begin on, in order. It is closed when Finish or Leave ends.
func (m *Member) Commands() <-chan Command { return m.commands }

// Abort asks all shards to end the load now, because something is wrong.
func (m *Member) Abort(ctx context.Context, reason string) error {
	_, err := m.send(ctx, Command{Kind: Abort, Reason: reason})
	return err
}

// Stop asks all shards to end the load as its run time would.
func (m *Member) Stop(ctx context.Context, reason string) error {
	_, err := m.send(ctx, Command{Kind: Stop, Reason: reason})
	return err
}

func (m *Member) send(ctx context.Context, c Command) (int, error) {
	c.By = m.me.String()
	return send(ctx, m.store, m.run, c)
}

// Send asks something of all shards of a run, from outside. What changes the load is done by all at the same moment, some
// seconds later.
func Send(ctx context.Context, r Rendezvous, runID string, c Command) error {
	id, err := parseRun(runID)
	if err != nil {
		return err
	}
	s := &store{r: r, clock: &clock{now: time.Now}}
	var b begun
	if err := s.get(ctx, id.plan(), &b); errors.Is(err, ErrAbsent) {
		return noRun(r, id)
	} else if err != nil {
		return err
	}
	if c.Kind == Users || c.Kind == Rate {
		c.At = s.clock.storeTime().Add(2*scaled(controlPoll, b.Shards) + time.Second)
	}
	if c.By == "" {
		host, _ := os.Hostname()
		c.By = fmt.Sprintf("process %d on %s", os.Getpid(), host)
	}
	_, err = send(ctx, s, id, c)
	return err
}

// NoRunError says that no shard has begun a run of that name.
type NoRunError struct {
	Run   string
	Where string // without secrets
}

// Error says what to look at.
func (e *NoRunError) Error() string {
	return fmt.Sprintf("there is no run %s at %s: check the URL and the run's id (--run-id)", e.Run, e.Where)
}

func noRun(r Rendezvous, id run) error { return &NoRunError{string(id), r.String()} }

// send gives a command the first number that is free.
func send(ctx context.Context, s *store, id run, c Command) (number int, err error) {
	if err := c.check(); err != nil {
		return 0, err
	}
	c.ID = rand.Text()
	if c.At.IsZero() {
		c.At = s.clock.storeTime()
	}
	names, err := s.list(ctx, id.controls())
	if err != nil {
		return 0, err
	}
	if n := len(names); n > 0 {
		c.Number, _ = strconv.Atoi(path.Base(names[n-1])) // a name of another form counts as 0
	}
	for {
		c.Number++
		err := s.create(ctx, id.control(c.Number), &c)
		if !errors.Is(err, ErrExists) {
			return c.Number, err
		}
	}
}

// listen passes on what is asked of all, until ctx ends.
func (m *Member) listen(ctx context.Context) {
	ahead, said := m.start.Offset, ""
	for number := 1; ; {
		var c Command
		err := m.store.get(ctx, m.run.control(number), &c)
		if err == nil || errors.Is(err, ErrAbsent) {
			said = ""
		}
		if err == nil {
			number++
			c.At = c.At.Add(-ahead)
			select {
			case m.commands <- c:
			case <-ctx.Done():
				return
			}
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if text := err.Error(); !errors.Is(err, ErrAbsent) && text != said { // once as long as it stays the same
			said = text
			m.logf(slog.LevelWarn, "what is asked of this shard cannot be read: %s", text)
		}
		if sleep(ctx, m.every(controlPoll)) != nil {
			return
		}
	}
}
