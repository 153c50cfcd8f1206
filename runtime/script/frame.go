package script

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// frame is one line of a traceback; file is as in the source map.
type frame struct {
	function, file string
	line, column   int
}

// maxFrames keeps a traceback readable and its grouping cheap.
const maxFrames = 20

func fromStack(stack []goja.StackFrame) []frame {
	var frames []frame
	for i := range stack {
		if len(frames) > 4*maxFrames {
			break // an overflown stack has thousands, and each position is a search
		}
		f := &stack[i]
		if p := f.Position(); p.Filename != "" {
			frames = append(frames, frame{f.FuncName(), p.Filename, p.Line, p.Column})
		}
	}
	return frames
}

// gojaLine matches a line of an Error's stack property as goja writes it:
// "\tat fn (file:1:2(33))" or "\tat file:1:2(33)"; the last number is internal.
var gojaLine = regexp.MustCompile(`^\tat (?:(.*) \()?(.+):(\d+):(\d+)\(\d+\)\)?$`)

func fromText(stack goja.Value) []frame {
	var frames []frame
	for line := range strings.Lines(text(stack)) {
		m := gojaLine.FindStringSubmatch(strings.TrimSuffix(line, "\n"))
		if m == nil {
			continue
		}
		l, _ := strconv.Atoi(m[3])
		c, _ := strconv.Atoi(m[4])
		frames = append(frames, frame{m[1], m[2], l, c})
	}
	return frames
}

// frameLines writes the user's frames, or the builtins' if there are no others.
func frameLines(frames []frame) string {
	var user, builtin []frame
	for _, f := range frames {
		switch {
		case userFile(f.file):
			user = append(user, f)
		case strings.HasPrefix(f.file, builtinPrefix) && f.file != builtinPrefix+entryName:
			f.file = strings.TrimPrefix(f.file, builtinPrefix)
			builtin = append(builtin, f)
		}
	}
	if len(user) == 0 {
		user = builtin
	}
	var b strings.Builder
	for i, f := range user {
		if i == maxFrames {
			b.WriteString("\n    ...")
			break
		}
		b.WriteString("\n    at " + f.String())
	}
	return b.String()
}

func (f frame) String() string {
	at := fmt.Sprintf("%s:%d:%d", f.file, f.line, f.column)
	if f.function == "" || strings.HasPrefix(f.function, "<") {
		return at
	}
	return f.function + " (" + at + ")"
}
