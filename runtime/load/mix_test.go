package load

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"
)

// letters runs the mix up to n users and returns the first letters of the
// names of the classes started.
func letters(t *testing.T, m *Mix, n int) string {
	t.Helper()
	var b strings.Builder
	for m.Running() < n {
		class, ok := m.Next()
		if !ok {
			return b.String() + "."
		}
		b.WriteString(m.classes[class].Name[:1])
	}
	return b.String()
}

func TestMixOrder(t *testing.T) {
	tests := []struct {
		name    string
		classes []Class
		users   int
		want    string
	}{
		{"one class", []Class{{"A", 1, 0}}, 4, "AAAA"},
		{"5:1", []Class{{"A", 5, 0}, {"B", 1, 0}}, 12, "AABAAAAABAAA"},
		{"3:1", []Class{{"A", 3, 0}, {"B", 1, 0}}, 8, "ABAAABAA"},
		{"declared the other way round", []Class{{"B", 1, 0}, {"A", 3, 0}}, 8, "ABAAABAA"},
		{"equal weights by name", []Class{{"b", 1, 0}, {"a", 1, 0}, {"C", 1, 0}}, 6, "CabCab"},
		{"fixed first", []Class{{"A", 3, 0}, {"B", 1, 0}, {"C", 0, 2}}, 10, "CCABAAABAA"},
		{"weight of a fixed class is ignored", []Class{{"A", 9, 1}, {"B", 1, 0}}, 4, "ABBB"},
		{"fixed interleaved", []Class{{"A", 0, 2}, {"B", 0, 2}, {"C", 1, 0}}, 5, "ABABC"},
		{"more fixed than users", []Class{{"A", 0, 5}, {"B", 1, 0}}, 3, "AAA"},
		{"only fixed: no more to start", []Class{{"A", 0, 2}}, 5, "AA."},
		{"weight 0", []Class{{"A", 0, 0}, {"B", 1, 0}}, 3, "BBB"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, err := NewMix(tt.classes)
			if err != nil {
				t.Fatal(err)
			}
			if got := letters(t, m, tt.users); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

type locustCase struct {
	Classes []Class
	Goals   []struct {
		Users  int
		Only   []string
		Events string
		Count  int
		SHA256 string
	}
}

// TestMixLikeLocust replays what Locust's own dispatcher did: see
// testdata/dispatch.py.
func TestMixLikeLocust(t *testing.T) {
	data, err := os.ReadFile("testdata/dispatch.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []locustCase
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 20 {
		t.Fatalf("only %d cases", len(cases))
	}
	for i, c := range cases {
		m, err := NewMix(c.Classes)
		if err != nil {
			t.Fatal(err)
		}
		for j, g := range c.Goals {
			events := toward(t, m, g.Users, g.Only)
			if g.Count == 0 {
				if got := strings.Join(events, " "); got != g.Events {
					t.Errorf("case %d %+v, goal %d:\n got %s\nwant %s", i, c.Classes, j, got, g.Events)
				}
				continue
			}
			sum := sha256.Sum256([]byte(strings.Join(events, "\n") + "\n"))
			if got := hex.EncodeToString(sum[:]); len(events) != g.Count || got != g.SHA256 {
				t.Errorf("case %d %+v, goal %d: %d events %s, want %d %s", i, c.Classes, j, len(events), got, g.Count, g.SHA256)
			}
		}
	}
}

func toward(t *testing.T, m *Mix, users int, only []string) (events []string) {
	t.Helper()
	if len(only) > 0 {
		if err := m.Restrict(only); err != nil {
			t.Fatal(err)
		}
	}
	for m.Running() < users {
		class, ok := m.Next()
		if !ok {
			break
		}
		events = append(events, m.classes[class].Name)
	}
	for m.Running() > users {
		class, _ := m.Last()
		events = append(events, "-"+m.classes[class].Name)
	}
	return events
}

func TestMixLostUsers(t *testing.T) {
	m, err := NewMix([]Class{{"A", 3, 0}, {"B", 1, 0}, {"C", 0, 1}})
	if err != nil {
		t.Fatal(err)
	}
	if got := letters(t, m, 6); got != "CABAAA" {
		t.Fatal(got)
	}
	for _, class := range []int{2, 1} {
		if !m.Ended(class) {
			t.Errorf("class %d was not running", class)
		}
	}
	if m.Ended(1) {
		t.Error("a second B was running")
	}
	if got := letters(t, m, 5); got != "B" { // the plan goes on: B is its next
		t.Errorf("before Refill: %s", got)
	}
	m.Refill()
	if got := letters(t, m, 8); got != "CBA" { // the lost ones in the order of their end, then the plan
		t.Errorf("after Refill: %s", got)
	}
	m.Ended(2)
	if err := m.Restrict([]string{"A"}); err != nil {
		t.Fatal(err)
	}
	m.Refill()
	if got := letters(t, m, 9); got != "AA" {
		t.Errorf("restricted: %s", got)
	}
}

func TestMixLastOfNone(t *testing.T) {
	m, err := NewMix([]Class{{"A", 1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := m.Last(); ok {
		t.Error("Last of an empty mix")
	}
}

func TestMixErrors(t *testing.T) {
	tests := []struct {
		classes []Class
		want    string
	}{
		{nil, "there is no user class"},
		{[]Class{{"A", 0, 0}}, "nothing to start"},
		{[]Class{{"A", -1, 0}}, "user class A: weight -1"},
		{[]Class{{"A", math.NaN(), 0}}, "user class A: weight NaN"},
		{[]Class{{"A", math.Inf(1), 0}}, "user class A: weight +Inf"},
		{[]Class{{"A", 1, -2}}, "user class A: fixed count -2"},
		{[]Class{{"A", 1, 0}, {"B", 1, 0}, {"A", 1, 0}}, "two user classes called A"},
	}
	for _, tt := range tests {
		if _, err := NewMix(tt.classes); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%v: error %v, want %q", tt.classes, err, tt.want)
		}
	}
	m, err := NewMix([]Class{{"A", 1, 0}, {"B", 1, 0}})
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Restrict([]string{"A", "X"}); err == nil || !strings.Contains(err.Error(), `no user class "X"; there are: A, B`) {
		t.Errorf("unknown class: %v", err)
	}
	if err := m.Restrict([]string{"B", "B"}); err != nil || len(m.allowed) != 1 {
		t.Errorf("the same class twice: %v %v", err, m.allowed)
	}
	if err := m.Restrict(nil); err == nil {
		t.Error("no error for an empty restriction")
	}
}
