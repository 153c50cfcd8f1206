package live

import (
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"katydid/stats"
)

// scrapeTime is what one scrape may take, and maxScrapes how many there may be at once.
const (
	scrapeTime = 10 * time.Second
	maxScrapes = 3
)

// The figures of GET /metrics; docs/metrics.md says what they mean.
var (
	rowLabels = []string{"method", "name"}

	descBuild      = desc("build_info", "Always 1; the version of katydid is a label.", "version", "goversion")
	descState      = desc("state", "1 for the state that the test is in, 0 for the others.", "state")
	descVerdict    = desc("verdict", "1 for how far the figures of the test so far describe the target, 0 for the others.", "verdict")
	descUsers      = desc("users", "Virtual users that are alive.")
	descTarget     = desc("users_target", "Virtual users that are wanted; in an open run those that there may be.")
	descElapsed    = desc("elapsed_seconds", "Time since the load began.")
	descRequests   = desc("requests_total", "Requests that have ended, failed ones included.", rowLabels...)
	descFailures   = desc("request_failures_total", "Requests that have failed.", rowLabels...)
	descBytes      = desc("response_bytes_total", "Bytes of the decoded bodies that were received.", rowLabels...)
	descService    = desc("service_time_seconds", "From the first byte sent to the last byte received.", rowLabels...)
	descResponse   = desc("response_time_seconds", "From the planned start to the last byte received; in open runs only.", rowLabels...)
	descExceptions = desc("exceptions_total", "Uncaught errors of tasks.")
	descPlanned    = desc("starts_planned_total", "Starts of an open run that were due.")
	descStarted    = desc("starts_made_total", "Starts of an open run that were made.")
	descOmitted    = desc("starts_omitted_total", "Starts of an open run that were not made.")
	descDropped    = desc("iterations_dropped_total", "Iterations that a k6 script asked for and that were not made.")
	descRate       = desc("starts_planned_per_second", "Starts a second that an open run plans at the moment.")
	descStartLag   = desc("generator_start_lag_seconds", "How late planned starts were made though a user was free.")
	descWakeLag    = desc("generator_wake_lag_seconds", "How late answers were noticed; the kernel has timed them all the same.")
	descCPU        = desc("generator_cpu_ratio", "Share of its processors that katydid took in the last second.")
	descSteal      = desc("generator_steal_ratio", "Share of the machine's processor time that its host gave to others.")
	descStamped    = desc("generator_stamped_ratio", "Share of the timed requests whose end the kernel has timed.")
	descPause      = desc("generator_gc_pause_max_seconds", "Longest pause of the garbage collector while there was load.")
	descChecks     = desc("checks_total", "Outcomes of the script's checks.", "check", "result")
	descThreshold  = desc("threshold_ok", "1 if the threshold is kept so far, else 0.", "metric", "threshold")
)

func desc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("katydid_"+name, help, labels, nil)
}

// collector gives the figures of the latest frame.
type collector struct{ s *Server }

// metrics is GET /metrics.
func (s *Server) metrics() (http.HandlerFunc, error) {
	registry := prometheus.NewRegistry()
	if err := registry.Register(collector{s}); err != nil {
		return nil, err
	}
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{
		ErrorHandling: promhttp.ContinueOnError, EnableOpenMetrics: true, MaxRequestsInFlight: maxScrapes, Timeout: scrapeTime,
	}).ServeHTTP, nil
}

// Describe says nothing: which figures there are depends on the test.
func (collector) Describe(chan<- *prometheus.Desc) {}

// Collect is called by any goroutine.
func (c collector) Collect(to chan<- prometheus.Metric) {
	f := c.s.board.now()
	e := &emitter{to: to, clean: c.s.board.clean, start: f.Snapshot.Start}
	e.gauge(descBuild, 1, c.s.test.Plan().Version, runtime.Version())
	for _, state := range []string{Ready, Spawning, Running, Stopping, Stopped} {
		e.gauge(descState, one(f.State == state), state)
	}
	for _, verdict := range []stats.Verdict{stats.Valid, stats.Suspect, stats.Invalid} {
		e.gauge(descVerdict, one(f.Verdict == verdict), string(verdict))
	}
	e.gauge(descUsers, float64(f.Users))
	e.gauge(descTarget, float64(f.Target))
	e.gauge(descElapsed, f.Elapsed.Seconds())
	e.rows(f.Snapshot)
	c.s.test.Histograms(e.histograms())
	e.starts(f)
	e.generator(f)
	e.outcomes(f)
}

