// Package stats turns finished requests into figures: samples go into a Recorder, once a second Collect folds them
// into an immutable Snapshot, and every output (console, CSV files, HdrHistogram log, summary) reads snapshots only.
//
// It knows nothing of scripts, HTTP or drivers, and starts no goroutine.
package stats

import (
	"math"
	"time"
)

// Key names one row of the statistics. Two samples with equal keys are counted in the same row.
type Key struct {
	Method string // request type: "GET", "WS", ...; empty only in the aggregated row
	Name   string // what the user calls it: path and query, or the script's name:
}

// Sample is one finished request. The three times are the truth that everything else is computed from.
type Sample struct {
	Key

	// Planned is when the request was due. The zero time means that there was no plan (closed model):
	// the sample then counts in the service times only.
	Planned time.Time
	// Sent is when the first byte was handed to the kernel, or when connecting began on a new connection.
	Sent time.Time
	// Done is when the last byte of the answer had arrived.
	Done time.Time
	// StartLag is how late the generator itself was with the start that was planned. Time in which a start waited because
	// all users were busy is not in it: the target is the cause of that. It is negative for a request that was no start,
	// and means nothing without a plan.
	StartLag time.Duration
	// WakeLag is how long after Done the generator noticed, and how long after a new connection was there. It is known only
	// when Stamped.
	WakeLag time.Duration
	// Stamped says that Done is the kernel's receive timestamp, and not when a goroutine got to read the clock.
	Stamped bool
	// Phases are parts of Done - Sent.
	Phases Phases

	// Untimed says that the request has no duration (Locust's response_time=None): it is counted, its time is not.
	Untimed bool
	// Bytes is the length of the decoded body; 0 for a request that failed in transport.
	Bytes int64
	// Failure is the text of the failures row, in the form Kind('text'); empty for a success.
	Failure string
}

// Exception is one uncaught error of a task.
type Exception struct {
	Message   string // what the error says, without its type
	Traceback string // source-mapped stack; exceptions with equal tracebacks are one row
	At        time.Time
}

// Phases are the parts of a request; their sum never exceeds Done - Sent. A phase that a request did not have (DNS,
// connect and TLS on a kept connection, all for a protocol that reports only a total) is 0 and not counted.
type Phases struct{ DNS, Connect, TLS, Send, Wait, Receive time.Duration }

// PhaseNames are the names of the phases in reports, in the order of Row.Phases.
var PhaseNames = [phaseCount]string{"dns", "connect", "tls", "send", "wait", "receive"}

const phaseCount = 6

// micros are the phases in whole microseconds: at least 1 for one that took place.
func (p *Phases) micros() (us [phaseCount]uint32) {
	for i, d := range [phaseCount]time.Duration{p.DNS, p.Connect, p.TLS, p.Send, p.Wait, p.Receive} {
		if d > 0 {
			us[i] = uint32(min(max(micros(d), 1), math.MaxUint32))
		}
	}
	return us
}
