package output

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	env := map[string]string{}
	for _, tt := range []struct {
		text, env, file, times, wrong string
	}{
		{text: "json", file: "-"},
		{text: "json=", file: "-"},
		{text: "json=-", file: "-"},
		{text: "json=a=b,c.json.gz", file: "a=b,c.json.gz"},
		{text: "csv", file: "file.csv", times: "unix"},
		{text: "csv=x.csv", file: "x.csv", times: "unix"},
		{text: "csv", env: "K6_CSV_FILENAME=e.csv", file: "e.csv", times: "unix"},
		{text: "csv=x.csv", env: "K6_CSV_TIME_FORMAT=rfc3339_nano", file: "x.csv", times: "rfc3339_nano"},
		{text: "csv=fileName=x.csv,saveInterval=2s,timeFormat=unix_milli", file: "x.csv", times: "unix_milli"},
		{text: "csv=timeFormat=rfc3339", file: "file.csv", times: "rfc3339"},
		{text: "csv=timeFormat=iso", wrong: `"iso" is none of unix`},
		{text: "csv=x.csv,timeFormat=unix", wrong: `"x.csv" is none of fileName=FILE`},
		{text: "influxdb=http://localhost", wrong: "--csv PREFIX"},
		{text: "cloud", wrong: "json=FILE and csv=FILE"},
		{text: "", wrong: `output "" is not here`},
	} {
		clear(env)
		name, value, _ := strings.Cut(tt.env, "=")
		env[name] = value
		s, err := Parse(tt.text, func(name string) string { return env[name] })
		switch {
		case tt.wrong != "":
			if err == nil || !strings.Contains(err.Error(), tt.wrong) {
				t.Errorf("%q: %v, want %q", tt.text, err, tt.wrong)
			}
		case err != nil || s.File != tt.file || s.Times != tt.times:
			t.Errorf("%q: %+v, %v", tt.text, s, err)
		}
	}
}
