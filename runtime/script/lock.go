package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
)

// LockName is the file next to the first script that pins remote modules to their hashes: a JSON object of URL to
// integrity, such as {"https://example.com/a.js": "sha256-..."}. Lock makes its text.
const LockName = "imports.lock.json"

// pins are the wanted hashes: of the lock file, unless it is to be written anew, and of Options.Integrity, which count
// more. locked says that there is a lock file.
func (o *Options) pins(dir string) (pins map[string]string, locked bool, err error) {
	pins = map[string]string{}
	text, err := os.ReadFile(filepath.Join(dir, LockName))
	switch {
	case o.Relock, errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, false, fileError(LockName, err)
	default:
		if err := json.Unmarshal(text, &pins); err != nil {
			return nil, false, &Error{File: LockName, Text: "not a JSON object of URLs and their hashes", Hint: "write it anew"}
		}
		locked = true
	}
	maps.Copy(pins, o.Integrity)
	return pins, locked, nil
}

// Lock is the text of a lock file for what the scripts import.
func (s *Script) Lock() []byte {
	sums := map[string]string{}
	for _, r := range s.Remote {
		sums[r.URL] = r.Integrity
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(sums) // a map of strings can be encoded, and a buffer written
	return b.Bytes()
}
