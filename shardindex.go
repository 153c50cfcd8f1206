package main

import (
	"fmt"
	"strconv"
)

// shardVar is the environment variable that says which shard a process is, whatever started it; shards count from 0.
const shardVar = "KATYDID_SHARD"

// An engine starts a number of processes and tells each its number in an environment variable.
type engine struct {
	name  string
	index string // the variable
	count string // that of how many there are; "" if the engine does not say
	base  int    // the first index
	when  string // a variable that is set if the index is this engine's, where the name does not tell; "" otherwise
}

// engines are those whose variables are known, in the order in which they are looked for. docs/engines.md has the same table.
var engines = []engine{
	{name: "katydid", index: shardVar},
	{name: "Kubernetes Indexed Job", index: "JOB_COMPLETION_INDEX"},
	{name: "Google Cloud Run job", index: "CLOUD_RUN_TASK_INDEX", count: "CLOUD_RUN_TASK_COUNT"},
	{name: "Google Batch", index: "BATCH_TASK_INDEX", count: "BATCH_TASK_COUNT"},
	{name: "AWS Batch array job", index: "AWS_BATCH_JOB_ARRAY_INDEX", count: "AWS_BATCH_JOB_ARRAY_SIZE"},
	{name: "Nomad", index: "NOMAD_ALLOC_INDEX"},
	{name: "GitLab CI", index: "CI_NODE_INDEX", count: "CI_NODE_TOTAL", base: 1, when: "GITLAB_CI"},
	{name: "Heroku CI", index: "CI_NODE_INDEX", count: "CI_NODE_TOTAL", when: "HEROKU_TEST_RUN_ID"},
	{name: "CircleCI", index: "CIRCLE_NODE_INDEX", count: "CIRCLE_NODE_TOTAL"},
	{name: "Buildkite", index: "BUILDKITE_PARALLEL_JOB", count: "BUILDKITE_PARALLEL_JOB_COUNT"},
	{name: "Semaphore", index: "SEMAPHORE_JOB_INDEX", count: "SEMAPHORE_JOB_COUNT", base: 1},
	{name: "Bitbucket Pipelines", index: "BITBUCKET_PARALLEL_STEP", count: "BITBUCKET_PARALLEL_STEP_COUNT"},
	{name: "Azure Pipelines", index: "SYSTEM_JOBPOSITIONINPHASE", count: "SYSTEM_TOTALJOBSINPHASE", base: 1},
}

// shardIndex finds out from the environment which shard this process is, from 0, and of how many, 0 if that is not said.
// from is the variable, for messages. It is not ok if there is no such variable. Two engines whose indices differ, as when
// a job of one starts within a job of the other, are an error: katydid cannot know which of them starts the shards.
func shardIndex(getenv func(string) string) (index, count int, from string, ok bool, err error) {
	for _, e := range engines {
		if getenv(e.index) == "" || e.when != "" && getenv(e.when) == "" {
			continue
		}
		i, n, err := e.read(getenv)
		switch {
		case err != nil:
			return 0, 0, e.index, false, err
		case !ok:
			index, count, from, ok = i, n, e.index, true
			if e.index == shardVar {
				return index, count, from, true, nil // the user's own word
			}
		case i != index:
			return 0, 0, from, false, fmt.Errorf("%s makes this shard %d, but %s makes it shard %d: say which with %s or --shard-index", from, index, e.index, i, shardVar)
		}
	}
	if !ok && getenv("CI_NODE_INDEX") != "" {
		return 0, 0, "CI_NODE_INDEX", false, fmt.Errorf("CI_NODE_INDEX is set by an unknown system, which may count from 0 or from 1: say which shard this is with %s or --shard-index", shardVar)
	}
	return index, count, from, ok, nil
}

// read gives the index, from 0, and the count, 0 if it is not said.
func (e engine) read(getenv func(string) string) (index, count int, err error) {
	index, err = strconv.Atoi(getenv(e.index))
	if err != nil || index < e.base {
		return 0, 0, fmt.Errorf("%s=%s must be a whole number from %d", e.index, getenv(e.index), e.base)
	}
	index -= e.base
	if text := getenv(e.count); e.count != "" && text != "" {
		count, err = strconv.Atoi(text)
		if err != nil || count <= index {
			return 0, 0, fmt.Errorf("%s=%s does not go with %s=%s", e.count, text, e.index, getenv(e.index))
		}
	}
	return index, count, nil
}
