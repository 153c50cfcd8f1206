package options

import (
	"encoding/json"
	"strconv"
	"strings"
)

var thresholds = kind[[]Threshold]{decode: decodeThresholds, parse: parseThresholds, join: joinThresholds, show: showThresholds}

func decodeThresholds(raw []byte) ([]Threshold, error) {
	list, err := members(raw)
	if err != nil {
		return nil, err
	}
	found := []Threshold{}
	for _, m := range list {
		t := Threshold{Key: m.key, List: []Demand{}}
		if !isNull(m.raw) {
			if t.List, err = decodeDemands(m.raw); err != nil {
				return nil, within("."+m.key, err)
			}
		}
		found = append(found, t)
	}
	return found, nil
}

func decodeDemands(raw []byte) ([]Demand, error) {
	list, err := elements(raw)
	if err != nil {
		return nil, bad(`must be an array of expressions like ["p(95)<500"], not %s`, brief(raw))
	}
	demands := []Demand{}
	for i, item := range list {
		d, err := decodeDemand(item)
		if err != nil {
			return nil, within("["+strconv.Itoa(i)+"]", err)
		}
		demands = append(demands, d)
	}
	return demands, nil
}

// decodeDemand reads "p(95)<500" or {threshold, abortOnFail, delayAbortEval}.
func decodeDemand(raw []byte) (d Demand, err error) {
	if json.Unmarshal(raw, &d.Expr) == nil && !isNull(raw) {
		return d, checkDemand(d)
	}
	list, err := members(raw)
	if err != nil {
		return d, bad("must be an expression or an object with one, not %s", brief(raw))
	}
	for _, m := range list {
		if isNull(m.raw) {
			continue
		}
		var err error
		switch fold(m.key) {
		case "threshold":
			d.Expr, err = decodeText(m.raw)
		case "abortonfail":
			d.AbortOnFail, err = decodeBool(m.raw)
		case "delayaborteval":
			d.DelayAbortEval, err = decodeDuration(m.raw)
		}
		if err != nil {
			return d, within("."+m.key, err)
		}
	}
	return d, checkDemand(d)
}

func checkDemand(d Demand) error {
	if strings.TrimSpace(d.Expr) == "" {
		return bad("has no expression like p(95)<500")
	}
	return nil
}

// parseThresholds reads the JSON of K6_THRESHOLDS, or one METRIC:EXPRESSION,
// for use on the command line. Submetrics have colons only within braces.
func parseThresholds(s string) ([]Threshold, error) {
	if strings.HasPrefix(strings.TrimSpace(s), "{") {
		return decodeThresholds([]byte(s))
	}
	from := strings.LastIndexByte(s, '}') + 1
	colon := strings.IndexByte(s[from:], ':')
	if colon < 0 || from+colon == 0 {
		return nil, bad("must be like http_req_duration:p(95)<500, not %s", brief(s))
	}
	d := Demand{Expr: s[from+colon+1:]}
	return []Threshold{{Key: s[:from+colon], List: []Demand{d}}}, checkDemand(d)
}

// joinThresholds is all of a and b; what they demand of one metric comes together.
func joinThresholds(a, b []Threshold) []Threshold {
	all := append([]Threshold{}, a...)
next:
	for _, t := range b {
		for i := range all {
			if all[i].Key == t.Key {
				all[i].List = concat(all[i].List, t.List)
				continue next
			}
		}
		all = append(all, t)
	}
	return all
}

func showThresholds(list []Threshold) any {
	shown := map[string][]any{}
	for _, t := range list {
		demands := []any{}
		for _, d := range t.List {
			if !d.AbortOnFail {
				demands = append(demands, d.Expr)
				continue
			}
			o := object{}
			o.add("threshold", d.Expr)
			o.add("abortOnFail", true)
			o.add("delayAbortEval", nil)
			if d.DelayAbortEval != 0 {
				o[2].value = d.DelayAbortEval.String()
			}
			demands = append(demands, o)
		}
		shown[t.Key] = demands
	}
	return shown
}
