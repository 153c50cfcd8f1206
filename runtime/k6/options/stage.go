package options

import (
	"strconv"
	"strings"
)

var (
	shortcutStages = kind[[]Stage]{decode: func(raw []byte) ([]Stage, error) { return decodeStages(raw, false) },
		parse: parseStages, join: concat[Stage], show: showStages}
	scenarioStages = kind[[]Stage]{decode: func(raw []byte) ([]Stage, error) { return decodeStages(raw, true) }, show: showStages}
)

// decodeStages refuses unknown names only within scenarios, as k6 does.
func decodeStages(raw []byte, strict bool) ([]Stage, error) {
	list, err := elements(raw)
	if err != nil {
		return nil, bad("must be an array like [{duration: '30s', target: 10}], not %s", brief(raw))
	}
	stages := []Stage{}
	for i, item := range list {
		g, err := decodeStage(item, strict)
		if err != nil {
			return nil, within("["+strconv.Itoa(i)+"]", err)
		}
		stages = append(stages, g)
	}
	return stages, nil
}

func decodeStage(raw []byte, strict bool) (g Stage, err error) {
	list, err := members(raw)
	if err != nil {
		return g, err
	}
	var hasDuration, hasTarget bool
	for _, m := range list {
		if isNull(m.raw) {
			continue
		}
		switch fold(m.key) {
		case "duration":
			hasDuration = true
			g.Duration, err = decodeDuration(m.raw)
		case "target":
			hasTarget = true
			g.Target, err = decodeInt(m.raw)
		default:
			if strict {
				err = bad("is not known: a stage has duration and target")
			}
		}
		if err != nil {
			return g, within("."+m.key, err)
		}
	}
	switch {
	case !hasDuration:
		return g, bad("has no duration")
	case !hasTarget:
		return g, bad("has no target")
	}
	return g, checkStage(g)
}

func checkStage(g Stage) error {
	if g.Duration < 0 {
		return within(".duration", bad("must not be negative: %s", g.Duration))
	}
	return within(".target", checkTarget(g.Target))
}

func checkTarget(n int) error {
	if n < 0 || n > mostRate {
		return bad("must be from 0 to %d, not %d", mostRate, n)
	}
	return nil
}

// parseStages reads 30s:10,1m:0.
func parseStages(s string) ([]Stage, error) {
	stages := []Stage{}
	if s == "" {
		return stages, nil
	}
	for item := range strings.SplitSeq(s, ",") {
		duration, target, ok := strings.Cut(strings.TrimSpace(item), ":")
		if !ok || duration == "" || target == "" {
			return nil, bad("must be like 30s:10 (duration:target), not %s", brief(item))
		}
		var g Stage
		var err error
		if g.Duration, err = parseArgument(duration); err != nil {
			return nil, within(".duration", err)
		}
		if g.Target, err = parseInt(target); err != nil {
			return nil, within(".target", err)
		}
		if err := checkStage(g); err != nil {
			return nil, err
		}
		stages = append(stages, g)
	}
	return stages, nil
}

func showStages(stages []Stage) any {
	shown := []any{}
	for _, g := range stages {
		o := object{}
		o.add("duration", g.Duration.String())
		o.add("target", g.Target)
		shown = append(shown, o)
	}
	return shown
}