func one(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// emitter makes metrics of one frame. Those that differ only in what was taken out of their names are one too many for
// Prometheus: the first stands.
type emitter struct {
	to    chan<- prometheus.Metric
	clean func(string) string
	start time.Time
	sent  map[string]bool
}

// fresh cleans label values and says whether the metric is the first that has them.
func (e *emitter) fresh(d *prometheus.Desc, labels []string) ([]string, bool) {
	key := d.String()
	out := make([]string, len(labels))
	for i, l := range labels {
		out[i] = strings.ToValidUTF8(e.clean(l), "\ufffd")
		key += "\x00" + out[i]
	}
	if e.sent == nil {
		e.sent = map[string]bool{}
	}
	again := e.sent[key]
	e.sent[key] = true
	return out, !again
}

func (e *emitter) gauge(d *prometheus.Desc, value float64, labels ...string) {
	if labels, ok := e.fresh(d, labels); ok {
		e.to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, finite(value), labels...)
	}
}

func (e *emitter) counter(d *prometheus.Desc, value int64, labels ...string) {
	labels, ok := e.fresh(d, labels)
	if !ok {
		return
	}
	if e.start.IsZero() {
		e.to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(value), labels...)
		return
	}
	e.to <- prometheus.MustNewConstMetricWithCreatedTimestamp(d, prometheus.CounterValue, float64(value), e.start, labels...)
}

func (e *emitter) rows(s *stats.Snapshot) {
	for i := range s.Rows {
		r := &s.Rows[i]
		e.counter(descRequests, r.Count, r.Method, r.Name)
		e.counter(descFailures, r.Failures, r.Method, r.Name)
		e.counter(descBytes, r.Bytes, r.Method, r.Name)
	}
	exceptions := int64(0)
	for i := range s.Exceptions {
		exceptions += s.Exceptions[i].Count
	}
	e.counter(descExceptions, exceptions)
}

func (e *emitter) starts(f *Frame) {
	if f.Open {
		e.counter(descPlanned, f.Planned)
		e.counter(descStarted, f.Started)
		e.counter(descOmitted, f.Omitted)
		e.gauge(descRate, f.Rate)
	}
	e.counter(descDropped, f.Dropped)
}

func (e *emitter) generator(f *Frame) {
	s, h := f.Snapshot, &f.Health
	e.times(descStartLag, &s.StartLag)
	e.times(descWakeLag, &s.WakeLag)
	if f.CPU >= 0 {
		e.gauge(descCPU, f.CPU)
	}
	if h.StealShare >= 0 {
		e.gauge(descSteal, h.StealShare)
	}
	if n := s.Total.Service.Count; n > 0 {
		e.gauge(descStamped, float64(s.Total.Stamped)/float64(n))
	}
	e.gauge(descPause, h.GCPauseMax.Seconds())
}

// times are a summary: percentiles of the test so far.
func (e *emitter) times(d *prometheus.Desc, t *stats.Times) {
	if t.Count == 0 {
		return
	}
	quantiles := map[float64]float64{}
	for i, q := range stats.Quantiles {
		if (q == 0.5 || q == 0.9 || q == 0.99 || q == 1) && t.Supported(i) {
			quantiles[q] = t.Quantile[i].Seconds()
		}
	}
	e.to <- prometheus.MustNewConstSummary(d, uint64(t.Count), t.Sum.Seconds(), quantiles)
}

func (e *emitter) outcomes(f *Frame) {
	for _, c := range f.Checks {
		e.counter(descChecks, c.Passes, c.Path, "pass")
		e.counter(descChecks, c.Fails, c.Path, "fail")
	}
	for _, h := range f.Thresholds {
		e.gauge(descThreshold, one(h.OK), h.Metric, h.Threshold)
	}
}
