package fleet

import (
	"bytes"
	"io"
	"maps"
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
	m.Course(func(s stats.CourseSecond) {
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
