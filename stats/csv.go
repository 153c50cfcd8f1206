package stats

import (
	"io"
	"strconv"
	"strings"
	"time"
)

// Writer writes one document about a snapshot. It keeps nothing between calls and changes nothing but w.
type Writer func(w io.Writer, s *Snapshot) error

const percentileColumns = "50%,66%,75%,80%,90%,95%,98%,99%,99.9%,99.99%,100%"

const (
	statsHeader = "Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,Min Response Time," +
		"Max Response Time,Average Content Size,Requests/s,Failures/s," + percentileColumns + "\r\n"
	failuresHeader    = "Method,Name,Error,Occurrences,First Seen,Last Seen\r\n"
	failuresHeader212 = "Method,Name,Error,Occurrences\r\n"
	exceptionsHeader  = "Count,Message,Traceback,Nodes\r\n"
)

// WriteStatsCSV writes PREFIX_stats.csv in the form of Locust 2.46: a line for each row, then the aggregated one.
// Times are service times in milliseconds: median and percentiles as in formatMillis, the others exact.
func WriteStatsCSV(w io.Writer, s *Snapshot) error {
	c := csvLines(statsHeader)
	for i := range s.Rows {
		c.statsLine(s, &s.Rows[i])
	}
	c.statsLine(s, &s.Total)
	return c.writeTo(w)
}

func (c *csvBuffer) statsLine(s *Snapshot, r *Row) {
	c.text(r.Method)
	c.text(r.Name)
	c.int(r.Count)
	c.int(r.Failures)
	c.totals(r)
	c.float(s.RPS(r))
	c.float(s.FPS(r))
	c.percentiles(r, &r.Service)
	c.end()
}

// WriteFailuresCSV writes PREFIX_failures.csv in the form of Locust 2.44 and later.
func WriteFailuresCSV(w io.Writer, s *Snapshot) error {
	c := csvLines(failuresHeader)
	for i := range s.Failures {
		f := &s.Failures[i]
		c.failure(f)
		c.raw(isoSecond(f.First))
		c.raw(isoSecond(f.Last))
		c.end()
	}
	return c.writeTo(w)
}

// WriteFailuresCSV212 writes PREFIX_failures.csv in the form of Locust before 2.44, without First and Last Seen.
func WriteFailuresCSV212(w io.Writer, s *Snapshot) error {
	c := csvLines(failuresHeader212)
	for i := range s.Failures {
		c.failure(&s.Failures[i])
		c.end()
	}
	return c.writeTo(w)
}

func (c *csvBuffer) failure(f *Failure) {
	c.text(f.Method)
	c.text(f.Name)
	c.text(f.Text)
	c.int(f.Count)
}

// WriteExceptionsCSV writes PREFIX_exceptions.csv in Locust's form. All that is counted here happened in this process,
// which Locust calls the node "local".
func WriteExceptionsCSV(w io.Writer, s *Snapshot) error {
	c := csvLines(exceptionsHeader)
	for i := range s.Exceptions {
		e := &s.Exceptions[i]
		c.int(e.Count)
		c.text(e.Message)
		c.text(e.Traceback)
		c.raw("local")
		c.end()
	}
	return c.writeTo(w)
}

// isoSecond is a time in UTC as Locust prints it, 2026-11-22T20:56:33Z; nothing for the zero time.
func isoSecond(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05Z")
}

// totals appends median, average, minimum and maximum response time and the average content size. As in Locust the
// averages are floats and the others are a plain 0 when there is nothing to measure; so is the size without requests.
func (c *csvBuffer) totals(r *Row) {
	t := &r.Service
	c.raw(formatMillis(t.Quantile[0]))
	c.float(meanMillis(t))
	if t.Count == 0 {
		c.raw("0")
		c.raw("0")
	} else {
		c.float(millis(t.Min))
		c.float(millis(t.Max))
	}
	if r.Count == 0 {
		c.raw("0")
	} else {
		c.float(float64(r.Bytes) / float64(r.Count))
	}
}

// percentiles appends the eleven percentiles of t, which belongs to r: N/A as long as r has no request.
func (c *csvBuffer) percentiles(r *Row, t *Times) {
	for _, q := range t.Quantile {
		if r.Count == 0 {
			c.raw("N/A")
		} else {
			c.raw(formatMillis(q))
		}
	}
}

// formatMillis is a time in milliseconds for people and columns: whole from 10 ms up, at most two decimals below,
// halves rounded away from zero.
func formatMillis(d time.Duration) string {
	step := time.Millisecond
	if d.Abs() < 10*time.Millisecond {
		step /= 100
	}
	return strconv.FormatFloat(millis(d.Round(step)), 'f', -1, 64)
}

func millis(d time.Duration) float64 { return float64(d) / 1e6 }

// meanMillis divides once, so that the mean has no more than one rounding error; 0 when there is nothing.
func meanMillis(t *Times) float64 {
	if t.Count == 0 {
		return 0
	}
	return float64(t.Sum) / (float64(t.Count) * 1e6)
}

// csvBuffer collects lines as Python's csv.writer makes them with its defaults (the "excel" dialect). encoding/csv
// will not do: it quotes leading spaces and `\.`, and turns line ends inside a field into CRLF.
type csvBuffer struct {
	b       []byte
	started bool // a cell of the present line has been written
}

func csvLines(header string) *csvBuffer { return &csvBuffer{b: []byte(header)} }

// raw appends a cell that needs no quotes.
func (c *csvBuffer) raw(s string) {
	if c.started {
		c.b = append(c.b, ',')
	}
	c.started = true
	c.b = append(c.b, s...)
}

// text appends a cell, in quotes only if it holds a comma, a quote or a line end. Other bytes stay as they are, but
// those that are not UTF-8 become U+FFFD, lest one odd name makes the whole file unreadable.
func (c *csvBuffer) text(s string) {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.ContainsAny(s, ",\"\r\n") {
		s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
	}
	c.raw(s)
}

func (c *csvBuffer) int(n int64)     { c.raw(strconv.FormatInt(n, 10)) }
func (c *csvBuffer) float(f float64) { c.raw(ReprFloat(f)) }

func (c *csvBuffer) end() {
	c.b = append(c.b, '\r', '\n')
	c.started = false
}

// writeTo hands everything over in one Write, so that a reader of a growing file sees few halves of lines.
func (c *csvBuffer) writeTo(w io.Writer) error {
	_, err := w.Write(c.b)
	return err
}
