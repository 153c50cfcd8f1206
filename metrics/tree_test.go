package metrics

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// outline is a group as indented lines.
func outline(g *Group, indent string) string {
	var b strings.Builder
	for _, c := range g.Checks {
		fmt.Fprintf(&b, "%s%s %d/%d %s\n", indent, c.Name, c.Passes, c.Fails, c.Path)
	}
	for _, in := range g.Groups {
		fmt.Fprintf(&b, "%s[%s] %s\n%s", indent, in.Name, in.Path, outline(in, indent+"  "))
	}
	return b.String()
}

func TestTreeKeepsTheOrderOfFirstAppearance(t *testing.T) {
	e := withThresholds(t, New(), on("checks{check:same}", "rate>0"), on("checks{group:::z}", "rate>0"), on("checks{tag:x}", "rate>0"))
	var none *TagSet
	e.Check("", "root", true, nil, time.Time{})
	e.Group("::z")
	e.Check("::a::inner", "same", true, none.With(Tag{"tag", "x"}), time.Time{})
	e.Check("::z", "same", false, nil, time.Time{})
	e.Check("", "same", true, nil, time.Time{})
	e.Check("::a", "last", true, nil, time.Time{})
	e.Check("::z", "same", true, nil, time.Time{})
	e.Group("::a::empty")
	s := e.Collect(start)
	want := `root 1/0 ::root
same 1/0 ::same
[z] ::z
  same 1/1 ::z::same
[a] ::a
  last 1/0 ::a::last
  [inner] ::a::inner
    same 1/0 ::a::inner::same
  [empty] ::a::empty
`
	if got := outline(s.Root, ""); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	var order []string
	for _, c := range s.Checks {
		order = append(order, c.Path)
	}
	if got, want := strings.Join(order, " "), "::root ::a::inner::same ::z::same ::same ::a::last"; got != want {
		t.Errorf("checks in the order %s, want %s", got, want)
	}
	// k6's ids.
	if s.Root.ID != "d41d8cd98f00b204e9800998ecf8427e" || s.Root.Groups[0].Checks[0].ID != "e02870263dfbe1f64074ef5abecd41d2" &&
		s.Root.Checks[1].ID != "b0e6644bf916fb7be4f09f402f48d263" {
		t.Errorf("ids %s, %s", s.Root.ID, s.Root.Checks[1].ID)
	}
	for key, want := range map[string][2]int64{"checks": {5, 6}, "checks{check:same}": {3, 4}, "checks{group:::z}": {1, 2}, "checks{tag:x}": {1, 1}} {
		if v := s.Find(key).Values; v.Passes != want[0] || v.Samples != want[1] {
			t.Errorf("%s: %d of %d, want %v", key, v.Passes, v.Samples, want)
		}
	}
}

func TestTreeIsBounded(t *testing.T) {
	e := New()
	for i := range maxTree + 100 {
		e.Check(fmt.Sprintf("::g%d", i), fmt.Sprintf("c%d", i), true, nil, time.Time{})
		e.Check("", fmt.Sprintf("c%d", i), false, nil, time.Time{})
	}
	s := e.Collect(start)
	var passes, fails int64
	for _, c := range s.Checks {
		passes, fails = passes+c.Passes, fails+c.Fails
	}
	if n := maxTree + 100; passes != int64(n) || fails != int64(n) || len(s.Checks) != maxTree+1 {
		t.Errorf("%d passes, %d fails in %d checks", passes, fails, len(s.Checks))
	}
	last := s.Root.Checks[len(s.Root.Checks)-1]
	if last.Name != Other || last.Passes+last.Fails != maxTree+200 {
		t.Errorf("%+v", last)
	}
	if n := len(e.shards[0].checks); n > maxTree {
		t.Errorf("a shard remembers %d checks", n)
	}
}
