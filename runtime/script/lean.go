package script

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// slim and undecorate take from the bundle what esbuild put there and users can do
// without: each helper is made in every user's VM and costs a kilobyte, 20 KB in
// all for a class with decorators. Both look for text that esbuild writes at the
// start of a line, and count the names in it that they mean to drop: where
// anything is not quite as expected it stays as it is, and only memory is lost.
// Lines and columns stay, for the source map.
var (
	hostValue  = regexp.MustCompile(`(?m)^var (\w+) = /\* @__PURE__ \*/ \$k\.get\("(\w+)"\);$`)
	decorated  = regexp.MustCompile(`(?m)^(_init\d*) = __decoratorStart\(\w+\);$`)
	helper     = regexp.MustCompile(`(?m)^var (__\w+) = `)
	exported   = regexp.MustCompile(`(?m): \(\) => ([\w$]+,?)$`)
	exportList = regexp.MustCompile(`(?m)^__export\((\w+), \{\n((?:  (?:[\w$]+|"(?:[^"\\]|\\.)*"): \(\) => [\w$]+,?\n)+)\}\);$`)
)

// hostGet finds what a script takes from the host object.
var hostGet = regexp.MustCompile(`(?:/\* @__PURE__ \*/ )?\$k\.get\(("[^"\\]*")\)`)

// direct reads the members of the host object where the bundle calls $k.get: the call tells esbuild that what is not used
// may go, but its function would cost every user's VM as much as anything else does. It comes last.
func direct(code []byte) []byte {
	return hostGet.ReplaceAllFunc(code, func(call []byte) []byte {
		to := append([]byte("$k["), hostGet.FindSubmatch(call)[1]...)
		to = append(to, ']')
		return append(to, bytes.Repeat([]byte(" "), len(call)-len(to))...)
	})
}

// slim gives $k.exports plain objects and drops what is not used.
func slim(code []byte) []byte {
	l := &leaner{code: string(code)}
	l.plainExports()
	l.dropUnused()
	return []byte(l.code)
}

// undecorate takes those decorators away that are one of inert, members of the
// host object.
func undecorate(code []byte, inert []string) []byte {
	l := &leaner{code: string(code)}
	var names []string
	for _, m := range hostValue.FindAllStringSubmatch(l.code, -1) {
		if slices.Contains(inert, m[2]) {
			names = append(names, m[1])
		}
	}
	if len(names) == 0 || strings.Contains(l.code, "Symbol.metadata") { // which decorators leave in the class
		return code
	}
	const value = `(?:"(?:[^"\\]|\\.)*"|[\d.]+)`
	item := `(?:` + strings.Join(names, "|") + `)(?:\((?:` + value + `(?:, ` + value + `)*)?\))?`
	l.list = ` = (\[` + item + `(?:, ` + item + `)*\])`
	for _, m := range decorated.FindAllStringSubmatch(l.code, -1) {
		if before := l.code; !l.undecorate(m[1]) {
			l.code = before
		}
	}
	l.dropUnused()
	return []byte(l.code)
}

type leaner struct {
	code string
	list string // matches the value of a list of inert decorators, with constants as their arguments
}

// undecorate takes the decorators from the class whose state is in the variable
// init. False says that it has others too, or is not as expected.
func (l *leaner) undecorate(init string) bool {
	element := `(?m)^__decorateElement\(` + init + `, (?:1|9), "\w+", (\w+), (\w+)\);$` // a method, or a static one
	class := ""
	for _, m := range regexp.MustCompile(element).FindAllStringSubmatch(l.code, -1) {
		if !l.empty(m[1]) {
			return false
		}
		class = m[2]
	}
	if class == "" {
		return false
	}
	l.blank(element)
	l.blank(`(?m)^` + init + ` = __decoratorStart\(\w+\);$`)
	l.blank(`(?m)^__decoratorMetadata\(` + init + `, ` + class + `\);$`)
	run := `__runInitializers\(` + init + `, \d+, \w+\);`
	l.blank(`(?m)^  constructor\(\) \{\n    super\(\.\.\.arguments\);\n    ` + run + `\n  \}$`)
	l.blank(`(?m)^(?:    )?` + run + `$`)
	l.assignFields(class)
	return count(l.code, init) == 1 // its declaration
}

