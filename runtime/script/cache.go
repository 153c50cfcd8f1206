package script

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// cacheFresh is how long a copy is used without asking its server again. It is long enough that starting a script many
// times a day costs one download, and short enough that a URL without a version in it is not old for ever.
const cacheFresh = 24 * time.Hour

// cache keeps modules in a folder, one file for a URL, named by the URL's SHA-256: a line of JSON and then the text.
// Several processes may use one folder: files are only ever put in place whole. What is damaged counts as not there.
type cache struct{ dir string }

// openCache returns the cache in dir, or in the user's cache folder if dir is "". Without either nothing is kept.
func openCache(dir string) cache {
	if dir == "" {
		if user, err := os.UserCacheDir(); err == nil {
			dir = filepath.Join(user, "katydid", "imports")
		}
	}
	return cache{dir}
}

// entry is the first line of a file in the cache.
type entry struct {
	URL       string `json:"url"`
	Final     string `json:"final"`
	Kind      string `json:"kind,omitempty"`
	Integrity string `json:"integrity"`
}

func (c cache) path(address string) string {
	sum := sha256.Sum256([]byte(address))
	return filepath.Join(c.dir, hex.EncodeToString(sum[:]))
}

// read returns the copy of a module and its age; nil if there is none.
func (c cache) read(address string) (*fetched, time.Duration) {
	if c.dir == "" {
		return nil, 0
	}
	data, err := os.ReadFile(c.path(address))
	if err != nil {
		return nil, 0
	}
	info, err := os.Stat(c.path(address))
	if err != nil {
		return nil, 0
	}
	head, text, _ := bytes.Cut(data, []byte("\n"))
	var e entry
	if json.Unmarshal(head, &e) != nil || e.URL != address || e.Integrity != integrity(text) {
		return nil, 0
	}
	return &fetched{final: e.Final, kind: e.Kind, text: text}, time.Since(info.ModTime())
}

// write keeps a module. If that fails the next load has to ask again, and nothing else is lost.
func (c cache) write(address string, g *fetched) {
	if c.dir == "" || os.MkdirAll(c.dir, 0o755) != nil {
		return
	}
	head, err := json.Marshal(entry{address, g.final, g.kind, integrity(g.text)})
	if err != nil {
		return
	}
	f, err := os.CreateTemp(c.dir, ".new-*")
	if err != nil {
		return
	}
	_, err = f.Write(bytes.Join([][]byte{head, g.text}, []byte("\n")))
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(f.Name(), c.path(address))
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
}
