package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"katydid/fleet"
	"katydid/metrics"
	"katydid/stats"
	"katydid/web/live"
)

func TestCutRun(t *testing.T) {
	for address, want := range map[string][2]string{
		"https://a.blob.core.windows.net/c/p/run-1":     {"https://a.blob.core.windows.net/c/p", "run-1"},
		"https://a.blob.core.windows.net/c/run?sig=a/b": {"https://a.blob.core.windows.net/c?sig=a/b", "run"},
		"s3://bucket/run?region=eu":                     {"s3://bucket?region=eu", "run"},
		"file:///mnt/shared/run/":                       {"file:///mnt/shared", "run"},
		"s3://bucket":                                   {"s3://bucket", ""},
		"://":                                           {"://", ""},
	} {
		if rest, run := cutRun(address); rest != want[0] || run != want[1] {
			t.Errorf("%s: %q %q, want %q", address, rest, run, want)
		}
	}
}

func TestOpenFleetRefuses(t *testing.T) {
	folder := "file://" + t.TempDir()
	const secret = "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2U="
	token := "SAS_TOKEN=sv=2021-12-02&sr=c&sp=cw&se=2999-01-01T00:00Z&sig=" + secret
	for _, c := range []struct {
		words   []string
		run     string
		environ []string
		code    int
		want    string
	}{
		{nil, "a", nil, exitUsage, "there is no URL"},
		{[]string{folder, "b"}, "a", nil, exitUsage, "give one URL"},
		{[]string{"s3://bucket"}, "", nil, exitUsage, "which run?"},
		{[]string{folder}, "../a", nil, exitUsage, `"../a" is no name of a run: it takes`},
		{[]string{"ftp://x/y"}, "a", nil, exitUsage, "no URL that results can be exported to"},
		{[]string{"https://a.blob.core.windows.net/c"}, "a", nil, exitUsage, "SAS_TOKEN is not set: it has to hold a SAS token with the permissions read and list (sp=rl)"},
		{nil, "a", []string{"KATYDID_RENDEZVOUS=https://a.blob.core.windows.net/c", token}, exitNotExported, "does not permit to read and to list (sp=cw)"},
	} {
		_, fail := openFleet(&system{environ: c.environ}, c.words, c.run, func(string, ...any) {})
		if fail == nil || fail.code != c.code || !strings.Contains(fail.Error(), c.want) || strings.Contains(fail.Error(), secret) {
			t.Errorf("%v: %v, want %d %s", c.words, fail, c.code, c.want)
		}
	}
	p, fail := openFleet(&system{environ: []string{"KATYDID_RENDEZVOUS=" + folder, "KATYDID_RUN_ID=a"}}, nil, "", func(string, ...any) {})
	if fail != nil || p.run != "a" {
		t.Errorf("from the environment: %+v, %v", p, fail)
	}
}

// The time that merge has is written as all times are.
func TestMergeTimeout(t *testing.T) {
	for text, want := range map[string]string{"5": "5s", "1m30s": "1m30s", "0": "", "-1s": "", "soon": ""} {
		a := &mergeArgs{}
		err := a.parse([]string{"--timeout=" + text})
		if want == "" && (err == nil || !strings.HasPrefix(err.Error(), "--timeout "+text+" ")) || want != "" && (err != nil || a.limit.String() != want) {
			t.Errorf("%s: %s, %v", text, a.limit, err)
		}
	}
}

func TestExitOfAFleet(t *testing.T) {
	crossed := []metrics.Result{{OK: false}}
	for name, c := range map[string]struct {
		m           fleet.Merged
		run, looker int
	}{
		"all is well":            {fleet.Merged{Over: true}, exitOK, exitOK},
		"some have failed":       {fleet.Merged{Over: true, Snapshot: failing()}, exitFailed, exitOK},
		"of a k6 script":         {fleet.Merged{Over: true, Snapshot: failing(), Plan: fleet.Plan{About: []byte(`{"kind":"k6"}`)}}, exitOK, exitOK},
		"with a code of its own": {fleet.Merged{Over: true, Snapshot: failing(), Plan: fleet.Plan{About: []byte(`{"exitCodeOnError":0}`)}}, exitOK, exitOK},
		"not valid":              {fleet.Merged{Over: true, Verdict: stats.Invalid, Plan: fleet.Plan{About: []byte(`{"requireValid":true}`)}}, exitInvalid, exitOK},
		"not valid, no matter":   {fleet.Merged{Over: true, Verdict: stats.Invalid}, exitOK, exitOK},
		"partial":                {fleet.Merged{Over: true, Partial: true, Snapshot: failing()}, exitPartial, exitPartial},
		"partial so far":         {fleet.Merged{Partial: true, Results: crossed}, exitPartial, exitPartial},
		"crossed, going on":      {fleet.Merged{Results: crossed}, exitOK, exitOK},
		"crossed":                {fleet.Merged{Over: true, Partial: true, Results: crossed}, exitCrossed, exitCrossed},
		"trouble of some shard":  {fleet.Merged{Over: true, Results: crossed, Shards: []fleet.ShardState{{}, {Exit: exitMemory}}}, exitMemory, exitCrossed},
	} {
		if c.m.Snapshot == nil {
			c.m.Snapshot = &stats.Snapshot{}
		}
		if run, looker := fleetExit(&c.m), lookerExit(&c.m); run != c.run || looker != c.looker {
			t.Errorf("%s: %d and %d, want %d and %d", name, run, looker, c.run, c.looker)
		}
	}
}

