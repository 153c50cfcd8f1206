package output

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"

	"katydid/metrics"
)

// jsonFormat is k6's output json: one object a line.
type jsonFormat struct {
	demands func(*metrics.Metric) ([]string, []metrics.Key)
}

func (jsonFormat) head(b []byte) []byte { return b }

// metricLine is what a metric is. The order of the fields is k6's.
type metricLine struct {
	Type string `json:"type"`
	Data struct {
		Name       string      `json:"name"`
		Type       string      `json:"type"`
		Contains   string      `json:"contains"`
		Thresholds []string    `json:"thresholds"`
		Submetrics []submetric `json:"submetrics"` // null if there are none
	} `json:"data"`
	Metric string `json:"metric"`
}

type submetric struct {
	Name   string            `json:"name"`
	Suffix string            `json:"suffix"` // what stands in the braces of the name
	Tags   map[string]string `json:"tags"`
}

func (j jsonFormat) metric(b []byte, m *metrics.Metric) []byte {
	line := metricLine{Type: "Metric", Metric: m.Name}
	line.Data.Name, line.Data.Type, line.Data.Contains = m.Name, m.Type.String(), m.Contains.String()
	thresholds, subs := j.demands(m)
	line.Data.Thresholds = append([]string{}, thresholds...)
	for _, key := range subs {
		name := key.String()
		sub := submetric{Name: name, Suffix: strings.TrimSuffix(name[len(m.Name)+1:], "}"), Tags: map[string]string{}}
		for _, tag := range key.Tags {
			sub.Tags[tag.Name] = tag.Value
		}
		line.Data.Submetrics = append(line.Data.Submetrics, sub)
	}
	return appendJSON(b, line)
}

// moment writes what all points have in common only once, and copies it for the others.
func (jsonFormat) moment(b []byte, m *metrics.Moment) []byte {
	var middle, tail []byte // of the first line
	for i, p := range m.Points {
		b = append(b, `{"metric":"`...)
		b = append(b, p.Metric.Name...) // letters, digits and underscores
		from := len(b)
		if i == 0 {
			b = append(b, `","type":"Point","data":{"time":"`...)
			b = m.At.AppendFormat(b, time.RFC3339Nano)
			b = append(b, `","value":`...)
			middle = b[from:]
		} else {
			b = append(b, middle...)
		}
		b = appendNumber(b, p.Value)
		from = len(b)
		if i == 0 {
			b = appendObject(append(b, `,"tags":`...), m.Tags)
			if len(m.Metadata) > 0 {
				b = appendObject(append(b, `,"metadata":`...), m.Metadata)
			}
			b = append(b, "}}\n"...)
			tail = b[from:]
		} else {
			b = append(b, tail...)
		}
	}
	return b
}

func appendObject(b []byte, tags []metrics.Tag) []byte {
	b = append(b, '{')
	for i, tag := range tags {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendText(b, tag.Name), ':')
		b = appendText(b, tag.Value)
	}
	return append(b, '}')
}

// appendText writes a JSON string.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return appendJSON(b, s)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}

// appendJSON writes anything else: a browser is not going to read it, so < stays as it is.
func appendJSON(b []byte, v any) []byte {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // strings, and structs of them
	}
	text := out.Bytes()
	if _, ok := v.(string); ok {
		text = bytes.TrimSuffix(text, []byte("\n"))
	}
	return append(b, text...)
}

// appendNumber writes a number as encoding/json does; what JSON has no number for is null.
func appendNumber(b []byte, v float64) []byte {
	size := math.Abs(v)
	switch {
	case math.IsNaN(v) || math.IsInf(v, 0):
		return append(b, "null"...)
	case size == 0 || size >= 1e-6 && size < 1e21:
		return strconv.AppendFloat(b, v, 'f', -1, 64)
	}
	b = strconv.AppendFloat(b, v, 'e', -1, 64)
	if n := len(b); n >= 4 && b[n-4] == 'e' && b[n-3] == '-' && b[n-2] == '0' { // e-07 is e-7
		b = append(b[:n-2], b[n-1])
	}
	return b
}
