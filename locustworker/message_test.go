package locustworker

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"
)

func TestMessages(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("\x91", n) + "\xc0" }
	tests := []struct {
		name, wire string
		want       any // the data
		err        string
	}{
		{"nothing", "\xc0", nil, ""},
		{"numbers", "\x95\x05\xff\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xd3\x80\x00\x00\x00\x00\x00\x00\x00\xca\x3f\x00\x00\x00",
			[]any{int64(5), int64(-1), float64(math.MaxUint64), int64(math.MinInt64), 0.5}, ""},
		{"a map with other keys", "\x83\xa1a\xc3\x07\xa1b\xc2\xc0", map[string]any{"a": true, "7": "b", "false": nil}, ""},
		{"bytes", "\xc4\x02hi", "hi", ""},
		{"an extension", "\x92\xd4\x05a\x01", []any{nil, int64(1)}, ""},
		{"deep", deep(60), nil, ""},
		{"too deep", deep(100), nil, "nested too deeply"},
		{"cut off", "\x92\x01", nil, "message"},
		{"a huge list", "\xdd\xff\xff\xff\xff\x01", nil, "message"},
		{"a huge map", "\xdf\xff\xff\xff\xff\x01", nil, "message"},
		{"a huge text", "\xdb\xff\xff\xff\xff", nil, "message"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			m, err := unpack([]byte("\x93\xa4kind" + test.wire + "\xa4node"))
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %v, %v", m, err)
				}
				return
			}
			if test.name == "deep" {
				test.want = m.data
			}
			if err != nil || m.kind != "kind" || !reflect.DeepEqual(m.data, test.want) {
				t.Errorf("got %v, %v", m, err)
			}
		})
	}
	for _, wire := range []string{"", "\xc0", "\x92\xa1a\xc0", "\x93\x01\xc0\xa1n", "\x93\xa1a\xc0\xa1nx"} {
		if m, err := unpack([]byte(wire)); err == nil {
			t.Errorf("%q: %v", wire, m)
		}
	}
	if m, err := unpack(pack("quit", "me", nil)); err != nil || m != (message{kind: "quit"}) {
		t.Errorf("got %v, %v", m, err)
	}
}

func TestJobs(t *testing.T) {
	users := map[string]any{"A": int64(2), "B": int64(0)}
	tests := []struct {
		name string
		data any
		want Job
		err  string
	}{
		{"all there", map[string]any{"timestamp": 1.5, "user_classes_count": users, "host": "http://h", "stop_timeout": 2.5, "parsed_options": map[string]any{"x": "y"}},
			Job{Users: map[string]int{"A": 2, "B": 0}, Host: "http://h", StopTimeout: 2500 * time.Millisecond, Options: map[string]any{"x": "y"}}, ""},
		{"as Locust 2.12 without a host", map[string]any{"timestamp": int64(1), "user_classes_count": users, "host": nil, "stop_timeout": nil},
			Job{Users: map[string]int{"A": 2, "B": 0}}, ""},
		{"nothing", nil, Job{}, "it has no data"},
		{"no time", map[string]any{"user_classes_count": users}, Job{}, "no timestamp"},
		{"a time that is none", map[string]any{"timestamp": math.NaN(), "user_classes_count": users}, Job{}, "no timestamp"},
		{"no users", map[string]any{"timestamp": 1.0}, Job{}, "which users"},
		{"too many", map[string]any{"timestamp": 1.0, "user_classes_count": map[string]any{"A": int64(1 << 40)}}, Job{}, "1099511627776 users of class A"},
		{"fewer than none", map[string]any{"timestamp": 1.0, "user_classes_count": map[string]any{"A": int64(-1)}}, Job{}, "-1 users"},
		{"a text", map[string]any{"timestamp": 1.0, "user_classes_count": map[string]any{"A": "2"}}, Job{}, "2 users"},
		{"no stop timeout", map[string]any{"timestamp": 1.0, "user_classes_count": users, "stop_timeout": math.Inf(1)}, Job{}, "+Inf seconds"},
		{"one before it began", map[string]any{"timestamp": 1.0, "user_classes_count": users, "stop_timeout": -1.0}, Job{}, "-1 seconds"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, at, err := readJob(test.data)
			if test.err != "" {
				if err == nil || !strings.Contains(err.Error(), test.err) {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if err != nil || at < 1 || !reflect.DeepEqual(got, test.want) {
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

// Whatever a master sends is read without a panic, and as an order to spawn, too.
func FuzzMessages(f *testing.F) {
	f.Add(pack("spawn", "me", func(b []byte) []byte {
		b = msgp.AppendMapHeader(b, 2)
		b = msgp.AppendFloat64(msgp.AppendString(b, "timestamp"), 5)
		return msgp.AppendInt(msgp.AppendString(msgp.AppendMapHeader(msgp.AppendString(b, "user_classes_count"), 1), "A"), 3)
	}))
	f.Add([]byte("\x93\xa4kind\x83\xa1a\xc3\x07\xa1b\xc2\xc0\xa4node"))
	f.Add([]byte("\x93\xa4kind\xdd\xff\xff\xff\xff\x01"))
	f.Fuzz(func(t *testing.T, wire []byte) {
		m, err := unpack(wire)
		if err != nil {
			return
		}
		if job, _, err := readJob(m.data); err == nil {
			for class, n := range job.Users {
				if n < 0 || job.StopTimeout < 0 {
					t.Errorf("%d users of %q, stop timeout %s", n, class, job.StopTimeout)
				}
			}
		}
	})
}
