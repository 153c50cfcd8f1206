package options

import (
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestFlagsAndVariables(t *testing.T) {
	tests := []struct {
		env, flag, value string
		get              func(*Options) any
		want             any
	}{
		{"K6_VUS", "vus", "3", func(o *Options) any { return o.VUs.Value }, 3},
		{"K6_DURATION", "duration", "1d2h", func(o *Options) any { return o.Duration.Value }, 26 * time.Hour},
		{"K6_ITERATIONS", "iterations", "3", func(o *Options) any { return o.Iterations.Value }, 3},
		{"K6_STAGES", "stage", "1s:2, 2m:0", func(o *Options) any { return o.Stages.Value }, []Stage{{sec, 2}, {120 * sec, 0}}},
		{"K6_RPS", "rps", "5", func(o *Options) any { return o.RPS.Value }, 5},
		{"K6_THROW", "throw", "true", func(o *Options) any { return o.Throw.Value }, true},
		{"K6_DNS", "dns", "ttl=1s, select=roundRobin", func(o *Options) any { return o.DNS.TTL.Value + o.DNS.Select.Value + o.DNS.Policy.Value }, "1sroundRobin"},
		{"K6_HTTP_DEBUG", "http-debug", "full", func(o *Options) any { return o.HTTPDebug.Value }, "full"},
		{"K6_HTTP_VERSION", "http-version", "2", func(o *Options) any { return o.HTTPVersion.Value }, "2"},
		{"K6_BLACKLIST_IPS", "blacklist-ip", "10.1.2.3/8,1.2.3.4", func(o *Options) any { return o.BlacklistIPs.Value },
			[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("1.2.3.4/32")}},
		{"K6_BLOCK_HOSTNAMES", "block-hostnames", "*.a.b,C.d", func(o *Options) any { return o.BlockHostnames.Value }, []string{"*.a.b", "C.d"}},
		{"K6_LOCAL_IPS", "local-ips", "127.0.0.1-127.0.0.3,10.0.0.4/30,::1", func(o *Options) any { return o.LocalIPs.Value }, []IPRange{
			{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.3")}, {netip.MustParseAddr("10.0.0.4"), netip.MustParseAddr("10.0.0.7")},
			{netip.MustParseAddr("::1"), netip.MustParseAddr("::1")}}},
		{"K6_SUMMARY_TREND_STATS", "summary-trend-stats", "avg, p(99.9)", func(o *Options) any { return o.SummaryTrendStats.Value }, []string{"avg", "p(99.9)"}},
		{"K6_SYSTEM_TAGS", "system-tags", "url,vu", func(o *Options) any { return o.SystemTags.Value }, []string{"url", "vu"}},
		{"K6_OUT", "out", "json=a,b", func(o *Options) any { return o.Run.Out.Value }, []string{"json=a,b"}},
		{"K6_SUMMARY_MODE", "summary-mode", "full", func(o *Options) any { return o.Run.SummaryMode.Value }, "full"},
		{"K6_THRESHOLDS", "threshold", "http_req_duration{a:b}:p(95)<500", func(o *Options) any { return o.Thresholds.Value },
			[]Threshold{{"http_req_duration{a:b}", []Demand{{Expr: "p(95)<500"}}}}},
		{"K6_THRESHOLDS", "threshold", `{"vus":["value>0"]}`, func(o *Options) any { return o.Thresholds.Value }, []Threshold{{"vus", []Demand{{Expr: "value>0"}}}}},
	}
	for _, tt := range tests {
		if got := tt.get(set(t, tt.flag, tt.value)); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("--%s %s: %v, want %v", tt.flag, tt.value, got, tt.want)
		}
		if got := tt.get(fromEnv(t, tt.env+"="+tt.value)); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s=%s: %v, want %v", tt.env, tt.value, got, tt.want)
		}
	}
}

