package fleet

import (
	"fmt"
	"strconv"
	"strings"
)

// engine is a program that starts a number of processes and tells each which one it is, by variables of its environment.
type engine struct {
	name  string
	index string
	from  int    // what the first process gets
	of    string // how many there are; "" if it does not say
	run   string // what is the same for all of them and different for every start; "" if there is nothing
}

// engines are those that are known. The first whose variable is set counts, so that one's own comes before all.
var engines = []engine{
	{"katydid", "KATYDID_SHARD", 0, "KATYDID_SHARDS", "KATYDID_RUN_ID"},
	{"Kubernetes (Indexed Job)", "JOB_COMPLETION_INDEX", 0, "", ""},
	{"Cloud Run", "CLOUD_RUN_TASK_INDEX", 0, "CLOUD_RUN_TASK_COUNT", "CLOUD_RUN_EXECUTION"},
	{"AWS Batch", "AWS_BATCH_JOB_ARRAY_INDEX", 0, "AWS_BATCH_JOB_ARRAY_SIZE", ""},
	{"Nomad", "NOMAD_ALLOC_INDEX", 0, "", ""},
	{"Slurm", "SLURM_ARRAY_TASK_ID", 0, "", "SLURM_ARRAY_JOB_ID"},
	{"GitLab CI", "CI_NODE_INDEX", 1, "CI_NODE_TOTAL", "CI_PIPELINE_ID"},
	{"CircleCI", "CIRCLE_NODE_INDEX", 0, "CIRCLE_NODE_TOTAL", "CIRCLE_WORKFLOW_JOB_ID"},
	{"Buildkite", "BUILDKITE_PARALLEL_JOB", 0, "BUILDKITE_PARALLEL_JOB_COUNT", "BUILDKITE_BUILD_ID"},
	{"Azure Pipelines", "SYSTEM_JOBPOSITIONINPHASE", 1, "SYSTEM_TOTALJOBSINPHASE", "BUILD_BUILDID"},
}

// Place is which shard of how many a process is, as the engine says that has started it.
type Place struct {
	Index    int
	Of       int    // 0 if it does not say
	Run      string // a name for the run; "" if it gives none
	Engine   string // its name
	Variable string // that gave Index
}

// FromEnv looks for the variables of the known engines; false if there are none. An error says which makes no sense.
func FromEnv(getenv func(string) string) (p Place, ok bool, err error) {
	for _, e := range engines {
		text := strings.TrimSpace(getenv(e.index))
		if text == "" {
			continue
		}
		p = Place{Engine: e.name, Variable: e.index, Run: strings.TrimSpace(getenv(e.run))}
		n, err := strconv.Atoi(text)
		if err != nil || n < e.from {
			return p, true, fmt.Errorf("%s is %q, which is no number of %d or more: give the shard's index with --shard-index", e.index, text, e.from)
		}
		p.Index = n - e.from
		if text := strings.TrimSpace(getenv(e.of)); e.of != "" && text != "" {
			if p.Of, err = strconv.Atoi(text); err != nil || p.Of <= p.Index {
				return p, true, fmt.Errorf("%s is %q and %s is %q, which do not go together: give --shards and --shard-index", e.index, getenv(e.index), e.of, text)
			}
		}
		return p, true, nil
	}
	return Place{}, false, nil
}
