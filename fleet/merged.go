package fleet

import (
	"fmt"
	"slices"
	"time"

	"katydid/metrics"
	"katydid/stats"
)

// Merged is the state of a run: what all its shards have measured, added up without loss. Immutable, but for its course,
// which is the watcher's: use it before the next Refresh.
type Merged struct {
	Run    string
	Plan   Plan
	Began  bool          // it is known when the load begins
	Start  time.Time     // that moment, by the store's clock
	Abort  string        // why it never will
	Over   bool          // every shard is at its end, or dead, or never came
	Length time.Duration // of the load, so far

	// Settled is up to when all shards that live have told what happened: later seconds of the course may still grow. By the
	// store's clock.
	Settled time.Time

	Snapshot *stats.Snapshot
	Metrics  *metrics.State
	Results  []metrics.Result // of the thresholds
	Crossed  *metrics.Result  // a threshold that is to abort the load; nil for none
	Health   stats.Health
	Usage    Usage
	Verdict  stats.Verdict
	Reasons  []string

	Shards  []ShardState // all of the plan, by index
	Partial bool         // some of them have died or never came
	Missing float64      // the share of the load that they have not made, 0 to 1
	Damaged []error      // what could not be read; it is in no figure

	watcher *Watcher
	sum     stats.Sum
}

// The states of a shard in a Merged, beside Running and Ended.
const (
	Absent  = "absent"  // did not take part: it never came, or too late
	Waiting = "waiting" // is to begin
	Dead    = "dead"    // has given no sign of life for too long
)

// ShardState is how one shard fares.
type ShardState struct {
	Index    int           `json:"index"`
	Host     string        `json:"host"`
	PID      int           `json:"pid"`
	State    string        `json:"state"`
	Last     time.Time     `json:"last"` // sign of life
	Users    int           `json:"users"`
	UsersMax int           `json:"usersMax"`
	Requests int64         `json:"requests"`
	Failures int64         `json:"failures"`
	LagP99   time.Duration `json:"lagP99"` // of the generator
	CPUShare float64       `json:"cpuShare"`
	Offset   time.Duration `json:"offset"` // the store's clock was ahead of its machine's by that
	Bound    time.Duration `json:"bound"`  // how wrong Offset may be
	Skew     time.Duration `json:"skew"`   // how late it began
	Verdict  stats.Verdict `json:"verdict"`
	Reasons  []string      `json:"reasons"`
	Missing  float64       `json:"missing"` // the share of its own load that it has not made
	Exit     int           `json:"exit"`    // its own exit code, at its end
}

// merged adds up what is there.
func (w *Watcher) merged() (*Merged, error) {
	m := &Merged{Run: string(w.run), Plan: w.begun.Plan, watcher: w}
	var measured metrics.Sum
	if w.start != nil {
		m.Start, m.Abort, m.Began = w.start.At, w.start.Abort, w.start.Abort == ""
	}
	for _, f := range w.shards {
		if f.damaged != nil {
			m.Damaged = append(m.Damaged, f.damaged)
		}
		if f.last == nil {
			continue
		}
		if err := m.sum.Add(f.frame()); err != nil {
			m.Damaged = append(m.Damaged, fmt.Errorf("shard %d: %w", f.index, err))
		}
		if f.last.Metrics != nil {
			if err := measured.Add(f.last.Metrics); err != nil {
				m.Damaged = append(m.Damaged, fmt.Errorf("shard %d: %w", f.index, err))
			}
		}
		m.Length = max(m.Length, f.last.Frame.At.Sub(m.Start))
		m.Health = worse(&m.Health, &f.last.Health)
		m.Usage.add(&f.last.Usage)
	}
	m.Snapshot, m.Metrics = m.sum.Snapshot(), measured.State()
	m.Over = w.start != nil && (m.Abort != "" || w.over())
	m.settle()
	m.table()
	m.judge()
	return m, m.judgeThresholds()
}

// frame is what the shard has measured. One that has died has no users and makes no requests any more.
func (f *follow) frame() *stats.Frame {
	if !f.dead {
		return f.last.Frame
	}
	frame := *f.last.Frame
	frame.Users = 0
	frame.Rows = slices.Clone(frame.Rows)
	for i := range frame.Rows {
		frame.Rows[i].RecentRPS, frame.Rows[i].RecentFPS = 0, 0
	}
	return &frame
}

// settle finds out up to when all have told what happened.
func (m *Merged) settle() {
	for _, f := range m.watcher.shards {
		if f.last != nil && f.last.At.After(m.Settled) {
			m.Settled = f.last.At
		}
	}
	for _, f := range m.watcher.shards {
		if r := f.last; r != nil && r.State == Running && !f.dead && r.At.Before(m.Settled) {
			m.Settled = r.At
		}
	}
}

// worse is the health of two generators together: sums of what is counted, and the worse of each share, as one shard that
// cannot keep up spoils the figures of all.
func worse(a, b *stats.Health) stats.Health {
	return stats.Health{
		CPUShare: max(a.CPUShare, b.CPUShare), CPUMost: max(a.CPUMost, b.CPUMost), StealShare: max(a.StealShare, b.StealShare),
		GCShare: max(a.GCShare, b.GCShare), GCPauseMax: max(a.GCPauseMax, b.GCPauseMax), Interrupted: a.Interrupted + b.Interrupted,
		Planned: a.Planned + b.Planned, Omitted: a.Omitted + b.Omitted, OmittedBusy: a.OmittedBusy + b.OmittedBusy,
		WaitMax: max(a.WaitMax, b.WaitMax),
	}
}

