package live

import (
	"katydid/stats"
	"katydid/web"
)

// What the page gets. GET events is a stream of server-sent events:
//
//	event hello    Hello, first of all, and again whenever a new test starts or the statistics were reset
//	event tick     Tick, once a second while a test goes on, when its state changes, and for new lines of the log
//
// A watcher that cannot keep up is sent away, and gets a new hello when it comes again.
//
// GET history?method=M&name=N is a web.Course: that of one name, which the ticks then continue (Tick.Rows[].Point; where that
// is null the interval was empty). Its Widths add up to the same time as those of the course of all requests, though there may
// be fewer of them: Most says how many there may be. It is kept of the first 100 names; 404 for others.

// Hello is all that is known.
type Hello struct {
	Plan   *Plan       `json:"plan"`
	Course *web.Course `json:"course"` // of all requests together; null before the first second
	Tick   Tick        `json:"tick"`   // with all rows, failures, exceptions and lines of the log
}

// Point is one interval as it comes with a tick. One shorter than half a second is counted to that before, if there is one.
type Point struct {
	Width    int64    `json:"width"` // milliseconds
	Requests int64    `json:"requests"`
	Failures int64    `json:"failures"`
	Users    int      `json:"users"`
	Lag      *int64   `json:"lag"`
	CPU      *float64 `json:"cpu"`
	Planned  int64    `json:"planned"`
	Started  int64    `json:"started"`
	Service  Counts   `json:"service"`
	Response Counts   `json:"response"`
}

// Counts is a histogram: bucket first+i, which begins at 2^(bucket/PerOctave) microseconds, has counts[i].
type Counts struct {
	First  int     `json:"first"`
	Counts []int64 `json:"counts"`
}

// Tick is one second.
type Tick struct {
	Run     int     `json:"run"`
	State   string  `json:"state"`
	Host    string  `json:"host"`
	Elapsed float64 `json:"elapsed"` // seconds
	RunTime float64 `json:"runTime"` // seconds; 0: without an end
	Users   int     `json:"users"`
	Target  int     `json:"target"`
	Open    bool    `json:"open"`
	Rate    float64 `json:"rate"` // planned starts a second

	Verdict  string   `json:"verdict"`
	Reasons  []string `json:"reasons"`
	ExitCode int      `json:"exitCode"` // of a test that has ended

	Total Row    `json:"total"`
	Rows  []Row  `json:"rows"`  // those that have changed since the tick before
	Point *Point `json:"point"` // null if no second has passed

	// Of a test that several processes make: the seconds that are known now, in order, instead of Point.
	Points []Point `json:"points,omitempty"`

	// Null if they are those of the tick before; shards are none if one process makes the test. Of failures and exceptions those 500 that occurred most.
	Failures   []stats.SummaryError     `json:"failures"`
	Exceptions []stats.SummaryException `json:"exceptions"`
	Checks     []stats.SummaryCheck     `json:"checks"`
	Thresholds []stats.SummaryThreshold `json:"thresholds"`
	Shards     []TickShard              `json:"shards"`

	Generator Generator `json:"generator"`
	Log       []Line    `json:"log"` // new lines
}

// TickShard is a Shard.
type TickShard struct {
	Index    int          `json:"index"`
	Host     string       `json:"host"`
	State    string       `json:"state"`
	Users    int          `json:"users"`
	Requests int64        `json:"requests"`
	Failures int64        `json:"failures"`
	LagP99   stats.Millis `json:"lagP99"`
	CPU      float64      `json:"cpu"`
	Skew     stats.Millis `json:"skew"`
	Missing  float64      `json:"missing"`
	Verdict  string       `json:"verdict"`
	Why      string       `json:"why"`
}

// Row is one name, or all together. Times are of the test so far, in milliseconds, null where the count does not tell
// them; in open runs response times, else service times.
type Row struct {
	Method   string  `json:"method"`
	Name     string  `json:"name"`
	Count    int64   `json:"count"`
	Failures int64   `json:"failures"`
	RPS      float64 `json:"rps"` // over the last ten seconds
	FPS      float64 `json:"fps"`
	Bytes    int64   `json:"bytes"` // received, all together

	Service  *RowTimes `json:"service"`  // null without a timed request
	Response *RowTimes `json:"response"` // null in closed runs

	Point *Point `json:"point"` // of this second; only requests, failures, service and response are set. Null if there was none
}

// RowTimes are milliseconds.
type RowTimes struct {
	Min  stats.Millis  `json:"min"`
	Mean stats.Millis  `json:"mean"`
	P50  *stats.Millis `json:"p50"`
	P90  *stats.Millis `json:"p90"`
	P95  *stats.Millis `json:"p95"`
	P99  *stats.Millis `json:"p99"`
	P999 *stats.Millis `json:"p999"`
	Max  stats.Millis  `json:"max"`
}

// Generator is how katydid itself fares.
type Generator struct {
	CPU        float64       `json:"cpu"` // share of its processors in the last second; below 0 if not known
	GCPauseMax stats.Millis  `json:"gcPauseMax"`
	StartLag99 *stats.Millis `json:"startLag99"`
	WakeLag99  *stats.Millis `json:"wakeLag99"`
	Stamped    float64       `json:"stamped"` // share of the requests that the kernel timed
	Planned    int64         `json:"planned"`
	Started    int64         `json:"started"`
	Omitted    int64         `json:"omitted"`
	Dropped    int64         `json:"dropped"`
	Steal      *float64      `json:"steal"`
}
