package output

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"katydid/metrics"
)

// csvFormat is k6's output csv: a row a sample, with a column for each system tag that is switched on.
type csvFormat struct {
	times   string
	columns []string // sorted
}

func newCSV(times string, systemTags []string) csvFormat {
	columns := slices.DeleteFunc(slices.Sorted(slices.Values(systemTags)), func(name string) bool {
		return name == "vu" || name == "iter" // they are metadata
	})
	return csvFormat{times, columns}
}

func (c csvFormat) head(b []byte) []byte {
	names := slices.Concat([]string{"metric_name", "timestamp", "metric_value"}, c.columns, []string{"extra_tags", "metadata"})
	return append(b, strings.Join(names, ",")+"\n"...)
}

func (csvFormat) metric(b []byte, _ *metrics.Metric) []byte { return b }

// moment writes what all points have in common only once, and copies it for the others.
func (c csvFormat) moment(b []byte, m *metrics.Moment) []byte {
	var at, tail []byte // of the first row
	for i, p := range m.Points {
		b = append(b, p.Metric.Name...) // letters, digits and underscores
		from := len(b)
		if i == 0 {
			b = append(c.appendTime(append(b, ','), m.At), ',')
			at = b[from:]
		} else {
			b = append(b, at...)
		}
		b = appendFixed(b, p.Value)
		from = len(b)
		if i == 0 {
			b = append(c.appendTags(append(b, ','), m.Tags), ',')
			b = append(appendField(b, joined(m.Metadata)), '\n')
			tail = b[from:]
		} else {
			b = append(b, tail...)
		}
	}
	return b
}

func (c csvFormat) appendTime(b []byte, t time.Time) []byte {
	switch c.times {
	case "unix_milli":
		return strconv.AppendInt(b, t.UnixMilli(), 10)
	case "unix_micro":
		return strconv.AppendInt(b, t.UnixMicro(), 10)
	case "unix_nano":
		return strconv.AppendInt(b, t.UnixNano(), 10)
	case "rfc3339":
		return t.AppendFormat(b, time.RFC3339)
	case "rfc3339_nano":
		return t.AppendFormat(b, time.RFC3339Nano)
	}
	return strconv.AppendInt(b, t.Unix(), 10)
}

// appendTags writes the columns of tags and extra_tags, which has those that have no column. Both lists are sorted.
func (c csvFormat) appendTags(b []byte, tags []metrics.Tag) []byte {
	var extra []metrics.Tag
	at := 0
	for _, column := range c.columns {
		for at < len(tags) && tags[at].Name < column {
			extra = append(extra, tags[at])
			at++
		}
		if at < len(tags) && tags[at].Name == column {
			b = appendField(b, tags[at].Value)
			at++
		}
		b = append(b, ',')
	}
	return appendField(b, joined(append(extra, tags[at:]...)))
}

// joined is name=value&name=value, in which nothing is escaped, as in k6.
func joined(tags []metrics.Tag) string {
	var b strings.Builder
	for i, tag := range tags {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(tag.Name + "=" + tag.Value)
	}
	return b.String()
}

// appendFixed writes a number with six decimals. strconv is slow at that, and times in ms of whole ns are not in need of it.
func appendFixed(b []byte, v float64) []byte {
	n := math.Round(v * 1e6)
	if math.Signbit(v) || n >= 1<<53 || n/1e6 != v {
		return strconv.AppendFloat(b, v, 'f', 6, 64)
	}
	b = append(strconv.AppendInt(b, int64(n)/1e6, 10), '.')
	var room [8]byte
	decimals := strconv.AppendInt(room[:0], int64(n)%1e6+1e6, 10) // with the zeros in front
	return append(b, decimals[1:]...)
}

// appendField writes a cell by the rules of encoding/csv.
func appendField(b []byte, s string) []byte {
	first, _ := utf8.DecodeRuneInString(s)
	if s == "" || !strings.ContainsAny(s, ",\"\r\n") && !unicode.IsSpace(first) && s != `\.` {
		return append(b, s...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}
