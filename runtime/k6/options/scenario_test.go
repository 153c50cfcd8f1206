package options

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

const sec = time.Second

func scenarioOf(fields string) string { return `{"scenarios":{"a":{` + fields + `}}}` }

func TestDefaultsOfExecutors(t *testing.T) {
	tests := []struct {
		fields string
		want   Scenario
	}{
		{`"executor":"constant-vus","duration":"2s"`, Scenario{Executor: ConstantVUs, VUs: 1, Duration: 2 * sec}},
		{`"executor":"ramping-vus","stages":[{"duration":"1s","target":5},{"duration":0,"target":"0"}]`,
			Scenario{Executor: RampingVUs, StartVUs: 1, Stages: []Stage{{sec, 5}, {0, 0}}, GracefulRampDown: 30 * sec}},
		{`"executor":"ramping-vus","startVUs":0,"gracefulRampDown":"-1s","stages":[{"duration":"1s","target":5}]`,
			Scenario{Executor: RampingVUs, Stages: []Stage{{sec, 5}}}},
		{`"executor":"per-vu-iterations","VUs":2,"ITERATIONS":"3"`, Scenario{Executor: PerVUIterations, VUs: 2, Iterations: 3, MaxDuration: 600 * sec}},
		{`"executor":"shared-iterations","maxDuration":"1m"`, Scenario{Executor: SharedIterations, VUs: 1, Iterations: 1, MaxDuration: 60 * sec}},
		{`"executor":"constant-arrival-rate","rate":5,"duration":"1s","preAllocatedVUs":3`,
			Scenario{Executor: ConstantArrivalRate, Rate: 5, TimeUnit: sec, Duration: sec, PreAllocatedVUs: 3, MaxVUs: 3}},
		{`"executor":"ramping-arrival-rate","timeUnit":"1m","preAllocatedVUs":"3","maxVUs":9,"stages":[{"duration":"1s","target":1}]`,
			Scenario{Executor: RampingArrivalRate, TimeUnit: 60 * sec, PreAllocatedVUs: 3, MaxVUs: 9, Stages: []Stage{{sec, 1}}}},
		{`"executor":"externally-controlled","vus":2,"maxVUs":10`, Scenario{Executor: ExternallyControlled, VUs: 2, MaxVUs: 10}},
	}
	for _, tt := range tests {
		tt.want.Name, tt.want.Exec, tt.want.GracefulStop = "a", "default", 30*sec
		if got := fromScript(t, scenarioOf(tt.fields)).Scenarios; !reflect.DeepEqual(got, []Scenario{tt.want}) {
			t.Errorf("%s:\n%+v, want\n%+v", tt.fields, got, tt.want)
		}
	}
}

