package options

import (
	"encoding/json"
	"testing"
)

// The rest of test.options, before and after what a test gives.
const (
	noneBefore = `{"paused":null,"scenarios":`
	noneAfter  = `,"executionSegment":null,"executionSegmentSequence":null,"noSetup":null,"setupTimeout":null,"noTeardown":null,` +
		`"teardownTimeout":null,"handleSummaryTimeout":null,"rps":null,"dns":{"ttl":null,"select":null,"policy":null},"maxRedirects":null,` +
		`"userAgent":null,"batch":null,"batchPerHost":null,"httpDebug":null,"insecureSkipTLSVerify":null,"tlsCipherSuites":null,` +
		`"tlsVersion":null,"tlsAuth":null,"throw":null,"thresholds":null,"blacklistIPs":null,"blockHostnames":null,"hosts":null,` +
		`"noConnectionReuse":null,"noVUConnectionReuse":null,"minIterationDuration":null,"ext":null,` +
		`"summaryTrendStats":["avg","min","med","max","p(90)","p(95)"],"summaryTimeUnit":null,` +
		`"systemTags":["check","error","error_code","expected_response","group","method","name","proto","scenario","service","status",` +
		`"subproto","tls_version","url"],"tags":null,"metricSamplesBufferSize":null,"noCookiesReset":null,"discardResponseBodies":null,` +
		`"features":null,"consoleOutput":null,"localIPs":null}`
	noneGiven = `"startTime":null,"gracefulStop":null,"env":null,"exec":null,"tags":null,`
)

// TestTestOptions compares with the whole of what k6 2.2 shows of the same options.
func TestTestOptions(t *testing.T) {
	for script, want := range map[string]string{
		`{}`:                                `{"default":{"executor":"per-vu-iterations",` + noneGiven + `"vus":null,"iterations":null,"maxDuration":null}}`,
		`{"vus":3,"duration":"2s"}`:         `{"default":{"executor":"constant-vus",` + noneGiven + `"vus":3,"duration":"2s"}}`,
		`{"vus":3}`:                         `{"default":{"executor":"shared-iterations",` + noneGiven + `"vus":3,"iterations":3,"maxDuration":null}}`,
		`{"iterations":2,"duration":"90s"}`: `{"default":{"executor":"shared-iterations",` + noneGiven + `"vus":null,"iterations":2,"maxDuration":"1m30s"}}`,
		`{"stages":[{"target":2,"duration":"1s"}]}`: `{"default":{"executor":"ramping-vus",` + noneGiven +
			`"startVUs":null,"stages":[{"duration":"1s","target":2}],"gracefulRampDown":null}}`,
		`{"scenarios":{"e":{"executor":"constant-arrival-rate","rate":1,"duration":"1s","preAllocatedVUs":2},
			"a":{"executor":"ramping-arrival-rate","stages":[{"duration":"1s","target":1}],"preAllocatedVUs":1}}}`: `{"a":{"executor":"ramping-arrival-rate",` + noneGiven +
			`"startRate":null,"timeUnit":null,"stages":[{"duration":"1s","target":1}],"preAllocatedVUs":1,"maxVUs":null},"e":{"executor":"constant-arrival-rate",` + noneGiven +
			`"rate":1,"timeUnit":null,"duration":"1s","preAllocatedVUs":2,"maxVUs":null}}`,
		`{"scenarios":{"a":{"executor":"constant-vus","duration":"1s","tags":{"b":"x","A":null},"env":{},"options":{"browser":{"type":"chromium"}}}}}`: `{"a":{"executor":"constant-vus",` +
			`"startTime":null,"gracefulStop":null,"env":{},"exec":null,"tags":{"A":"","b":"x"},"options":{"browser":{"type":"chromium"}},"vus":null,"duration":"1s"}}`,
	} {
		if got := string(fromScript(t, script).JSON()); got != noneBefore+want+noneAfter {
			t.Errorf("%s:\n%s, want\n%s", script, got, noneBefore+want+noneAfter)
		}
	}
}

func TestTestOptionsOfOthers(t *testing.T) {
	tests := []struct{ script, key, want string }{
		{`{"thresholds":{"z":["a<1",{"threshold":"b<2","abortOnFail":true,"delayAbortEval":"10s"},{"threshold":"c<3","abortOnFail":true},{"threshold":"d<4","delayAbortEval":5}],"m":null}}`,
			"thresholds", `{"m":[],"z":["a<1",{"threshold":"b<2","abortOnFail":true,"delayAbortEval":"10s"},{"threshold":"c<3","abortOnFail":true,"delayAbortEval":null},"d<4"]}`},
		{`{"hosts":{"A.b":"1.2.3.4","d:80":"[::1]:5"}}`, "hosts", `{"a.b":"1.2.3.4","d:80":"[::1]:5"}`},
		{`{"blacklistIPs":["10.1.2.3/8","::1/128"]}`, "blacklistIPs", `["10.0.0.0/8","::1/128"]`},
		{`{"blockHostnames":["C.d"]}`, "blockHostnames", `["C.d"]`},
		{`{"dns":{"ttl":"1s"}}`, "dns", `{"ttl":"1s","select":null,"policy":null}`},
		{`{"tlsVersion":"tls1.2"}`, "tlsVersion", `{"min":"tls1.2","max":"tls1.2"}`},
		{`{"tlsVersion":{"min":"tls1.1"}}`, "tlsVersion", `{"min":"tls1.1","max":""}`},
		{`{"tlsCipherSuites":["TLS_AES_128_GCM_SHA256"]}`, "tlsCipherSuites", `["TLS_AES_128_GCM_SHA256"]`},
		{`{"tlsCipherSuites":[]}`, "tlsCipherSuites", `null`},
		{`{"systemTags":["vu","foo","url"]}`, "systemTags", `["url","vu"]`},
		{`{"systemTags":[]}`, "systemTags", `null`},
		{`{"summaryTrendStats":[]}`, "summaryTrendStats", `[]`},
		{`{"tags":{}}`, "tags", `null`},
		{`{"cloud":{"a":1}}`, "cloud", `{"a":1}`},
		{`{"ext":{"x":{}}}`, "ext", `{"x":{}}`},
		{`{"userAgent":"","rps":"5","batch":0}`, "userAgent", `""`},
		{`{"minIterationDuration":"1d"}`, "minIterationDuration", `"24h0m0s"`},
		{`{"httpVersion":"2"}`, "httpVersion", `"2"`},
	}
	for _, tt := range tests {
		shown := map[string]json.RawMessage{}
		if err := json.Unmarshal(fromScript(t, tt.script).JSON(), &shown); err != nil {
			t.Fatal(err)
		}
		if got := string(shown[tt.key]); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.script, got, tt.want)
		}
	}
}
