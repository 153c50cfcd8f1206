package exporter

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// journalSuffix follows the prefix of the results: results/scene_1.export.json.
const journalSuffix = ".export.json"

// journal is what has been exported of a run, so that Resume can do the rest. It lies beside the results, is replaced
// whole and holds no secret.
type journal struct {
	Target   string          `json:"target"`             // the store, without secrets
	Run      string          `json:"run"`                // the run's folder in the store
	Complete bool            `json:"complete"`           // all of it is exported, for good
	Info     RunInfo         `json:"info"`               //
	Extra    []string        `json:"extra,omitempty"`    // files beyond the usual ones, relative to the journal's folder
	Exported map[string]mark `json:"exported,omitempty"` // by name in the store
}

// mark is what the store has of a file.
type mark struct {
	Bytes  int64     `json:"bytes"`
	SHA256 string    `json:"sha256"`
	Time   time.Time `json:"time"`
}

// readJournal gives an error that is fs.ErrNotExist if there is none.
func readJournal(prefix string) (*journal, error) {
	path := prefix + journalSuffix
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	j := &journal{}
	if err := json.Unmarshal(b, j); err != nil || j.Run == "" {
		return nil, fmt.Errorf("%s is damaged; delete it to export its results as a new run", path)
	}
	return j, nil
}

// Forget removes the journal of results that are about to be replaced, so that Resume does not take the new ones for a
// part of that run. There need not be one.
func Forget(prefix string) error {
	if err := os.Remove(prefix + journalSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("cannot remove %s: %w", prefix+journalSuffix, rootCause(err))
	}
	return nil
}

// write replaces the journal: after a crash there is the old one or the new one, never half of one.
func (j *journal) write(prefix string) error {
	b, err := json.MarshalIndent(j, "", "  ")
	if err != nil {
		return err
	}
	path := prefix + journalSuffix
	tmp := filepath.Join(filepath.Dir(path), "."+filepath.Base(path)+".tmp") // the lock keeps others from it
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o666)
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, rootCause(err))
	}
	_, err = f.Write(append(b, '\n'))
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(tmp, path)
	}
	if err != nil {
		_ = os.Remove(tmp) // the first error is the one that matters
		return fmt.Errorf("cannot write %s: %w", path, rootCause(err))
	}
	return nil
}
