package metrics

import (
	"crypto/md5"
	"encoding/hex"
	"strings"
	"sync"
)

// maxTree is how many groups, and how many checks, the tree has at most: a script that puts a number into their names
// cannot make it as large as it likes. Further checks are counted together as Other in the root.
const maxTree = 10_000

// Other is the name of the check under which whatever exceeds the bound is counted.
const Other = "(other)"

const separator = "::"

type checkKey struct{ group, name string }

// tree knows the groups and checks in the order of their first appearance. Its methods may be called from any goroutine.
type tree struct {
	mu     sync.Mutex
	root   *node
	groups map[string]*node // by path
	byKey  map[checkKey]int32
	checks []Check // without figures
}

type node struct {
	group  Group // without figures
	groups []*node
	checks []int32 // indices in tree.checks
}

func newTree() tree {
	root := &node{group: Group{ID: identify("")}}
	return tree{root: root, groups: map[string]*node{"": root}, byKey: map[checkKey]int32{}}
}

// identify is k6's id of a group or check.
func identify(path string) string {
	sum := md5.Sum([]byte(path))
	return hex.EncodeToString(sum[:])
}

// group makes a group known, with those that it is in. A path is "" or a sequence of "::" and a name.
func (t *tree) group(path string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.node(path)
}

// node is the group of a path; nil if there is no room for it. Called with t.mu held.
func (t *tree) node(path string) *node {
	if n, ok := t.groups[path]; ok {
		return n
	}
	at := strings.LastIndex(path, separator)
	if at < 0 { // no path: taken as the name of a group in the root
		return t.node(separator + path)
	}
	parent := t.node(path[:at])
	if parent == nil || len(t.groups) > maxTree {
		return nil
	}
	n := &node{group: Group{Name: path[at+len(separator):], Path: path, ID: identify(path)}}
	parent.groups = append(parent.groups, n)
	t.groups[path] = n
	return n
}

// check is the index of a check. Not own: there is no room for it, and it is counted under Other.
func (t *tree) check(key checkKey) (id int32, own bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if id, ok := t.byKey[key]; ok {
		return id, true
	}
	parent := t.node(key.group)
	own = parent != nil && len(t.checks) < maxTree
	if !own {
		key = checkKey{"", Other}
		if id, ok := t.byKey[key]; ok {
			return id, false
		}
		parent = t.root
	}
	path := parent.group.Path + separator + key.name
	id = int32(len(t.checks))
	t.checks = append(t.checks, Check{Name: key.name, Path: path, ID: identify(path)})
	parent.checks = append(parent.checks, id)
	t.byKey[key] = id
	return id, own
}

// size is the number of checks.
func (t *tree) size() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.checks)
}

// snapshot is the tree with figures, which there may be fewer of than checks: it was not yet counted then. The second
// result is all checks in the order of their first appearance.
func (t *tree) snapshot(figures []tally) (*Group, []Check) {
	t.mu.Lock()
	defer t.mu.Unlock()
	checks := make([]Check, len(t.checks))
	copy(checks, t.checks)
	for i, n := range figures {
		checks[i].Passes, checks[i].Fails = n.passes, n.fails
	}
	return t.root.snapshot(checks), checks
}

func (n *node) snapshot(checks []Check) *Group {
	g := n.group
	for _, in := range n.groups {
		g.Groups = append(g.Groups, in.snapshot(checks))
	}
	for _, id := range n.checks {
		g.Checks = append(g.Checks, checks[id])
	}
	return &g
}
