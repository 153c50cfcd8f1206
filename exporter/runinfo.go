package exporter

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"strings"
	"time"
)

// RunInfo says what run the results are of. It is stored as run.json beside them; strings are scrubbed first, so that
// neither a secret in an argument nor user:password@ in a host gets out.
type RunInfo struct {
	Version  string    `json:"katydid"`             // of katydid
	Commit   string    `json:"commit,omitempty"`    // of the scripts, where it is known
	Scene    string    `json:"scene"`               // the short name that is part of the path: scene_1
	Script   string    `json:"script,omitempty"`    //
	Host     string    `json:"host,omitempty"`      // the target
	Dyno     string    `json:"dyno,omitempty"`      // $DYNO
	Args     []string  `json:"args,omitempty"`      // the command line
	Started  time.Time `json:"started"`             //
	Ended    time.Time `json:"ended,omitzero"`      // zero while it runs
	State    string    `json:"state"`               // "running", "finished", "stopped"; "interrupted" if it died
	ExitCode *int      `json:"exit_code,omitempty"` // nil while it runs
}

// Values of RunInfo.State that the exporter sets or looks for. Others are the caller's.
const (
	StateRunning     = "running"
	StateInterrupted = "interrupted" // set by Resume: the run died while its state was running
)

func (r RunInfo) scrubbed(scrub func(string) string) RunInfo {
	for _, s := range []*string{&r.Version, &r.Commit, &r.Scene, &r.Script, &r.Host, &r.Dyno, &r.State} {
		*s = scrub(*s)
	}
	args := make([]string, len(r.Args))
	for i, arg := range r.Args {
		args[i] = scrub(arg)
	}
	r.Args = args
	r.Started, r.Ended = r.Started.UTC(), r.Ended.UTC()
	return r
}

// runFile is the name under which the RunInfo is stored.
const runFile = "run.json"

// fileEntry describes a file in run.json.
type fileEntry struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
}

// runJSON is the content of run.json. files is empty at the start of a run and lists all but run.json at its end, so
// that a reader can see whether all of them have arrived.
func runJSON(path string, info RunInfo, files []fileEntry) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	err := enc.Encode(struct {
		Run string `json:"run"`
		RunInfo
		Files []fileEntry `json:"files,omitempty"`
	}{path, info, files})
	return b.Bytes(), err
}

// newRunPath names the folder of a run: 2026-11-22T205304Z_scene_1_k3m9xa. No colons, which Windows cannot store; sorted
// by name is sorted by time; the random end keeps runs of the same second apart.
func newRunPath(started time.Time, scene string) string {
	return started.UTC().Format("2006-01-02T150405Z") + "_" + plainName(scene) + "_" + strings.ToLower(rand.Text()[:6])
}

// plainName keeps letters, digits, dots, dashes and underscores of a name.
func plainName(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r) {
			return r
		}
		return '-'
	}, s)
	return first(strings.Trim(s, ".-"), "run")
}
