package vu

import "math"

// Ratio is how much of the choosing falls to a user class, a nested task set or a task.
type Ratio struct {
	Name  string
	Share float64 // 0 to 1
	Tasks []Ratio // of a user class or task set, in the order of the script; nil for a function
}

// Ratios gives how often tasks are chosen, as Locust shows it: perClass has the shares of tasks within their class, and of
// a nested set's within that set; total has all as shares of what all users choose. users is how many users there are of
// each class, or what is in proportion to it; if there are none every class has a share of 0.
//
// A share counts choices, not time: a nested set runs until it is interrupted.
func Ratios(classes []Class, users []float64) (perClass, total []Ratio) {
	sum := 0.0
	for _, n := range users {
		sum += n
	}
	for i, c := range classes {
		share := 0.0
		if sum > 0 {
			share = users[i] / sum
		}
		perClass = append(perClass, Ratio{c.Name, share, c.tasks.ratios(1, false)})
		total = append(total, Ratio{c.Name, share, c.tasks.ratios(share, true)})
	}
	return perClass, total
}

// ratios are the shares of a list's tasks in what is chosen; all of them together are share. Those of a nested set add
// up to its own if nested, else to 1. Tasks that are listed twice count once.
func (l *taskList) ratios(share float64, nested bool) []Ratio {
	list := []Ratio{}
	at := map[string]int{}
	sets := map[string]*taskList{}
	for i, part := range l.shares() {
		t := l.tasks[i]
		n, again := at[t.name]
		if !again {
			n = len(list)
			at[t.name], sets[t.name] = n, t.set
			list = append(list, Ratio{Name: t.name})
		}
		list[n].Share += part * share
	}
	for i := range list {
		r := &list[i]
		switch set := sets[r.Name]; {
		case set != nil && nested:
			r.Tasks = set.ratios(r.Share, true)
		case set != nil:
			r.Tasks = set.ratios(1, false)
		}
	}
	return list
}

// shares is how often each task is chosen in the long run, 0 to 1.
func (l *taskList) shares() []float64 {
	if l.kind == kindMarkov {
		return l.markovShares()
	}
	list := make([]float64, len(l.tasks))
	for i, t := range l.tasks { // also in a sequence, where a task is run as often as its weight says
		list[i] = float64(t.weight) / float64(l.total)
	}
	return list
}

// markovShares is where the chain is in the long run if it starts with the first task. It takes steps of a lazy chain,
// which stays where it is half of the time: that has the same long run, and one that does not alternate for ever.
func (l *taskList) markovShares() []float64 {
	n := len(l.tasks)
	p := make([][]float64, n)
	for i, t := range l.tasks {
		p[i] = make([]float64, n)
		total := 0
		for _, e := range t.next {
			total += e.weight
		}
		for _, e := range t.next {
			p[i][l.find(e.name)] += float64(e.weight) / float64(2*total)
		}
		p[i][i] += 0.5
	}
	if n == 0 {
		return nil
	}
	for range 60 { // 2^60 steps, more than any run takes
		next := squared(p)
		if difference(p[0], next[0]) < 1e-12 {
			return next[0]
		}
		p = next
	}
	return p[0]
}

// squared is two steps of a chain. Rows are made to add up to 1 again, or rounding would grow.
func squared(p [][]float64) [][]float64 {
	q := make([][]float64, len(p))
	for i := range p {
		q[i] = make([]float64, len(p))
		sum := 0.0
		for k, f := range p[i] {
			if f == 0 {
				continue
			}
			for j, g := range p[k] {
				q[i][j] += f * g
				sum += f * g
			}
		}
		for j := range q[i] {
			q[i][j] /= sum
		}
	}
	return q
}

func difference(a, b []float64) (most float64) {
	for i := range a {
		most = max(most, math.Abs(a[i]-b[i]))
	}
	return most
}

// Expected is how many users of each class there are on average among so many: those with a fixed count first, the others by
// their weights. With 0 users it is the shares by weight, or, if a class has a fixed count, those of one user.
func Expected(classes []Class, users int) []float64 {
	fixed, weights := 0, 0.0
	for _, c := range classes {
		fixed += c.Fixed
		if c.Fixed == 0 {
			weights += c.Weight
		}
	}
	all := float64(users)
	if users <= 0 {
		all = 1
	}
	list := make([]float64, len(classes))
	for i, c := range classes {
		switch {
		case c.Fixed > 0:
			list[i] = float64(c.Fixed) * min(1, all/float64(fixed))
		case weights > 0:
			list[i] = max(all-float64(fixed), 0) * c.Weight / weights
		}
	}
	return list
}