// empty puts 0 in the place of a list of inert decorators; false if it is not one.
func (l *leaner) empty(name string) bool {
	at := regexp.MustCompile(`\b` + name + l.list).FindStringSubmatchIndex(l.code)
	if at == nil || count(l.code, name) != 3 { // declared, set, and used once
		return false
	}
	l.code = l.code[:at[2]] + "0" + strings.Repeat(" ", at[3]-at[2]-1) + l.code[at[3]:]
	return true
}

// blank empties what matches, but for its line ends.
func (l *leaner) blank(pattern string) {
	l.code = regexp.MustCompile(pattern).ReplaceAllStringFunc(l.code, func(s string) string {
		return strings.Repeat("\n", strings.Count(s, "\n"))
	})
}

// assignFields puts assignments in the place of __publicField, which defines a
// class's static field if it is inherited. That makes a difference for accessors
// and for what every function has.
func (l *leaner) assignFields(class string) {
	field := regexp.MustCompile(`(?m)^__publicField\(` + class + `, "(\w+)", `)
	l.code = field.ReplaceAllStringFunc(l.code, func(s string) string {
		name := field.FindStringSubmatch(s)[1]
		special := slices.Contains([]string{"name", "length", "prototype", "caller", "arguments"}, name)
		if special || regexp.MustCompile(`\b[gs]et "?`+name+`"?\(`).MatchString(l.code) {
			return s
		}
		to := class + "." + name + " ="
		return to + strings.Repeat(" ", len(s)-len(to)-1) + "("
	})
}

// plainExports gives $k.exports an object of values: at the end of the bundle they
// are what they are going to be.
func (l *leaner) plainExports() {
	for _, m := range exportList.FindAllStringSubmatch(l.code, -1) {
		whole, name, list := m[0], m[1], m[2]
		call := "\n$k.exports(" + name + ", "
		if count(l.code, name) != 3 || strings.Count(l.code, call) != 1 || strings.Contains(list, "__proto__:") {
			continue
		}
		list = strings.ReplaceAll(exported.ReplaceAllString(list, ": $1"), "\n", "")
		l.code = strings.Replace(l.code, whole, strings.Repeat("\n", strings.Count(whole, "\n")), 1)
		l.code = strings.Replace(l.code, "var "+name+" = {};", "", 1)
		l.code = strings.Replace(l.code, call, "\n$k.exports({"+list+"}, ", 1)
	}
}

// dropUnused drops helpers and values of the host object that nothing refers to.
func (l *leaner) dropUnused() {
	for before := ""; before != l.code; {
		before = l.code
		head, _, _ := strings.Cut("\n"+l.code, "\n// ") // esbuild's helpers come before the first file
		at := helper.FindAllStringSubmatchIndex(head, -1)
		for i, m := range slices.Backward(at) {
			end := len(head)
			if i+1 < len(at) {
				end = at[i+1][0]
			}
			text := head[m[0]:end]
			if name := head[m[2]:m[3]]; count(l.code, name) == count(text, name) {
				l.code = strings.Replace(l.code, text, strings.Repeat("\n", strings.Count(text, "\n")), 1)
			}
		}
		l.code = hostValue.ReplaceAllStringFunc(l.code, func(s string) string {
			if name := hostValue.FindStringSubmatch(s)[1]; count(l.code, name) == count(s, name) {
				return ""
			}
			return s
		})
	}
}

// count says how often a name stands in a text, be it as a variable or not.
func count(text, name string) (n int) {
	for i := 0; ; {
		j := strings.Index(text[i:], name)
		if j < 0 {
			return n
		}
		start, end := i+j, i+j+len(name)
		if (start == 0 || !wordByte(text[start-1])) && (end == len(text) || !wordByte(text[end])) {
			n++
		}
		i = end
	}
}

func wordByte(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}