// TestOnlyVariables holds forms that the command line does not have.
func TestOnlyVariables(t *testing.T) {
	o := fromEnv(t, "K6_TAGS=d:5,e:6:7", "K6_DURATION=2000", "K6_SETUP_TIMEOUT=5s", `K6_HOSTS={"a.b":"127.0.0.1:80"}`,
		"K6_TLS_CIPHER_SUITES=TLS_AES_128_GCM_SHA256", "K6_NO_COOKIES_RESET=true", "K6_METRIC_SAMPLES_BUFFER_SIZE=5", "K6_UNKNOWN=1")
	got := []any{o.Tags.Value, o.Duration, o.SetupTimeout.Value, o.Hosts.Value, len(o.TLSCipherSuites.Value), o.NoCookiesReset.Value}
	want := []any{[]Pair{{"d", "5"}, {"e", "6:7"}}, Opt[time.Duration]{2 * sec, "K6_DURATION"}, 5 * sec,
		[]Host{{Name: "a.b", To: netip.MustParseAddr("127.0.0.1"), ToPort: 80}}, 1, true}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestFlagsGivenManyTimes(t *testing.T) {
	o := set(t, "stage", "1s:5", "stage", "2s:0", "tag", "b=1", "tag", "a=x,y=z", "tag", "b=2", "env", "A=b=c", "block-hostnames", "a,b", "block-hostnames", "c",
		"out", "json", "out", "csv", "threshold", "vus:value>0", "threshold", "vus:value<9", "dns", "ttl=1s", "dns", "ttl=2s", "vus", "1", "vus", "2")
	got := []any{o.Stages.Value, o.Tags.Value, o.Run.Env.Value, o.BlockHostnames.Value, o.Run.Out.Value, o.Thresholds.Value, o.DNS.TTL.Value, o.VUs.Value}
	want := []any{[]Stage{{sec, 5}, {2 * sec, 0}}, []Pair{{"a", "x,y=z"}, {"b", "2"}}, []Pair{{"A", "b=c"}}, []string{"a", "b", "c"}, []string{"json", "csv"},
		[]Threshold{{"vus", []Demand{{Expr: "value>0"}, {Expr: "value<9"}}}}, "2s", 2}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestRefusedText(t *testing.T) {
	tests := []struct{ flag, value, want string }{
		{"vus", "x", "option vus must be a whole number, not x (from --vus)"},
		{"vus", "", `option vus must be a whole number, not "" (from --vus)`},
		{"duration", "30", "option duration needs a unit: write 30s or 30ms (from --duration)"},
		{"duration", "x", "option duration must be a length of time"},
		{"min-iteration-duration", "5", "option minIterationDuration needs a unit"},
		{"stage", "5", "option stages must be like 30s:10 (duration:target), not 5 (from --stage)"},
		{"stage", ":5", "option stages must be like 30s:10"},
		{"stage", "1s:", "option stages must be like 30s:10"},
		{"stage", "1s:x", "option stages.target must be a whole number, not x"},
		{"stage", "1s:1:2", "option stages.target must be a whole number, not 1:2"},
		{"stage", "1000:1", "option stages.duration needs a unit"},
		{"stage", "1s:-1", "option stages.target must be from 0"},
		{"tag", "a", "option tags must be like name=value, not a (from --tag)"},
		{"tag", "=3", "option tags must be like name=value, not =3"},
		{"env", "1a=2", "option env must be like NAME=value, not 1a=2 (from --env)"},
		{"dns", "foo=x", "option dns must be like ttl=5m,select=random,policy=preferIPv4, not foo=x"},
		{"dns", "ttl=x", "option dns.ttl must be"},
		{"local-ips", "127.0.0.3-127.0.0.1", "option localIPs must be addresses like"},
		{"local-ips", "x", "option localIPs must be addresses like"},
		{"blacklist-ip", "x", "option blacklistIPs[0] must be a range of addresses"},
		{"throw", "perhaps", "option throw must be true or false, not perhaps (from --throw)"},
		{"summary-mode", "x", "option summaryMode must be one of compact, full, disabled, not x (from --summary-mode)"},
		{"type", "x", "option type must be one of js, archive, not x (from --type)"},
		{"threshold", "p(95)<500", "option thresholds must be like http_req_duration:p(95)<500"},
		{"threshold", "vus:", "option thresholds has no expression"},
	}
	for _, tt := range tests {
		err := flag(t, tt.flag).Set(&Options{}, tt.value, "--"+tt.flag)
		if err == nil || !strings.HasPrefix(err.Error(), tt.want) {
			t.Errorf("--%s %q: %v, want %s", tt.flag, tt.value, err, tt.want)
		}
	}
	for env, want := range map[string]string{
		"K6_VUS=x":                      "option vus must be a whole number, not x (from K6_VUS)",
		"K6_TAGS=d=5":                   "option tags must be like name:value,name:value, not d=5 (from K6_TAGS)",
		"K6_STAGES=2000:2":              "",
		`K6_HOSTS=a=1.2.3.4`:            "option hosts must be an object, not a=1.2.3.4 (from K6_HOSTS)",
		"K6_TLSAUTH=x":                  "option tlsAuth must be an array, not x (from K6_TLSAUTH)",
		"K6_INSECURE_SKIP_TLS_VERIFY=x": "option insecureSkipTLSVerify must be true or false, not x (from K6_INSECURE_SKIP_TLS_VERIFY)",
	} {
		if _, err := FromEnv([]string{env}); err == nil || want != "" && err.Error() != want {
			t.Errorf("%s: %v, want %s", env, err, want)
		}
	}
}

// TestTable looks at what the command line needs of the table.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	for _, f := range Flags() {
		for _, name := range []string{"--" + f.Name, "-" + f.Short, f.Env} {
			if strings.Trim(name, "-") != "" && seen[name] {
				t.Errorf("%s is there twice", name)
			}
			seen[name] = true
		}
		if f.Name != "" && (f.Help == "" || !strings.HasSuffix(f.Help, ".") && !strings.HasSuffix(f.Help, "'.")) {
			t.Errorf("--%s: help %q", f.Name, f.Help)
		}
		if (f.Meta == "") != (f.NoValue == "true") && f.Name != "" {
			t.Errorf("--%s: value %q, alone %q", f.Name, f.Meta, f.NoValue)
		}
		if !strings.HasPrefix(f.Env, "K6_") && f.Env != "" {
			t.Errorf("--%s: variable %s", f.Name, f.Env)
		}
		if f.NoValue != "" {
			if err := f.Set(&Options{}, f.NoValue, "--"+f.Name); err != nil {
				t.Error(err)
			}
		}
	}
	for _, name := range []string{"-u", "-d", "-i", "-s", "-p", "-w", "-o", "-e", "-c", "-l", "-q", "-v", "-t", "-a", "--stage", "--summary-export", "K6_TLSAUTH"} {
		if !seen[name] {
			t.Errorf("there is no %s", name)
		}
	}
	keys := []string{}
	for _, r := range table {
		if r.key != "" && slices.Contains(keys, fold(r.key)) {
			t.Errorf("%s is there twice", r.key)
		}
		keys = append(keys, fold(r.key))
	}
}
