package stats

import (
	"encoding/json"
	"io"
	"math"
	"strconv"
	"time"
)

// Summary is the document that --summary writes: one JSON object for one run. Fields are only ever added.
// Times are in milliseconds with at most three decimals (whole microseconds); moments are RFC 3339 in UTC; a list
// without entries is [], never null.
//
//	| field                 | meaning                                                                                |
//	|-----------------------|----------------------------------------------------------------------------------------|
//	| katydid               | version of the program                                                                 |
//	| script                | the script as named on the command line                                                |
//	| profile               | the label of the run; left out if it has none                                          |
//	| started               | when the run began                                                                     |
//	| elapsed_s             | seconds from then to the end of the run                                                |
//	| users_max             | the most virtual users alive at once                                                   |
//	| verdict               | VALID, SUSPECT or INVALID: how far the figures describe the target, see Judge          |
//	| verdict_reasons       | why it is not VALID: texts                                                             |
//	| exit_code             | of the process                                                                         |
//	| requests              | one entry a method and name, sorted by name, then method                               |
//	| requests[].method     | request type                                                                           |
//	| requests[].name       | name of the row in the CSV files                                                       |
//	| requests[].count      | all requests, failed ones included                                                     |
//	| requests[].failures   | failed ones                                                                            |
//	| requests[].rps        | count divided by the time from the start (or the reset) to the end of the last request |
//	| requests[].bytes      | sum of the lengths of the decoded bodies                                               |
//	| requests[].service_ms | sending to last byte received; null if no request was timed                            |
//	| requests[].response_ms| planned start to last byte received; null in closed runs, which plan nothing           |
//	| requests[].lag_ms     | what the generator itself added, by late starts and late wake-ups; null if not known   |
//	| requests[].stamped    | requests whose end is the kernel's receive timestamp                                   |
//	| requests[].phases_ms  | dns, connect, tls, send, wait, receive: count, mean, p50, p99, max of those that had it |
//	| *_ms                  | min, mean, p50, p66, p75, p80, p90, p95, p98, p99, p99.9, p99.99, max; a percentile    |
//	|                       | is null if there are too few samples to tell it, see Times.Supported                   |
//	| *_ms.ci95             | for each percentile that is told, the two limits of its 95 % confidence interval       |
//	| total                 | all requests together; fields of an entry without method and name                      |
//	| generator             | how the load generator itself fared, see SummaryGenerator                              |
//	| checks                | name, path (of its groups, ::outer::inner::name), passes, fails                        |
//	| thresholds            | metric, threshold (the expression), ok, value (of what it compares; milliseconds)      |
//	| errors                | the failures: method, name, error, count, first_seen, last_seen; order of the CSV file |
//	| exceptions            | uncaught errors of tasks: message, traceback, count, first_seen; in order of appearance|
//	| shards                | of a run of several processes: how each fared, see SummaryShard; else not there        |
//	| partial               | shares of the load that dead or absent shards have not made: missing (0 to 1), lost    |
//	|                       | (which shards, as a text); not there if nothing is missing                             |
type Summary struct {
	Katydid    string             `json:"katydid"`
	Script     string             `json:"script"`
	Profile    string             `json:"profile,omitempty"`
	Started    time.Time          `json:"started"`
	ElapsedS   float64            `json:"elapsed_s"`
	UsersMax   int                `json:"users_max"`
	Verdict    Verdict            `json:"verdict"`
	Reasons    []string           `json:"verdict_reasons"`
	ExitCode   int                `json:"exit_code"`
	Requests   []SummaryRequest   `json:"requests"`
	Total      SummaryFigures     `json:"total"`
	Generator  SummaryGenerator   `json:"generator"`
	Checks     []SummaryCheck     `json:"checks"`
	Thresholds []SummaryThreshold `json:"thresholds"`
	Errors     []SummaryError     `json:"errors"`
	Exceptions []SummaryException `json:"exceptions"`
	Shards     []SummaryShard     `json:"shards,omitempty"`
	Partial    *SummaryPartial    `json:"partial,omitempty"`
}

// SummaryShard is one of the processes that have made a load together.
type SummaryShard struct {
	Index       int      `json:"index"`
	Host        string   `json:"host"`
	State       string   `json:"state"` // running, ended, dead (no sign of life), waiting (has not begun), absent (took no part)
	Requests    int64    `json:"requests"`
	Failures    int64    `json:"failures"`
	UsersMax    int      `json:"users_max"`
	LagP99MS    Millis   `json:"lag_p99_ms"` // time that the generator itself added
	CPUShare    float64  `json:"cpu_share"`  // of its processors; 0 to 1
	ClockMS     Millis   `json:"clock_ms"`   // how far its clock was behind the store's
	ClockWithin Millis   `json:"clock_within_ms"`
	LateMS      Millis   `json:"late_ms"` // how long after the common start it began
	Verdict     Verdict  `json:"verdict"`
	Reasons     []string `json:"verdict_reasons"`
	Missing     float64  `json:"missing"`   // share of its load that it has not made; 0 to 1
	ExitCode    int      `json:"exit_code"` // for its own troubles
}

// SummaryPartial says what is missing from a run.
type SummaryPartial struct {
	Missing float64 `json:"missing"`
	Lost    string  `json:"lost"`
}

// SummaryCheck is one check of the script.
type SummaryCheck struct {
	Name   string `json:"name"`
	Path   string `json:"path"`
	Passes int64  `json:"passes"`
	Fails  int64  `json:"fails"`
}

