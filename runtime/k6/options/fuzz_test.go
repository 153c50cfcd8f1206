package options

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

// FuzzFromScript: whatever a script exports, there is one line of error, or
// scenarios that can be planned and options that can be shown.
func FuzzFromScript(f *testing.F) {
	for _, s := range []string{
		``, `{}`, `{"vus":"3","duration":"1d2h"}`, `{"stages":[{"duration":"1s","target":2}]}`, `{"dns":{"ttl":"inf"},"hosts":{"*.a:80":"[::1]:5"}}`,
		`{"scenarios":{"a":{"executor":"ramping-vus","stages":[{"duration":0,"target":9},{"duration":"5s","target":0}]},"b":{"executor":"externally-controlled"}}}`,
		`{"thresholds":{"a":["x<1",{"threshold":"y<2","abortOnFail":true}]},"tlsVersion":{"min":"tls1.2"},"tags":{"a":"b"}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		o, _, err := FromScript(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") || !strings.HasSuffix(err.Error(), "(from the script)") {
				t.Errorf("%q: %q", text, err)
			}
			return
		}
		r, _, err := Merge(o).Resolve()
		if err != nil {
			return
		}
		if !json.Valid(r.JSON()) {
			t.Errorf("%q: shown as %q", text, r.JSON())
		}
		for _, s := range r.Scenarios {
			planned, most := s.MostVUs()
			if planned > most || s.Length() < 0 {
				t.Errorf("%q: %d to %d users, %s", text, planned, most, s.Length())
			}
		}
	})
}

func FuzzDuration(f *testing.F) {
	for _, s := range []string{"", "5", "1.5", "1e3", "1d", "1d2h", "-1d2h", "1h2d", "d", "1dd", "inf", "NaN", "999999d", "0x1p-2", "1_0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		d, err := parseDuration(s)
		if err != nil {
			return
		}
		if d > longest || d < -longest {
			t.Errorf("%q: %s", s, d)
		}
		// Go's own syntax means the same.
		if g, err := time.ParseDuration(s); err == nil && g != d {
			t.Errorf("%q: %s, want %s", s, d, g)
		}
		if again, err := parseDuration(d.String()); err != nil || again != d {
			t.Errorf("%q: %s becomes %s (%v)", s, d, again, err)
		}
	})
}

func FuzzStages(f *testing.F) {
	for _, s := range []string{"", "1s:5", "1s:5,2m:0", "5", ":5", "1s:", "1s:1:2", "1000:1", "0:3", "1s:-1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		stages, err := parseStages(s)
		if err != nil {
			return
		}
		var parts []string
		for _, g := range stages {
			if checkStage(g) != nil {
				t.Errorf("%q: %+v", s, g)
			}
			text, err := json.Marshal(g.Target)
			if err != nil {
				t.Fatal(err)
			}
			parts = append(parts, g.Duration.String()+":"+string(text))
		}
		if again, err := parseStages(strings.Join(parts, ",")); err != nil || len(again) != len(stages) {
			t.Errorf("%q: again %v, %v", s, again, err)
		}
	})
}
