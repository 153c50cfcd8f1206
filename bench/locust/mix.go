package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

const (
	mixUsers = 10
	mixRate  = "2.7"
	mixBatch = 2 // users at once: the whole part of the rate
)

// mixPause is the time between batches: mixBatch / mixRate.
const mixPause = 741 * time.Millisecond

// compareMix starts users of several classes and compares who was started when.
func compareMix(ctx context.Context, b *bench) (*section, error) {
	s := &section{title: "Class mix and ramp", about: fmt.Sprintf("%d users, %s a second: Locust starts batches of %d, %v apart. "+
		"Each user says in on_start of which class it is. Classes of a batch are compared without their order.",
		mixUsers, mixRate, mixBatch, mixPause)}
	for _, mix := range []struct{ weights, text string }{
		{"3:1:0", "weights 3:1"}, {"5:1:0", "weights 5:1"}, {"3:1:2", "weights 3:1 and fixed_count 2"},
	} {
		l, k, err := b.both(ctx, job{name: "mix-" + strings.ReplaceAll(mix.weights, ":", "-"), script: "mix",
			args: []string{"-u", fmt.Sprint(mixUsers), "-r", mixRate, "-t", "6s"}, env: []string{"BENCH_MIX=" + mix.weights}})
		if err != nil {
			return nil, err
		}
		old := b.locust.old()
		s.equalOr(mix212, old, mix.text+": users of each class after the ramp", perClass(l.log), perClass(k.log))
		s.equalOr(mix212, old, mix.text+": users of each class, in stats", counts(&l.files.stats), counts(&k.files.stats))
		s.equalOr(mix212, old, mix.text+": classes batch by batch", joined(batches(l.log)), joined(batches(k.log)))
		s.is(late(k.log) < lateness, mix.text+": katydid's batches come when due, within 0.25 s", offsets(l.log), offsets(k.log))
		s.equalOr(locustLag, late(l.log) < time.Second, mix.text+": batches later than 0.25 s", late(l.log) >= lateness, false)
		s.is(climbs(&k.files.history, mixUsers) && (old || climbs(&l.files.history, mixUsers)), mix.text+": User Count over time",
			joined(l.files.history.cells("User Count")), joined(k.files.history.cells("User Count")))
	}
	return s, nil
}

// class is the class that a request says.
func (a arrival) class() string {
	_, class, _ := strings.Cut(a.path, "class=")
	return class
}

// perClass counts the users that were started.
func perClass(log []arrival) string {
	n := map[string]int{}
	for _, a := range log {
		n[a.class()]++
	}
	var all []string
	for _, class := range slices.Sorted(maps.Keys(n)) {
		all = append(all, fmt.Sprintf("%s %d", class, n[class]))
	}
	return strings.Join(all, ", ")
}

// counts are names and counts of a statistics file.
func counts(t *table) string {
	var all []string
	for _, row := range t.rows {
		all = append(all, row[1]+" "+row[t.column("Request Count")])
	}
	return strings.Join(all, ", ")
}

// batches are the first letters of the classes of each batch, sorted within the batch.
func batches(log []arrival) []string {
	var found []string
	for group := range slices.Chunk(log, mixBatch) {
		var letters []string
		for _, a := range group {
			letters = append(letters, a.class()[:min(1, len(a.class()))])
		}
		slices.Sort(letters)
		found = append(found, strings.Join(letters, ""))
	}
	return found
}

// lateness is what a batch may be off.
const lateness = 250 * time.Millisecond

// late is how far a user was at most from its batch's time; a user that comes early counts as an hour.
func late(log []arrival) time.Duration {
	worst := time.Duration(0)
	for i, a := range log {
		off := a.at.Sub(log[0].at) - time.Duration(i/mixBatch)*mixPause
		if off < -lateness {
			off = time.Hour
		}
		worst = max(worst, off)
	}
	return worst
}

// offsets are the times of the users, from that of the first.
func offsets(log []arrival) string {
	var all []string
	for _, a := range log {
		all = append(all, fmt.Sprintf("%.2f", a.at.Sub(log[0].at).Seconds()))
	}
	return strings.Join(all, " ")
}

func joined(items []string) string { return strings.Join(items, " ") }
