package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"katydid/fleet"
	"katydid/metrics"
)

// shardNumber is which shard this is: as the options say, else the engine.
func (r *run) shardNumber() (int, error) {
	if r.opts.shardIndex != shardNotGiven {
		return r.opts.shardIndex, nil
	}
	index, count, from, ok, err := shardIndex(r.sys.getenv)
	switch {
	case err != nil:
		return 0, err
	case !ok:
		return 0, errors.New("--shards: which of them is this? give --shard-index N, or auto for the next that is free")
	case count > 0 && count != r.opts.shards:
		return 0, fmt.Errorf("--shards %d, but the engine that sets %s says that there are %d: give the same number", r.opts.shards, from, count)
	case index >= r.opts.shards:
		return 0, fmt.Errorf("%s=%s makes this shard %d, counted from 0, but there are only --shards %d", from, r.sys.getenv(from), index, r.opts.shards)
	}
	return index, nil
}

// shardPlan is what all shards have to agree on.
func (r *run) shardPlan() fleet.Plan {
	p := fleet.Plan{Shards: r.opts.shards, Script: r.scriptName(), Profile: r.opts.profile, Length: r.opts.runTime}
	if k := r.k6; k != nil {
		p.Setup = k.exports.Setup && !k.options.NoSetup
		p.SetupTimeout = k.options.SetupTimeout
		for i := range k.options.Scenarios {
			sc := &k.options.Scenarios[i]
			p.Length = max(p.Length, sc.StartTime+sc.Length())
		}
		if !k.options.NoThresholds {
			p.Thresholds = thresholdsOf(k.options.Thresholds)
		}
	}
	for _, text := range r.opts.thresholds {
		key, expr, _ := splitThreshold(text) // it was checked
		p.Thresholds = append(p.Thresholds, metrics.ThresholdsOf{Key: key, Thresholds: []metrics.Threshold{{Expr: expr}}})
	}
	p.About = r.about()
	p.Sums = map[string]string{"script": r.env.Script.Sum, "options": r.optionsSum(), "version of katydid": version}
	return p
}

// optionsSum is a hash of all options that say what load is made: of secrets among them nothing can be learned from it, as
// it has the run's name in it.
func (r *run) optionsSum() string {
	o := r.opts
	text := fmt.Sprintf("%q %q %d %g %g %q %s %g %q %q %q %q", o.runID, o.host, o.users, o.rate, o.startRate, o.arrivals, o.runTime, o.maxRPS, o.classes,
		o.tags, o.excludeTags, o.thresholds)
	custom, _ := json.Marshal(o.custom) // texts, numbers and lists of them
	if r.k6 != nil {
		text += string(r.k6.options.JSON())
	}
	sum := sha256.Sum256([]byte(text + string(custom)))
	return hex.EncodeToString(sum[:])
}
