package vu

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dop251/goja"
)

// Main is the VM that belongs to no user: it runs the script once to find out what is in it, and carries the events
// of the whole run and the load shape. It belongs to one goroutine at a time.
type Main struct {
	*VM
	describe goja.Callable // Env.Model's value
	shape    *goja.Object
	began    time.Time // of the shape's clock
}

// NewMain makes the VM; load, to be called once before anything else, runs the script's top level in it.
func NewMain(env *Env) (m *Main, load func() error) {
	m = &Main{VM: newVM(env, 0, nil, nil)}
	return m, func() error {
		v, err := m.RT.RunScript("katydid/model", env.Model)
		if err != nil {
			return err
		}
		m.describe, _ = goja.AssertFunction(v)
		return m.load()
	}
}

// Found is a user class as the script declares it.
type Found struct {
	Class
	Object *goja.Object // the class itself; for the modules, which read their own settings off it
}

// Classes lists the user classes that the script exports and that are not abstract, in the order of the exports, with
// what is wrong with one of them as an error.
func (m *Main) Classes() (list []Found, err error) {
	if e := m.Guard(func() { list, err = m.classes() }); e != nil {
		return nil, e
	}
	return list, err
}

func (m *Main) classes() ([]Found, error) {
	var list []Found
	for _, e := range m.exports {
		for _, key := range e.ns.Keys() {
			o, ok := e.ns.Get(key).(*goja.Object)
			if !ok || !is(o, "$kind", "user") || abstract(o) || known(list, o) {
				continue
			}
			f, err := m.class(e.name(key), o)
			if err != nil {
				return nil, fmt.Errorf("%s: class %s: %w", e.path, e.name(key), err)
			}
			for _, other := range list {
				if other.Name == f.Name {
					return nil, fmt.Errorf("two of the script files export a user class %s: rename one", f.Name)
				}
			}
			list = append(list, f)
		}
	}
	return list, nil
}

// known says that a class was exported under another name too.
func known(list []Found, o *goja.Object) bool {
	for _, f := range list {
		if f.Object == o {
			return true
		}
	}
	return false
}

// class reads and checks a user class.
func (m *Main) class(name string, o *goja.Object) (Found, error) {
	f := Found{Class: Class{Name: name, Weight: 1}, Object: o}
	if w := o.Get("weight"); given(w) {
		f.Weight = w.ToFloat()
		if !(f.Weight >= 0) {
			return f, fmt.Errorf("static weight must be a number of 0 or more, not %s", m.show(w))
		}
	}
	for _, key := range []string{"fixedCount", "fixed_count"} {
		if n := o.Get(key); given(n) {
			if f.Fixed = int(n.ToInteger()); f.Fixed < 0 || float64(f.Fixed) != n.ToFloat() {
				return f, fmt.Errorf("static %s must be a whole number of 0 or more, not %s", key, m.show(n))
			}
		}
	}
	if h := o.Get("host"); given(h) {
		f.Host = h.String()
	}
	list, err := m.tasksOf(o, nil) // finds wrong tasks before any user is started
	f.tasks = list
	if err == nil && len(list.tasks) == 0 && len(m.Env.Tags)+len(m.Env.ExcludeTags) == 0 {
		err = errors.New("it has no tasks: mark methods with @task, or list them in static tasks = {method: weight}")
	}
	return f, err
}

func given(v goja.Value) bool { return v != nil && !goja.IsUndefined(v) && !goja.IsNull(v) }

func is(o *goja.Object, key, value string) bool {
	v := o.Get(key)
	return given(v) && v.String() == value
}

// abstract: like Locust, a class is abstract only if it says so itself; its subclasses are not.
func abstract(o *goja.Object) bool {
	for _, name := range o.GetOwnPropertyNames() {
		if name == "abstract" {
			return o.Get("abstract").ToBoolean()
		}
	}
	return false
}

