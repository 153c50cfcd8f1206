package options

import (
	"encoding/json"
	"net/netip"
	"slices"
	"time"
)

// A Flag is an option that can be given as text, on the command line or in the
// environment.
type Flag struct {
	Name, Short string // without dashes; no Name: it is not on the command line
	Meta        string // what its value is; "" for a switch
	NoValue     string // the value of --name alone; "" if it needs one
	Default     string
	Help        string
	Env         string // the whole name; "" if it has none
	Many        bool   // may be given several times

	// Set takes a value. From is where it was given, "--vus" or "K6_VUS", and
	// must begin with a dash only for the command line: some forms differ there.
	// Errors are whole lines for the user.
	Set func(o *Options, value, from string) error
}

// where says who may give an option in JSON.
type where int

const (
	anywhere where = iota
	fileOnly       // not in a script
	own            // katydid's: not in test.options unless it is given
	quiet          // as own; k6's cloud
)

// A tableRow is an option with its names.
type tableRow struct {
	row[Options]
	Flag
	where where
}

func option[T any](key string, k kind[T], at func(*Options) *Opt[T], w where, f Flag) tableRow {
	return tableRow{row[Options]{key, cell[Options, T]{k, at}}, f, w}
}

// table holds all options, in the order of test.options.
var table = slices.Concat(loadRows, requestRows, tlsRows, resultRows, runRows)

var loadRows = []tableRow{
	option("paused", yes, func(o *Options) *Opt[bool] { return &o.Paused }, anywhere,
		Flag{Name: "paused", Short: "p", Env: "K6_PAUSED", Help: "Start without load, and wait to be told."}),
	option("vus", whole, func(o *Options) *Opt[int] { return &o.VUs }, anywhere,
		Flag{Name: "vus", Short: "u", Env: "K6_VUS", Meta: "N", Default: "1", Help: "How many virtual users there are; with --stage, at its beginning."}),
	option("duration", length, func(o *Options) *Opt[time.Duration] { return &o.Duration }, anywhere,
		Flag{Name: "duration", Short: "d", Env: "K6_DURATION", Meta: "TIME", Help: "How long users start iterations, like 30s or 1h30m."}),
	option("iterations", whole, func(o *Options) *Opt[int] { return &o.Iterations }, anywhere,
		Flag{Name: "iterations", Short: "i", Env: "K6_ITERATIONS", Meta: "N", Help: "How many iterations all users do together."}),
	option("stages", shortcutStages, func(o *Options) *Opt[[]Stage] { return &o.Stages }, anywhere,
		Flag{Name: "stage", Short: "s", Env: "K6_STAGES", Meta: "TIME:N", Many: true, Help: "One more part of a ramp: to N users within TIME."}),
	option("scenarios", scenarios, func(o *Options) *Opt[[]ScenarioFields] { return &o.Scenarios }, anywhere, Flag{}),
	option("executionSegment", text, func(o *Options) *Opt[string] { return &o.ExecutionSegment }, anywhere,
		Flag{Name: "execution-segment", Env: "K6_EXECUTION_SEGMENT", Meta: "FROM:TO", Help: "Not supported."}),
	option("executionSegmentSequence", text, func(o *Options) *Opt[string] { return &o.ExecutionSegmentSequence }, anywhere,
		Flag{Name: "execution-segment-sequence", Env: "K6_EXECUTION_SEGMENT_SEQUENCE", Meta: "LIST", Help: "Not supported."}),
	option("noSetup", yes, func(o *Options) *Opt[bool] { return &o.NoSetup }, anywhere,
		Flag{Name: "no-setup", Env: "K6_NO_SETUP", Help: "Do not call setup()."}),
	option("setupTimeout", length, func(o *Options) *Opt[time.Duration] { return &o.SetupTimeout }, anywhere, Flag{Env: "K6_SETUP_TIMEOUT"}),
	option("noTeardown", yes, func(o *Options) *Opt[bool] { return &o.NoTeardown }, anywhere,
		Flag{Name: "no-teardown", Env: "K6_NO_TEARDOWN", Help: "Do not call teardown()."}),
	option("teardownTimeout", length, func(o *Options) *Opt[time.Duration] { return &o.TeardownTimeout }, anywhere, Flag{Env: "K6_TEARDOWN_TIMEOUT"}),
	option("handleSummaryTimeout", length, func(o *Options) *Opt[time.Duration] { return &o.HandleSummaryTimeout }, anywhere,
		Flag{Env: "K6_HANDLE_SUMMARY_TIMEOUT"}),
}

