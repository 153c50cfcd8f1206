package main

import (
	"fmt"
	"testing"

	k6options "katydid/runtime/k6/options"
	"katydid/runtime/load"
)

// reservedFor is how many users are made before the load of a script with these scenarios begins.
func reservedFor(t *testing.T, scenarios string) int {
	t.Helper()
	o, _, err := k6options.FromScript([]byte(`{"scenarios":{` + scenarios + `}}`))
	if err != nil {
		t.Fatal(err)
	}
	r, _, err := o.Resolve()
	if err != nil {
		t.Fatal(err)
	}
	var drivers load.Scenarios
	for _, plan := range r.Scenarios {
		sc := &k6Scenario{plan: plan}
		sc.drive(load.Shard{}, nil, load.Notes{})
		drivers = append(drivers, load.Scenario{StartTime: plan.StartTime, Driver: sc.driver})
	}
	return drivers.Reserved()
}

func TestReservedUsers(t *testing.T) {
	tests := []struct {
		scenarios string
		want      int
	}{
		{`"a":{"executor":"constant-arrival-rate","rate":1,"duration":"10s","preAllocatedVUs":2,"maxVUs":10}`, 2},
		{`"a":{"executor":"externally-controlled","vus":2,"maxVUs":10},"b":{"executor":"constant-vus","vus":7,"duration":"1s","startTime":"1h"}`, 9},
		// Users count until their gracefulStop is over, so the first two overlap.
		{`"a":{"executor":"constant-vus","vus":5,"duration":"10s"},"b":{"executor":"constant-vus","vus":7,"duration":"10s","startTime":"10s"},
			"c":{"executor":"constant-vus","vus":7,"duration":"10s","startTime":"50s"}`, 12},
		{`"a":{"executor":"constant-vus","vus":5,"duration":"10s","gracefulStop":"0s"},"b":{"executor":"constant-vus","vus":7,"duration":"10s","startTime":"10s"}`, 7},
	}
	for _, tt := range tests {
		if got := reservedFor(t, tt.scenarios); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.scenarios, got, tt.want)
		}
	}
}

// 7 users start at some time within a ramp from 10 to 0 in 10 s and up to 4 in another 10 s. The numbers are what k6 2.2
// says in inspect --execution-requirements, but where it says 11 for most of the 10s: it
// counts the fourth user of the second ramp, too, who is due when the scenario ends and so does nothing.
func TestReservedForRamps(t *testing.T) {
	starts := []string{"0s", "4500ms", "5s", "9s", "10s", "11s", "14s", "16s", "24s"}
	for rampDown, want := range map[string][]int{
		"0s":  {17, 13, 12, 10, 10, 10, 10, 10, 10},
		"1s":  {17, 14, 13, 10, 10, 10, 10, 10, 10},
		"5s":  {17, 17, 17, 13, 12, 11, 10, 10, 10},
		"10s": {17, 17, 17, 17, 17, 16, 13, 11, 10},
		"30s": {17, 17, 17, 17, 17, 17, 17, 17, 10},
	} {
		for i, start := range starts {
			got := reservedFor(t, fmt.Sprintf(`"a":{"executor":"ramping-vus","startVUs":10,"stages":[{"duration":"10s","target":0},{"duration":"10s","target":4}],"gracefulRampDown":%q,"gracefulStop":"3s"},
				"b":{"executor":"constant-vus","vus":7,"duration":"100s","startTime":%q}`, rampDown, start))
			if got != want[i] {
				t.Errorf("gracefulRampDown %s, start at %s: %d, want %d", rampDown, start, got, want[i])
			}
		}
	}
}
