package metrics

// Builtin is the metrics that there are in every run, by what they count. Trends are in milliseconds, data in bytes.
type Builtin struct {
	VUs, VUsMax                        *Metric // gauges
	Iterations, DroppedIterations      *Metric
	IterationDuration, GroupDuration   *Metric
	Checks                             *Metric
	DataSent, DataReceived             *Metric
	HTTPReqs, HTTPReqFailed            *Metric
	HTTPReqDuration                    *Metric // sending, waiting and receiving
	HTTPReqBlocked, HTTPReqConnecting  *Metric
	HTTPReqTLSHandshaking              *Metric
	HTTPReqSending, HTTPReqWaiting     *Metric
	HTTPReqReceiving                   *Metric
	WSSessions                         *Metric
	WSMessagesSent, WSMessagesReceived *Metric
	WSPing, WSSessionDuration          *Metric
	WSConnecting                       *Metric
	GRPCReqDuration                    *Metric
}

// addBuiltin makes the built-in metrics. Called before anybody else knows e.
func (e *Engine) addBuiltin() {
	b := &e.Builtin
	for _, m := range []struct {
		at       **Metric
		name     string
		of       Type
		contains Contains
	}{
		{&b.VUs, "vus", Gauge, Default},
		{&b.VUsMax, "vus_max", Gauge, Default},
		{&b.Iterations, "iterations", Counter, Default},
		{&b.DroppedIterations, "dropped_iterations", Counter, Default},
		{&b.IterationDuration, "iteration_duration", Trend, Time},
		{&b.GroupDuration, "group_duration", Trend, Time},
		{&b.Checks, "checks", Rate, Default},
		{&b.DataSent, "data_sent", Counter, Data},
		{&b.DataReceived, "data_received", Counter, Data},
		{&b.HTTPReqs, "http_reqs", Counter, Default},
		{&b.HTTPReqFailed, "http_req_failed", Rate, Default},
		{&b.HTTPReqDuration, "http_req_duration", Trend, Time},
		{&b.HTTPReqBlocked, "http_req_blocked", Trend, Time},
		{&b.HTTPReqConnecting, "http_req_connecting", Trend, Time},
		{&b.HTTPReqTLSHandshaking, "http_req_tls_handshaking", Trend, Time},
		{&b.HTTPReqSending, "http_req_sending", Trend, Time},
		{&b.HTTPReqWaiting, "http_req_waiting", Trend, Time},
		{&b.HTTPReqReceiving, "http_req_receiving", Trend, Time},
		{&b.WSSessions, "ws_sessions", Counter, Default},
		{&b.WSMessagesSent, "ws_msgs_sent", Counter, Default},
		{&b.WSMessagesReceived, "ws_msgs_received", Counter, Default},
		{&b.WSPing, "ws_ping", Trend, Time},
		{&b.WSSessionDuration, "ws_session_duration", Trend, Time},
		{&b.WSConnecting, "ws_connecting", Trend, Time},
		{&b.GRPCReqDuration, "grpc_req_duration", Trend, Time},
	} {
		*m.at = e.newMetric(m.name, m.of, m.contains)
	}
}