var requestRows = []tableRow{
	option("rps", whole, func(o *Options) *Opt[int] { return &o.RPS }, anywhere,
		Flag{Name: "rps", Env: "K6_RPS", Meta: "N", Default: "no limit", Help: "Requests a second that all users together do not exceed."}),
	{row[Options]{"dns", dnsAccess{}}, Flag{Name: "dns", Env: "K6_DNS", Meta: "ttl=TIME,select=HOW,policy=WHICH",
		Default: "ttl=5m,select=random,policy=preferIPv4", Help: "How names are resolved. ttl: a time, 0 or inf; select: first, random or roundRobin; policy: preferIPv4, preferIPv6, onlyIPv4, onlyIPv6 or any."}, anywhere},
	option("maxRedirects", whole, func(o *Options) *Opt[int] { return &o.MaxRedirects }, anywhere,
		Flag{Name: "max-redirects", Env: "K6_MAX_REDIRECTS", Meta: "N", Default: "10", Help: "How many redirects a request follows."}),
	option("userAgent", text, func(o *Options) *Opt[string] { return &o.UserAgent }, anywhere,
		Flag{Name: "user-agent", Env: "K6_USER_AGENT", Meta: "TEXT", Help: "What requests say in User-Agent."}),
	option("batch", whole, func(o *Options) *Opt[int] { return &o.Batch }, anywhere,
		Flag{Name: "batch", Env: "K6_BATCH", Meta: "N", Default: "20", Help: "How many requests of one http.batch run at a time."}),
	option("batchPerHost", whole, func(o *Options) *Opt[int] { return &o.BatchPerHost }, anywhere,
		Flag{Name: "batch-per-host", Env: "K6_BATCH_PER_HOST", Meta: "N", Default: "6", Help: "How many of them go to one host."}),
	option("httpDebug", text, func(o *Options) *Opt[string] { return &o.HTTPDebug }, anywhere,
		Flag{Name: "http-debug", Env: "K6_HTTP_DEBUG", Meta: "headers|full", NoValue: "headers", Help: "Log all requests and responses; full: with their bodies."}),
	option("httpVersion", oneOf("1.1", "2", ""), func(o *Options) *Opt[string] { return &o.HTTPVersion }, own,
		Flag{Name: "http-version", Env: "K6_HTTP_VERSION", Meta: "1.1|2", Default: "what the server prefers", Help: "The version of HTTP over TLS."}),
}

var tlsRows = []tableRow{
	option("insecureSkipTLSVerify", yes, func(o *Options) *Opt[bool] { return &o.InsecureSkipTLSVerify }, anywhere,
		Flag{Name: "insecure-skip-tls-verify", Env: "K6_INSECURE_SKIP_TLS_VERIFY", Help: "Take any certificate of a server."}),
	option("tlsCipherSuites", ciphers, func(o *Options) *Opt[[]uint16] { return &o.TLSCipherSuites }, anywhere, Flag{Env: "K6_TLS_CIPHER_SUITES"}),
	option("tlsVersion", tlsVersion, func(o *Options) *Opt[TLSVersion] { return &o.TLSVersion }, anywhere, Flag{}),
	option("tlsAuth", tlsAuth, func(o *Options) *Opt[[]TLSAuth] { return &o.TLSAuth }, anywhere, Flag{Env: "K6_TLSAUTH"}),
	option("throw", yes, func(o *Options) *Opt[bool] { return &o.Throw }, anywhere,
		Flag{Name: "throw", Short: "w", Env: "K6_THROW", Help: "Failed requests throw."}),
	option("thresholds", thresholds, func(o *Options) *Opt[[]Threshold] { return &o.Thresholds }, anywhere,
		Flag{Name: "threshold", Env: "K6_THRESHOLDS", Meta: "METRIC:EXPR", Many: true, Help: "Fail unless this holds at the end: 'http_req_duration:p(95)<500'."}),
	option("blacklistIPs", prefixes, func(o *Options) *Opt[[]netip.Prefix] { return &o.BlacklistIPs }, anywhere,
		Flag{Name: "blacklist-ip", Env: "K6_BLACKLIST_IPS", Meta: "CIDR", Many: true, Help: "Never connect to these addresses."}),
	option("blockHostnames", hostnames, func(o *Options) *Opt[[]string] { return &o.BlockHostnames }, anywhere,
		Flag{Name: "block-hostnames", Env: "K6_BLOCK_HOSTNAMES", Meta: "PATTERN", Many: true, Help: "Never connect to these hosts; *.example.com is all below."}),
	option("hosts", hosts, func(o *Options) *Opt[[]Host] { return &o.Hosts }, anywhere, Flag{Env: "K6_HOSTS"}),
	option("noConnectionReuse", yes, func(o *Options) *Opt[bool] { return &o.NoConnectionReuse }, anywhere,
		Flag{Name: "no-connection-reuse", Env: "K6_NO_CONNECTION_REUSE", Help: "A new connection for every request."}),
	option("noVUConnectionReuse", yes, func(o *Options) *Opt[bool] { return &o.NoVUConnectionReuse }, anywhere,
		Flag{Name: "no-vu-connection-reuse", Env: "K6_NO_VU_CONNECTION_REUSE", Help: "New connections for every iteration."}),
	option("minIterationDuration", length, func(o *Options) *Opt[time.Duration] { return &o.MinIterationDuration }, anywhere,
		Flag{Name: "min-iteration-duration", Env: "K6_MIN_ITERATION_DURATION", Meta: "TIME", Help: "Iterations that are quicker wait for the rest of it."}),
}

