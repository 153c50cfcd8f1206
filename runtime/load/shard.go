package load

import (
	"fmt"
	"time"
)

// A Shard is one of several processes that make one load together: number Index
// of Of, counted from 0. The load is dealt like cards: what is number n of its
// kind belongs to shard n mod Of, so that the shards together do exactly what
// one process would, and none has to know what the others do. The zero value is
// a process of its own.
type Shard struct{ Index, Of int }

// Check says what is wrong with a shard.
func (s Shard) Check() error {
	if s != (Shard{}) && (s.Of < 1 || s.Index < 0 || s.Index >= s.Of) {
		return fmt.Errorf("there is no shard %d of %d: they are counted from 0 to %d", s.Index, s.Of, s.Of-1)
	}
	return nil
}

func (s Shard) of() int64 { return int64(max(s.Of, 1)) }

// Owns says whether number n, 0 or more, is this shard's.
func (s Shard) Owns(n int64) bool { return n%s.of() == int64(s.Index) }

// Count is how many of the first n are this shard's.
func (s Shard) Count(n int64) int64 {
	if s.idle() || n <= int64(s.Index) {
		return 0
	}
	return (n-int64(s.Index)-1)/s.of() + 1
}

// Number is the number among those of all shards of what is number own among
// this shard's. For a process of its own it is the same.
func (s Shard) Number(own int64) int64 { return own*s.of() + int64(s.Index) }

// among is the shard where only the first n shards get anything, because there
// are no more than n users to do it; see idle.
func (s Shard) among(n int) Shard { return Shard{s.Index, min(int(s.of()), max(n, 1))} }

// idle says that there is nothing for this shard.
func (s Shard) idle() bool { return int64(s.Index) >= s.of() }

// turned is the shard where the dealing begins later. With several kinds, each
// dealt by itself, the first of each would otherwise all be for shard 0.
func (s Shard) turned(by int) Shard {
	of := s.of()
	return Shard{int((int64(s.Index) + int64(by)) % of), int(of)}
}

// Cap makes this shard's cap of perSecond requests per second of all shards
// together: of the places in the schedule that begins at now, for all the same
// moment, it has those that it owns.
func (s Shard) Cap(perSecond float64, now time.Time) *Cap {
	c := NewCap(perSecond, now)
	c.next.Store(int64(c.step) * int64(s.Index))
	c.step *= time.Duration(s.of())
	return c
}
