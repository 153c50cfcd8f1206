package options

import (
	"fmt"
	"testing"
	"time"
)

func TestLength(t *testing.T) {
	tests := []struct {
		fields string
		want   time.Duration
	}{
		{`"executor":"constant-vus","duration":"10s"`, 40 * sec},
		{`"executor":"per-vu-iterations","maxDuration":"10s"`, 40 * sec},
		{`"executor":"shared-iterations","gracefulStop":"1s"`, 601 * sec},
		{`"executor":"ramping-arrival-rate","preAllocatedVUs":3,"stages":[{"duration":"10s","target":5},{"duration":"10s","target":0}]`, 50 * sec},
		{`"executor":"ramping-vus","startVUs":10,"stages":[{"duration":"10s","target":5}],"gracefulRampDown":"5s"`, 40 * sec},
		// A ramp to 0 is over when the last user had its time.
		{`"executor":"ramping-vus","startVUs":10,"stages":[{"duration":"10s","target":0}],"gracefulRampDown":"5s"`, 15 * sec},
		{`"executor":"ramping-vus","startVUs":10,"stages":[{"duration":"10s","target":0},{"duration":"10s","target":0}],"gracefulRampDown":"5s"`, 15 * sec},
		{`"executor":"ramping-vus","startVUs":10,"stages":[{"duration":"10s","target":0}],"gracefulRampDown":"60s"`, 40 * sec},
		{`"executor":"ramping-vus","startVUs":10,"stages":[{"duration":"10s","target":0}],"gracefulRampDown":"5s","gracefulStop":"2s"`, 12 * sec},
		{`"executor":"externally-controlled"`, 0},
		{`"executor":"externally-controlled","duration":"1m"`, 90 * sec},
	}
	for _, tt := range tests {
		s := fromScript(t, scenarioOf(tt.fields)).Scenarios[0]
		if got := s.Length(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.fields, got, tt.want)
		}
	}
}

func TestPlannedVUs(t *testing.T) {
	tests := []struct {
		scenarios     string
		planned, most int
	}{
		{`"a":{"executor":"ramping-vus","startVUs":10,"stages":[{"duration":0,"target":2},{"duration":"10s","target":4}]}`, 10, 10},
		{`"a":{"executor":"constant-arrival-rate","rate":1,"duration":"10s","preAllocatedVUs":2,"maxVUs":10}`, 2, 10},
		{`"a":{"executor":"externally-controlled","vus":2,"maxVUs":10},"b":{"executor":"constant-vus","vus":7,"duration":"1s","startTime":"1h"}`, 9, 17},
		// Users count until their gracefulStop is over, so the first two overlap.
		{`"a":{"executor":"constant-vus","vus":5,"duration":"10s"},"b":{"executor":"constant-vus","vus":7,"duration":"10s","startTime":"10s"},
			"c":{"executor":"constant-vus","vus":7,"duration":"10s","startTime":"50s"}`, 12, 12},
		{`"a":{"executor":"constant-vus","vus":5,"duration":"10s","gracefulStop":"0s"},"b":{"executor":"constant-vus","vus":7,"duration":"10s","startTime":"10s"}`, 7, 7},
		{`"a":{"executor":"ramping-vus","startVUs":10,"stages":[{"duration":"10s","target":0},{"duration":"50s","target":0}],"gracefulRampDown":"5s"},
			"b":{"executor":"constant-vus","vus":7,"duration":"10s","startTime":"10s"}`, 12, 12},
	}
	for _, tt := range tests {
		planned, most := PlannedVUs(fromScript(t, `{"scenarios":{`+tt.scenarios+`}}`).Scenarios)
		if planned != tt.planned || most != tt.most {
			t.Errorf("%s: %d and %d, want %d and %d", tt.scenarios, planned, most, tt.planned, tt.most)
		}
	}
}

// TestRampMeetsAnother lets 7 users start at some time within a ramp from 10
// to 0 in 10 s and up to 4 in another 10 s. The numbers are what k6 2.2 says in
// inspect --execution-requirements.
func TestRampMeetsAnother(t *testing.T) {
	starts := []string{"0s", "4500ms", "5s", "9s", "10s", "11s", "14s", "16s", "24s"}
	for rampDown, want := range map[string][]int{
		"0s":  {17, 13, 12, 11, 11, 11, 11, 11, 10},
		"1s":  {17, 14, 13, 11, 11, 11, 11, 11, 10},
		"5s":  {17, 17, 17, 13, 12, 11, 11, 11, 10},
		"10s": {17, 17, 17, 17, 17, 16, 13, 11, 10},
		"30s": {17, 17, 17, 17, 17, 17, 17, 17, 10},
	} {
		for i, start := range starts {
			r := fromScript(t, fmt.Sprintf(`{"scenarios":{
				"a":{"executor":"ramping-vus","startVUs":10,"stages":[{"duration":"10s","target":0},{"duration":"10s","target":4}],"gracefulRampDown":%q,"gracefulStop":"3s"},
				"b":{"executor":"constant-vus","vus":7,"duration":"100s","startTime":%q}}}`, rampDown, start))
			if planned, most := PlannedVUs(r.Scenarios); planned != want[i] || most != want[i] {
				t.Errorf("gracefulRampDown %s, start at %s: %d and %d, want %d", rampDown, start, planned, most, want[i])
			}
		}
	}
}
