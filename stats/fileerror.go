package stats

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

type fileError struct {
	path string
	err  error
}

// explain makes one line of what went wrong: files with the same trouble are named together. It is nil for no errors
// and keeps the causes for errors.Is.
func explain(failed []fileError) error {
	if len(failed) == 0 {
		return nil
	}
	var causes []string
	paths := map[string][]string{}
	all := make([]error, len(failed))
	for i, f := range failed {
		cause := RootCause(f.err).Error()
		if paths[cause] == nil {
			causes = append(causes, cause)
		}
		paths[cause] = append(paths[cause], f.path)
		all[i] = f.err
	}
	for i, cause := range causes {
		causes[i] = "cannot write " + strings.Join(paths[cause], ", ") + ": " + cause
	}
	return &filesError{strings.Join(causes, "; "), all}
}

// RootCause leaves out the operation and the name of the temporary file, which tell a user nothing.
func RootCause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// filesError has a line to print and the errors behind it.
type filesError struct {
	line   string
	causes []error
}

func (e *filesError) Error() string   { return e.line }
func (e *filesError) Unwrap() []error { return e.causes }
