package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"katydid/exporter"
	"katydid/internal/azurite"
	"katydid/stats"
)

func open(t *testing.T, url string, pairs ...string) Rendezvous {
	t.Helper()
	target, err := exporter.Parse(url, func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	})
	must(t, err)
	_, err = target.CheckReading(time.Now(), time.Now())
	must(t, err)
	b, err := Open(target)
	must(t, err)
	t.Cleanup(func() { must(t, b.Close()) })
	return b
}

// stores are the kinds of rendezvous, each of them empty.
var stores = map[string]func(t *testing.T) Rendezvous{
	"memory": func(t *testing.T) Rendezvous { return newMemory() },
	"folder": func(t *testing.T) Rendezvous { return open(t, "file://"+filepath.ToSlash(t.TempDir())) },
	"azure": func(t *testing.T) Rendezvous {
		server := azurite.Start(t)
		container := server.Container(t)
		return open(t, server.URL+"/"+container+"/loads", exporter.EnvToken, server.ContainerSAS(container, "rcwl", time.Now().Add(time.Hour)))
	},
	"s3": func(t *testing.T) Rendezvous {
		return open(t, "s3://results/loads?endpoint="+s3Server(t), "AWS_ACCESS_KEY_ID", "AKIATEST", "AWS_SECRET_ACCESS_KEY", "secretsecret")
	},
}

// A run of some shards, on every kind of store: they begin together, get the same result, and the sum is, to the last
// figure, what one process would have measured.
func TestRun(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t)
			shards := fleet(r, "run-1", 4, func(i int, s *testShard) {
				s.o.Plan.Length = 2 * time.Second
			})
			for _, s := range shards {
				s.o.Index = Auto
			}
			for i, err := range runAll(t, shards...) {
				if err != nil {
					t.Fatalf("shard %d: %v\n%s", i, err, strings.Join(shards[i].log, "\n"))
				}
			}
			sameStart(t, shards)
			sum, decided := sameResult(t, shards)
			if decided.Partial || decided.Missing != 0 || !decided.Failed || decided.Crossed || len(decided.Shards) != 4 {
				t.Errorf("%+v", decided)
			}
			checkSum(t, sum, shards)
			later, err := Merge(t.Context(), r, "run-1") // whoever comes later finds the same
			must(t, err)
			checkSum(t, later, shards)
			checkFiles(t, later)
			published, err := r.Get(t.Context(), "run-1/merged/fleet_stats.csv")
			must(t, err)
			var want bytes.Buffer
			must(t, stats.WriteStatsCSV(&want, later.Snapshot))
			if string(published) != want.String() {
				t.Errorf("published: %s\nwant %s", published, want.String())
			}
			for i, s := range shards { // who decides asks for more: what all have stored, and it stores the files
				if q := s.requests; q.Puts > 20 || q.Gets > 80 || q.Lists > 20 || q.Sent > 200_000 {
					t.Errorf("shard %d has asked the store for %+v", i, s.requests)
				}
				t.Logf("shard %d: %+v", i, s.requests)
			}
		})
	}
}

// s3Server is a store with a bucket, results.
func s3Server(t *testing.T) (url string) {
	backend := s3mem.New()
	must(t, backend.CreateBucket("results"))
	server := httptest.NewUnstartedServer(gofakes3.New(backend).Server())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // it answers some refusals twice
	server.Start()
	t.Cleanup(server.Close)
	return server.URL
}

func sameStart(t *testing.T, shards []*testShard) {
	t.Helper()
	var due, begun []time.Time
	for _, s := range shards {
		due, begun = append(due, s.start.At.Add(-time.Until(s.o.Now()))), append(begun, s.begun)
		if s.start.Seed != shards[0].start.Seed || s.start.Seed == 0 {
			t.Errorf("seeds %d and %d", s.start.Seed, shards[0].start.Seed)
		}
	}
	checkSkew(t, due, begun)
}

// checkSkew checks that shards were to begin at the same time, and tells whether they did.
func checkSkew(t *testing.T, due, begun []time.Time) {
	t.Helper()
	apart := func(times []time.Time) time.Duration {
		return slices.MaxFunc(times, time.Time.Compare).Sub(slices.MinFunc(times, time.Time.Compare))
	}
	if apart(due) > 50*time.Millisecond { // how soon a process wakes up is a matter of what else the machine does
		t.Errorf("they were to begin %s apart", apart(due))
	}
	t.Logf("they were to begin %s apart, and began %s apart", apart(due), apart(begun))
}

// sameResult checks that all got the same result and one of them the sum.
func sameResult(t *testing.T, shards []*testShard) (sum *Merged, r *Result) {
	t.Helper()
	for i, s := range shards {
		if s.merged != nil {
			if sum != nil {
				t.Error("two shards have decided")
			}
			sum = s.merged
		}
		if r == nil {
			r = s.result
		}
		if s.result == nil || fmt.Sprint(s.result.Results, s.result.Verdict, s.result.Count, s.result.By.ID) != fmt.Sprint(r.Results, r.Verdict, r.Count, r.By.ID) {
			t.Errorf("shard %d has %+v\nthe first %+v", i, s.result, r)
		}
	}
	if sum == nil || r == nil {
		t.Fatal("nobody has decided")
	}
	return sum, r
}

