package vu

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

func listOf(k kind, tasks ...*task) *taskList {
	l := &taskList{kind: k, tasks: tasks}
	for _, t := range tasks {
		l.total += t.weight
	}
	return l
}

func fn(name string, weight int, next ...edge) *task {
	return &task{name: name, weight: weight, next: next}
}

func nest(name string, weight int, set *taskList) *task {
	return &task{name: name, weight: weight, set: set}
}

// shown writes ratios as in "A 75 (x 60 y 40)", in percent.
func shown(list []Ratio) string {
	var parts []string
	for _, r := range list {
		part := fmt.Sprintf("%s %.4g", r.Name, 100*r.Share)
		if r.Tasks != nil {
			part += " (" + shown(r.Tasks) + ")"
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, " ")
}

func TestRatios(t *testing.T) {
	flat := listOf(kindUser, fn("x", 3), fn("y", 1), fn("x", 1)) // x is listed twice
	deep := listOf(kindUser, fn("x", 1), nest("S", 3, listOf(kindSet, fn("a", 1), nest("T", 1, listOf(kindSet, fn("b", 4))))))
	sequence := listOf(kindUser, nest("Q", 1, listOf(kindSequential, fn("a", 1), fn("b", 3))))
	for _, test := range []struct {
		name            string
		lists           []*taskList
		users           []float64
		perClass, total string
	}{
		{"weights", []*taskList{flat}, []float64{1}, "A 100 (x 80 y 20)", "A 100 (x 80 y 20)"},
		{"two classes", []*taskList{flat, deep}, []float64{30, 10},
			"A 75 (x 80 y 20) B 25 (x 25 S 75 (a 50 T 50 (b 100)))", "A 75 (x 60 y 15) B 25 (x 6.25 S 18.75 (a 9.375 T 9.375 (b 9.375)))"},
		{"a sequence repeats by weight", []*taskList{sequence}, []float64{2}, "A 100 (Q 100 (a 25 b 75))", "A 100 (Q 100 (a 25 b 75))"},
		{"nobody runs", []*taskList{flat, sequence}, []float64{0, 0},
			"A 0 (x 80 y 20) B 0 (Q 100 (a 25 b 75))", "A 0 (x 0 y 0) B 0 (Q 0 (a 0 b 0))"},
		{"no tasks, all filtered out", []*taskList{listOf(kindUser)}, []float64{1}, "A 100 ()", "A 100 ()"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var classes []Class
			for i, l := range test.lists {
				classes = append(classes, Class{Name: string(rune('A' + i)), tasks: l})
			}
			perClass, total := Ratios(classes, test.users)
			if got := shown(perClass); got != test.perClass {
				t.Errorf("per class %s, want %s", got, test.perClass)
			}
			if got := shown(total); got != test.total {
				t.Errorf("total %s, want %s", got, test.total)
			}
		})
	}
}

// The shares of a chain are those of a very long walk from its first task.
func TestRatiosOfChains(t *testing.T) {
	for name, test := range map[string]struct {
		tasks []*task
		want  string
	}{
		"weights":           {[]*task{fn("a", 1, edge{"b", 1}), fn("b", 1, edge{"a", 1}, edge{"c", 3}), fn("c", 1, edge{"a", 1})}, "a 36.36 b 36.36 c 27.27"},
		"alternates":        {[]*task{fn("a", 1, edge{"b", 1}), fn("b", 1, edge{"a", 1})}, "a 50 b 50"},
		"leads elsewhere":   {[]*task{fn("a", 1, edge{"b", 1}), fn("b", 1, edge{"b", 1})}, "a 0 b 100"},
		"one of two ends":   {[]*task{fn("a", 1, edge{"b", 1}, edge{"c", 3}), fn("b", 1, edge{"b", 1}), fn("c", 1, edge{"c", 1})}, "a 0 b 25 c 75"},
		"cannot be come to": {[]*task{fn("a", 1, edge{"a", 1}), fn("b", 1, edge{"a", 1})}, "a 100 b 0"},
		"alone":             {[]*task{fn("a", 1, edge{"a", 7})}, "a 100"},
	} {
		t.Run(name, func(t *testing.T) {
			l := listOf(kindMarkov, test.tasks...)
			list := l.ratios(1, true)
			for i := range list {
				list[i].Share = math.Abs(math.Round(list[i].Share*1e9) / 1e9)
			}
			if got := shown(list); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
			walked := make([]float64, len(l.tasks))
			f := &frame{list: l}
			const steps = 200_000
			for range steps {
				i, _ := f.next()
				walked[i]++
			}
			if name == "one of two ends" {
				return // a walk takes one of them
			}
			for i, n := range walked {
				if math.Abs(n/steps-list[i].Share) > 0.01 {
					t.Errorf("%s was chosen in %.4f of a walk, the ratio is %.4f", list[i].Name, n/steps, list[i].Share)
				}
			}
		})
	}
}

func TestExpected(t *testing.T) {
	classes := []Class{{Name: "A", Weight: 3}, {Name: "B", Weight: 1}, {Name: "C", Weight: 9, Fixed: 2}, {Name: "D"}}
	for _, test := range []struct {
		classes []Class
		users   int
		want    string
	}{
		{classes, 10, "[6 2 2 0]"},
		{classes, 2, "[0 0 2 0]"},
		{classes, 1, "[0 0 1 0]"},
		{classes, 0, "[0 0 1 0]"},
		{classes[:2], 0, "[0.75 0.25]"},
		{classes[:2], 10, "[7.5 2.5]"},
		{classes[2:3], 10, "[2]"},
	} {
		if got := fmt.Sprint(Expected(test.classes, test.users)); got != test.want {
			t.Errorf("%d users: %s, want %s", test.users, got, test.want)
		}
	}
}