// FindShape looks for an exported load shape and makes an instance of it: the first that is not abstract. The name is
// "" if there is none.
func (m *Main) FindShape() (name string, err error) {
	if e := m.Guard(func() { name, err = m.findShape() }); e != nil {
		return "", e
	}
	return name, err
}

func (m *Main) findShape() (name string, err error) {
	for _, e := range m.exports {
		for _, key := range e.ns.Keys() {
			o, ok := e.ns.Get(key).(*goja.Object)
			if !ok || !is(o, "$shape", "true") || abstract(o) {
				continue
			}
			m.began = time.Now()
			m.shape, err = m.create(o)
			return e.name(key), err
		}
	}
	return "", nil
}

// ShapeUsesOptions says that the shape wants -u, -r and -t to count (use_common_options).
func (m *Main) ShapeUsesOptions() (uses bool) {
	err := m.Guard(func() {
		class := m.shape.Get("constructor").ToObject(m.RT)
		for _, key := range []string{"useCommonOptions", "use_common_options"} {
			v := class.Get(key)
			uses = uses || given(v) && v.ToBoolean()
		}
	})
	return err == nil && uses
}

// ResetShapeTime starts the shape's clock anew.
func (m *Main) ResetShapeTime() { m.began = time.Now() }

// ShapeTime is the time on the shape's clock.
func (m *Main) ShapeTime() time.Duration { return time.Since(m.began) }

// Tick is what a shape wants: users, the rate to get there, and, if not empty, the only classes to start from.
type Tick struct {
	Users   int
	Rate    float64
	Classes []string
}

// Equal says that two ticks ask for the same.
func (t Tick) Equal(o Tick) bool {
	return t.Users == o.Users && t.Rate == o.Rate && strings.Join(t.Classes, "\x00") == strings.Join(o.Classes, "\x00")
}

// Tick asks the shape what is wanted now; ok is false when it is at its end.
func (m *Main) Tick() (t Tick, ok bool, err error) {
	if e := m.Guard(func() { t, ok, err = m.tick() }); e != nil {
		return Tick{}, false, e
	}
	return t, ok, err
}

func (m *Main) tick() (t Tick, ok bool, err error) {
	fn, callable := goja.AssertFunction(m.shape.Get("tick"))
	if !callable {
		return t, false, errors.New("the load shape has no method tick()")
	}
	v, err := m.Call(fn, m.shape)
	if err != nil || !given(v) {
		return t, false, err
	}
	o := v.ToObject(m.RT)
	users, rate := o.Get("0"), o.Get("1")
	if o.ClassName() != "Array" || !given(users) || !given(rate) {
		return t, false, fmt.Errorf("tick() gave %s: it must give [users, rate], [users, rate, classes] or null", m.show(v))
	}
	t = Tick{Users: int(users.ToInteger()), Rate: rate.ToFloat()}
	if t.Users < 0 || !(t.Rate > 0) {
		return t, false, fmt.Errorf("tick() gave [%s, %s]: users must be 0 or more and the rate above 0", m.show(users), m.show(rate))
	}
	if classes := o.Get("2"); given(classes) {
		t.Classes = m.classNames(classes.ToObject(m.RT))
	}
	return t, true, nil
}

// classNames reads a list of user classes or of their names.
func (m *Main) classNames(list *goja.Object) (names []string) {
	for _, i := range list.Keys() {
		v := list.Get(i)
		name := v.String()
		for _, e := range m.exports {
			for _, key := range e.ns.Keys() {
				if e.ns.Get(key).SameAs(v) {
					name = e.name(key)
				}
			}
		}
		names = append(names, name)
	}
	return names
}

// Revive makes the VM usable again after Kill.
func (m *Main) Revive() { m.revive() }

// TopLevel runs what the event loop has ready, so that timers and promises of the main VM go on between its events.
func (m *Main) TopLevel() {
	if m.events != nil {
		m.events.ready(time.Now())
	}
}
