package vu

import (
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/load"
)

// OpenShape gives the load shape as that of an open run, if it is one: its static stages have a rate and no users, and
// it has no tick of its own. ok is false for the shape of a closed run.
func (m *Main) OpenShape() (shape load.Shape, ok bool, err error) {
	if e := m.Guard(func() { shape, ok, err = m.openShape() }); e != nil {
		return nil, false, e
	}
	return shape, ok, err
}

func (m *Main) openShape() (load.Shape, bool, error) {
	class := m.shape.Get("constructor").ToObject(m.RT)
	stages, ours := class.Get("stages"), class.Get("$tick")
	if !given(stages) || !given(ours) || !ours.SameAs(m.shape.Get("tick")) {
		return nil, false, nil
	}
	var shape load.Shape
	closed, n := 0, 0
	err := m.each(stages, func(o *goja.Object) error {
		n++
		if given(o.Get("users")) {
			closed++
			return nil
		}
		stage, err := stageOf(o)
		if err != nil {
			return fmt.Errorf("stage %d: %w", n, err)
		}
		shape = append(shape, stage)
		return nil
	})
	switch {
	case err != nil && closed == 0:
		return nil, false, err
	case closed == 0:
		return shape, n > 0, nil
	case closed < n:
		return nil, false, errors.New("stages with users and stages without cannot be mixed: a run is either closed or open")
	}
	return nil, false, nil
}

// stageOf reads {duration: seconds, rate: starts per second, or [from, to]}.
func stageOf(o *goja.Object) (load.Stage, error) {
	d, rate := o.Get("duration"), o.Get("rate")
	if !given(d) || !goja.IsNumber(d) || !(d.ToFloat() > 0) || d.ToFloat() > maxWait.Seconds() {
		return load.Stage{}, errors.New("duration must be a number of seconds above 0")
	}
	s := load.Stage{For: time.Duration(math.Round(d.ToFloat() * float64(time.Second)))}
	switch pair, isObject := rate.(*goja.Object); {
	case given(rate) && goja.IsNumber(rate):
		s.From = rate.ToFloat()
		s.To = s.From
	case isObject && numbers(pair):
		s.From, s.To = pair.Get("0").ToFloat(), pair.Get("1").ToFloat()
	default:
		return load.Stage{}, errors.New("rate must be a number of starts per second, or [from, to]; a stage of a closed run needs users, too")
	}
	return s, nil
}

// numbers says that an array has two numbers.
func numbers(pair *goja.Object) bool {
	if pair.ClassName() != "Array" || len(pair.Keys()) != 2 {
		return false
	}
	return goja.IsNumber(pair.Get("0")) && goja.IsNumber(pair.Get("1"))
}
