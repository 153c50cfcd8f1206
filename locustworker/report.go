package locustworker

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"time"

	"github.com/tinylib/msgp/msgp"

	"katydid/stats"
)

// appendReport appends the data of a stats message: all that waits.
func (t *tally) appendReport(b []byte, users map[string]int) []byte {
	total := row{key: stats.Key{Name: "Aggregated"}}
	total.waiting.clear()
	var rows []*row
	for _, r := range t.rows {
		if r.waiting.requests == 0 && len(r.waiting.seconds) == 0 {
			continue
		}
		rows = append(rows, r)
		total.waiting.merge(&r.waiting)
		if r.all.timed > 0 && (total.all.timed == 0 || r.min < total.min) {
			total.min = r.min
		}
		total.max = max(total.max, r.max)
		total.all.timed += r.all.timed
	}
	slices.SortFunc(rows, func(a, b *row) int {
		return cmp.Or(cmp.Compare(a.key.Name, b.key.Name), cmp.Compare(a.key.Method, b.key.Method))
	})
	b = msgp.AppendMapHeader(b, 5)
	b = msgp.AppendString(b, "stats")
	b = msgp.AppendArrayHeader(b, uint32(len(rows)))
	for _, r := range rows {
		b = t.appendEntry(b, r)
	}
	b = msgp.AppendString(b, "stats_total")
	b = t.appendEntry(b, &total)
	b = msgp.AppendString(b, "errors")
	b = t.appendErrors(b)
	return appendUsers(b, users)
}

// appendUsers appends two pairs of a map: how many users there are, by class and in all.
func appendUsers(b []byte, users map[string]int) []byte {
	sum := 0
	b = msgp.AppendString(b, "user_classes_count")
	b = msgp.AppendMapHeader(b, uint32(len(users)))
	for _, class := range slices.Sorted(maps.Keys(users)) {
		b = msgp.AppendInt(msgp.AppendString(b, class), users[class])
		sum += users[class]
	}
	return msgp.AppendInt(msgp.AppendString(b, "user_count"), sum)
}

// appendEntry appends what waits of a row. Times are milliseconds, moments seconds. Minimum and maximum are those since the
// start: the master keeps the smallest and the largest.
func (t *tally) appendEntry(b []byte, r *row) []byte {
	w := &r.waiting
	b = msgp.AppendMapHeader(b, 14)
	b = msgp.AppendString(msgp.AppendString(b, "name"), r.key.Name)
	b = msgp.AppendString(msgp.AppendString(b, "method"), r.key.Method)
	b = msgp.AppendString(b, "last_request_timestamp")
	if w.requests > 0 {
		b = msgp.AppendFloat64(b, seconds(t.end))
	} else {
		b = msgp.AppendNil(b)
	}
	b = msgp.AppendFloat64(msgp.AppendString(b, "start_time"), seconds(t.start))
	b = msgp.AppendInt64(msgp.AppendString(b, "num_requests"), w.requests)
	b = msgp.AppendInt64(msgp.AppendString(b, "num_none_requests"), w.requests-w.timed)
	b = msgp.AppendInt64(msgp.AppendString(b, "num_failures"), w.failures)
	b = msgp.AppendFloat64(msgp.AppendString(b, "total_response_time"), millis(w.sum))
	b = msgp.AppendFloat64(msgp.AppendString(b, "max_response_time"), millis(r.max))
	b = msgp.AppendString(b, "min_response_time")
	if r.all.timed > 0 {
		b = msgp.AppendFloat64(b, millis(r.min))
	} else {
		b = msgp.AppendNil(b)
	}
	b = msgp.AppendInt64(msgp.AppendString(b, "total_content_length"), w.bytes)
	b = appendNumbers(msgp.AppendString(b, "response_times"), w.times)
	requests, failures := map[int64]int64{}, map[int64]int64{}
	for at, s := range w.seconds {
		if s.requests != 0 {
			requests[at] = s.requests
		}
		if s.failures != 0 {
			failures[at] = s.failures
		}
	}
	b = appendNumbers(msgp.AppendString(b, "num_reqs_per_sec"), requests)
	return appendNumbers(msgp.AppendString(b, "num_fail_per_sec"), failures)
}

func appendNumbers(b []byte, m map[int64]int64) []byte {
	b = msgp.AppendMapHeader(b, uint32(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		b = msgp.AppendInt64(msgp.AppendInt64(b, k), m[k])
	}
	return b
}

// appendErrors appends the failures that wait.
func (t *tally) appendErrors(b []byte) []byte {
	n := 0
	for _, f := range t.failures {
		if f.waiting > 0 {
			n++
		}
	}
	b = msgp.AppendMapHeader(b, uint32(n))
	for k, f := range t.failures {
		if f.waiting == 0 {
			continue
		}
		b = msgp.AppendString(b, errorKey(k.Key, k.Text))
		b = msgp.AppendMapHeader(b, 6)
		b = msgp.AppendString(msgp.AppendString(b, "name"), k.Name)
		b = msgp.AppendString(msgp.AppendString(b, "method"), k.Method)
		b = msgp.AppendString(msgp.AppendString(b, "error"), k.Text)
		b = msgp.AppendInt64(msgp.AppendString(b, "occurrences"), f.waiting)
		b = msgp.AppendFloat64(msgp.AppendString(b, "first_seen"), seconds(f.first))
		b = msgp.AppendFloat64(msgp.AppendString(b, "last_seen"), seconds(f.last))
	}
	return b
}

// errorKey is what a failure is called among workers: those that come from Python are counted in the same row.
func errorKey(k stats.Key, text string) string {
	sum := sha256.Sum256([]byte(k.Method + "." + k.Name + "." + stats.Repr(text)))
	return hex.EncodeToString(sum[:])
}

// appendException appends the data of an exception message.
func appendException(b []byte, x *exception) []byte {
	b = msgp.AppendMapHeader(b, 2)
	b = msgp.AppendString(msgp.AppendString(b, "msg"), x.Message)
	return msgp.AppendString(msgp.AppendString(b, "traceback"), x.Traceback)
}

// seconds is a moment as Locust writes it; 0 is none.
func seconds(t time.Time) float64 {
	if t.IsZero() {
		return 0
	}
	return float64(t.UnixMicro()) / 1e6
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
