package main

import (
	"math"
	"strings"
	"testing"
)

func near(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b)) }

func TestValues(t *testing.T) {
	nan := math.NaN()
	v := values{3, nan, 1, 2, 10}
	if median, least, most := v.spread(); median != 2.5 || least != 1 || most != 10 {
		t.Errorf("median %g of %g to %g, want 2.5 of 1 to 10: the failed repeat does not count", median, least, most)
	}
	if v[0] != 3 || v[4] != 10 {
		t.Errorf("spread has moved values of their repeats: %v", v)
	}
	ratio := v.over(values{1, 1, 2, nan, 5})
	if ratio[0] != 3 || ratio[2] != 0.5 || ratio[4] != 2 || !math.IsNaN(ratio[1]) || !math.IsNaN(ratio[3]) {
		t.Errorf("ratios %v", ratio)
	}
	for _, test := range []struct {
		v    values
		want string
	}{
		{v, "2.5 (1.0 to 10.0)"}, {values{7}, "7.0"}, {nil, "-"}, {values{nan, nan}, "-"}, {v.above(values{1, 1, 1, 1, 1}), "1.5 (0.0 to 9.0)"},
		{v.scaled(2), "5.0 (2.0 to 20.0)"}, {v.over(nil), "-"},
	} {
		if got := test.v.text("%.1f"); got != test.want {
			t.Errorf("%v is shown as %q, want %q", test.v, got, test.want)
		}
	}
}

func TestLine(t *testing.T) {
	x := []float64{0, 100, 200, 300}
	if slope, scatter := line(x, []float64{5, 255, 505, 755}); !near(slope, 2.5) || scatter > 1e-9 {
		t.Errorf("a line of slope 2.5 is found as %g, scatter %g", slope, scatter)
	}
	// Residuals -1, 1, 1, -1 about a level line: four squares, two degrees of freedom.
	if slope, scatter := line(x, []float64{9, 11, 11, 9}); slope != 0 || !near(scatter, math.Sqrt2) {
		t.Errorf("slope %g, scatter %g, want 0 and the root of 2", slope, scatter)
	}
	if _, err := fit(x[:2], x[:2]); err == nil {
		t.Error("two samples are taken for a trend")
	}
	tr, err := fit(x, []float64{5, 255, 505, 755})
	if err != nil || !near(tr.slope*tr.span, 750) || tr.first != 5 || tr.last != 755 {
		t.Errorf("trend %+v, %v", tr, err)
	}
}

// The figures are worked examples: 440 us and 55 KB are about those of a Locust HttpUser, 10.5 us and 19 KB katydid's.
func TestPrices(t *testing.T) {
	for _, test := range []struct{ monthly, cpu, want float64 }{
		{7, 440, 0.00119}, {25, 440, 0.00424}, {7, 10.5, 0.0000284}, {25, 8.3, 0.0000801},
	} {
		if got := perMillion(test.monthly, test.cpu); math.Abs(got/test.want-1) > 0.005 {
			t.Errorf("$%g a month, %g us: $%g for a million, want $%g", test.monthly, test.cpu, got, test.want)
		}
	}
}

func TestRoom(t *testing.T) {
	for _, test := range []struct {
		name               string
		base, perUser, cpu float64
		want               capacity
		users              float64
	}{
		{"by memory", 20e6, 50e3, 440, capacity{8000, 7954.545454545455, 9900, 70000}, 7954.545454545455},
		{"files", 20e6, 20e3, 10, capacity{20000, 350000, 9900, 70000}, 9900},
		{"memory", 40e6, 190e3, 41, capacity{2000, 85365.85365853658, 9900, 70000}, 2000},
		{"no room at all", 500e6, 1e3, 10, capacity{0, 350000, 9900, 70000}, 0},
	} {
		got := room(test.base, test.perUser, test.cpu)
		if !near(got.memory, test.want.memory) || !near(got.cpu, test.want.cpu) || got.files != test.want.files || got.rate != test.want.rate || !near(got.users(), test.users) {
			t.Errorf("%s: %+v for %g users, want %+v for %g", test.name, got, got.users(), test.want, test.users)
		}
	}
}

