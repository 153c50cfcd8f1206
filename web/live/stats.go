package live

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"katydid/stats"
)

// pyFloat is a float as Python writes it: 12.0, so that readers that tell floats from ints by the dot keep doing so.
type pyFloat float64

// MarshalJSON never fails.
func (f pyFloat) MarshalJSON() ([]byte, error) {
	return []byte(stats.ReprFloat(finite(float64(f)))), nil
}

// statsAnswer is GET /stats/requests: all fields of Locust's current answer and all of that of 2.12, which had other names
// for percentiles and meant the present rate by the total's total_rps; there the current meaning stands.
type statsAnswer struct {
	Stats             []statsEntry `json:"stats"`
	Errors            []statsError `json:"errors"`
	CurrentRPS        any          `json:"current_rps"`
	CurrentFPS        any          `json:"current_fail_per_sec"`
	TotalRPS          pyFloat      `json:"total_rps"`
	TotalFPS          pyFloat      `json:"total_fail_per_sec"`
	FailRatio         pyFloat      `json:"fail_ratio"`
	CurrentPercentile struct {
		P50 json.Number `json:"response_time_percentile_0.5"`
		P95 json.Number `json:"response_time_percentile_0.95"`
	} `json:"current_response_time_percentiles"`
	CurrentP50 json.Number `json:"current_response_time_percentile_50"`
	CurrentP95 json.Number `json:"current_response_time_percentile_95"`
	State      string      `json:"state"`
	UserCount  int         `json:"user_count"`
}

// statsEntry is one row. As in Locust, what there is none of is the int 0 and not the float.
type statsEntry struct {
	Method      string      `json:"method"`
	Name        string      `json:"name"`
	SafeName    string      `json:"safe_name"` // escaped for HTML
	Requests    int64       `json:"num_requests"`
	Failures    int64       `json:"num_failures"`
	Average     pyFloat     `json:"avg_response_time"`
	Min         any         `json:"min_response_time"`
	Max         pyFloat     `json:"max_response_time"`
	Median      json.Number `json:"median_response_time"`
	CurrentRPS  any         `json:"current_rps"`
	CurrentFPS  any         `json:"current_fail_per_sec"`
	TotalRPS    pyFloat     `json:"total_rps"`
	TotalFPS    pyFloat     `json:"total_fail_per_sec"`
	P95         json.Number `json:"response_time_percentile_0.95"`
	P99         json.Number `json:"response_time_percentile_0.99"`
	Ninetieth   json.Number `json:"ninetieth_response_time"`
	NinetyNinth json.Number `json:"ninety_ninth_response_time"`
	AverageSize any         `json:"avg_content_length"`
}

type statsError struct {
	Method      string  `json:"method"`
	Name        string  `json:"name"`
	Error       string  `json:"error"`
	Occurrences int64   `json:"occurrences"`
	FirstSeen   pyFloat `json:"first_seen"` // seconds since 1970
	LastSeen    pyFloat `json:"last_seen"`
}

// stats answers all who ask within the same second with the same text.
func (s *Server) stats(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(s.board.statsText()) // a client that is gone needs nothing
}

func (b *board) statsText() []byte {
	b.mu.Lock()
	if b.answer == nil {
		f := b.frame
		b.answer = &onceText{make: func() []byte { return jsonText(b.statsOf(f)) }}
	}
	answer := b.answer
	b.mu.Unlock()
	return answer.get()
}

func (b *board) statsOf(f *Frame) *statsAnswer {
	s := f.Snapshot
	a := &statsAnswer{
		Stats: []statsEntry{}, Errors: []statsError{},
		CurrentRPS: rate(&s.Total, s.Total.RecentRPS), CurrentFPS: rate(&s.Total, s.Total.RecentFPS),
		TotalRPS: pyFloat(s.RPS(&s.Total)), TotalFPS: pyFloat(s.FPS(&s.Total)),
		State: f.State, UserCount: f.Users,
	}
	if s.Total.Count > 0 {
		a.FailRatio = pyFloat(float64(s.Total.Failures) / float64(s.Total.Count))
	}
	recent := b.recentTimes(0.5, 0.95)
	a.CurrentP50, a.CurrentP95 = number(recent[0]), number(recent[1])
	a.CurrentPercentile.P50, a.CurrentPercentile.P95 = a.CurrentP50, a.CurrentP95
	for i := range s.Rows[:min(len(s.Rows), maxListed)] {
		a.Stats = append(a.Stats, b.entry(s, &s.Rows[i]))
	}
	total := b.entry(s, &s.Total)
	total.Method, total.Name, total.SafeName = "", "Aggregated", "Aggregated"
	a.Stats = append(a.Stats, total)
	for _, e := range most(s.Failures, failureCount) {
		a.Errors = append(a.Errors, statsError{
			Method: e.Method, Name: b.clean(e.Name), Error: b.clean(e.Text), Occurrences: e.Count,
			FirstSeen: unixSeconds(e.First), LastSeen: unixSeconds(e.Last),
		})
	}
	return a
}

func (b *board) entry(s *stats.Snapshot, r *stats.Row) statsEntry {
	t := &r.Service
	name := b.clean(r.Name)
	e := statsEntry{
		Method: r.Method, Name: name, SafeName: htmlEscaper.Replace(name), Requests: r.Count, Failures: r.Failures,
		Min: 0, Max: floatMillis(t.Max), Median: number(t.Quantile[0]),
		CurrentRPS: rate(r, r.RecentRPS), CurrentFPS: rate(r, r.RecentFPS), TotalRPS: pyFloat(s.RPS(r)), TotalFPS: pyFloat(s.FPS(r)),
		P95: number(t.Quantile[5]), P99: number(t.Quantile[7]), Ninetieth: number(t.Quantile[4]), NinetyNinth: number(t.Quantile[7]),
		AverageSize: 0,
	}
	if t.Count > 0 {
		e.Min = floatMillis(t.Min)
		e.Average = pyFloat(float64(t.Sum) / (float64(t.Count) * 1e6))
	}
	if r.Count > 0 {
		e.AverageSize = pyFloat(float64(r.Bytes) / float64(r.Count))
	}
	return e
}

// htmlEscaper escapes as Python's html.escape does.
var htmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#x27;")

// rate is a float from the first request on.
func rate(r *stats.Row, f float64) any {
	if r.Count == 0 {
		return 0
	}
	return pyFloat(f)
}

// number is a time in milliseconds as in the CSV files: whole from 10 ms up, at most two decimals below.
func number(d time.Duration) json.Number { return json.Number(stats.FormatMillis(d)) }

// floatMillis is the same number as a float, which the least and the largest time are in Locust's answer.
func floatMillis(d time.Duration) pyFloat {
	ms, _ := number(d).Float64() // it is one
	return pyFloat(ms)
}

func unixSeconds(t time.Time) pyFloat {
	if t.IsZero() {
		return 0
	}
	return pyFloat(float64(t.UnixMicro()) / 1e6)
}