// SummaryThreshold is what became of one threshold.
type SummaryThreshold struct {
	Metric    string  `json:"metric"`
	Threshold string  `json:"threshold"`
	OK        bool    `json:"ok"`
	Value     float64 `json:"value"`
}

// SummaryRequest is one row of the statistics.
type SummaryRequest struct {
	Method string `json:"method"`
	Name   string `json:"name"`
	SummaryFigures
}

// SummaryFigures are the figures of one row, or of all together.
type SummaryFigures struct {
	Count      int64         `json:"count"`
	Failures   int64         `json:"failures"`
	RPS        float64       `json:"rps"`
	Bytes      int64         `json:"bytes"`
	ServiceMS  *SummaryTimes `json:"service_ms"`
	ResponseMS *SummaryTimes `json:"response_ms"`
	LagMS      *SummaryTimes `json:"lag_ms"`
	Stamped    int64         `json:"stamped"`

	PhasesMS map[string]SummaryPhase `json:"phases_ms"`
}

// SummaryPhase is one phase of those requests that had it.
type SummaryPhase struct {
	Count int64   `json:"count"`
	Mean  Millis  `json:"mean"`
	P50   *Millis `json:"p50"`
	P99   *Millis `json:"p99"`
	Max   Millis  `json:"max"`
}

// SummaryTimes is a distribution of durations.
type SummaryTimes struct {
	Min   Millis  `json:"min"`
	Mean  Millis  `json:"mean"`
	P50   *Millis `json:"p50"`
	P66   *Millis `json:"p66"`
	P75   *Millis `json:"p75"`
	P80   *Millis `json:"p80"`
	P90   *Millis `json:"p90"`
	P95   *Millis `json:"p95"`
	P98   *Millis `json:"p98"`
	P99   *Millis `json:"p99"`
	P999  *Millis `json:"p99.9"`
	P9999 *Millis `json:"p99.99"`
	Max   Millis  `json:"max"`

	CI95 map[string][2]Millis `json:"ci95"`
}

// SummaryGenerator says how the load generator itself fared. What is not known, or does not apply, is null.
type SummaryGenerator struct {
	LagMS           *SummaryTimes `json:"lag_ms"`             // late starts and late wake-ups together
	StartLagMS      *SummaryTimes `json:"start_lag_ms"`       // planned starts that were made late though a user was free
	WakeLagMS       *SummaryTimes `json:"wake_lag_ms"`        // answers that were noticed late; they are timed by the kernel all the same
	StampedShare    *float64      `json:"stamped_share"`      // of the timed requests: those that the kernel timed; 0 to 1
	GCPauseMaxMS    Millis        `json:"gc_pause_max_ms"`    // longest pause of the garbage collector while there was load
	GCShare         float64       `json:"gc_share"`           // of the processor time: that of the garbage collector; 0 to 1
	CPUShare        float64       `json:"cpu_share"`          // of the processors that it may use: what the process took while there was load; 0 to 1
	CPUShareMost    float64       `json:"cpu_share_most"`     // the same in those ten seconds in which it was most
	StealShare      *float64      `json:"steal_share"`        // of the machine's processor time: what the host gave to others; 0 to 1
	CPUSeconds      float64       `json:"cpu_s"`              // processor time of the process, user and system
	CPUUSPerRequest *float64      `json:"cpu_us_per_request"` // cpu_s divided by total.count, in microseconds
	RSSMaxBytes     int64         `json:"rss_max_bytes"`      // most memory the process had at once
	OpenFilesLimit  *int64        `json:"open_files_limit"`   // how many files and connections may be open at once
	Planned         int64         `json:"planned"`            // starts that were due; 0 in closed runs. planned = started + omitted
	Started         int64         `json:"started"`            // those that were made
	Omitted         int64         `json:"omitted"`            // those that were not
	OmittedBusy     int64         `json:"omitted_busy"`       // of these: all users that there may be were busy
	WaitMaxMS       Millis        `json:"wait_max_ms"`        // the longest that a start waited, for whatever reason
	Interrupted     int64         `json:"interrupted"`        // requests cut off at the end of the run, in no row
}

// SummaryError is one row of the failures file.
type SummaryError struct {
	Method    string    `json:"method"`
	Name      string    `json:"name"`
	Error     string    `json:"error"`
	Count     int64     `json:"count"`
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
}

// SummaryException is one row of the exceptions file.
type SummaryException struct {
	Message   string    `json:"message"`
	Traceback string    `json:"traceback"`
	Count     int64     `json:"count"`
	FirstSeen time.Time `json:"first_seen"`
}

// Millis is a duration that JSON shows in milliseconds, rounded to whole microseconds.
type Millis time.Duration

// MarshalJSON writes a plain number.
func (m Millis) MarshalJSON() ([]byte, error) {
	us := time.Duration(m).Round(time.Microsecond).Microseconds()
	return strconv.AppendFloat(nil, float64(us)/1000, 'f', -1, 64), nil
}

// UnmarshalJSON reads what MarshalJSON has written.
func (m *Millis) UnmarshalJSON(b []byte) error {
	ms, err := strconv.ParseFloat(string(b), 64)
	*m = Millis(math.Round(ms * float64(time.Millisecond)))
	return err
}

// WriteSummary writes the summary as indented JSON with a newline at the end.
func WriteSummary(w io.Writer, s *Summary) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(s)
}
