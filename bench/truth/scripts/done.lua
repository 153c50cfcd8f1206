-- Prints what wrk and wrk2 know as one line of JSON. It is called once, at the end; requests are made without Lua.
function done(summary, latency, requests)
  local e = summary.errors
  io.write(string.format(
    '{"requests": %d, "us": %d, "failures": %d, "p50": %d, "p90": %d, "p99": %d, "p99.9": %d, "max": %d}\n',
    summary.requests, summary.duration, e.connect + e.read + e.write + e.status + e.timeout,
    latency:percentile(50), latency:percentile(90), latency:percentile(99), latency:percentile(99.9), latency.max))
end
