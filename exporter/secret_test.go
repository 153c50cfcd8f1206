package exporter

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"
)

func TestSecretIsNeverPrinted(t *testing.T) {
	target, err := Parse("https://acc.blob.core.windows.net/c", env(EnvToken, fakeToken))
	must(t, err)
	store, err := target.Open()
	must(t, err)
	secret := newSecret(fakeSignature)
	type holder struct{ s Secret } // fmt does not ask the methods of unexported fields
	var b strings.Builder
	for _, v := range []any{secret, &secret, holder{secret}, &holder{secret}, []Secret{secret}, map[string]Secret{"a": secret},
		target, *target, target.sas, *target.sas, store, *store.(*azureStore), target.scrub} {
		fmt.Fprintf(&b, "%v %+v %#v %s %q %x %d\n", v, v, v, v, v, v, v)
		slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v)
		if j, err := json.Marshal(v); err == nil {
			b.Write(j)
		}
	}
	noSecret(t, fakeToken, b.String(), t.TempDir())
	if hex := fmt.Sprintf("%x", fakeSignature); strings.Contains(b.String(), hex) {
		t.Error("the secret got out in hexadecimal")
	}
	if got := fmt.Sprint(secret, Secret{}); got != "[redacted] " {
		t.Errorf("Secrets print as %q", got)
	}
}

func TestScrub(t *testing.T) {
	s := newScrubber(newSecret(`a+b/c=&"x"`), newSecret("s3cr"), newSecret("e"))
	tests := []struct{ in, want string }{
		{"nothing here: signed, a sign, assignment=1, design=x", "nothing here: signed, a sign, assignment=1, design=x"},
		{`raw a+b/c=&"x" end`, "raw [redacted] end"},
		{"query a%2Bb%2Fc%3D%26%22x%22.", "query [redacted]."},
		{"lower a%2bb%2fc%3d%26%22x%22.", "lower [redacted]."},
		{"s3cr s3cr", "[redacted] [redacted]"},
		{"https://h/c?sv=1&sig=other%2F&se=2: bad", "https://h/c?sv=1&sig=[redacted]&se=2: bad"},
		{"SIG%3Dabc%2F", "SIG%3D[redacted]"},
		{"Signature=0a1b, x", "Signature=[redacted], x"},
		{"?X-Amz-Signature=0a1b&X-Amz-Security-Token=qq", "?X-Amz-Signature=[redacted]&X-Amz-Security-Token=[redacted]"},
		{"http://me:pass@host/x", "http://[redacted]@host/x"},
		{"mail a@b", "mail a@b"},
	}
	for _, test := range tests {
		if got := s.Scrub(test.in); got != test.want {
			t.Errorf("Scrub(%q) = %q, want %q", test.in, got, test.want)
		}
	}
	if got := (Scrubber{}).Scrub("sig=x"); got != "sig=[redacted]" {
		t.Errorf("the zero Scrubber says %q", got)
	}
}

func TestRunJSON(t *testing.T) {
	run := finishedRun()
	run.Host, run.Args = "http://me:pw@target", []string{"run", "--export=https://h/c?sig=abc"}
	b, err := runJSON("path", run.scrubbed(newScrubber().Scrub), []fileEntry{{"a.csv", 3, "00ff"}})
	must(t, err)
	const want = `{
  "run": "path",
  "katydid": "1.2.3",
  "scene": "scene_1",
  "host": "http://[redacted]@target",
  "args": [
    "run",
    "--export=https://h/c?sig=[redacted]"
  ],
  "started": "2026-11-22T20:53:04Z",
  "ended": "2026-11-22T20:54:04Z",
  "state": "finished",
  "exit_code": 0,
  "files": [
    {
      "name": "a.csv",
      "bytes": 3,
      "sha256": "00ff"
    }
  ]
}
`
	if string(b) != want {
		t.Errorf("run.json is\n%s", b)
	}
}

func TestRunPath(t *testing.T) {
	started := time.Date(2026, 11, 22, 21, 53, 4, 5, time.FixedZone("CET", 3600))
	for scene, want := range map[string]string{
		"scene_1": "2026-11-22T205304Z_scene_1_", "a:b/../c d": "2026-11-22T205304Z_a-b-..-c-d_", "../": "2026-11-22T205304Z_run_", "": "2026-11-22T205304Z_run_",
	} {
		got, again := newRunPath(started, scene), newRunPath(started, scene)
		if !strings.HasPrefix(got, want) || len(got) != len(want)+6 || got == again {
			t.Errorf("newRunPath(%q) = %q, then %q", scene, got, again)
		}
	}
}