func TestGoals(t *testing.T) {
	for _, test := range []struct {
		v           values
		found, word string
	}{
		{values{1.2, 1.1, 1.0}, "1.10 (1.00 to 1.20) s", reached}, {values{1.15}, "1.15 s", reached}, {values{1.2}, "1.20 s", missed}, {nil, "- s", unmeasured},
	} {
		if g := atMost("x", test.v, 1.15, "%.2f", " s"); g.found != test.found || g.word != test.word {
			t.Errorf("%v: %+v, want %s, %s", test.v, g, test.found, test.word)
		}
	}
	d := &document{goals: []goal{{word: reached}, {word: unmeasured}}}
	if d.failed() {
		t.Error("a goal that was not measured counts as missed")
	}
	d.goals = append(d.goals, goal{word: missed})
	if !d.failed() || !(&document{failures: []string{"cpu: it did not run"}}).failed() {
		t.Error("neither a missed goal nor a failed run is a failure")
	}
}

// TestDocument: tables and goals of given figures, all of them as they are told.
func TestDocument(t *testing.T) {
	b := &bench{document: &document{
		options: options{repeats: 2, users: 10_000, requests: 1_000_000}, tools: []*tool{&katydid, &wrk, &k6}, absent: []string{"oha"}, figures: map[*tool]*figures{},
	}}
	*b.of(&katydid) = figures{
		cpu: values{10, 12}, rate: values{90_000, 80_000}, busy: values{1, 1},
		few:   crowds{resident: values{30 * mib, 30 * mib}},
		many:  crowds{resident: values{30*mib + 9000*16*kib, 30*mib + 9000*16*kib}, cpu: values{0.9, 1.5}, wall: values{1, 2}},
		slope: values{0, 0.1}, rise: values{0, mib}, scatter: values{mib, mib}, first: values{mib, mib}, last: values{mib, 2 * mib},
		names: [3]values{{mib, mib}, {3 * mib, 3 * mib}, {70 * mib, 70 * mib}},
	}
	*b.of(&wrk) = figures{cpu: values{10, 10}, rate: values{100_000, 100_000}, busy: values{1, 1}}
	*b.of(&k6) = figures{
		cpu: values{50, 100}, rate: values{20_000, 10_000}, busy: values{1, 1},
		few: crowds{resident: values{mib, mib}}, many: crowds{resident: values{mib + 9000*160*kib, mib + 9000*200*kib}, cpu: values{9, 10}, wall: values{9, 10}},
	}
	b.addCPU(b.tools)
	b.addMemory(b.those(thinkWork))
	b.addStart(b.those(thinkWork))
	b.addGrowth(b.those(namesWork))
	b.addNames(b.those(namesWork))
	b.addArithmetic()
	var text strings.Builder
	if err := b.writeMarkdown(&text); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| katydid | 11.0 (10.0 to 12.0) | 85000 (80000 to 90000) | 1.00 (1.00 to 1.00) | 1.10 (1.00 to 1.20) | 0.160 (0.120 to 0.200) |\n",
		"| CPU for a scripted request <= 1.15 x wrk's | 1.10 (1.00 to 1.20) | reached |\n",
		"| resident memory of an idle user <= 16 KiB | 16.0 (16.0 to 16.0) KiB | reached |\n",
		"| resident memory of an idle user <= 0.1 x k6's | 0.090 (0.080 to 0.100) | reached |\n",
		"| 10000 users started in <= 1.00 s of CPU | 1.20 (0.90 to 1.50) s | MISSED |\n",
		"| growth 0 within noise: the line rises by <= 2 x its scatter | 0.5 (0.0 to 1.0); 0.05 (0.00 to 0.10) bytes/request | reached |\n",
		"| 1000 names cost <= 64 MiB | 2.0 (2.0 to 2.0) MiB | reached |\n",
		"| 100000 different URLs cost no more than the cap on names allows: <= 64 MiB | 69.0 (69.0 to 69.0) MiB | MISSED |\n",
		"| katydid | 0.0000297 | 0.0001061 | 24715 | 318182 | 9900 | 70000 | 9900 |\n",
		"| wrk | 0.0000270 | 0.0000965 | - | - | - | - | - |\n",
		"* not found on PATH: oha\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is not in\n%s", want, text.String())
		}
	}
}
