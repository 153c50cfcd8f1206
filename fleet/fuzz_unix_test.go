//go:build unix

package fleet

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"testing"
	"time"
)

// Whatever is in the store: a merge ends, says what is damaged, and writes its files.
func FuzzMerge(f *testing.F) {
	left := newMemory()
	(&simulated{r: left, shards: 1, names: 2, perSecond: 5, length: 3 * time.Second}).run(f)
	plain := func(name string) []byte {
		z, err := gzip.NewReader(bytes.NewReader(left.blobs[name]))
		must(f, err)
		data, err := io.ReadAll(z)
		must(f, err)
		return data
	}
	first := run("r").live(0, 0)
	f.Add(left.blobs["r/plan"], left.blobs["r/roll"], left.blobs["r/start"], []byte("{}"), plain(first))
	f.Add([]byte(`{"shards":1000000000}`), []byte(`{"members":[-1,0,7]}`), []byte(`{"at":"0001-01-01T00:00:00Z"}`), []byte(`{"shards":[{"state":"dead"}]}`), []byte(`{"frame":{"rows":[{"n":-1,"service":{"n":1,"b":"AQE="}}]},"moments":[{}]}`))
	f.Fuzz(func(t *testing.T, plan, roll, start, result, report []byte) {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		_, _ = z.Write(report)
		_ = z.Close()
		r := newMemory()
		r.blobs["r/plan"], r.blobs["r/roll"], r.blobs["r/start"], r.blobs["r/result"], r.blobs[first] = plan, roll, start, result, b.Bytes()
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		m, err := Merge(ctx, r, "r")
		if err != nil {
			return
		}
		for _, file := range m.Files() {
			if err := file.Write(io.Discard); err != nil && len(m.Damaged) == 0 {
				t.Errorf("%s: %v", file.Name, err)
			}
		}
		must(t, m.WriteTable(io.Discard))
		if _, err := json.Marshal(m.Summary("v1", 0)); err != nil {
			t.Error(err)
		}
	})
}
