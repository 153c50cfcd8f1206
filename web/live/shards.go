package live

import "katydid/stats"

func (t *ticker) shards(list []Shard) []TickShard {
	out := []TickShard{}
	for _, s := range list {
		out = append(out, TickShard{
			Index: s.Index, Host: t.clean(s.Host), State: s.State, Users: s.Users, Requests: s.Requests, Failures: s.Failures,
			LagP99: stats.Millis(s.LagP99), CPU: round3(s.CPU), Skew: stats.Millis(s.Skew), Missing: round3(s.Missing),
			Verdict: string(s.Verdict), Why: t.clean(s.Why),
		})
	}
	return out
}
