package load

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Restrict makes Next choose only among the named classes, as the third value
// of a LoadShape's tick does. Users of other classes go on. The weighted order
// starts anew unless the set is the one already in force.
func (m *Mix) Restrict(names []string) error {
	chosen, err := m.find(names)
	if err != nil {
		return err
	}
	m.sortByName(chosen)
	if !slices.Equal(m.allowed, chosen) {
		m.allow(chosen)
	}
	return nil
}

// find returns the class numbers of the names, each once.
func (m *Mix) find(names []string) ([]int, error) {
	var chosen []int
	for _, name := range names {
		i := slices.IndexFunc(m.classes, func(c Class) bool { return c.Name == name })
		if i < 0 {
			return nil, fmt.Errorf("there is no user class %q; there are: %s", name, m.names())
		}
		if !slices.Contains(chosen, i) {
			chosen = append(chosen, i)
		}
	}
	if len(chosen) == 0 {
		return nil, errors.New("the list of user classes is empty")
	}
	return chosen, nil
}

func (m *Mix) names() string {
	var names []string
	for _, c := range m.classes {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ")
}