func (u *Usage) add(o *Usage) {
	u.CPU += o.CPU
	u.RSSMax = max(u.RSSMax, o.RSSMax)
	u.UsersMax += o.UsersMax
}

// table describes the shards, and what is missing.
func (m *Merged) table() {
	w := m.watcher
	for _, f := range w.shards {
		s := ShardState{Index: f.index, State: Waiting, Reasons: []string{}}
		if w.roll != nil && !w.roll.has(f.index) {
			s.State, s.Missing = Absent, 1
		}
		if r := f.last; r != nil {
			s.fill(r, m.Start)
		}
		if f.dead {
			s.State, s.Missing, s.Users = Dead, 1, 0
			if f.last != nil && m.Length > 0 {
				s.Missing = 1 - min(1, float64(f.last.Frame.At.Sub(m.Start))/float64(max(m.Length, m.expected())))
			}
		}
		m.Missing += s.Missing / float64(len(w.shards))
		m.Partial = m.Partial || s.State == Dead || s.State == Absent
		m.Shards = append(m.Shards, s)
	}
}

// expected is how long the load is to be so far.
func (m *Merged) expected() time.Duration {
	if m.Over {
		return 0
	}
	return m.Plan.Length
}

func (s *ShardState) fill(r *report, start time.Time) {
	s.Host, s.PID, s.State, s.Last, s.Users, s.UsersMax = r.Claim.Host, r.Claim.PID, r.State, r.At, r.Frame.Users, r.Usage.UsersMax
	for i := range r.Frame.Rows {
		s.Requests += r.Frame.Rows[i].Count
		s.Failures += r.Frame.Rows[i].Failed
	}
	s.LagP99, s.CPUShare, s.Offset, s.Bound, s.Skew = r.LagP99, r.Health.CPUShare, r.Offset, r.Bound, r.Began.Sub(start)
	s.Verdict, s.Exit = r.Verdict, r.Exit
	s.Reasons = append(s.Reasons, r.Reasons...)
}

// judge says how far the figures describe the target: by what all have measured together, and by how each shard fared.
func (m *Merged) judge() {
	m.Verdict, m.Reasons = stats.Judge(&m.Health, m.Snapshot)
	for _, s := range m.Shards {
		if s.Verdict == stats.Invalid && s.Requests > 0 {
			if m.Verdict == stats.Valid {
				m.Verdict = stats.Suspect
			}
			m.Reasons = append(m.Reasons, fmt.Sprintf("shard %d is %s: %s", s.Index, s.Verdict, first(s.Reasons)))
		}
	}
	if m.Partial {
		if m.Verdict == stats.Valid {
			m.Verdict = stats.Suspect
		}
		m.Reasons = append(m.Reasons, fmt.Sprintf("PARTIAL: %s, so %.1f %% of the load is missing", m.lost(), 100*m.Missing))
	}
}

func first(reasons []string) string {
	if len(reasons) == 0 {
		return "it does not say why"
	}
	return reasons[0]
}

// lost names the shards that have not made all of their load.
func (m *Merged) lost() string {
	var dead, absent []int
	for _, s := range m.Shards {
		switch s.State {
		case Dead:
			dead = append(dead, s.Index)
		case Absent:
			absent = append(absent, s.Index)
		}
	}
	text := ""
	if len(dead) > 0 {
		text = numbered(dead) + " died"
	}
	if len(absent) > 0 {
		if text != "" {
			text += " and "
		}
		text += numbered(absent) + " never came"
	}
	return text
}

// numbered is "shard 3", "shards 3, 5" or "17 shards".
func numbered(shards []int) string {
	const mostNamed = 5
	switch n := len(shards); {
	case n == 1:
		return fmt.Sprintf("shard %d", shards[0])
	case n > mostNamed:
		return fmt.Sprintf("%d shards", n)
	}
	text := "shards "
	for i, index := range shards {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(index)
	}
	return text
}

// judgeThresholds judges them on what all have measured together.
func (m *Merged) judgeThresholds() error {
	results, abort, err := metrics.Judge(m.Metrics, m.Plan.Thresholds, m.Length, m.Over)
	if err != nil {
		return err
	}
	m.Results = results
	if !abort {
		return nil
	}
	at := slices.IndexFunc(results, func(r metrics.Result) bool {
		return !r.OK && r.AbortOnFail && m.Length >= r.DelayAbortEval
	})
	m.Crossed = &results[at]
	return nil
}

// Histograms calls fn with the times of every row, as Recorder.Histograms does.
func (m *Merged) Histograms(fn stats.HistogramFunc) { m.sum.Histograms(fn) }

// Course calls fn with the run second by second. While it goes on the last seconds lack what some shards have not told yet.
func (m *Merged) Course(fn func(stats.CourseSecond)) { m.watcher.course.Each(fn) }

// CourseSince goes on where r stands: it calls fn with those seconds that are settled, or with all if the run is over.
func (m *Merged) CourseSince(r *stats.CourseReader, fn func(stats.CourseSecond)) {
	until := m.Settled
	if m.Over {
		until = time.Time{}
	}
	if m.Over || !until.IsZero() {
		r.Read(&m.watcher.course, until, fn)
	}
}

// Lost names the shards that have not made all of their load; "" if all have.
func (m *Merged) Lost() string { return m.lost() }
