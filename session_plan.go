package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"katydid/runtime/vu"
	"katydid/web/live"
)

// offer describes what can be started: the script of the run, which was loaded, and what its options are.
func (r *run) offer() *live.Plan {
	o := r.opts
	p := &live.Plan{
		Version: version, Script: r.scriptName(), Title: o.webTitle, HostLocked: o.lockHost, Embedded: r.embedded,
		Users: o.users, SpawnRate: o.rate, Rate: o.startRate, RunTime: shownTime(o.runTime), Profile: o.profile, Picker: o.classPicker,
		Shape: r.shape, Classes: []live.PlanClass{}, Scenarios: []string{}, Thresholds: slices.Clone(o.thresholds), Args: []live.PlanArg{},
		Kind: live.KindClosed, Steerable: true,
	}
	if !r.embedded { // else each test has an address of its own
		p.Host = sameHost(r.env.Classes)
	}
	for _, c := range r.found {
		class := live.PlanClass{
			Name: c.Name, Host: shownHost(c.Host), Weight: c.Weight, Fixed: c.Fixed, Tasks: []string{},
			Chosen: len(o.classes) == 0 || slices.Contains(o.classes, c.Name),
		}
		_, within := vu.Ratios([]vu.Class{c.Class}, []float64{1})
		for _, task := range within[0].Tasks {
			class.Tasks = append(class.Tasks, task.Name)
		}
		p.Classes = append(p.Classes, class)
	}
	perClass, total := vu.Ratios(r.env.Classes, vu.Expected(r.env.Classes, o.users))
	p.Ratios = live.Ratios{PerClass: shownRatios(perClass), Total: shownRatios(total)}
	for _, a := range r.custom {
		p.Args = append(p.Args, a.offer(o.custom[a.long()]))
	}
	switch {
	case r.k6 != nil:
		r.offerK6(p)
	case r.shape != "":
		p.Kind, p.Steerable = live.KindShape, false
	case o.startRate > 0:
		p.Kind = live.KindOpen
		if !o.given("users") {
			p.Users = 0 // as many as are needed
		}
	}
	return p
}

func shownRatios(list []vu.Ratio) []live.Ratio {
	shown := make([]live.Ratio, len(list))
	for i, r := range list {
		shown[i] = live.Ratio{Name: r.Name, Share: r.Share}
		if r.Tasks != nil {
			shown[i].Tasks = shownRatios(r.Tasks)
		}
	}
	return shown
}

// offerK6 describes the scenarios of a k6 script.
func (r *run) offerK6(p *live.Plan) {
	p.Kind, p.Steerable = live.KindK6, false
	for i := range r.k6.options.Scenarios {
		sc := &r.k6.options.Scenarios[i]
		p.Scenarios = append(p.Scenarios, sc.Name+": "+describe(sc))
		p.Steerable = p.Steerable || steerable(sc)
	}
	for _, th := range r.k6.options.Thresholds {
		for _, t := range th.List {
			p.Thresholds = append(p.Thresholds, th.Key+": "+t.Expr)
		}
	}
}

// sameHost is the host of all classes that send requests, "" if there is none or they differ.
func sameHost(classes []vu.Class) (host string) {
	for _, c := range classes {
		switch {
		case c.HTTP == nil:
		case host != "" && c.Host != host:
			return ""
		default:
			host = c.Host
		}
	}
	return shownHost(host)
}

// shownTime is a run time as it is written on the command line; "" for none.
func shownTime(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	return d.String()
}

// offer describes an option of the script, which has a value.
func (a customArg) offer(value any) live.PlanArg {
	kind := a.kind
	if kind == "" {
		kind = "string"
	}
	p := live.PlanArg{
		Name: a.long(), Kind: kind, Value: []string{}, Choices: append([]string{}, a.choices...), Multiple: a.multiple,
		Required: a.required, Secret: a.secret, Help: a.help,
	}
	if a.secret {
		return p
	}
	list, ok := value.([]any)
	if !ok && value != nil {
		list = []any{value}
	}
	for _, v := range list {
		p.Value = append(p.Value, fmt.Sprint(v))
	}
	return p
}

// settings are the options that a form stands for. Those that it leaves open stay as they were given.
func (s *session) settings(form live.Form) (list []setting, err error) {
	add := func(name, label, value string) {
		list = append(list, setting{name: name, value: value, as: label + " ", from: "web UI"})
	}
	plan := s.Plan()
	if form.Users != nil {
		add("users", "number of users", strconv.Itoa(*form.Users))
	}
	if form.SpawnRate != nil && plan.Kind != live.KindK6 {
		add("spawn-rate", "spawn rate", plainNumber(*form.SpawnRate))
	}
	if form.Rate != nil {
		add("rate", "rate", plainNumber(*form.Rate))
	}
	if form.RunTime != "" {
		add("run-time", "run time", form.RunTime)
	}
	if form.Host != "" && form.Host != plan.Host {
		if s.opts.lockHost {
			return nil, fmt.Errorf("the host is locked to %s (--lock-host)", plan.Host)
		}
		add("host", "host", form.Host)
	}
	if len(form.Classes) > 0 {
		add(classesOption, "user classes", strings.Join(form.Classes, ","))
	}
	if form.Shape != "" && form.Shape != "Default" && form.Shape != plan.Shape {
		return nil, fmt.Errorf("the script has no load shape %s", form.Shape)
	}
	if form.Profile != "" {
		add("profile", "profile", form.Profile)
	}
	for i := range plan.Args { // others are of no option, such as what Locust's page has and katydid has not
		if values, ok := form.Args[plan.Args[i].Name]; ok {
			add(plan.Args[i].Name, plan.Args[i].Name, strings.Join(values, ","))
		}
	}
	return list, nil
}

func plainNumber(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
