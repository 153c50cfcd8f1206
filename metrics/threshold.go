package metrics

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Threshold is a condition on a metric, as k6's options have it.
type Threshold struct {
	Expr           string // such as p(95)<500
	AbortOnFail    bool
	DelayAbortEval time.Duration // how long a run lasts at least before the threshold aborts it
}

// ThresholdsOf is the thresholds on one metric or submetric.
type ThresholdsOf struct {
	Key        string // see ParseKey
	Thresholds []Threshold
}

// Expr is a parsed expression: Method Op Limit.
type Expr struct {
	Method     string  // count, rate, value, avg, min, max, med, or p(N) as it was written
	Percentile float64 // for p(N): 0 to 100
	Op         string  // < <= > >= == === !=
	Limit      float64
}

// methodsOf is what a threshold may ask of a metric, by Type.
var methodsOf = [...][]string{
	Counter: {"count", "rate"},
	Gauge:   {"value"},
	Rate:    {"rate"},
	Trend:   {"avg", "min", "max", "med", "p(0) to p(100)"},
}

const operators = "<, <=, >, >=, ==, === or !="

// ParseExpr reads the expression of a threshold, such as p(95)<500. Whether a metric knows the method is not its
// business, see Engine.Validate.
func ParseExpr(text string) (Expr, error) {
	at := strings.IndexAny(text, "<>=!")
	if at < 0 {
		return Expr{}, exprError(text, "there is no "+operators)
	}
	end := at
	for end < len(text) && strings.IndexByte("<>=!", text[end]) >= 0 {
		end++
	}
	x := Expr{Op: text[at:end]}
	switch x.Op {
	case "<", "<=", ">", ">=", "==", "===", "!=":
	default:
		return Expr{}, exprError(text, fmt.Sprintf("%q is none of %s", x.Op, operators))
	}
	if err := x.parseMethod(strings.TrimSpace(text[:at])); err != nil {
		return Expr{}, exprError(text, err.Error())
	}
	limit := strings.TrimSpace(text[end:])
	var err error
	if x.Limit, err = strconv.ParseFloat(limit, 64); err != nil {
		return Expr{}, exprError(text, fmt.Sprintf("%q is no number", limit))
	}
	return x, nil
}

func (x *Expr) parseMethod(text string) error {
	switch text {
	case "count", "rate", "value", "avg", "min", "max", "med":
		x.Method = text
		return nil
	}
	if p, ok := parsePercentile(text); ok {
		x.Method, x.Percentile = text, p
		return nil
	}
	return fmt.Errorf("%q is none of count, rate, value, avg, min, max, med, p(0) to p(100)", text)
}

// parsePercentile reads p(N) with an N of 0 to 100.
func parsePercentile(text string) (float64, bool) {
	inner, ok := strings.CutPrefix(text, "p(")
	if !ok {
		return 0, false
	}
	if inner, ok = strings.CutSuffix(inner, ")"); !ok {
		return 0, false
	}
	p, err := strconv.ParseFloat(inner, 64)
	return p, err == nil && p >= 0 && p <= 100
}

func exprError(text, why string) error {
	return fmt.Errorf("threshold %q: %s: write one comparison, such as p(95)<500", text, why)
}

// holds says whether value is on the right side of the limit.
func (x *Expr) holds(value float64) bool {
	switch x.Op {
	case "<":
		return value < x.Limit
	case "<=":
		return value <= x.Limit
	case ">":
		return value > x.Limit
	case ">=":
		return value >= x.Limit
	case "!=":
		return value != x.Limit
	}
	return value == x.Limit // == and ===
}