var resultRows = []tableRow{
	option("cloud", raw, func(o *Options) *Opt[json.RawMessage] { return &o.Cloud }, quiet, Flag{}),
	option("ext", raw, func(o *Options) *Opt[json.RawMessage] { return &o.Ext }, anywhere, Flag{}),
	option("summaryTrendStats", trendStats, func(o *Options) *Opt[[]string] { return &o.SummaryTrendStats }, anywhere,
		Flag{Name: "summary-trend-stats", Env: "K6_SUMMARY_TREND_STATS", Meta: "LIST", Many: true, Default: "avg,min,med,max,p(90),p(95)", Help: "What the summary says of times: avg, min, med, max, count, p(N)."}),
	option("summaryTimeUnit", text, func(o *Options) *Opt[string] { return &o.SummaryTimeUnit }, anywhere,
		Flag{Name: "summary-time-unit", Env: "K6_SUMMARY_TIME_UNIT", Meta: "s|ms|us", Help: "The unit of times in the summary."}),
	option("systemTags", systemTags, func(o *Options) *Opt[[]string] { return &o.SystemTags }, anywhere,
		Flag{Name: "system-tags", Env: "K6_SYSTEM_TAGS", Meta: "LIST", Many: true, Help: "The only tags that metrics get by themselves."}),
	option("tags", runTags, func(o *Options) *Opt[[]Pair] { return &o.Tags }, anywhere,
		Flag{Name: "tag", Env: "K6_TAGS", Meta: "NAME=VALUE", Many: true, Help: "A tag for all metrics."}),
	option("metricSamplesBufferSize", whole, func(o *Options) *Opt[int] { return &o.MetricSamplesBufferSize }, anywhere,
		Flag{Env: "K6_METRIC_SAMPLES_BUFFER_SIZE"}),
	option("noCookiesReset", yes, func(o *Options) *Opt[bool] { return &o.NoCookiesReset }, anywhere, Flag{Env: "K6_NO_COOKIES_RESET"}),
	option("discardResponseBodies", yes, func(o *Options) *Opt[bool] { return &o.DiscardResponseBodies }, anywhere,
		Flag{Name: "discard-response-bodies", Env: "K6_DISCARD_RESPONSE_BODIES", Help: "Read bodies, but do not keep them."}),
	option("features", words, func(o *Options) *Opt[[]string] { return &o.Features }, fileOnly,
		Flag{Name: "features", Env: "K6_FEATURES", Meta: "LIST", Many: true, Help: "Accepted; nothing depends on it."}),
	option("consoleOutput", text, func(o *Options) *Opt[string] { return &o.ConsoleOutput }, fileOnly,
		Flag{Name: "console-output", Env: "K6_CONSOLE_OUTPUT", Meta: "FILE", Help: "Write what the script logs to a file."}),
	option("localIPs", ranges, func(o *Options) *Opt[[]IPRange] { return &o.LocalIPs }, fileOnly,
		Flag{Name: "local-ips", Env: "K6_LOCAL_IPS", Meta: "LIST", Help: "The addresses that users connect from: 10.0.0.1-10.0.0.9,10.1.0.0/28."}),
}
