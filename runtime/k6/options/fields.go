package options

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// ScenarioFields is a scenario as it was given, with nothing filled in.
type ScenarioFields struct {
	Name     string
	Executor string

	StartTime    Opt[time.Duration]
	GracefulStop Opt[time.Duration]
	Env          Opt[[]Pair]
	Exec         Opt[string]
	Tags         Opt[[]Pair]
	Options      Opt[json.RawMessage] // of the browser

	VUs              Opt[int]
	StartVUs         Opt[int]
	Iterations       Opt[int]
	Duration         Opt[time.Duration]
	MaxDuration      Opt[time.Duration]
	Stages           Opt[[]Stage]
	GracefulRampDown Opt[time.Duration]
	Rate             Opt[int]
	StartRate        Opt[int]
	TimeUnit         Opt[time.Duration]
	PreAllocatedVUs  Opt[int]
	MaxVUs           Opt[int]

	shortcut bool // made of vus, duration, iterations or stages
}

// The executors.
const (
	ConstantVUs          = "constant-vus"
	RampingVUs           = "ramping-vus"
	PerVUIterations      = "per-vu-iterations"
	SharedIterations     = "shared-iterations"
	ConstantArrivalRate  = "constant-arrival-rate"
	RampingArrivalRate   = "ramping-arrival-rate"
	ExternallyControlled = "externally-controlled"
)

func field[T any](key string, k kind[T], at func(*ScenarioFields) *Opt[T]) row[ScenarioFields] {
	return row[ScenarioFields]{key, cell[ScenarioFields, T]{k, at}}
}

var (
	fieldVUs         = field("vus", whole, func(s *ScenarioFields) *Opt[int] { return &s.VUs })
	fieldStartVUs    = field("startVUs", whole, func(s *ScenarioFields) *Opt[int] { return &s.StartVUs })
	fieldIterations  = field("iterations", whole, func(s *ScenarioFields) *Opt[int] { return &s.Iterations })
	fieldDuration    = field("duration", length, func(s *ScenarioFields) *Opt[time.Duration] { return &s.Duration })
	fieldMaxDuration = field("maxDuration", length, func(s *ScenarioFields) *Opt[time.Duration] { return &s.MaxDuration })
	fieldStages      = field("stages", scenarioStages, func(s *ScenarioFields) *Opt[[]Stage] { return &s.Stages })
	fieldRampDown    = field("gracefulRampDown", length, func(s *ScenarioFields) *Opt[time.Duration] { return &s.GracefulRampDown })
	fieldRate        = field("rate", whole, func(s *ScenarioFields) *Opt[int] { return &s.Rate })
	fieldStartRate   = field("startRate", whole, func(s *ScenarioFields) *Opt[int] { return &s.StartRate })
	fieldTimeUnit    = field("timeUnit", length, func(s *ScenarioFields) *Opt[time.Duration] { return &s.TimeUnit })
	fieldPre         = field("preAllocatedVUs", whole, func(s *ScenarioFields) *Opt[int] { return &s.PreAllocatedVUs })
	fieldMaxVUs      = field("maxVUs", whole, func(s *ScenarioFields) *Opt[int] { return &s.MaxVUs })
)

// commonFields come first in all executors, behind the executor itself.
var commonFields = []row[ScenarioFields]{
	field("startTime", length, func(s *ScenarioFields) *Opt[time.Duration] { return &s.StartTime }),
	field("gracefulStop", length, func(s *ScenarioFields) *Opt[time.Duration] { return &s.GracefulStop }),
	field("env", pairs, func(s *ScenarioFields) *Opt[[]Pair] { return &s.Env }),
	field("exec", text, func(s *ScenarioFields) *Opt[string] { return &s.Exec }),
	field("tags", pairs, func(s *ScenarioFields) *Opt[[]Pair] { return &s.Tags }),
	fieldOptions,
}

var fieldOptions = field("options", raw, func(s *ScenarioFields) *Opt[json.RawMessage] { return &s.Options })

