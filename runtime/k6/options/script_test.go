package options

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// fromScript reads and resolves; it fails the test on errors.
func fromScript(t *testing.T, script string) *Resolved {
	t.Helper()
	o, _, err := FromScript([]byte(script))
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := o.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// whatIsWrong is the error of reading or of resolving.
func whatIsWrong(script string) string {
	o, _, err := FromScript([]byte(script))
	if err == nil {
		_, _, err = o.Resolve()
	}
	if err == nil {
		return ""
	}
	return err.Error()
}

func TestFormsOfValues(t *testing.T) {
	tests := []struct {
		script string
		vus    int
		length time.Duration
	}{
		{`{"vus":"10","duration":"2s"}`, 10, 2 * time.Second},
		{`{"VUS":3,"Duration":"1m"}`, 3, time.Minute},
		{`{"vus":null,"duration":5000}`, 1, 5 * time.Second},
		{`{"vus":"","duration":"5000"}`, 1, 5 * time.Second},
		{`{"duration":"1d2h"}`, 1, 26 * time.Hour},
		{`{"duration":"1500.5"}`, 1, 1500500 * time.Microsecond},
		{`{"duration":"1e4"}`, 1, 10 * time.Second},
		{`{"duration":"1h0m1.5s","stages":[]}`, 1, time.Hour + 1500*time.Millisecond},
	}
	for _, tt := range tests {
		s := fromScript(t, tt.script).Scenarios
		if len(s) != 1 || s[0].Executor != ConstantVUs || s[0].Name != "default" || s[0].VUs != tt.vus || s[0].Duration != tt.length {
			t.Errorf("%s: %+v, want %d users for %s", tt.script, s, tt.vus, tt.length)
		}
	}
}

// TestRefused holds what k6 ends with exit code 104 for, and says what the message has to name.
func TestRefused(t *testing.T) {
	tests := []struct{ script, want string }{
		{`{"vus":1.5}`, "vus must be a whole number, not 1.5"},
		{`{"vus":"1e1"}`, "vus must be a whole number, not 1e1"},
		{`{"vus":" 5"}`, `vus must be a whole number, not " 5"`},
		{`{"vus":true}`, "vus must be a whole number, not true"},
		{`{"vus":99999999999999999999}`, "vus is too large: 99999999999999999999"},
		{`{"vus":0}`, "vus must be from 1 to 10000000, not 0"},
		{`{"throw":"true"}`, `throw must be true or false, not "true"`},
		{`{"throw":1}`, "throw must be true or false, not 1"},
		{`{"duration":"1.5d"}`, "duration must be a length of time like"},
		{`{"duration":"1h2d"}`, "not 1h2d"},
		{`{"duration":"1d-2h"}`, "not 1d-2h"},
		{`{"duration":""}`, `duration must be a length of time like 500ms, 30s, 5m, 1h30m or 1d, not ""`},
		{`{"duration":true}`, "not true"},
		{`{"duration":"999999d"}`, "duration must be at most ten years"},
		{`{"duration":1e300}`, "duration must be at most ten years"},
		{`{"duration":0}`, "duration must be at least 1s, not 0s"},
		{`{"duration":10}`, "duration must be at least 1s, not 10ms (a number without a unit is milliseconds)"},
		{`{"iterations":2,"vus":5}`, "iterations must not be fewer than the users: 2 iterations, 5 vus"},
		{`{"iterations":0}`, "iterations must be 1 or more, not 0"},
		{`{"iterations":2,"duration":0}`, "duration must be at least 1s"},
		{`{"duration":"2s","stages":[{"duration":"1s","target":2}]}`, "options duration and stages cannot be used together"},
		{`{"iterations":2,"stages":[{"duration":"1s","target":2}]}`, "options iterations and stages cannot be used together"},
		{`{"iterations":2,"scenarios":{"a":{"executor":"per-vu-iterations"}}}`, "options iterations and scenarios cannot be used together"},
		{`{"duration":"1s","scenarios":{}}`, "options duration and scenarios cannot be used together"},
		{`{"stages":[{"duration":"1s"}]}`, "stages[0] has no target"},
		{`{"stages":[{"duration":"1s","target":1},{"target":1}]}`, "stages[1] has no duration"},
		{`{"stages":[{"duration":"-1s","target":1}]}`, "stages[0].duration must not be negative: -1s"},
		{`{"stages":[{"duration":"1s","target":-1}]}`, "stages[0].target must be from 0 to 1000000000, not -1"},
		{`{"stages":[{"duration":"1s","target":1.5}]}`, "stages[0].target must be a whole number, not 1.5"},
		{`{"stages":["1s:1"]}`, "stages[0] must be an object"},
		{`{"stages":[{"duration":"0s","target":0}],"vus":0}`, "stages must have a target above 0"},
		{`{"stages":[{"duration":"1s","target":20000000}]}`, "stages must have targets up to 10000000, not 20000000"},
		{`{"stages":[{"duration":"9y","target":1}]}`, "stages[0].duration must be a length of time"},
		{`{"stages":[{"duration":"3000d","target":1},{"duration":"3000d","target":1}]}`, "stages must last ten years at the most"},
		{`{"tags":{"a":1}}`, "tags.a must be a string, not 1"},
		{`{"thresholds":{"vus":"value>0"}}`, "thresholds.vus must be an array of expressions"},
		{`{"thresholds":{"vus":["value>0",5]}}`, "thresholds.vus[1] must be an expression"},
		{`{"thresholds":{"vus":[{"abortOnFail":true}]}}`, "thresholds.vus[0] has no expression"},
		{`{"thresholds":{"vus":[null]}}`, "thresholds.vus[0] has no expression"},
		{`{"thresholds":{"vus":[{"threshold":"value>0","abortOnFail":"true"}]}}`, "thresholds.vus[0].abortOnFail must be true or false"},
		{`{"thresholds":{"vus":[{"threshold":"value>0","delayAbortEval":"x"}]}}`, "thresholds.vus[0].delayAbortEval must be a length of time"},
		{`{"hosts":{"a":"x"}}`, "hosts.a must be an IP address like"},
		{`{"hosts":{"a*b":"1.2.3.4"}}`, "hosts.a*b must be named"},
		{`{"hosts":{"a:http":"1.2.3.4"}}`, "hosts.a:http must be named"},
		{`{"hosts":["a"]}`, "hosts must be an object"},
		{`{"dns":{"ttl":5}}`, "dns.ttl must be a string, not 5"},
		{`{"dns":{"ttl":"-1"}}`, "dns.ttl must be"},
		{`{"dns":{"select":"x"}}`, "dns.select must be one of first, random, roundRobin, not x"},
		{`{"dns":{"policy":"x"}}`, "dns.policy must be one of"},
		{`{"blacklistIPs":["1.2.3.4/40"]}`, "blacklistIPs[0] must be a range of addresses like 10.0.0.0/8, not 1.2.3.4/40"},
		{`{"blacklistIPs":"1.2.3.4/8"}`, "blacklistIPs must be an array"},
		{`{"blockHostnames":["ok","a*b"]}`, "blockHostnames[1] must be a host name"},
		{`{"tlsVersion":"ssl3.0"}`, "tlsVersion must be one of tls1.0"},
		{`{"tlsVersion":{"foo":"tls1.0"}}`, "tlsVersion has min and max, not foo"},
		{`{"tlsVersion":{"min":"tls1.3","max":"tls1.1"}}`, "tlsVersion has a min above its max"},
		{`{"tlsCipherSuites":["x"]}`, "tlsCipherSuites[0] must be a cipher suite"},
		{`{"tlsAuth":[{"cert":"x","key":"y"}]}`, "tlsAuth[0] has no usable certificate and key"},
		{`{"tlsAuth":[{"cert":"x","foo":"y"}]}`, "tlsAuth[0] has domains, cert, key and password, not foo"},
		{`{"summaryTrendStats":["avg","p95"]}`, "summaryTrendStats[1] must be one of"},
		{`{"summaryTrendStats":["p(101)"]}`, "summaryTrendStats[0] must be one of"},
		{`{"systemTags":"url"}`, "systemTags must be an array"},
		{`{"setupTimeout":"0"}`, "setupTimeout must be more than 0, not 0s"},
		{`{"teardownTimeout":-5}`, "teardownTimeout must be more than 0, not -5ms"},
		{`{"executionSegment":"0:1/2"}`, "executionSegment cannot split a test here"},
		{`{"httpVersion":"3"}`, "httpVersion must be one of 1.1, 2, not 3"},
		{`5`, "options must be an object, not 5"},
		{`[]`, "options must be an object, not []"},
		{`{"vus":`, "options: is not JSON: it ends too early"},
	}
	for _, tt := range tests {
		got := whatIsWrong(tt.script)
		if !strings.Contains(got, tt.want) || !strings.HasSuffix(got, "(from the script)") {
			t.Errorf("%s: %q, want %q and (from the script)", tt.script, got, tt.want)
		}
		if strings.ContainsAny(got, "\n") {
			t.Errorf("%s: more than one line: %q", tt.script, got)
		}
	}
}

func TestWarnings(t *testing.T) {
	tests := []struct {
		script string
		want   []string // what each warning contains
	}{
		{`{"vus":1}`, nil},
		{`{"cloud":{"a":1},"ext":{"loadimpact":{}}}`, nil},
		{`{"foo":1,"bar":null}`, []string{"option foo is not known", "option bar is not known"}},
		{`{"linger":true,"localIPs":"x","noThresholds":true}`, []string{"use --linger", "use --local-ips", "use --no-thresholds"}},
		{`{"stages":[]}`, []string{"option stages (from the script) is empty: the script runs once"}},
		{`{"scenarios":{}}`, []string{"option scenarios (from the script) is empty"}},
		{`{"vus":2,"scenarios":{"a":{"executor":"per-vu-iterations"}}}`, []string{"option vus (from the script) does nothing"}},
		{`{"systemTags":["url","foo"]}`, []string{"systemTags has foo"}},
		{`{"summaryTimeUnit":"min"}`, []string{"summaryTimeUnit must be one of s, ms, us: min does nothing"}},
	}
	for _, tt := range tests {
		o, warnings, err := FromScript([]byte(tt.script))
		if err != nil {
			t.Fatal(err)
		}
		_, more, err := o.Resolve()
		if err != nil {
			t.Fatal(err)
		}
		if got := append(warnings, more...); !slices.EqualFunc(got, tt.want, strings.Contains) {
			t.Errorf("%s: %q, want %q", tt.script, got, tt.want)
		}
	}
}

func TestNoOptions(t *testing.T) {
	for _, script := range []string{"", "null", "{}", " {} "} {
		s := fromScript(t, script).Scenarios
		if len(s) != 1 || s[0].Executor != PerVUIterations || s[0].VUs != 1 || s[0].Iterations != 1 || s[0].MaxDuration != 10*time.Minute {
			t.Errorf("%q: %+v", script, s)
		}
	}
}

func TestThresholdsKeepTheirOrder(t *testing.T) {
	r := fromScript(t, `{"thresholds":{"z":["avg<1",{"threshold":"p(95)<2","abortOnFail":true,"delayAbortEval":"10s"}],"a{x:y}":[{"Threshold":"max<3"}],"m":null}}`)
	want := []Threshold{
		{"z", []Demand{{Expr: "avg<1"}, {"p(95)<2", true, 10 * time.Second}}},
		{"a{x:y}", []Demand{{Expr: "max<3"}}},
		{"m", nil},
	}
	if !slices.EqualFunc(r.Thresholds, want, func(a, b Threshold) bool { return a.Key == b.Key && slices.Equal(a.List, b.List) }) {
		t.Errorf("%+v, want %+v", r.Thresholds, want)
	}
}
