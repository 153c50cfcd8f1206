package k6

import (
	"slices"
	"strconv"

	"github.com/dop251/goja"

	"katydid/metrics"
	"katydid/runtime/js"
)

// tagList is a few tags, the names of which are all different. Samples may keep it: a list is never changed, only
// replaced.
type tagList []metrics.Tag

func (l tagList) index(name string) int {
	return slices.IndexFunc(l, func(t metrics.Tag) bool { return t.Name == name })
}

func (l tagList) get(name string) (string, bool) {
	if i := l.index(name); i >= 0 {
		return l[i].Value, true
	}
	return "", false
}

func (l *tagList) set(name, value string) {
	fresh := slices.Clone(*l)
	if i := fresh.index(name); i >= 0 {
		fresh[i].Value = value
	} else {
		fresh = append(fresh, metrics.Tag{Name: name, Value: value})
	}
	*l = fresh
}

func (l *tagList) remove(name string) {
	*l = slices.DeleteFunc(slices.Clone(*l), func(t metrics.Tag) bool { return t.Name == name })
}

// retag makes anew the tags of all samples of the user: those of the run, of the scenario, the user's own, the group.
func (s *State) retag() {
	s.base = s.run.Tags
	switch {
	case s.scenario != nil:
		s.base = s.scenario.tags
	case s.vm.Class != nil: // a native user's class is what comes closest
		s.base = s.base.With(metrics.Tag{Name: "scenario", Value: s.vm.Class.Name})
	}
	if len(s.own) > 0 {
		s.base = s.base.With(s.own...)
	}
	if list := s.allMetadata(); len(list) > 0 {
		s.base = s.base.WithMetadata(list...)
	}
	s.name, _ = s.base.Tag("name")
	s.setGroup(s.group)
}

// allMetadata is the user's own metadata, and the system tags that are metadata: there would be too many values of a tag.
func (s *State) allMetadata() tagList {
	list := s.metadata
	if s.run.tagged("vu") && s.vm.ID > 0 { // else it is no user: setup, teardown
		list.set("vu", strconv.FormatInt(s.vm.ID, 10))
	}
	if s.run.tagged("iter") {
		list.set("iter", strconv.FormatInt(max(s.iteration, 0), 10))
	}
	return list
}

// setGroup is where the user is from now on: "" or "::outer::inner".
func (s *State) setGroup(path string) {
	s.group = path
	s.tags = s.base
	if !s.run.tagged("group") {
		return
	}
	i := s.groupIndex(path)
	if i >= 0 && s.groups[i].base == s.base {
		s.tags = s.groups[i].tags
		return
	}
	s.tags = s.base.With(metrics.Tag{Name: "group", Value: path})
	switch {
	case i >= 0:
		s.groups[i].base, s.groups[i].tags = s.base, s.tags
	case path != "" && len(s.groups) < maxGroups: // most users are in no other: they remember nothing
		s.groups = append(s.groups, groupTags{path: path, base: s.base, tags: s.tags})
	}
}

// groupTags are the tags of samples in a group, for one that the user is in again and again.
type groupTags struct {
	path       string
	base, tags *metrics.TagSet
	noted      bool
}

func (s *State) groupIndex(path string) int {
	return slices.IndexFunc(s.groups, func(g groupTags) bool { return g.path == path })
}

// noteGroup makes the summary show the group that the user is in, also if it has no check. All users would wait for each
// other if they said it each time.
func (s *State) noteGroup() {
	i := s.groupIndex(s.group)
	if i >= 0 && s.groups[i].noted || !s.run.tagged("group") {
		return
	}
	s.run.Metrics.Group(s.group)
	if i >= 0 {
		s.groups[i].noted = true
	}
}

// maxGroups bounds the groups that a user remembers.
const maxGroups = 16

// tagsOf reads the tags that a script gives for a sample: an object of names and values; what says where they come from.
func (s *State) tagsOf(what string, v goja.Value) tagList {
	list, err := s.readTags(what, v)
	if err != nil {
		js.ThrowType(s.rt(), "%s", err)
	}
	return list
}

// readTags is tagsOf for those who do not throw. What is no object is passed over, as k6 does. The error is a *refusal.
func (s *State) readTags(what string, v goja.Value) (list tagList, err error) {
	if !js.Given(v) {
		return nil, nil
	}
	o := s.objectOr(what, v)
	if o == nil {
		return nil, nil
	}
	names := js.Keys(o)
	list = make(tagList, 0, len(names))
	for _, name := range names {
		value := o.Get(name)
		switch js.TypeName(value) {
		case "string", "number", "boolean":
			list = append(list, metrics.Tag{Name: name, Value: value.String()})
		default:
			return nil, refuse("%s: the value of %q must be a string, a number or a boolean, not %v", what, name, value)
		}
	}
	return list, nil
}
