package vu

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"

	"github.com/dop251/goja"
)

// kind is how a task set chooses its next task.
type kind string

const (
	kindUser       kind = "user"
	kindSet        kind = "set"
	kindSequential kind = "sequential"
	kindMarkov     kind = "markov"
)

// task is one thing that a user or task set can run: a function, or a nested task set. It belongs to no VM: each finds
// the function or class behind it in its own copy of the script.
type task struct {
	name   string
	where  []string  // from the class to the value, see locate; empty: the method of that name
	set    *taskList // the nested task set's own tasks; nil for a function
	weight int
	tags   []string
	next   []edge // Markov: where to go from here
}

type edge struct {
	name   string
	weight int
}

// taskList is what a class consists of. It is made once, in the main VM, and shared by all users.
type taskList struct {
	name  string
	kind  kind
	tasks []*task
	total int // sum of the weights
}

// tasksOf asks the script's side of the user model for a class's tasks and drops those that the tag filter excludes.
// tags are those that a nested class has from the ones around it. It may throw.
func (m *Main) tasksOf(class *goja.Object, tags []string) (*taskList, error) {
	v, err := m.describe(goja.Undefined(), class)
	if err != nil {
		return nil, err
	}
	d := v.ToObject(m.RT)
	list := &taskList{name: class.Get("name").String(), kind: kind(d.Get("0").String())}
	tags = append(slices.Clip(tags), m.strings(d.Get("2"))...)
	err = m.each(d.Get("1"), func(entry *goja.Object) error {
		t, err := m.taskOf(entry, tags)
		if err != nil || t == nil {
			return err
		}
		list.tasks = append(list.tasks, t)
		list.total += t.weight
		return nil
	})
	if err == nil && list.kind == kindMarkov {
		err = list.checkMarkov()
	}
	return list, err
}

// taskOf builds one task from describe's [name, target, where, weight, tags, transitions]; nil if it is filtered out.
func (m *Main) taskOf(entry *goja.Object, inherited []string) (*task, error) {
	target := entry.Get("1").ToObject(m.RT)
	t := &task{name: entry.Get("0").String(), where: m.strings(entry.Get("2")), weight: int(entry.Get("3").ToInteger())}
	if t.weight == 0 {
		return nil, nil
	}
	t.tags = append(slices.Clip(inherited), m.strings(entry.Get("4"))...)
	if given(target.Get("$kind")) {
		set, err := m.tasksOf(target, t.tags)
		if err != nil || len(set.tasks) == 0 {
			return nil, err
		}
		t.set = set
		return t, nil
	}
	if !passes(t.tags, m.Env.Tags, m.Env.ExcludeTags) {
		return nil, nil
	}
	if next := entry.Get("5"); given(next) {
		t.next = m.edges(next)
	}
	return t, nil
}

// locate finds the function or class behind a task in this VM, for an instance of a class.
func (vm *VM) locate(t *task, obj, class *goja.Object) goja.Value {
	if len(t.where) == 0 {
		return obj.Get(t.name)
	}
	depth, _ := strconv.Atoi(t.where[0]) // a number, see model.js
	for ; depth > 0 && class != nil; depth-- {
		class = class.Prototype()
	}
	at := goja.Value(class)
	for _, key := range t.where[1:] {
		o, ok := at.(*goja.Object)
		if !ok {
			return nil
		}
		at = o.Get(key)
	}
	return at
}

// passes is Locust's tag rule: with --tags a task needs one of them, with --exclude-tags it must have none of those.
func passes(tags, want, not []string) bool {
	has := func(list []string) bool {
		return slices.ContainsFunc(tags, func(t string) bool { return slices.Contains(list, t) })
	}
	return (len(want) == 0 || has(want)) && !has(not)
}

// edges reads Markov transitions: {name: weight} or [name, [name, weight], ...].
func (m *Main) edges(v goja.Value) []edge {
	o := v.ToObject(m.RT)
	var list []edge
	if o.ClassName() != "Array" {
		for _, name := range o.Keys() {
			list = append(list, edge{name, int(o.Get(name).ToInteger())})
		}
		return list
	}
	for _, i := range o.Keys() {
		v := o.Get(i)
		e := edge{weight: 1}
		if pair, ok := v.(*goja.Object); ok {
			v = pair.Get("0")
			if w := pair.Get("1"); given(w) {
				e.weight = int(w.ToInteger())
			}
		}
		if given(v) { // else a hole: checkMarkov finds no task of that name
			e.name = v.String()
		}
		list = append(list, e)
	}
	return list
}

// checkMarkov finds what would go wrong only after hours: transitions to nowhere, dead ends, bad weights.
func (l *taskList) checkMarkov() error {
	for _, t := range l.tasks {
		if len(t.next) == 0 {
			return fmt.Errorf("%s.%s has no transition: give it one with @transition or static transitions", l.name, t.name)
		}
		for _, e := range t.next {
			if l.find(e.name) < 0 {
				return fmt.Errorf("%s.%s: transition to %q, which is no task of this MarkovTaskSet", l.name, t.name, e.name)
			}
			if e.weight <= 0 {
				return fmt.Errorf("%s.%s: the weight of the transition to %q must be 1 or more", l.name, t.name, e.name)
			}
		}
	}
	return nil
}

func (l *taskList) find(name string) int {
	return slices.IndexFunc(l.tasks, func(t *task) bool { return t.name == name })
}

// random picks a task by weight. The list must not be empty.
func (l *taskList) random() int {
	if len(l.tasks) == 1 {
		return 0
	}
	n := rand.IntN(l.total)
	for i, t := range l.tasks {
		if n -= t.weight; n < 0 {
			return i
		}
	}
	panic("unreachable: the weights sum to total")
}

// after picks what follows a task of a Markov chain.
func (l *taskList) after(i int) int {
	total := 0
	for _, e := range l.tasks[i].next {
		total += e.weight
	}
	n := rand.IntN(total)
	for _, e := range l.tasks[i].next {
		if n -= e.weight; n < 0 {
			return l.find(e.name)
		}
	}
	panic("unreachable: the weights sum to total")
}

// each calls fn for every element of a JavaScript array of objects.
func (vm *VM) each(v goja.Value, fn func(*goja.Object) error) error {
	array := v.ToObject(vm.RT)
	for _, i := range array.Keys() {
		if err := fn(array.Get(i).ToObject(vm.RT)); err != nil {
			return err
		}
	}
	return nil
}

// strings reads a JavaScript array of strings; anything else is no strings.
func (vm *VM) strings(v goja.Value) []string {
	o, ok := v.(*goja.Object)
	if !ok || o.ClassName() != "Array" {
		return nil
	}
	var list []string
	for _, i := range o.Keys() {
		list = append(list, o.Get(i).String())
	}
	return list
}