func checkSum(t *testing.T, m *Merged, shards []*testShard) {
	t.Helper()
	want := oneRecorder(shards)
	got := m.Snapshot
	if !m.Over || len(m.Damaged) > 0 || len(got.Rows) != len(want.Rows) {
		t.Fatalf("over %v, damaged %v, %d rows", m.Over, m.Damaged, len(got.Rows))
	}
	for i := range want.Rows {
		g, w := got.Rows[i], want.Rows[i]
		if g.Key != w.Key || g.Count != w.Count || g.Failures != w.Failures || g.Service != w.Service || g.Phases != w.Phases || g.Bytes != w.Bytes {
			t.Errorf("%+v\nwant %+v", g, w)
		}
	}
	if got.Total.Service != want.Total.Service || got.Total.Count != want.Total.Count || len(got.Failures) != len(want.Failures) {
		t.Errorf("%+v\nwant %+v", got.Total, want.Total)
	}
	if checks := m.Metrics.Checks; len(checks) != 1 || checks[0].Passes+checks[0].Fails != want.Total.Count {
		t.Errorf("%+v", checks)
	}
}

// checkFiles checks that history and log say the same as the totals.
func checkFiles(t *testing.T, m *Merged) {
	t.Helper()
	prefix := filepath.Join(t.TempDir(), "all")
	must(t, m.WriteFiles(prefix))
	f, err := os.Open(prefix + "_stats_history.csv")
	must(t, err)
	defer f.Close()
	rows, err := stats.ReadHistory(f)
	must(t, err)
	last, most := rows[len(rows)-1], 0
	for _, row := range rows {
		most = max(most, row.Users)
	}
	if last.Requests != m.Snapshot.Total.Count || last.Failures != m.Snapshot.Total.Failures || last.Users != 0 || most != 2*len(m.Shards) {
		t.Errorf("the history ends with %+v, has at most %d users; the total is %d", last, most, m.Snapshot.Total.Count)
	}
	intervals, err := os.Open(prefix + ".hlog")
	must(t, err)
	defer intervals.Close()
	var sum stats.LogSum
	_, err = stats.ReadHLog(intervals, stats.LogHandler{Interval: sum.Add})
	must(t, err)
	s := sum.Summary(m.Start)
	if s.Total.Count != m.Snapshot.Total.Count || len(s.Requests) != len(m.Snapshot.Rows) {
		t.Fatalf("the log has %d requests, %d rows", s.Total.Count, len(s.Requests))
	}
	for i, row := range m.Snapshot.Rows {
		got := s.Requests[i]
		if got.Count != row.Count {
			t.Errorf("the log has %+v for %+v", got, row)
		}
		if row.Service.Supported(4) && *got.ServiceMS.P90 != stats.Millis(row.Service.Quantile[4]) {
			t.Errorf("the log's 90%% of %s are in %v, want %s", row.Name, *got.ServiceMS.P90, row.Service.Quantile[4])
		}
	}
}

// Whoever is one too many, too late, or would make another test is told so.
func TestJoinRefuses(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t)
			join := func(index int, change func(*Options)) error {
				s := (&testShard{r: r}).options("run", index, 2)
				if change != nil {
					change(&s.o)
				}
				_, err := Join(t.Context(), r, s.o)
				return err
			}
			must(t, join(0, nil))
			taken := (*TakenError)(nil)
			if err := join(0, nil); !errors.As(err, &taken) || taken.By.PID != os.Getpid() || !strings.Contains(err.Error(), "shard 0 of run run is process") {
				t.Error(err)
			}
			differs := (*DiffersError)(nil)
			err := join(1, func(o *Options) {
				o.Plan.Shards, o.Plan.Sums = 3, map[string]string{"script": "abc", "options": "other"}
			})
			if !errors.As(err, &differs) || !strings.Contains(err.Error(), "different number of shards (2 there, 3 here), options: ") || strings.Contains(err.Error(), "\n") {
				t.Error(err)
			}
			must(t, join(Auto, nil))
			if err := join(Auto, nil); !errors.As(err, &taken) || taken.Index != Auto {
				t.Error(err)
			}
			for _, bad := range []func(*Options){
				func(o *Options) { o.Run = "a/b" }, func(o *Options) { o.Plan.Shards = 0 }, func(o *Options) { o.Index = 2 },
			} {
				if err := join(1, bad); err == nil || errors.As(err, &taken) {
					t.Error(err)
				}
			}
		})
	}
}

// Many processes that all take the next free index get one each.
func TestAuto(t *testing.T) {
	t.Parallel()
	for name, open := range stores {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t)
			const of = 12
			got, results := map[int]int{}, make(chan int, of+3)
			for range of + 3 {
				go func() {
					m, err := Join(t.Context(), r, (&testShard{r: r}).options("run", Auto, of).o)
					if taken := (*TakenError)(nil); errors.As(err, &taken) {
						results <- Auto
						return
					}
					if err != nil {
						t.Error(err)
						results <- -2
						return
					}
					results <- m.Index()
				}()
			}
			for range of + 3 {
				got[<-results]++
			}
			want := map[int]int{Auto: 3}
			for i := range of {
				want[i] = 1
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("%v", got)
			}
		})
	}
}
