package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestShardIndex(t *testing.T) {
	tests := []struct {
		env  string // NAME=VALUE, separated by spaces
		want string // index/count from variable, "none", or a part of the error
	}{
		{"", "none"},
		{"HOME=/root CI=true", "none"},
		{"KATYDID_SHARD=0", "0/0 KATYDID_SHARD"},
		{"KATYDID_SHARD=7", "7/0 KATYDID_SHARD"},
		{"KATYDID_SHARD=1 JOB_COMPLETION_INDEX=2", "1/0 KATYDID_SHARD"},
		{"KATYDID_SHARD=1 JOB_COMPLETION_INDEX=x", "1/0 KATYDID_SHARD"},
		{"JOB_COMPLETION_INDEX=0", "0/0 JOB_COMPLETION_INDEX"},
		{"CLOUD_RUN_TASK_INDEX=3 CLOUD_RUN_TASK_COUNT=4", "3/4 CLOUD_RUN_TASK_INDEX"},
		{"BATCH_TASK_INDEX=0 BATCH_TASK_COUNT=1", "0/1 BATCH_TASK_INDEX"},
		{"AWS_BATCH_JOB_ARRAY_INDEX=9 AWS_BATCH_JOB_ARRAY_SIZE=10", "9/10 AWS_BATCH_JOB_ARRAY_INDEX"},
		{"AWS_BATCH_JOB_ARRAY_INDEX=9", "9/0 AWS_BATCH_JOB_ARRAY_INDEX"},
		{"NOMAD_ALLOC_INDEX=2", "2/0 NOMAD_ALLOC_INDEX"},
		{"CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=2", "0/2 CIRCLE_NODE_INDEX"},
		{"BUILDKITE_PARALLEL_JOB=1 BUILDKITE_PARALLEL_JOB_COUNT=2", "1/2 BUILDKITE_PARALLEL_JOB"},
		{"BITBUCKET_PARALLEL_STEP=1 BITBUCKET_PARALLEL_STEP_COUNT=2", "1/2 BITBUCKET_PARALLEL_STEP"},

		// These count from 1.
		{"GITLAB_CI=true CI_NODE_INDEX=1 CI_NODE_TOTAL=4", "0/4 CI_NODE_INDEX"},
		{"GITLAB_CI=true CI_NODE_INDEX=4 CI_NODE_TOTAL=4", "3/4 CI_NODE_INDEX"},
		{"GITLAB_CI=true CI_NODE_TOTAL=1", "none"}, // a job without parallel
		{"SEMAPHORE_JOB_INDEX=1 SEMAPHORE_JOB_COUNT=2", "0/2 SEMAPHORE_JOB_INDEX"},
		{"SYSTEM_JOBPOSITIONINPHASE=2 SYSTEM_TOTALJOBSINPHASE=2", "1/2 SYSTEM_JOBPOSITIONINPHASE"},
		{"HEROKU_TEST_RUN_ID=e5e28b13 CI_NODE_INDEX=0 CI_NODE_TOTAL=4", "0/4 CI_NODE_INDEX"}, // this one from 0
		{"HEROKU_TEST_RUN_ID=e5e28b13 CI_NODE_INDEX=3 CI_NODE_TOTAL=4", "3/4 CI_NODE_INDEX"},

		// Whatever is not sure is said.
		{"CI_NODE_INDEX=1 CI_NODE_TOTAL=4", "CI_NODE_INDEX is set by an unknown system"},
		{"GITLAB_CI=true CI_NODE_INDEX=0 CI_NODE_TOTAL=4", "CI_NODE_INDEX=0 must be a whole number from 1"},
		{"GITLAB_CI=true CI_NODE_INDEX=5 CI_NODE_TOTAL=4", "CI_NODE_TOTAL=4 does not go with CI_NODE_INDEX=5"},
		{"KATYDID_SHARD=-1", "KATYDID_SHARD=-1 must be a whole number from 0"},
		{"KATYDID_SHARD=one", "KATYDID_SHARD=one must be a whole number from 0"},
		{"JOB_COMPLETION_INDEX=1.5", "JOB_COMPLETION_INDEX=1.5 must be"},
		{"CLOUD_RUN_TASK_INDEX=4 CLOUD_RUN_TASK_COUNT=4", "CLOUD_RUN_TASK_COUNT=4 does not go with"},
		{"JOB_COMPLETION_INDEX=1 NOMAD_ALLOC_INDEX=2", "JOB_COMPLETION_INDEX makes this shard 1, but NOMAD_ALLOC_INDEX makes it shard 2"},
		{"CIRCLE_NODE_INDEX=0 CIRCLE_NODE_TOTAL=1 KATYDID_SHARD=2", "2/0 KATYDID_SHARD"},
		{"JOB_COMPLETION_INDEX=1 NOMAD_ALLOC_INDEX=1", "1/0 JOB_COMPLETION_INDEX"},
	}
	for _, tt := range tests {
		sys := &system{environ: strings.Fields(tt.env)}
		index, count, from, ok, err := shardIndex(sys.getenv)
		got := "none"
		if ok {
			got = fmt.Sprintf("%d/%d %s", index, count, from)
		}
		if err != nil {
			got = err.Error()
		}
		if ok && err != nil || !strings.HasPrefix(got, tt.want) {
			t.Errorf("%q: %s (ok %v), want %s", tt.env, got, ok, tt.want)
		}
	}
}

// docs/engines.md has a row for every engine, with its variables and where it begins to count.
func TestDocumentedEngines(t *testing.T) {
	text := readText(t, "docs/engines.md")
	for _, e := range engines {
		count := "not said"
		if e.count != "" {
			count = "`" + e.count + "`"
		}
		row := fmt.Sprintf("| `%s` | %s | %d |", e.index, count, e.base)
		if !strings.Contains(text, row) || !strings.Contains(text, "| "+e.name+" | ") {
			t.Errorf("docs/engines.md has no row for %s: | %s %s", e.name, e.name, row)
		}
	}
}
