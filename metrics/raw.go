package metrics

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// Sink takes samples as they are, each with its time and all its tags, while the engine counts them. Take is called from
// any goroutine, by whoever adds a sample, and must not keep the moment or its slices.
type Sink interface{ Take(m *Moment) }

// Moment is samples that have the time and the labels in common: one sample, or all those of a request.
type Moment struct {
	At     time.Time
	Points []Point
	Labels
}

// Point is the value of one sample.
type Point struct {
	Metric *Metric
	Value  float64
}

// Labels is all that a sample carries, by name, each name once. No threshold looks at the metadata.
type Labels struct{ Tags, Metadata []Tag }

// Lister is what Tags has to be if there is a Sink: it knows what there is to be asked for.
type Lister interface {
	// List appends all that there is. Of two with one name the later one counts.
	List(to *Labels)
}

// raw is where samples go besides being counted.
type raw struct {
	sinks           []Sink
	check, expected bool // which of the tags that the engine gives itself are on
	moments         sync.Pool
}

// Raw gives all samples to sinks, too. on says which of k6's system tags are switched on. It is called before the first
// sample; from then on every Tags should be a Lister: of others the sinks see nothing.
func (e *Engine) Raw(on func(tag string) bool, sinks ...Sink) {
	e.raw = &raw{sinks: sinks, check: on("check"), expected: on(expectedTag)}
	e.raw.moments.New = func() any { return new(Moment) }
}

// one gives the sinks a sample. own is a tag that comes from the engine; none if it has no name.
func (r *raw) one(m *Metric, value float64, at time.Time, tags Tags, own Tag) {
	r.send(at, tags, own, func(points []Point) []Point { return append(points, Point{m, value}) })
}

func (r *raw) checked(m *Metric, value float64, at time.Time, tags Tags, name string) {
	own := Tag{"check", name}
	if !r.check {
		own = Tag{}
	}
	r.one(m, value, at, tags, own)
}

// request gives the sinks the samples of a request, in k6's order.
func (r *raw) request(b *Builtin, req *Request, at time.Time, tags Tags) {
	own := req.tag()
	if !r.expected {
		own = Tag{}
	}
	r.send(at, tags, own, func(points []Point) []Point {
		for i := range requestMeasures {
			measure := &requestMeasures[i]
			points = append(points, Point{measure.metric(b), measure.value(req)})
		}
		if req.Verdict != Unjudged {
			points = append(points, Point{b.HTTPReqFailed, req.failed()})
		}
		return points
	})
}

func (r *raw) send(at time.Time, tags Tags, own Tag, fill func([]Point) []Point) {
	m := r.moments.Get().(*Moment)
	m.At, m.Points = at, fill(m.Points[:0])
	m.Tags, m.Metadata = m.Tags[:0], m.Metadata[:0]
	if l, ok := tags.(Lister); ok {
		l.List(&m.Labels)
	}
	if own.Name != "" {
		m.Tags = append(m.Tags, own)
	}
	m.Tags, m.Metadata = settled(m.Tags), settled(m.Metadata)
	for _, sink := range r.sinks {
		sink.Take(m)
	}
	r.moments.Put(m)
}

// settled sorts tags by name and leaves of each name the last.
func settled(tags []Tag) []Tag {
	slices.SortStableFunc(tags, func(a, b Tag) int { return strings.Compare(a.Name, b.Name) })
	kept := tags[:0]
	for i, tag := range tags {
		if i+1 == len(tags) || tags[i+1].Name != tag.Name {
			kept = append(kept, tag)
		}
	}
	return kept
}

// Demands is the thresholds on a metric and its submetrics, for those who describe it. It may be called after Validate.
func (e *Engine) Demands(m *Metric) (thresholds []string, subs []Key) {
	for i := range e.thresholds {
		t := &e.thresholds[i]
		switch {
		case t.key.Metric != m.Name:
		case t.key.Tags == nil:
			thresholds = append(thresholds, t.Expr)
		case !slices.ContainsFunc(subs, func(k Key) bool { return k.text == t.key.text }):
			subs = append(subs, t.key)
		}
	}
	if m == e.Builtin.HTTPReqDuration && e.raw.expected && !slices.ContainsFunc(subs, func(k Key) bool { return k.text == expectedKey }) {
		subs = append(subs, Key{m.Name, []Tag{{expectedTag, "true"}}, expectedKey})
	}
	return thresholds, subs
}