func TestCommonFields(t *testing.T) {
	got := fromScript(t, scenarioOf(`"executor":"constant-vus","duration":"2s","exec":"f","startTime":"5","gracefulStop":"0s",
		"env":{"Z":"1","A":null},"tags":{"b":"c"},"options":{"browser":{"type":"chromium"}}`)).Scenarios[0]
	want := Scenario{Name: "a", Executor: ConstantVUs, Exec: "f", StartTime: 5 * time.Millisecond, VUs: 1, Duration: 2 * sec,
		Env: []Pair{{"A", ""}, {"Z", "1"}}, Tags: []Pair{{"b", "c"}}, Browser: true}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestScenariosKeepTheirOrder(t *testing.T) {
	names := ""
	for _, s := range fromScript(t, `{"scenarios":{"z":{"executor":"per-vu-iterations"},"a":{"executor":"per-vu-iterations"},"m":{"executor":"per-vu-iterations"}}}`).Scenarios {
		names += s.Name
	}
	if names != "zam" {
		t.Errorf("%s, want zam", names)
	}
}

func TestRefusedScenarios(t *testing.T) {
	tests := []struct{ fields, want string }{
		{``, "scenarios.a has no executor: one of constant-vus"},
		{`"executor":null`, "scenarios.a has no executor"},
		{`"executor":"xx"`, "scenarios.a.executor must be one of constant-vus, ramping-vus"},
		{`"executor":"per-vu-iterations","vu":1`, "scenarios.a.vu is not known: per-vu-iterations has executor, startTime"},
		{`"executor":"per-vu-iterations","duration":"1s"`, "scenarios.a.duration is not known"},
		{`"executor":"per-vu-iterations","startTime":""`, "scenarios.a.startTime must be a length of time"},
		{`"executor":"per-vu-iterations","maxDuration":"0"`, "scenarios.a.maxDuration must be at least 1s"},
		{`"executor":"per-vu-iterations","iterations":0`, "scenarios.a.iterations must be 1 or more, not 0"},
		{`"executor":"per-vu-iterations","vus":0`, "scenarios.a.vus must be from 1"},
		{`"executor":"shared-iterations","vus":3`, "scenarios.a.iterations must not be fewer than the users: 1 iterations, 3 vus"},
		{`"executor":"constant-vus"`, "scenarios.a.duration is missing: constant-vus needs it"},
		{`"executor":"constant-vus","duration":"1s","vus":20000000`, "scenarios.a.vus must be from 1 to 10000000, not 20000000"},
		{`"executor":"constant-vus","duration":"1s","exec":""`, "scenarios.a.exec must be the name of a function"},
		{`"executor":"constant-vus","duration":"1s","startTime":"-1s"`, "scenarios.a.startTime must not be negative: -1s"},
		{`"executor":"constant-vus","duration":"1s","gracefulStop":"-1s"`, "scenarios.a.gracefulStop must not be negative"},
		{`"executor":"constant-vus","duration":"1s","env":{"A":1}`, "scenarios.a.env.A must be a string, not 1"},
		{`"executor":"constant-vus","duration":"1s","options":{"foo":1}`, "scenarios.a.options.foo is not known"},
		{`"executor":"ramping-vus"`, "scenarios.a.stages must have at least one stage"},
		{`"executor":"ramping-vus","stages":[]`, "scenarios.a.stages must have at least one stage"},
		{`"executor":"ramping-vus","stages":[{"duration":"1s","target":1,"z":1}]`, "scenarios.a.stages[0].z is not known"},
		{`"executor":"ramping-vus","startVUs":-1,"stages":[{"duration":"1s","target":1}]`, "scenarios.a.startVUs must be from 0"},
		{`"executor":"ramping-vus","startVUs":0,"stages":[{"duration":"1s","target":0}]`, "scenarios.a.stages must have a target above 0"},
		{`"executor":"constant-arrival-rate"`, "scenarios.a.rate is missing"},
		{`"executor":"constant-arrival-rate","rate":1,"duration":"1s"`, "scenarios.a.preAllocatedVUs is missing"},
		{`"executor":"constant-arrival-rate","rate":0,"duration":"1s","preAllocatedVUs":1`, "scenarios.a.rate must be from 1"},
		{`"executor":"constant-arrival-rate","rate":1,"preAllocatedVUs":1`, "scenarios.a.duration is missing"},
		{`"executor":"constant-arrival-rate","rate":1,"duration":"1s","preAllocatedVUs":3,"maxVUs":2`, "scenarios.a.maxVUs must be from 3 to"},
		{`"executor":"constant-arrival-rate","rate":1,"duration":"1s","preAllocatedVUs":3,"timeUnit":"0s"`, "scenarios.a.timeUnit must be more than 0"},
		{`"executor":"ramping-arrival-rate","preAllocatedVUs":2`, "scenarios.a.stages must have at least one stage"},
		{`"executor":"ramping-arrival-rate","startRate":-1,"preAllocatedVUs":2,"stages":[{"duration":"1s","target":1}]`, "scenarios.a.startRate must be from 0"},
		{`"executor":"ramping-arrival-rate","stages":[{"duration":"1s","target":1}]`, "scenarios.a.preAllocatedVUs is missing"},
		{`"executor":"externally-controlled","vus":5,"maxVUs":2`, "scenarios.a.maxVUs must be from 5"},
		{`"executor":"externally-controlled","duration":"-1s"`, "scenarios.a.duration must not be negative"},
	}
	for _, tt := range tests {
		if got := whatIsWrong(scenarioOf(tt.fields)); !strings.Contains(got, tt.want) || !strings.HasSuffix(got, "(from the script)") {
			t.Errorf("%s: %q, want %q and (from the script)", tt.fields, got, tt.want)
		}
	}
	for name, want := range map[string]string{"a b": "a scenario named a b", "": `a scenario named ""`} {
		if got := whatIsWrong(`{"scenarios":{"` + name + `":{"executor":"per-vu-iterations"}}}`); !strings.Contains(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

func TestShortcuts(t *testing.T) {
	tests := []struct {
		script string
		want   Scenario
	}{
		{`{"vus":3,"duration":"2s"}`, Scenario{Executor: ConstantVUs, VUs: 3, Duration: 2 * sec}},
		{`{"vus":3,"iterations":7}`, Scenario{Executor: SharedIterations, VUs: 3, Iterations: 7, MaxDuration: 600 * sec}},
		{`{"iterations":7,"duration":"5s"}`, Scenario{Executor: SharedIterations, VUs: 1, Iterations: 7, MaxDuration: 5 * sec}},
		{`{"vus":3}`, Scenario{Executor: SharedIterations, VUs: 3, Iterations: 3, MaxDuration: 600 * sec}},
		{`{"stages":[{"duration":"1s","target":2}]}`, Scenario{Executor: RampingVUs, StartVUs: 1, Stages: []Stage{{sec, 2}}, GracefulRampDown: 30 * sec}},
		{`{"vus":0,"stages":[{"duration":"1s","target":2}]}`, Scenario{Executor: RampingVUs, Stages: []Stage{{sec, 2}}, GracefulRampDown: 30 * sec}},
		{`{"vus":3,"stages":[]}`, Scenario{Executor: PerVUIterations, VUs: 1, Iterations: 1, MaxDuration: 600 * sec}},
		{`{"iterations":2,"stages":[]}`, Scenario{Executor: SharedIterations, VUs: 1, Iterations: 2, MaxDuration: 600 * sec}},
		{`{"vus":3,"scenarios":{}}`, Scenario{Executor: SharedIterations, VUs: 3, Iterations: 3, MaxDuration: 600 * sec}},
	}
	for _, tt := range tests {
		tt.want.Name, tt.want.Exec, tt.want.GracefulStop = "default", "default", 30*sec
		if got := fromScript(t, tt.script).Scenarios; !reflect.DeepEqual(got, []Scenario{tt.want}) {
			t.Errorf("%s:\n%+v, want\n%+v", tt.script, got, tt.want)
		}
	}
}
