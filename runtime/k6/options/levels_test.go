package options

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// level is the options of a file.
func level(t *testing.T, path, text string) *Options {
	t.Helper()
	o, err := FromFile(path, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func fromEnv(t *testing.T, environ ...string) *Options {
	t.Helper()
	o, err := FromEnv(environ)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func set(t *testing.T, args ...string) *Options {
	t.Helper()
	o := &Options{}
	for i := 0; i < len(args); i += 2 {
		if err := flag(t, args[i]).Set(o, args[i+1], "--"+args[i]); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

func flag(t *testing.T, name string) Flag {
	t.Helper()
	for _, f := range Flags() {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no flag --%s", name)
	return Flag{}
}

func TestPrecedence(t *testing.T) {
	file := level(t, "k6.json", `{"vus":1,"rps":1,"batch":1,"userAgent":"file","dns":{"ttl":"1s","policy":"any"},"tags":{"a":"file"},"collectors":{},"foo":1}`)
	script, _, err := FromScript([]byte(`{"vus":2,"rps":2,"batch":2,"dns":{"select":"first"},"tags":{"b":"script"},"throw":false}`))
	if err != nil {
		t.Fatal(err)
	}
	env := fromEnv(t, "K6_VUS=3", "K6_RPS=3", "K6_USER_AGENT=", "K6_THROW=true", "PATH=/bin")
	o := Merge(file, script, nil, env, set(t, "vus", "4"))
	r, _, err := o.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	got := []any{o.VUs, r.RPS, r.Batch, r.UserAgent.Value, r.DNS, r.Tags, r.Throw}
	want := []any{Opt[int]{4, "--vus"}, 3, 2, "file", DNS{time.Second, "first", "any"}, []Pair{{"b", "script"}}, true}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if file.VUs.Value != 1 || script.VUs.Value != 2 {
		t.Error("merging changed a level")
	}
}

func TestStrongerLoadErasesAllOfTheWeaker(t *testing.T) {
	scenarios := `{"scenarios":{"a":{"executor":"per-vu-iterations"}}}`
	tests := []struct {
		name    string
		levels  []*Options
		want    string // executor
		warning string
	}{
		{"iterations over duration", []*Options{level(t, "f", `{"vus":2,"duration":"2s"}`), set(t, "iterations", "3")}, SharedIterations, ""},
		{"duration over iterations", []*Options{level(t, "f", `{"iterations":5}`), set(t, "duration", "3s")}, ConstantVUs, ""},
		{"stages over duration", []*Options{level(t, "f", `{"duration":"2s"}`), set(t, "stage", "1s:2")}, RampingVUs, ""},
		{"duration over scenarios", []*Options{level(t, "f", scenarios), set(t, "duration", "3s")}, ConstantVUs,
			"the scenarios of the file f are replaced by what --duration says of the load"},
		{"vus over scenarios", []*Options{level(t, "f", scenarios), set(t, "vus", "2")}, PerVUIterations,
			"option vus (from --vus) does nothing: the scenarios (from the file f)"},
		{"nothing over scenarios", []*Options{level(t, "f", scenarios), level(t, "g", `{"throw":true}`)}, PerVUIterations, ""},
		{"empty stages over duration", []*Options{level(t, "f", `{"duration":"2s"}`), level(t, "g", `{"stages":[]}`)}, PerVUIterations, "(from the file g) is empty"},
		{"a mix that is erased", []*Options{level(t, "f", `{"duration":"2s","stages":[{"duration":"1s","target":1}]}`), level(t, "g", `{"iterations":1}`)}, SharedIterations, ""},
		{"null erases nothing", []*Options{level(t, "f", `{"duration":"2s"}`), level(t, "g", `{"iterations":null}`)}, ConstantVUs, ""},
	}
	for _, tt := range tests {
		r, warnings, err := Merge(tt.levels...).Resolve()
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if len(r.Scenarios) != 1 || r.Scenarios[0].Executor != tt.want {
			t.Errorf("%s: %+v, want %s", tt.name, r.Scenarios, tt.want)
		}
		if got := strings.Join(warnings, "\n"); !strings.Contains(got, tt.warning) || (got == "") != (tt.warning == "") {
			t.Errorf("%s: warnings %q, want %q", tt.name, got, tt.warning)
		}
	}
}

func TestMessagesNameTheLevel(t *testing.T) {
	tests := []struct {
		levels []*Options
		want   string
	}{
		{[]*Options{level(t, "f", `{"duration":"2s"}`), set(t, "vus", "0")}, "option vus must be from 1 to 10000000, not 0 (from --vus)"},
		{[]*Options{fromEnv(t, "K6_DURATION=10"), set(t, "vus", "2")}, "(from K6_DURATION)"},
		{[]*Options{level(t, "f", `{"vus":7}`), set(t, "iterations", "3")}, "iterations must not be fewer than the users: 3 iterations, 7 vus (from --iterations)"},
		{[]*Options{set(t, "duration", "1s", "stage", "1s:2")}, "options duration and stages cannot be used together: choose one (from --duration and --stage)"},
		{[]*Options{level(t, "f", `{"scenarios":{"a":{"executor":"constant-vus"}}}`)}, "option scenarios.a.duration is missing: constant-vus needs it (from the file f)"},
		{[]*Options{level(t, "f", `{"setupTimeout":0}`)}, "(from the file f)"},
	}
	for _, tt := range tests {
		if _, _, err := Merge(tt.levels...).Resolve(); err == nil || !strings.HasSuffix(err.Error(), tt.want) {
			t.Errorf("%v, want %s", err, tt.want)
		}
	}
}

// TestMergeIsAssociative merges three levels of random options in both orders.
func TestMergeIsAssociative(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	settings := []struct{ name, value string }{
		{"vus", "1"}, {"duration", "1s"}, {"iterations", "5"}, {"stage", "1s:1"}, {"stage", "2s:2"}, {"tag", "a=1"}, {"tag", "b=2"},
		{"dns", "ttl=1s"}, {"dns", "select=first"}, {"rps", "5"}, {"throw", "true"}, {"block-hostnames", "a"}, {"out", "csv"}, {"threshold", "vus:value>0"},
	}
	any := func(from string) *Options {
		o := &Options{}
		for _, s := range settings {
			if random.IntN(3) == 0 {
				if err := flag(t, s.name).Set(o, s.value, from); err != nil {
					t.Fatal(err)
				}
			}
		}
		if random.IntN(3) == 0 {
			list, err := decodeScenarios([]byte(`{"a":{"executor":"per-vu-iterations"}}`))
			if err != nil {
				t.Fatal(err)
			}
			o.Scenarios = Opt[[]ScenarioFields]{list, from}
		}
		return o
	}
	for range 500 {
		a, b, c := any("--a"), any("--b"), any("--c")
		if left, right := Merge(Merge(a, b), c), Merge(a, Merge(b, c)); !reflect.DeepEqual(left, right) {
			t.Fatalf("\n%+v\n%+v\n%+v\nmerge to\n%+v\nor to\n%+v", a, b, c, left, right)
		}
		if one := Merge(a); !reflect.DeepEqual(one, a) {
			t.Fatalf("%+v alone becomes %+v", a, one)
		}
	}
}

func TestConfigurationFile(t *testing.T) {
	o := level(t, "k6.json", `{"VUs":2,"linger":true,"out":["json=a","csv"],"noThresholds":true,"localIPs":"x"}`)
	if !o.Run.Linger.Value || !o.Run.NoThresholds.Value || !slices.Equal(o.Run.Out.Value, []string{"json=a", "csv"}) || o.VUs != (Opt[int]{2, "the file k6.json"}) {
		t.Errorf("%+v", o)
	}
	for text, want := range map[string]string{
		`{`:            "the configuration file k6.json is not JSON",
		``:             "the configuration file k6.json is not JSON",
		`5`:            "the configuration file k6.json must be an object, not 5",
		`{"vus":"x"}`:  "option vus must be a whole number, not x (from the file k6.json)",
		`{"out":[5]}`:  "option out[0] must be a string, not 5 (from the file k6.json)",
		`{"vus":1} {}`: "the configuration file k6.json is not JSON",
	} {
		if _, err := FromFile("k6.json", []byte(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if _, err := FromFile("k6.json", []byte("null")); err != nil {
		t.Error(err)
	}
}
