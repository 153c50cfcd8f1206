package stats

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// maxHLogLine bounds a line of an interval log, in bytes: a histogram with all of its buckets used has less.
const maxHLogLine = 4 << 20

// LogHandler gets what is in an interval log, in its order.
type LogHandler struct {
	Interval func(*Interval)
	Reset    func(at time.Time) // the statistics begin anew
}

// ReadHLog reads an interval log that HLogWriter has written, and gives the start of the run. A last line that was cut
// off, as by a crash, is left out; other faults are errors with the number of the line.
func ReadHLog(r io.Reader, to LogHandler) (start time.Time, err error) {
	l := hlogReader{to: to}
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxHLogLine)
	n, failed := 0, error(nil)
	for lines.Scan() {
		if failed != nil {
			return l.start, fmt.Errorf("line %d: %w", n, failed)
		}
		n++
		failed = l.line(lines.Text())
	}
	switch {
	case lines.Err() != nil:
		return l.start, fmt.Errorf("line %d: %w", n+1, lines.Err())
	case l.start.IsZero():
		return l.start, errors.New("it is no histogram log: it has no line BaseTime")
	}
	l.flush()
	return l.start, nil
}

type hlogReader struct {
	to    LogHandler
	start time.Time
	iv    *Interval // not yet complete
}

func (l *hlogReader) flush() {
	if l.iv != nil {
		l.to.Interval(l.iv)
		l.iv = nil
	}
}

func (l *hlogReader) line(text string) error {
	if base, ok := strings.CutPrefix(text, "#[BaseTime: "); ok {
		seconds, err := leadingSeconds(base)
		l.start = time.UnixMilli(0).Add(seconds).UTC()
		return err
	}
	if at, ok := strings.CutPrefix(text, "#[Statistics reset at: "); ok {
		seconds, err := leadingSeconds(at)
		l.flush()
		l.to.Reset(l.start.Add(seconds))
		return err
	}
	if text == "" || text[0] == '#' || text[0] == '"' {
		return nil
	}
	if l.start.IsZero() {
		return errors.New("there is no line BaseTime before it")
	}
	tag := ""
	if rest, ok := strings.CutPrefix(text, "Tag="); ok {
		tag, text, _ = strings.Cut(rest, ",")
	}
	fields := strings.Split(text, ",")
	if len(fields) != 4 {
		return errors.New("it is not start, length, maximum and histogram")
	}
	from, err := leadingSeconds(fields[0])
	length, err2 := leadingSeconds(fields[1])
	h, err3 := hdrhistogram.DecodePacked([]byte(fields[3]))
	if err := errors.Join(err, err2, err3); err != nil {
		return fmt.Errorf("it is damaged: %w", err)
	}
	return l.add(tag, from, length, h)
}

// add takes one histogram. A line without a tag begins an interval.
func (l *hlogReader) add(tag string, from, length time.Duration, h *hdrhistogram.PackedHistogram) error {
	if tag == "" {
		l.flush()
		l.iv = &Interval{Start: l.start.Add(from), End: l.start.Add(from + length), Total: h}
		return nil
	}
	if l.iv == nil {
		return errors.New("it has a tag, and no line without one is before it")
	}
	base, response := strings.CutSuffix(tag, "+response")
	switch {
	case tag == "response":
		l.iv.Response = h
	case tag == "lag":
		l.iv.Lag = h
	case response:
		if rows := l.iv.Rows; len(rows) > 0 && HLogTag(rows[len(rows)-1].Key) == base {
			rows[len(rows)-1].Response = h
		}
	default:
		key, err := ParseHLogTag(tag)
		if err != nil {
			return err
		}
		l.iv.Rows = append(l.iv.Rows, IntervalRow{Key: key, Times: h})
	}
	return nil
}

// leadingSeconds reads the number of seconds that a text begins with: at most 300 years, in whole milliseconds.
func leadingSeconds(text string) (time.Duration, error) {
	number, _, _ := strings.Cut(text, " ")
	s, err := strconv.ParseFloat(strings.TrimSuffix(number, "]"), 64)
	if err != nil || !(s >= 0 && s < 9e9) {
		return 0, fmt.Errorf("%q is no number of seconds", number)
	}
	return time.Duration(s*1000+0.5) * time.Millisecond, nil
}
