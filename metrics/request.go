package metrics

import "time"

// Request is what is measured of one HTTP request: the times that a phase took, 0 for one that did not take place, and
// whether its status was to be expected.
type Request struct {
	Blocked    time.Duration // waiting for a connection, making one included
	Connecting time.Duration
	TLS        time.Duration
	Sending    time.Duration
	Waiting    time.Duration
	Receiving  time.Duration
	Verdict    Verdict
}

// Verdict says whether a request has failed. It is the tag expected_response, and decides http_req_failed.
type Verdict uint8

// The verdicts, by what becomes of expected_response and http_req_failed.
const (
	Unjudged   Verdict = iota // there is neither
	Expected                  // true and 0
	Unexpected                // false and 1
)

const (
	expectedTag = "expected_response"
	expectedKey = "http_req_duration{expected_response:true}"
)

// request is a parked Request. It has no pointers.
type request = Request

// Duration is what k6 calls the duration of a request: neither making the connection nor waiting for one is in it.
func (r *Request) Duration() time.Duration { return r.Sending + r.Waiting + r.Receiving }

// requestMeasure is one of the metrics that a request is a sample of.
type requestMeasure struct {
	metric func(*Builtin) *Metric
	value  func(*Request) float64
}

// requestMeasures are the metrics of every request; http_req_failed is not one of them, as it may have no sample.
var requestMeasures = [...]requestMeasure{
	{func(b *Builtin) *Metric { return b.HTTPReqs }, func(*Request) float64 { return 1 }},
	{func(b *Builtin) *Metric { return b.HTTPReqDuration }, func(r *Request) float64 { return millis(r.Duration()) }},
	{func(b *Builtin) *Metric { return b.HTTPReqBlocked }, func(r *Request) float64 { return millis(r.Blocked) }},
	{func(b *Builtin) *Metric { return b.HTTPReqConnecting }, func(r *Request) float64 { return millis(r.Connecting) }},
	{func(b *Builtin) *Metric { return b.HTTPReqTLSHandshaking }, func(r *Request) float64 { return millis(r.TLS) }},
	{func(b *Builtin) *Metric { return b.HTTPReqSending }, func(r *Request) float64 { return millis(r.Sending) }},
	{func(b *Builtin) *Metric { return b.HTTPReqWaiting }, func(r *Request) float64 { return millis(r.Waiting) }},
	{func(b *Builtin) *Metric { return b.HTTPReqReceiving }, func(r *Request) float64 { return millis(r.Receiving) }},
}

// failed is the value of http_req_failed.
func (r *Request) failed() float64 {
	if r.Verdict == Unexpected {
		return 1
	}
	return 0
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// AddRequest counts a request in all metrics named http_req. The tags need not have expected_response. at is when it ended,
// for a Sink.
func (e *Engine) AddRequest(r *Request, tags Tags, at time.Time) {
	if e.raw != nil {
		e.raw.request(&e.Builtin, r, at, tags)
	}
	var room [8]*submetric
	var hits []*submetric
	if e.requestSubs != nil {
		hits = e.requestSubs.match(&lookup{own: [2]Tag{r.tag()}, tags: tags}, room[:0])
	}
	sh := e.hold()
	sh.requests = append(sh.requests, *r)
	for _, hit := range hits {
		if hit.value == nil { // of http_req_failed
			if r.Verdict != Unjudged {
				sh.samples = append(sh.samples, sample{series: hit.series, check: -1, value: r.failed()})
			}
			continue
		}
		sh.samples = append(sh.samples, sample{series: hit.series, check: -1, value: hit.value(r)})
	}
	e.release(sh)
}

func (r *Request) tag() Tag {
	switch r.Verdict {
	case Expected:
		return Tag{expectedTag, "true"}
	case Unexpected:
		return Tag{expectedTag, "false"}
	}
	return Tag{}
}

// foldRequests counts requests, one metric after the other: its buckets stay in the processor's cache. Called with e.mu
// held.
func (e *Engine) foldRequests(requests []request) {
	if len(requests) == 0 {
		return
	}
	for _, measure := range requestMeasures {
		m := measure.metric(&e.Builtin)
		into := e.series[m.series]
		into.frozen = nil
		for i := range requests {
			into.values.add(m.Type, measure.value(&requests[i]), 0)
		}
	}
	failed, expected := e.series[e.Builtin.HTTPReqFailed.series], e.series[e.expected]
	failed.frozen, expected.frozen = nil, nil
	for i := range requests {
		r := &requests[i]
		if r.Verdict != Unjudged {
			failed.values.add(Rate, r.failed(), 0)
		}
		if r.Verdict == Expected {
			expected.values.add(Trend, millis(r.Duration()), 0)
		}
	}
}
