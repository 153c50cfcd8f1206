package options

import (
	"slices"
	"time"
)

// Merge is what several levels say together, the weakest first: for k6 the
// configuration file, the script, the environment, the command line. The
// stronger replaces the value of the weaker as a whole, also lists and tags,
// but for the parts of dns. A level that says anything of the load (duration,
// iterations, stages, scenarios) takes away all four of the weaker ones. No
// level is changed; those that are nil are passed over.
func Merge(levels ...*Options) *Options {
	merged := &Options{}
	for _, level := range levels {
		if level != nil {
			merged.add(level)
		}
	}
	return merged
}

func (o *Options) add(strong *Options) {
	erased := slices.Clone(o.erased)
	if strong.saysLoad() {
		if o.Scenarios.Given() {
			erased = append(erased, o.Scenarios.From)
		}
		o.Duration, o.Iterations = Opt[time.Duration]{}, Opt[int]{}
		o.Stages, o.Scenarios = Opt[[]Stage]{}, Opt[[]ScenarioFields]{}
	}
	o.erased = append(erased, strong.erased...)
	for _, r := range table {
		r.access.merge(o, strong)
	}
}

func (o *Options) saysLoad() bool {
	return o.Duration.Given() || o.Iterations.Given() || o.Stages.Given() || o.Scenarios.Given()
}
