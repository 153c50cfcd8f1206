package stats

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestReadHistory(t *testing.T) {
	prefix := t.TempDir() + "/a"
	start := time.Unix(1_795_382_696, 0)
	files, err := OpenFiles(prefix, FilesOptions{FullHistory: true, Start: start})
	if err != nil {
		t.Fatal(err)
	}
	rec := NewRecorder(start, Options{RecentTimes: true})
	var s *Snapshot
	for second := range 3 {
		at := start.Add(time.Duration(second) * time.Second)
		rec.Record(Sample{Key: Key{"GET", `/a,"b"`}, Sent: at, Done: at.Add(time.Millisecond), Failure: "E('x')"})
		rec.Record(Sample{Key: Key{"GET", "/c"}, Sent: at, Done: at.Add(time.Millisecond)})
		s = rec.Collect(at.Add(1500*time.Millisecond), second+1)
		if err := files.Write(s); err != nil {
			t.Fatal(err)
		}
	}
	if err := files.Close(s); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(prefix + "_stats_history.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := []HistoryRow{{start.Unix(), 0, 0, 0}, {start.Unix() + 1, 1, 2, 1}, {start.Unix() + 2, 2, 4, 2}, {start.Unix() + 3, 3, 6, 3}}
	for _, history := range []string{string(text), string(text) + "1795382", string(text) + `1795382700,1,"GE`} {
		if got, err := ReadHistory(strings.NewReader(history)); err != nil || !slices.Equal(got, want) {
			t.Errorf("got %v, error %v, want %v", got, err, want)
		}
	}
	for text, want := range map[string]string{"": "no head", "a,b\n": `no column "Timestamp"`} {
		if _, err := ReadHistory(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", text, err, want)
		}
	}
}

func FuzzReadHistory(f *testing.F) {
	f.Add("Timestamp,User Count,Type,Name,Total Request Count,Total Failure Count\r\n1,2,,Aggregated,3,4\r\n")
	f.Fuzz(func(t *testing.T, text string) {
		if rows, err := ReadHistory(strings.NewReader(text)); err != nil && rows != nil {
			t.Error("rows and an error")
		}
	})
}
