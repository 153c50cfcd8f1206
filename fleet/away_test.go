package fleet

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

// A store that is away for a while costs nothing but freshness.
func TestStoreIsAway(t *testing.T) {
	t.Parallel()
	r := newMemory()
	var once sync.Once
	shards := fleet(r, "r", 4, func(_ int, s *testShard) {
		s.length = 5 * time.Second
		s.o.Silence = 5 * time.Second // twice what a shard may wait between two attempts
		s.hook = func(point string) {
			if point == "half" {
				once.Do(func() {
					r.setAway(true)
					time.AfterFunc(7*time.Second, func() { r.setAway(false) }) // beyond the load, and longer than a shard may be silent
				})
			}
		}
	})
	for _, err := range runAll(t, shards...) {
		must(t, err)
	}
	sum, decided := sameResult(t, shards)
	if decided.Partial {
		t.Errorf("%+v", decided)
	}
	checkSum(t, sum, shards)
	checkFiles(t, sum)
	log := strings.Join(shards[0].log, "\n")
	if !strings.Contains(log, "memory cannot be reached: what is measured waits here") || !strings.Contains(log, "memory can be reached again; nothing is missing") {
		t.Error(log)
	}
}

// Before the load, a store that does not answer is not waited for in silence, nor for ever.
func TestStoreIsAwayAtTheStart(t *testing.T) {
	t.Parallel()
	r := newMemory()
	r.setAway(true)
	shards := fleet(r, "r", 2, func(_ int, s *testShard) { s.length = time.Second })
	time.AfterFunc(2*time.Second, func() { r.setAway(false) })
	for _, err := range runAll(t, shards...) {
		must(t, err)
	}
	for _, s := range shards {
		log := strings.Join(s.log, "\n")
		if strings.Count(log, "no answer; trying again") != 1 || strings.Count(log, "memory can be reached again") != 1 {
			t.Error(log)
		}
	}
	gone := newMemory()
	gone.setAway(true)
	s := (&testShard{r: gone}).options("r", 0, 2)
	s.o.Join = time.Second
	began := time.Now()
	if _, err := Join(t.Context(), gone, s.o); err == nil || !strings.Contains(err.Error(), "gave up: it has not answered for 1s") || time.Since(began) > 20*time.Second {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
	gone.setAway(false)
	waits, err := Join(t.Context(), gone, s.o)
	must(t, err)
	gone.setAway(true)
	began = time.Now()
	if _, err := waits.Wait(t.Context(), nil); err == nil || !strings.Contains(err.Error(), "gave up: it has not answered for 1s") || time.Since(began) > 20*time.Second {
		t.Errorf("at the barrier, after %s: %v", time.Since(began), err)
	}
}

// A store that refuses something for good is complained about once, not every two seconds.
func TestStoreRefuses(t *testing.T) {
	t.Parallel()
	r := &refusing{memory: newMemory()}
	shards := fleet(r, "r", 2, func(_ int, s *testShard) { s.length = 5 * time.Second })
	for _, err := range runAll(t, shards...) {
		must(t, err)
	}
	for _, s := range shards {
		if n := strings.Count(strings.Join(s.log, "\n"), "what is asked of this shard cannot be read: no folder"); n != 1 {
			t.Errorf("said %d times: %q", n, s.log)
		}
	}
}

// refusing is a store that does not let commands be read.
type refusing struct{ *memory }

func (r *refusing) Get(ctx context.Context, name string) ([]byte, error) {
	if strings.Contains(name, "/control/") {
		return nil, errors.New("no folder")
	}
	return r.memory.Get(ctx, name)
}

// A store that is gone for good ends the wait, and says what is where.
func TestStoreIsGone(t *testing.T) {
	t.Parallel()
	r := newMemory()
	shards := fleet(r, "r", 2, func(_ int, s *testShard) {
		s.length, s.away, s.o.Silence = time.Second, 2*time.Second, 2*time.Second
		s.hook = func(point string) {
			if point == "half" {
				r.setAway(true)
			}
		}
	})
	for i, err := range runAll(t, shards...) {
		if away := (*AwayError)(nil); !errors.As(err, &away) || away.Stored || !strings.Contains(err.Error(), "in its own files only, not in the store: ") {
			t.Errorf("shard %d: %v", i, err)
		}
		if len(shards[i].samples) < 5 {
			t.Errorf("shard %d has measured %d requests only", i, len(shards[i].samples))
		}
	}
}

// A shard that is cut off from the store is dead to the others, and says so itself; what it had stored counts.
func TestShardIsCutOff(t *testing.T) {
	t.Parallel()
	r := newMemory()
	cut := &cutOff{memory: r}
	shards := fleet(r, "r", 3, func(i int, s *testShard) {
		s.length, s.o.Silence, s.away = 3*time.Second, time.Second, 2*time.Second
		if i == 0 { // the lowest: its duties pass on
			s.r = cut
			s.hook = func(point string) {
				if point == "half" {
					cut.off()
				}
			}
		}
	})
	errs := runAll(t, shards...)
	if away := (*AwayError)(nil); !errors.As(errs[0], &away) {
		t.Error(errs[0])
	}
	sum, decided := sameResult(t, shards[1:])
	dead := sum.Shards[0]
	if dead.State != Dead || dead.Missing < 0.2 || dead.Missing > 0.9 || !decided.Partial || decided.Lost != "shard 0 died" {
		t.Errorf("%+v, %+v", dead, decided)
	}
	if own := int64(len(shards[0].samples)); dead.Requests < own/10 || dead.Requests >= own {
		t.Errorf("%d of %d requests are in the sum", dead.Requests, own)
	}
	if n := sum.Snapshot.Users; n != 0 {
		t.Errorf("%d users in the end", n)
	}
	if want := dead.Requests + int64(len(shards[1].samples)+len(shards[2].samples)); sum.Snapshot.Total.Count != want {
		t.Errorf("%d requests, want %d", sum.Snapshot.Total.Count, want)
	}
	checkFiles(t, sum)
	late, err := Merge(t.Context(), r, "r") // by somebody who has not been there for long enough to find anybody dead
	must(t, err)
	if !late.Over || !late.Partial || late.Snapshot.Total.Count != sum.Snapshot.Total.Count || late.Lost() != decided.Lost {
		t.Errorf("a merge says over: %v, partial: %v, %q, %d requests", late.Over, late.Partial, late.Lost(), late.Snapshot.Total.Count)
	}
}

// cutOff is a way to a rendezvous that can be cut.
type cutOff struct {
	*memory
	mu sync.Mutex
	no bool
}

func (c *cutOff) off() { c.mu.Lock(); defer c.mu.Unlock(); c.no = true }

func (c *cutOff) closed() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.no {
		return nil
	}
	away := memory{away: true}
	return away.do(context.Background(), "any", "", nil)
}

func (c *cutOff) Create(ctx context.Context, name string, data []byte) error {
	if err := c.closed(); err != nil {
		return err
	}
	return c.memory.Create(ctx, name, data)
}

func (c *cutOff) Put(ctx context.Context, name string, data []byte) error {
	if err := c.closed(); err != nil {
		return err
	}
	return c.memory.Put(ctx, name, data)
}

func (c *cutOff) Get(ctx context.Context, name string) ([]byte, error) {
	if err := c.closed(); err != nil {
		return nil, err
	}
	return c.memory.Get(ctx, name)
}

// A lost answer to a claim, a roll, a start or a result is no reason to think that somebody else has it.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	r := newMemory()
	lost := map[string]bool{}
	r.lose = func(op, name string) bool {
		first := op == "create" && !lost[name]
		lost[name] = true
		return first
	}
	shards := fleet(r, "r", 3, func(_ int, s *testShard) { s.length = time.Second / 2 })
	for _, err := range runAll(t, shards...) {
		must(t, err)
	}
	sum, _ := sameResult(t, shards)
	checkSum(t, sum, shards)
	if len(lost) < 6 {
		t.Errorf("only %v", lost)
	}
}