func failing() *stats.Snapshot { return &stats.Snapshot{Total: stats.Row{Failures: 1}} }

func TestCommandOfForm(t *testing.T) {
	n, some, none := 7, 2.5, 0.0
	closed, open := &live.Plan{Kind: live.KindClosed, SpawnRate: 4}, &live.Plan{Kind: live.KindOpen}
	for name, c := range map[string]struct {
		form live.Form
		plan *live.Plan
		want fleet.Command
		err  string
	}{
		"users":            {live.Form{Users: &n, SpawnRate: &some}, closed, fleet.Command{Kind: fleet.Users, Users: 7, SpawnRate: 2.5}, ""},
		"at the plan's":    {live.Form{Users: &n}, closed, fleet.Command{Kind: fleet.Users, Users: 7, SpawnRate: 4}, ""},
		"at none":          {live.Form{Users: &n, SpawnRate: &none}, closed, fleet.Command{}, "must be more than 0"},
		"rate":             {live.Form{Rate: &some}, open, fleet.Command{Kind: fleet.Rate, Rate: 2.5}, ""},
		"rate of a closed": {live.Form{Rate: &some}, closed, fleet.Command{}, "change its users"},
		"users of an open": {live.Form{Users: &n}, open, fleet.Command{}, "change its rate"},
	} {
		got, err := commandOf(c.form, c.plan)
		if got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %+v %v, want %+v %s", name, got, err, c.want, c.err)
		}
	}
}

// What becomes of shards is told once each.
func TestWatchTellsOfShards(t *testing.T) {
	out := &strings.Builder{}
	w := &fleetWatch{log: newLogger(out, "INFO")}
	shard := func(i int, state string) fleet.ShardState {
		s := fleet.ShardState{Index: i, State: state}
		if state != fleet.Waiting && state != fleet.Absent {
			s.Host, s.PID = "h", 10+i
		}
		return s
	}
	states := func(all ...string) *fleet.Merged {
		m := &fleet.Merged{Plan: fleet.Plan{Shards: len(all)}, Snapshot: &stats.Snapshot{}, Began: all[0] != fleet.Waiting}
		for i, s := range all {
			m.Shards = append(m.Shards, shard(i, s))
		}
		m.Over = !slices.Contains(all, fleet.Running) && m.Began
		m.Partial = slices.Contains(all, fleet.Dead)
		m.Missing = 0.25
		return m
	}
	for _, c := range []struct {
		m    *fleet.Merged
		want []string
	}{
		{states(fleet.Waiting, fleet.Waiting, fleet.Waiting), []string{"INFO/katydid: the 3 shards of the run wait for each other"}},
		{states(fleet.Running, fleet.Running, fleet.Absent), []string{
			"INFO/katydid: 2 shards joined in the load: 0 (process 10 on h), 1 (process 11 on h)", "WARNING/katydid: 1 shard never came, or too late: 2",
		}},
		{states(fleet.Running, fleet.Running, fleet.Absent), nil},
		{states(fleet.Ended, fleet.Running, fleet.Absent), []string{"INFO/katydid: 1 shard ended: 0 (process 10 on h)"}},
		{states(fleet.Ended, fleet.Dead, fleet.Absent), []string{
			"WARNING/katydid: 1 shard died, as there is no sign of life: 1 (process 11 on h)",
			"WARNING/katydid: the run is over and PARTIAL: shard 1 died and shard 2 never came; 25.0 % of the load is missing",
		}},
	} {
		out.Reset()
		w.tell(c.m)
		w.merged = c.m
		var got []string
		for line := range strings.Lines(out.String()) {
			_, text, _ := strings.Cut(strings.TrimSpace(line), "/")
			got = append(got, text)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s\nwant %s", fmt.Sprintf("%q", got), fmt.Sprintf("%q", c.want))
		}
	}
}
