package fleet

import (
	"strings"
	"testing"
)

func TestFromEnv(t *testing.T) {
	tests := []struct {
		env  string
		want Place
		ok   bool
		fail string
	}{
		{"", Place{}, false, ""},
		{"JOB_COMPLETION_INDEX=3", Place{3, 0, "", "Kubernetes (Indexed Job)", "JOB_COMPLETION_INDEX"}, true, ""},
		{"KATYDID_SHARD=2 KATYDID_SHARDS=4 KATYDID_RUN_ID=r JOB_COMPLETION_INDEX=3", Place{2, 4, "r", "katydid", "KATYDID_SHARD"}, true, ""},
		{"CI_NODE_INDEX=1 CI_NODE_TOTAL=5 CI_PIPELINE_ID=77", Place{0, 5, "77", "GitLab CI", "CI_NODE_INDEX"}, true, ""},
		{"CLOUD_RUN_TASK_INDEX=9 CLOUD_RUN_TASK_COUNT=10 CLOUD_RUN_EXECUTION=job-x7", Place{9, 10, "job-x7", "Cloud Run", "CLOUD_RUN_TASK_INDEX"}, true, ""},
		{"CI_NODE_INDEX=0", Place{}, true, `CI_NODE_INDEX is "0", which is no number of 1 or more`},
		{"JOB_COMPLETION_INDEX=x", Place{}, true, "no number"},
		{"CIRCLE_NODE_INDEX=4 CIRCLE_NODE_TOTAL=4", Place{}, true, "do not go together"},
	}
	for _, test := range tests {
		env := map[string]string{}
		for _, pair := range strings.Fields(test.env) {
			name, value, _ := strings.Cut(pair, "=")
			env[name] = value
		}
		got, ok, err := FromEnv(func(name string) string { return env[name] })
		switch {
		case ok != test.ok || (err != nil) != (test.fail != ""):
			t.Errorf("%s: %v %v", test.env, ok, err)
		case err != nil && !strings.Contains(err.Error(), test.fail):
			t.Errorf("%s: %v", test.env, err)
		case err == nil && got != test.want:
			t.Errorf("%s: %+v, want %+v", test.env, got, test.want)
		}
	}
}
