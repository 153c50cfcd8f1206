// Package load decides when virtual users start and stop, and of which class.
//
// Mix, Ramp, Cap, Shape and Plan are data and arithmetic: they read no clock,
// time is an argument. Closed and Open drive them in real time.
package load

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// A Class is one kind of virtual user. Fixed > 0 asks for exactly that many
// users of the class, before any other is started; Weight is then ignored.
// Otherwise the class gets a share of the users in proportion to Weight; a
// class with neither is never started.
type Class struct {
	Name   string
	Weight float64
	Fixed  int
}

// A Mix chooses the class of the next user to start and to stop, in the same
// order as Locust: Fixed classes first, interleaved, then the weighted ones,
// each time the class whose extra user brings the mix closest to the weights
// (Kullback-Leibler divergence); the last started is the first stopped.
// Classes are numbered as in the slice given to NewMix. A Mix is not safe for
// concurrent use.
type Mix struct {
	classes  []Class
	allowed  []int // classes to choose from, sorted by name
	weighted picker
	fixed    picker
	fixedDue int  // starts left in the present round of Fixed classes
	look     bool // look for missing Fixed users before the next weighted one
	running  []int
	lost     []int // ended by themselves, to be made good by Refill
	refill   []int
}

// NewMix returns the mix of the given classes. It is an error if there is none
// that can be started, if two have the same name, or a number makes no sense.
func NewMix(classes []Class) (*Mix, error) {
	if len(classes) == 0 {
		return nil, errors.New("there is no user class")
	}
	m := &Mix{classes: slices.Clone(classes), look: true}
	all := make([]int, len(classes))
	usable := false
	for i, c := range classes {
		if err := c.check(); err != nil {
			return nil, err
		}
		all[i] = i
		usable = usable || c.Fixed > 0 || c.Weight > 0
	}
	if !usable {
		return nil, errors.New("every user class has weight 0 and no fixed count: there is nothing to start")
	}
	m.sortByName(all)
	m.allow(all)
	for i := 1; i < len(m.allowed); i++ {
		if name := classes[m.allowed[i]].Name; name == classes[m.allowed[i-1]].Name {
			return nil, fmt.Errorf("there are two user classes called %s", name)
		}
	}
	return m, nil
}

func (c Class) check() error {
	if !(c.Weight >= 0) || math.IsInf(c.Weight, 0) {
		return fmt.Errorf("user class %s: weight %v must be 0 or a positive number", c.Name, c.Weight)
	}
	if c.Fixed < 0 {
		return fmt.Errorf("user class %s: fixed count %d must not be negative", c.Name, c.Fixed)
	}
	return nil
}

func (m *Mix) sortByName(class []int) {
	slices.SortFunc(class, func(a, b int) int { return strings.Compare(m.classes[a].Name, m.classes[b].Name) })
}

// allow sets the classes to choose from, which are sorted by name.
func (m *Mix) allow(class []int) {
	m.allowed = class
	// Locust drops what was left of a round of Fixed classes here, and so do we.
	m.fixed, m.fixedDue = nil, 0
	m.weighted = nil
	for _, i := range class {
		if c := m.classes[i]; c.Fixed == 0 {
			m.weighted.add(i, c.Weight)
		}
	}
}

// Next chooses the class of the next user and counts it as running. It reports
// false if no further user can be started: only Fixed classes, all complete.
func (m *Mix) Next() (class int, ok bool) {
	if n := len(m.refill); n > 0 {
		class, m.refill = m.refill[0], m.refill[1:]
		m.running = append(m.running, class)
		return class, true
	}
	if class, ok = m.choose(); ok {
		m.running = append(m.running, class)
	}
	return class, ok
}

func (m *Mix) choose() (class int, ok bool) {
	if m.fixedDue == 0 && m.look {
		m.look = false
		m.fixed, m.fixedDue = m.missing()
	}
	if m.fixedDue > 0 {
		m.fixedDue--
		return m.fixed.pick()
	}
	return m.weighted.pick()
}

// missing returns the Fixed classes that lack users, weighted by how many.
func (m *Mix) missing() (p picker, total int) {
	have := m.Count()
	for _, i := range m.allowed {
		if n := m.classes[i].Fixed - have[i]; m.classes[i].Fixed > 0 && n > 0 {
			p.add(i, float64(n))
			total += n
		}
	}
	return p, total
}

// Last returns the class of the user to stop next and no longer counts it as
// running. It reports false if none is running.
func (m *Mix) Last() (class int, ok bool) {
	n := len(m.running)
	if n == 0 {
		return 0, false
	}
	class, m.running = m.running[n-1], m.running[:n-1]
	m.look = true
	return class, true
}

// Ended says that a running user of the class ended by itself. It reports
// false, and does nothing, if none is counted as running.
func (m *Mix) Ended(class int) bool {
	for i := len(m.running) - 1; i >= 0; i-- {
		if m.running[i] == class {
			m.running = slices.Delete(m.running, i, i+1)
			m.lost = append(m.lost, class)
			return true
		}
	}
	return false
}

// Refill makes Next start the classes of the users that ended by themselves
// before any other, so that the mix comes right again. Of classes not in the
// present restriction nothing is made good.
func (m *Mix) Refill() {
	m.refill = slices.DeleteFunc(append(m.refill, m.lost...), func(class int) bool {
		return !slices.Contains(m.allowed, class)
	})
	m.lost = nil
}

// Running is the number of users that are counted as running.
func (m *Mix) Running() int { return len(m.running) }

// Count returns the number of running users of each class.
func (m *Mix) Count() []int {
	n := make([]int, len(m.classes))
	for _, class := range m.running {
		n[class]++
	}
	return n
}
