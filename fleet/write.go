package fleet

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"time"

	"katydid/stats"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// segmentRows is the times of each row in a segment.
type segmentRows map[stats.Key]*stats.IntervalRow

func (s segmentRows) add(rows []stats.IntervalRow) {
	for _, row := range rows {
		sum := s[row.Key]
		if sum == nil {
			sum = &stats.IntervalRow{Key: row.Key}
			s[row.Key] = sum
		}
		sum.Times = joined(sum.Times, row.Times)
		sum.Response = joined(sum.Response, row.Response)
	}
}

// joined is a with b added; b stays what it is.
func joined(a, b *hdrhistogram.PackedHistogram) *hdrhistogram.PackedHistogram {
	switch {
	case b == nil:
		return a
	case a == nil:
		return b.Clone()
	}
	a.Merge(b)
	return a
}

func (s segmentRows) sorted() (rows []stats.IntervalRow) {
	for _, row := range s {
		rows = append(rows, *row)
	}
	slices.SortFunc(rows, func(a, b stats.IntervalRow) int {
		return bytes.Compare([]byte(a.Name+"\x00"+a.Method), []byte(b.Name+"\x00"+b.Method))
	})
	return rows
}

// File is a result file of a run.
type File struct {
	Name  string // what is behind the prefix: "_stats.csv"
	Write func(io.Writer) error
}

// Files are the result files of the run as it is now: what one process would have written, with a row in the history for
// every second, and rows of names in the histogram log for every segment.
func (m *Merged) Files() []File {
	of := func(w stats.Writer) func(io.Writer) error {
		return func(to io.Writer) error { return w(to, m.Snapshot) }
	}
	return []File{
		{"_stats.csv", of(stats.WriteStatsCSV)},
		{"_failures.csv", of(stats.WriteFailuresCSV)},
		{"_exceptions.csv", of(stats.WriteExceptionsCSV)},
		{"_stats_history.csv", m.writeHistory},
		{".hlog", m.writeLog},
	}
}

// WriteFiles writes all files, each as a whole: a reader sees the old one or the new.
func (m *Merged) WriteFiles(prefix string) error {
	for _, f := range m.Files() {
		var b bytes.Buffer
		if err := f.Write(&b); err != nil {
			return err
		}
		if err := stats.ReplaceFile(prefix+f.Name, b.Bytes()); err != nil {
			return err
		}
	}
	return nil
}

func (m *Merged) writeHistory(w io.Writer) error {
	failed := stats.WriteHistoryHeader(w)
	before := stats.Nothing(m.Start) // the first request, as in every history
	m.Course(func(s stats.CourseSecond) {
		if before != nil && before.At.Unix() < s.Snapshot.At.Unix() {
			failed = errors.Join(failed, stats.AppendHistory(w, before, false))
		}
		before = nil
		if failed == nil {
			failed = stats.AppendHistory(w, s.Snapshot, false)
		}
	})
	return failed
}

// writeLog writes the histogram log: all requests second by second, rows segment by segment.
func (m *Merged) writeLog(w io.Writer) error {
	log, err := stats.NewHLog(w, m.Start)
	if err != nil {
		return err
	}
	rows := m.openRows()
	segment := newSegments(m.watcher.pace)
	end := func(at time.Time) { // of the segments that are over at that time
		for err == nil && at.Sub(m.Start) >= segment.to {
			err = log.WriteRows(m.Start.Add(segment.from), m.Start.Add(segment.to), rows[segment.number].sorted())
			delete(rows, segment.number)
			segment.next()
		}
	}
	last := m.Start
	m.Course(func(s stats.CourseSecond) {
		if err == nil {
			end(s.Snapshot.Interval.Start)
		}
		if err == nil {
			err = log.Write(s.Snapshot.Interval)
		}
		last = s.Snapshot.Interval.End
	})
	for _, number := range slices.Sorted(maps.Keys(rows)) { // what is not over, and whatever a wrong clock has put elsewhere
		if err == nil {
			err = log.WriteRows(m.Start.Add(min(segment.from, last.Sub(m.Start))), last, rows[number].sorted())
		}
	}
	return err
}

