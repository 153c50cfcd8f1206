package fleet

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"katydid/metrics"
)

// Plan is what all shards of a run have to agree on, and what whoever merges it has to know.
type Plan struct {
	Shards  int               `json:"shards"`
	Script  string            `json:"script"`            // its name
	Profile string            `json:"profile,omitempty"` // a label for summaries
	Sums    map[string]string `json:"sums"`              // of what has to be the same everywhere, by what it is: "script", "options", "katydid"
	Length  time.Duration     `json:"length"`            // of the load; 0 if it has no planned end

	Setup        bool          `json:"setup"`        // one shard runs something before the start whose outcome all get
	SetupTimeout time.Duration `json:"setupTimeout"` // for it

	Thresholds []metrics.ThresholdsOf `json:"thresholds,omitempty"`

	// About is what else is to be told to whoever looks on. This package does not read it, and it need not be the same
	// everywhere: that of the first shard counts. It has no secrets.
	About json.RawMessage `json:"about,omitempty"`
}

// begun is the plan of a run that the first shard has begun.
type begun struct {
	Plan
	At time.Time `json:"at"` // by the store's clock
	By Claim     `json:"by"`
}

func (p *Plan) check() error {
	if p.Shards < 1 || p.Shards > MostShards {
		return fmt.Errorf("the number of shards must be between 1 and %d, not %d", MostShards, p.Shards)
	}
	return nil
}

// DiffersError says that this shard would make another test than those that the run has.
type DiffersError struct {
	Run  string
	What string // "script, options"
	By   Claim  // who has begun the run
}

// Error says what to do as well.
func (e *DiffersError) Error() string {
	return fmt.Sprintf("run %s was begun by %s with a different %s: start all shards with the same script and options, or give this run an id of its own (--run-id)", e.Run, e.By, e.What)
}

// compare says what is different about own, or nil.
func (b *begun) compare(r run, own *Plan) error {
	var what []string
	if b.Shards != own.Shards {
		what = append(what, fmt.Sprintf("number of shards (%d there, %d here)", b.Shards, own.Shards))
	}
	names := slices.Sorted(maps.Keys(own.Sums))
	for name := range b.Sums {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		if own.Sums[name] != b.Sums[name] {
			what = append(what, name)
		}
	}
	if len(what) == 0 {
		return nil
	}
	return &DiffersError{string(r), strings.Join(what, ", "), b.By}
}
