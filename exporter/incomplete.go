package exporter

import (
	"fmt"
	"path"
	"strings"
)

// Incomplete is the error of Flush and Resume when something could not be exported. What is missing is still on disk.
type Incomplete struct {
	Run    string
	Files  []string // names that the store does not have in their last state
	Of     int      // how many there are in all
	Errors []error  // what was wrong with each
}

// fileMark stands for a file's name where texts are compared.
const fileMark = "\x00"

// Error is one line; files with the same trouble are named together.
func (e *Incomplete) Error() string {
	byText := map[string][]string{}
	var texts []string
	for i, err := range e.Errors {
		text := strings.ReplaceAll(err.Error(), path.Join(e.Run, e.Files[i]), fileMark)
		if byText[text] == nil {
			texts = append(texts, text)
		}
		byText[text] = append(byText[text], e.Files[i])
	}
	for i, text := range texts {
		names := byText[text]
		if len(names) == 1 {
			texts[i] = strings.ReplaceAll(text, fileMark, names[0])
		} else {
			texts[i] = strings.Join(names, ", ") + ": " + strings.ReplaceAll(text, ": put "+fileMark, "")
		}
	}
	return fmt.Sprintf("%d of %d files of %s were not exported: %s", len(e.Files), e.Of, e.Run, strings.Join(texts, "; "))
}

// Unwrap gives the errors of the files.
func (e *Incomplete) Unwrap() []error { return e.Errors }
