package main

import (
	"errors"
	"fmt"
	"strconv"

	"katydid/fleet"
)

// shardNotGiven says that --shard-index was not given: the engine says which shard this is.
const shardNotGiven = -2

// shardOptions are those of a run that several processes make together.
func (o *options) shardOptions() []*option {
	o.shardIndex = shardNotGiven
	return []*option{
		{name: "shards", env: "SHARDS", meta: "N", group: groupShards, set: asWhole(&o.shards, 1, fleet.MostShards),
			help: "Make the load together with others: N processes in all, each started with the same options. Users, rates and thresholds mean all of them."},
		{name: "rendezvous", env: "RENDEZVOUS", meta: "URL", secret: true, group: groupShards, set: asText(&o.rendezvous),
			help: "Where they meet: blob storage as for --export; the token has to permit reading and listing, too (sp=rcwl)."},
		{name: "run-id", env: "RUN_ID", meta: "NAME", group: groupShards, set: asRunID(&o.runID),
			help: "The name of the run, which all of them are given, and no other run."},
		{name: "shard-index", env: "SHARD_INDEX", meta: "N", group: groupShards, set: asShardIndex(&o.shardIndex),
			help: "Which of them this is, from 0, or auto for the next that is free. Not needed where the engine says it (JOB_COMPLETION_INDEX and the like) or KATYDID_SHARD does."},
	}
}

func asShardIndex(p *int) func(string) error {
	return func(s string) error {
		if s == "auto" {
			*p = fleet.Auto
			return nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n < 0 {
			return errors.New("must be a whole number from 0, or auto")
		}
		*p = n
		return nil
	}
}

// checkShards looks at what the options of shards need of each other.
func (o *options) checkShards() error {
	if o.shards == 0 {
		for _, name := range []string{"rendezvous", "run-id", "shard-index"} {
			if from := o.from[name]; len(from) > 2 && from[:2] == "--" {
				return fmt.Errorf("%s is given, but not how many processes make the load: add --shards N", from)
			}
		}
		return nil
	}
	switch {
	case o.worker:
		return errors.New("--shards and --worker do not go together: the workers of a Locust master have their parts of the load from it")
	case o.rendezvous == "":
		return errors.New("--shards needs a place where the processes meet: --rendezvous URL")
	case o.runID == "":
		return errors.New("--shards needs a name of the run, the same for all its processes and no other run: --run-id NAME")
	case o.shardIndex >= o.shards:
		return fmt.Errorf("there is no shard %d of %d: they are counted from 0 to %d", o.shardIndex, o.shards, o.shards-1)
	case !o.headless && !o.help:
		return errors.New("a run with --shards is headless: add --headless, or write katydid run; katydid watch shows all shards together")
	}
	return nil
}
