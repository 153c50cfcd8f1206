// Package output writes the samples of a k6 script one by one, in the forms of k6's outputs json and csv.
package output

import (
	"fmt"
	"strings"
)

// Spec is one output that was asked for.
type Spec struct {
	Text   string // as it was written
	Format string // json or csv
	File   string // "-" for standard output
	// Times is the form of times in csv: unix (seconds), unix_milli, unix_micro, unix_nano, rfc3339 or rfc3339_nano.
	Times string
}

var timeForms = []string{"unix", "unix_milli", "unix_micro", "unix_nano", "rfc3339", "rfc3339_nano"}

// Parse reads the value of --out: json=FILE or csv=FILE, where csv also takes fileName=FILE,timeFormat=FORM. getenv knows
// K6_CSV_FILENAME and K6_CSV_TIME_FORMAT, which count where the text says nothing.
func Parse(text string, getenv func(string) string) (Spec, error) {
	format, rest, _ := strings.Cut(text, "=")
	s := Spec{Text: text, Format: format, File: rest}
	switch format {
	case "json":
		if s.File == "" {
			s.File = "-"
		}
		return s, nil
	case "csv":
		s.File, s.Times = getenv("K6_CSV_FILENAME"), getenv("K6_CSV_TIME_FORMAT")
		err := s.parseCSV(rest)
		return s, err
	}
	return s, fmt.Errorf("output %q is not here: there are json=FILE and csv=FILE for samples, --csv PREFIX for tables by the second and --summary FILE for the figures of the run", format)
}

func (s *Spec) parseCSV(rest string) error {
	if !strings.ContainsAny(rest, ",=") {
		rest = "fileName=" + rest
	}
	for pair := range strings.SplitSeq(rest, ",") {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case name == "fileName" && value != "":
			s.File = value
		case name == "timeFormat":
			s.Times = value
		case name != "fileName" && name != "saveInterval": // we save each second
			return fmt.Errorf("output %s: %q is none of fileName=FILE, timeFormat=FORM, saveInterval=TIME", s.Text, pair)
		}
	}
	if s.File == "" {
		s.File = "file.csv"
	}
	if s.Times == "" {
		s.Times = "unix"
	}
	for _, form := range timeForms {
		if s.Times == form {
			return nil
		}
	}
	return fmt.Errorf("output %s: the form of times %q is none of %s", s.Text, s.Times, strings.Join(timeForms, ", "))
}
