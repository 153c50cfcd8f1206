package metrics

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// The table was checked with k6's binary, which takes and refuses the same.
func TestParseExpr(t *testing.T) {
	inf := math.Inf(1)
	for text, want := range map[string]Expr{
		"count>1":          {"count", 0, ">", 1},
		" count>1 ":        {"count", 0, ">", 1},
		"count  >=\t1e3":   {"count", 0, ">=", 1000},
		"count>-5":         {"count", 0, ">", -5},
		"count>+5":         {"count", 0, ">", 5},
		"count>.5":         {"count", 0, ">", 0.5},
		"count>5.":         {"count", 0, ">", 5},
		"count<inf":        {"count", 0, "<", inf},
		"count===1":        {"count", 0, "===", 1},
		"count==1":         {"count", 0, "==", 1},
		"count!=1":         {"count", 0, "!=", 1},
		"rate<0.01":        {"rate", 0, "<", 0.01},
		"value<=3":         {"value", 0, "<=", 3},
		"avg<200":          {"avg", 0, "<", 200},
		"min<200":          {"min", 0, "<", 200},
		"max<200":          {"max", 0, "<", 200},
		"med<200":          {"med", 0, "<", 200},
		"p(95)<500":        {"p(95)", 95, "<", 500},
		"p(99.9) < 500.25": {"p(99.9)", 99.9, "<", 500.25},
		"p(.5)<1":          {"p(.5)", 0.5, "<", 1},
		"p(1e1)<1":         {"p(1e1)", 10, "<", 1},
		"p(0)<1":           {"p(0)", 0, "<", 1},
		"p(100)<1":         {"p(100)", 100, "<", 1},
	} {
		if got, err := ParseExpr(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, why := range map[string]string{
		"":                 "there is no <, <=, >, >=, ==, === or !=",
		"count":            "there is no <, <=, >, >=, ==, === or !=",
		"count>":           `"" is no number`,
		">1":               `"" is none of count, rate, value, avg, min, max, med, p(0) to p(100)`,
		"count=1":          `"=" is none of <`,
		"count=>1":         `"=>" is none of <`,
		"count!==1":        `"!==" is none of <`,
		"count<>1":         `"<>" is none of <`,
		"count>1&&count<2": `"1&&count<2" is no number`,
		"count>1 2":        `"1 2" is no number`,
		"count>1e":         `"1e" is no number`,
		"count>1e400":      `"1e400" is no number`,
		"count>0x10":       `"0x10" is no number`,
		"rate<1%":          `"1%" is no number`,
		"Count>1":          `"Count" is none of`,
		"passes<1":         `"passes" is none of`,
		"p95<1":            `"p95" is none of`,
		"p(101)<1":         `"p(101)" is none of`,
		"p(-1)<1":          `"p(-1)" is none of`,
		"p(nan)<1":         `"p(nan)" is none of`,
		"p()<1":            `"p()" is none of`,
		"p( 95 )<1":        `"p( 95 )" is none of`,
		"p (95)<1":         `"p (95)" is none of`,
	} {
		_, err := ParseExpr(text)
		if err == nil || !strings.Contains(err.Error(), why) || !strings.HasSuffix(err.Error(), "write one comparison, such as p(95)<500") {
			t.Errorf("%q: error %v, want %s", text, err, why)
		}
	}
}

func TestParseKey(t *testing.T) {
	for text, want := range map[string]Key{
		"cc":                          {"cc", nil, "cc"},
		"cc{a:b}":                     {"cc", []Tag{{"a", "b"}}, "cc{a:b}"},
		`cc{ a : "b c" , 'd':e }`:     {"cc", []Tag{{"a", "b c"}, {"d", "e"}}, `cc{a : "b c" , 'd':e}`},
		"cc{group:::g::h}":            {"cc", []Tag{{"group", "::g::h"}}, "cc{group:::g::h}"},
		`cc{group:""}`:                {"cc", []Tag{{"group", ""}}, `cc{group:""}`},
		`cc{x:" y "}`:                 {"cc", []Tag{{"x", " y "}}, `cc{x:" y "}`},
		"cc{url:http://x/?z={1},q:r}": {"cc", []Tag{{"url", "http://x/?z={1}"}, {"q", "r"}}, "cc{url:http://x/?z={1},q:r}"},
		"cc{a:b,c:d,a:e}":             {"cc", []Tag{{"a", "e"}, {"c", "d"}}, "cc{a:b,c:d,a:e}"},
		"":                            {"", nil, ""},
	} {
		if got, err := ParseKey(text); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
	for text, why := range map[string]string{
		"cc{}":         `"" is no tag:value`,
		"cc{a}":        `"a" is no tag:value`,
		"cc{a:}":       `"a:" is no tag:value`,
		"cc{:b}":       `":b" is no tag:value`,
		"cc{a:b,}":     `"" is no tag:value`,
		"cc{,a:b}":     `"" is no tag:value`,
		"cc{a:b,c}":    `"c" is no tag:value`,
		`cc{a:"b,c"}`:  `"c\"" is no tag:value`,
		"cc{a:b":       "the braces do not match",
		"cca:b}":       "the braces do not match",
		"cc{a:b}x":     "the braces do not match",
		"cc}a:b{":      "the braces do not match",
		"cc{a:b} ":     "the braces do not match",
		`cc{"":b}`:     "is no tag:value",
		"cc{ , }":      "is no tag:value",
		"cc{a:b},{c:d": "the braces do not match",
	} {
		if _, err := ParseKey(text); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: error %v, want %s", text, err, why)
		}
	}
}

// What the parsers take has a meaning, and means the same when written out.
func FuzzParseExpr(f *testing.F) {
	for _, seed := range []string{"count>1", "p(99.9) <= 1e3", "rate===.5", "p(<1", "value!==1", "p(95)<NaN"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := ParseExpr(text)
		if err != nil {
			return
		}
		if x.Percentile < 0 || x.Percentile > 100 || x.Percentile != x.Percentile {
			t.Errorf("%q: p(%v)", text, x.Percentile)
		}
		again, err := ParseExpr(x.Method + x.Op + strconv.FormatFloat(x.Limit, 'g', -1, 64))
		if err != nil || again != x && x.Limit == x.Limit {
			t.Errorf("%q: %+v, again %+v, %v", text, x, again, err)
		}
	})
}

func FuzzParseKey(f *testing.F) {
	for _, seed := range []string{"a", "a{b:c}", `a{ "b" : ::c, d:e}`, "a{b:c", "a{:}", "{}", "a{b:{c}}"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := ParseKey(text)
		if err != nil {
			return
		}
		names := map[string]bool{}
		for _, tag := range k.Tags {
			if tag.Name == "" || names[tag.Name] {
				t.Errorf("%q: tags %q", text, k.Tags)
			}
			names[tag.Name] = true
		}
		if again, err := ParseKey(k.String()); err != nil || !reflect.DeepEqual(k, again) {
			t.Errorf("%q: %+v, again %+v, %v", text, k, again, err)
		}
	})
}
