package metrics

// Tag is a name and a value that a sample carries.
type Tag struct{ Name, Value string }

// Tags finds the tags of a sample. Tag is asked only for names that a threshold uses, so that values which take work to
// make (a status as text, a URL without its password) are seldom made. It is called before the method of Engine that
// gets it returns, on the same goroutine. A nil Tags has no tags.
type Tags interface {
	Tag(name string) (value string, ok bool)
}

// TagSet is a list of tags on top of another. It is never changed, so goroutines may share it: what all samples of a
// virtual user carry is made once, and a sample adds its own. The nil *TagSet is empty.
type TagSet struct {
	below    *TagSet
	own      []Tag
	metadata []Tag
}

// With is the set with further tags. They hide those of the same name in s, and a later one an earlier one.
func (s *TagSet) With(tags ...Tag) *TagSet { return &TagSet{below: s, own: tags} }

// WithMetadata is the set with further metadata, which no Tag finds.
func (s *TagSet) WithMetadata(list ...Tag) *TagSet { return &TagSet{below: s, metadata: list} }

// List implements Lister.
func (s *TagSet) List(to *Labels) {
	if s == nil {
		return
	}
	s.below.List(to) // first: what is on top counts
	to.Tags = append(to.Tags, s.own...)
	to.Metadata = append(to.Metadata, s.metadata...)
}

// Tag is the value of a tag.
func (s *TagSet) Tag(name string) (string, bool) {
	for ; s != nil; s = s.below {
		for i := len(s.own) - 1; i >= 0; i-- {
			if s.own[i].Name == name {
				return s.own[i].Value, true
			}
		}
	}
	return "", false
}