// openRows is the rows of all segments, with those of the shards' present ones, which are not over.
func (m *Merged) openRows() map[int]segmentRows {
	rows := map[int]segmentRows{}
	for number, of := range m.watcher.rows {
		rows[number] = segmentRows{}
		rows[number].add(of.sorted())
	}
	for _, f := range m.watcher.shards {
		if f.last == nil || f.last.Full {
			continue
		}
		var sum stats.Sum
		_ = sum.Add(f.last.Frame) // damage is in Merged.Damaged
		if rows[f.last.Segment] == nil {
			rows[f.last.Segment] = segmentRows{}
		}
		rows[f.last.Segment].add(sum.Since(f.base))
	}
	return rows
}

// Summary is the document about the run: that of one process, with a table of the shards and what is missing. The exit
// code is the caller's.
func (m *Merged) Summary(version string, exitCode int) *stats.Summary {
	info := stats.RunInfo{
		Version: version, Script: m.Plan.Script, Profile: m.Plan.Profile, Started: m.Start, UsersMax: m.Usage.UsersMax, ExitCode: exitCode,
		Health: m.Health, RSSMaxBytes: m.Usage.RSSMax, CPU: m.Usage.CPU,
	}
	for _, c := range m.Metrics.Checks {
		info.Checks = append(info.Checks, stats.SummaryCheck{Name: c.Name, Path: c.Path, Passes: c.Passes, Fails: c.Fails})
	}
	for _, r := range m.Results {
		info.Thresholds = append(info.Thresholds, stats.SummaryThreshold{Metric: r.Key, Threshold: r.Expr, OK: r.OK, Value: r.Value})
	}
	s := stats.NewSummary(info, m.Snapshot)
	s.Verdict, s.Reasons = m.Verdict, m.Reasons
	for i := range m.Shards {
		s.Shards = append(s.Shards, m.Shards[i].summary())
	}
	if m.Partial {
		s.Partial = &stats.SummaryPartial{Missing: rounded(m.Missing), Lost: m.lost()}
	}
	return s
}

func (s *ShardState) summary() stats.SummaryShard {
	return stats.SummaryShard{
		Index: s.Index, Host: s.Host, State: s.State, Requests: s.Requests, Failures: s.Failures, UsersMax: s.UsersMax,
		LagP99MS: stats.Millis(s.LagP99), CPUShare: rounded(s.CPUShare), ClockMS: stats.Millis(s.Offset), ClockWithin: stats.Millis(s.Bound),
		LateMS: stats.Millis(s.Skew), Verdict: s.Verdict, Reasons: s.Reasons, Missing: rounded(s.Missing), ExitCode: s.Exit,
	}
}

func rounded(f float64) float64 { return math.Round(f*1000) / 1000 }

// WriteTable writes a table of the shards for people, and an empty line.
func (m *Merged) WriteTable(w io.Writer) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "Shards of run %s\n%5s %-8s %12s %10s %7s %11s %6s %10s  %-8s %s\n", m.Run, "shard", "state", "# reqs", "# fails", "users", "99% lag ms", "CPU", "late ms", "verdict", "host")
	for i := range m.Shards {
		s := &m.Shards[i]
		if s.Requests == 0 && (s.State == Absent || s.State == Waiting) {
			fmt.Fprintf(&b, "%5d %-8s\n", s.Index, s.State)
			continue
		}
		fmt.Fprintf(&b, "%5d %-8s %12d %10d %7d %11s %5.0f%% %10s  %-8s %s\n", s.Index, s.State, s.Requests, s.Failures, s.Users,
			stats.FormatMillis(s.LagP99), 100*s.CPUShare, stats.FormatMillis(s.Skew), s.Verdict, stats.Printable(s.Host))
	}
	if m.Partial {
		fmt.Fprintf(&b, "PARTIAL: %s; %.1f %% of the load is missing\n", m.lost(), 100*m.Missing)
	}
	b.WriteByte('\n')
	_, err := w.Write(b.Bytes())
	return err
}