// executorFields are the further fields of each, in the order of test.options.
var executorFields = map[string][]row[ScenarioFields]{
	ConstantVUs:          {fieldVUs, fieldDuration},
	RampingVUs:           {fieldStartVUs, fieldStages, fieldRampDown},
	PerVUIterations:      {fieldVUs, fieldIterations, fieldMaxDuration},
	SharedIterations:     {fieldVUs, fieldIterations, fieldMaxDuration},
	ConstantArrivalRate:  {fieldRate, fieldTimeUnit, fieldDuration, fieldPre, fieldMaxVUs},
	RampingArrivalRate:   {fieldStartRate, fieldTimeUnit, fieldStages, fieldPre, fieldMaxVUs},
	ExternallyControlled: {fieldVUs, fieldDuration, fieldMaxVUs},
}

var scenarios = kind[[]ScenarioFields]{decode: decodeScenarios}

func decodeScenarios(raw []byte) ([]ScenarioFields, error) {
	list, err := members(raw)
	if err != nil {
		return nil, err
	}
	found := []ScenarioFields{}
	for _, m := range list {
		s, err := decodeScenario(m.key, m.raw)
		if err != nil {
			return nil, within("."+m.key, err)
		}
		found = append(found, s)
	}
	return found, nil
}

func decodeScenario(name string, raw []byte) (s ScenarioFields, err error) {
	list, err := members(raw)
	if err != nil {
		return s, err
	}
	s.Name = name
	for _, m := range list {
		if fold(m.key) == "executor" && !isNull(m.raw) {
			if s.Executor, err = decodeText(m.raw); err != nil {
				return s, within("."+m.key, err)
			}
		}
	}
	own, ok := executorFields[s.Executor]
	switch {
	case s.Executor == "":
		return s, bad("has no executor: one of %s", executorNames())
	case !ok:
		return s, within(".executor", bad("must be one of %s, not %s", executorNames(), brief(s.Executor)))
	}
	fields := slices.Concat(commonFields, own)
	for _, m := range list {
		if fold(m.key) == "executor" {
			continue
		}
		r := find(fields, m.key)
		if r == nil {
			return s, within("."+m.key, bad("is not known: %s has %s", s.Executor, fieldNames(fields)))
		}
		// Where the scenario came from is known to the caller; here it only counts that there is a value.
		if err := r.access.fromJSON(&s, m.raw, "scenario"); err != nil {
			return s, within("."+r.key, err)
		}
	}
	return s, checkBrowser(s.Options)
}

// checkBrowser allows what k6 knows; what there is of a browser is another's business.
func checkBrowser(o Opt[json.RawMessage]) error {
	list, err := members(o.Value)
	if err != nil {
		return within(".options", err)
	}
	for _, m := range list {
		if fold(m.key) != "browser" {
			return within(".options."+m.key, bad("is not known: options has browser"))
		}
	}
	return nil
}

func executorNames() string {
	return strings.Join([]string{ConstantVUs, RampingVUs, PerVUIterations, SharedIterations, ConstantArrivalRate, RampingArrivalRate}, ", ")
}

func fieldNames(fields []row[ScenarioFields]) string {
	names := []string{"executor"}
	for _, f := range fields {
		if f.key != fieldOptions.key {
			names = append(names, f.key)
		}
	}
	return strings.Join(names, ", ")
}

// shown is the scenario as test.options has it: what was not given is null.
func (s *ScenarioFields) shown() object {
	o := object{}
	o.add("executor", s.Executor)
	for _, f := range slices.Concat(commonFields, executorFields[s.Executor]) {
		if f.key != fieldOptions.key || f.access.origin(s) != "" {
			o.add(f.key, f.access.shown(s))
		}
	}
	return o
}

// label is the name of a field as the user wrote it.
func (s *ScenarioFields) label(key string) string {
	if !s.shortcut {
		return fmt.Sprintf("scenarios.%s.%s", s.Name, key)
	}
	switch key {
	case fieldStartVUs.key:
		return "vus"
	case fieldMaxDuration.key:
		return "duration"
	}
	return key
}
