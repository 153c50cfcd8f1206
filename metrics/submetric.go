package metrics

import "slices"

// submetric is the samples of a metric that carry certain tags.
type submetric struct {
	series int32
	rest   []Tag                  // to be carried beside the one by which it was found
	value  func(*Request) float64 // for AddRequest, of the metric; nil for http_req_failed
}

// filterIndex finds the submetrics that a sample belongs to by one of their tags, so that many thresholds on values of one
// tag cost a sample no more than one.
type filterIndex struct {
	names  []string // different from each other
	values []map[string][]*submetric
}

// with adds a submetric to the index, which may be nil: under the tag that it shares with the fewest others.
func (f *filterIndex) with(tags []Tag, sub submetric) *filterIndex {
	if f == nil {
		f = &filterIndex{}
	}
	best := 0
	for i := range tags {
		if f.shared(tags[i]) < f.shared(tags[best]) {
			best = i
		}
	}
	tag := tags[best]
	at := slices.Index(f.names, tag.Name)
	if at < 0 {
		at = len(f.names)
		f.names = append(f.names, tag.Name)
		f.values = append(f.values, map[string][]*submetric{})
	}
	sub.rest = slices.Delete(slices.Clone(tags), best, best+1)
	f.values[at][tag.Value] = append(f.values[at][tag.Value], &sub)
	return f
}

// shared is how many submetrics are found by a tag.
func (f *filterIndex) shared(tag Tag) int {
	at := slices.Index(f.names, tag.Name)
	if at < 0 {
		return 0
	}
	return len(f.values[at][tag.Value])
}

// match appends the submetrics that a sample with these tags belongs to.
func (f *filterIndex) match(tags *lookup, hits []*submetric) []*submetric {
	for i, name := range f.names {
		value, ok := tags.find(name)
		if !ok {
			continue
		}
		for _, sub := range f.values[i][value] {
			if tags.haveAll(sub.rest) {
				hits = append(hits, sub)
			}
		}
	}
	return hits
}

// lookup finds the tags of a sample: first those that the engine knows itself, which have a name, then the caller's.
type lookup struct {
	own  [2]Tag
	tags Tags
}

func (l *lookup) find(name string) (string, bool) {
	for i := range l.own {
		if l.own[i].Name == name {
			return l.own[i].Value, true
		}
	}
	if l.tags == nil {
		return "", false
	}
	return l.tags.Tag(name)
}

func (l *lookup) haveAll(tags []Tag) bool {
	for _, tag := range tags {
		if value, ok := l.find(tag.Name); !ok || value != tag.Value {
			return false
		}
	}
	return true
}
