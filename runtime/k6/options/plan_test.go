package options

import (
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
