package stats

import (
	"bytes"
	"strings"
	"testing"
)

// TestTableIsLocusts holds the table to lines that Locust printed.
func TestTableIsLocusts(t *testing.T) {
	s := &Snapshot{Rows: []Row{{Key: Key{"GET", "/404"}, Count: 18, Failures: 18, RecentRPS: 0.91, RecentFPS: 0.906}}}
	s.Rows[0].Service = Times{Count: 18, Min: ms(1), Max: ms(3), Sum: ms(36)}
	s.Rows[0].Service.Quantile[0] = ms(2)
	s.Total = Row{Key: Key{Name: "Aggregated"}, Count: 207, Failures: 68, RecentRPS: 10.48, RecentFPS: 3.44}
	s.Total.Service = Times{Count: 207, Min: ms(1), Max: ms(368.2), Sum: ms(47 * 207)}
	s.Total.Service.Quantile[0] = ms(2)
	var b bytes.Buffer
	if err := WriteTable(&b, s, 0, true); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	for i, want := range map[int]string{
		2: "GET      /404" + strings.Repeat(" ", 76-4) + "      18  18(100.00%) |      2       1       3      2 |    0.91        0.91",
		4: "         Aggregated" + strings.Repeat(" ", 76-10) + "     207   68(32.85%) |     47       1     368      2 |   10.48        3.44",
	} {
		if got := lines[i]; got != want {
			t.Errorf("line %d\n got %q\nwant %q", i, got, want)
		}
	}
	if len(lines) != 7 || lines[5] != "" || lines[6] != "" {
		t.Errorf("%d lines, want five and an empty one: %q", len(lines)-1, lines)
	}
}

func TestTablesKeepTheirColumns(t *testing.T) {
	s := nasty()
	s.Rows = append(s.Rows, Row{Key: Key{"GET", strings.Repeat("宽", 90) + "e\u0301"}, Count: 1, Service: s.Rows[0].Service})
	for _, width := range []int{1, 80, 100, 101, 160, 400} {
		for name, write := range map[string]func(*bytes.Buffer) error{
			"table":       func(b *bytes.Buffer) error { return WriteTable(b, s, width, false) },
			"percentiles": func(b *bytes.Buffer) error { return WritePercentiles(b, s, width) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(b.String(), "\n\n"), "\n")
			if name == "percentiles" {
				lines = lines[1:]
			}
			for _, l := range lines {
				if columns(l) != columns(lines[0]) {
					t.Errorf("%s for %d columns: %d in line %q, the first has %d", name, width, columns(l), l, columns(lines[0]))
				}
			}
			if got := columns(lines[0]); width >= 110 && got > width {
				t.Errorf("%s for %d columns takes %d", name, width, got)
			}
		}
	}
}

func TestErrorReportIsEmptyWithoutFailures(t *testing.T) {
	var b bytes.Buffer
	if err := WriteErrorReport(&b, blank(), 0); err != nil || b.Len() > 0 {
		t.Errorf("got %q, %v", b.String(), err)
	}
}
