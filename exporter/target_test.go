package exporter

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	token := env(EnvToken, fakeToken, "AWS_ACCESS_KEY_ID", "AKIA", "AWS_SECRET_ACCESS_KEY", s3Secret)
	tests := []struct {
		url, want string
		getenv    func(string) string
	}{
		{"https://acc.blob.core.windows.net/testresult", "https://acc.blob.core.windows.net/testresult", token},
		{" https://acc.blob.core.windows.net/testresult/a/b/ ", "https://acc.blob.core.windows.net/testresult/a/b", token},
		{"https://acc.blob.core.chinacloudapi.cn/c", "https://acc.blob.core.chinacloudapi.cn/c", token},
		{"http://127.0.0.1:10000/devstoreaccount1/c", "http://127.0.0.1:10000/devstoreaccount1/c", token},
		{"http://localhost:10000/acc/c/p", "http://localhost:10000/acc/c/p", token},
		{"http://[::1]:10000/acc/c", "http://[::1]:10000/acc/c", token},
		{"http://acc.blob.localhost:10000/c", "http://acc.blob.localhost:10000/c", token},
		{"http://azurite:10000/devstoreaccount1/c", "http://azurite:10000/devstoreaccount1/c", token},
		{"http://azurite:10000/acc/c", "http://azurite:10000/acc/c", env(EnvToken, fakeToken, EnvInsecure, "1")},
		{"https://acc.blob.core.windows.net/c" + fakeToken, "https://acc.blob.core.windows.net/c", env()},
		{"s3://bucket", "s3://bucket", token},
		{"s3://bucket/a/b?region=eu-central-1", "s3://bucket/a/b", token},
		{"s3://bucket/a?endpoint=https://r2.example.com", "s3://bucket/a at https://r2.example.com", token},
		{"s3://bucket/a?endpoint=127.0.0.1:9000", "s3://bucket/a at https://127.0.0.1:9000", token},
		{"s3://bucket/a?endpoint=http://127.0.0.1:9000", "s3://bucket/a at http://127.0.0.1:9000", token},
		{"file:///tmp/results", "file:///tmp/results", env()},
		{"file://localhost/tmp/with%20space", "file:///tmp/with%20space", env()},
	}
	for _, test := range tests {
		target, err := Parse(test.url, test.getenv)
		if err != nil {
			t.Errorf("Parse(%q): %v", test.url, err)
		} else if got := target.String(); got != test.want {
			t.Errorf("Parse(%q) is %q", test.url, got)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	token := env(EnvToken, fakeToken, "AWS_ACCESS_KEY_ID", "AKIA", "AWS_SECRET_ACCESS_KEY", s3Secret)
	tests := []struct {
		url, says string
		getenv    func(string) string
	}{
		{"", "give https://ACCOUNT", token},
		{"results", "file:///FOLDER", token},
		{"ftp://host/x", "no URL that results can be exported to", token},
		{"https://acc.blob.core.windows.net", "names no container", token},
		{"http://127.0.0.1:10000/acc", "/ACCOUNT/CONTAINER", token},
		{"https://acc.blob.core.windows.net/c", "SAS_TOKEN is not set", env()},
		{"https://acc.blob.core.windows.net/c", "SAS_TOKEN is not set", env(EnvToken, " ")},
		{"https://acc.blob.core.windows.net/c", "SAS_TOKEN: the token is empty", env(EnvToken, " '?' ")},
		{"https://acc.blob.core.windows.net/c", "no signature", env(EnvToken, "?sv=1&sr=c")},
		{"https://acc.blob.core.windows.net/c", "damaged", env(EnvToken, "?sv=1&sig=%zz")},
		{"https://acc.blob.core.windows.net/c", "damaged", env(EnvToken, "nonsense")},
		{"https://acc.blob.core.windows.net/c?restype=container", "no signature", token},
		{"https://me:pw@acc.blob.core.windows.net/c", "credentials belong in the environment", token},
		{"https://acc.blob.core.windows.net/c/../d", "may not hold", token},
		{"https://acc.blob.core.windows.net/c/a%3Ab", "may not hold", token},
		{"https://acc.blob.core.windows.net/c#x", "%23", token},
		{"http://acc.blob.core.windows.net/c", "use https", token},
		{"http://azurite:10000/acc/c", "use https", token},
		{"s3://", "names no bucket", token},
		{"s3://b", "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY", env("AWS_ACCESS_KEY_ID", "x")},
		{"s3://b?acl=public", "unknown option", token},
		{"s3://b?endpoint=http://minio:9000", "use https", token},
		{"s3://b?endpoint=https://h/path", "https://HOST", token},
		{"file://tmp/results", "three slashes", token},
		{"file:results", "three slashes", token},
	}
	for _, test := range tests {
		target, err := Parse(test.url, test.getenv)
		if err == nil || target != nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("Parse(%q) says %v, want %q", test.url, err, test.says)
		}
	}
}

func TestTokensAsPeoplePasteThem(t *testing.T) {
	want := "sv=2021-12-02&sr=c&sp=cw&se=2099-01-01&sig=" + url.QueryEscape(fakeSignature)
	bare := fakeToken[1:]
	for _, raw := range []string{fakeToken, bare, " " + fakeToken + "\r\n", `"` + fakeToken + `"`, `'` + bare + `'`, ` "?` + bare + `" `,
		want, "?" + want, "&" + want + "&", "https://acc.blob.core.windows.net/c?" + want, strings.ReplaceAll(want, "&", "&amp;")} {
		s, err := parseSAS(raw)
		if err != nil {
			t.Errorf("parseSAS(%q): %v", raw, err)
		} else if got := s.query.value(); got != want {
			t.Errorf("parseSAS(%q) sends %q", raw, got)
		}
	}
}

func TestCheck(t *testing.T) {
	now := time.Date(2026, 11, 22, 20, 0, 0, 0, time.UTC)
	const ok = "sv=1&sr=c&sp=cw&se=2026-11-22T22:00:00Z&sig=" + fakeSignature
	change := func(old, new string) string { return strings.Replace(ok, old, new, 1) }
	tests := []struct{ token, err, warning string }{
		{ok, "", ""},
		{change("sp=cw", "sp=racw"), "", ""},
		{change("sp=cw", "sp=w"), "", ""},
		{change("sp=cw", "sp=c"), "not to replace", ""},
		{change("sp=cw", "sp=rl"), "does not permit to write", ""},
		{change("sp=cw&", ""), "does not permit to write", ""},
		{change("sp=cw&se=2026-11-22T22:00:00Z", "si=policy"), "", ""},
		{change("sp=cw", "sp=rwdl"), "", "permits more than is needed (dl)"},
		{change("T22:00:00Z", "T19:00:00Z"), "expired at 2026-11-22 19:00:00 UTC, 1h0m0s ago", ""},
		{change("T22:00:00Z", "T20:00:00.0000000Z"), "expired", ""},
		{change("2026-11-22T22:00:00Z", "2026-11-22"), "expired", ""},
		{change("2026-11-22T22:00:00Z", "2026-11-23"), "", ""},
		{change("T22:00:00Z", "T22:00Z"), "", ""},
		{change("T22:00:00Z", "T23:00:00+01:00"), "", ""},
		{change("T22:00:00Z", "T21:05:00Z"), "", "expires at 2026-11-22 21:05:00 UTC"},
		{change("2026-11-22T22:00:00Z", "2031-01-01"), "", "safer"},
		{change("se=2026-11-22T22:00:00Z&", ""), "no readable expiry", ""},
		{ok + "&st=2026-11-22T20:30:00Z", "not valid before 2026-11-22 20:30:00 UTC, in 30m0s", ""},
		{ok + "&st=2026-11-22T19:30:00Z", "", ""},
		{change("sr=c", "sr=b"), "single blob", ""},
		{change("sr=c&", ""), "neither for a container", ""},
		{change("sr=c", "ss=bfqt&srt=sco"), "", "whole account"},
		{change("sr=c", "ss=fqt&srt=sco"), "not for blobs", ""},
		{change("sr=c", "ss=b&srt=sc"), "not for objects", ""},
		{ok + "&spr=https", "", ""},
		{ok + "&spr=https,http", "", ""},
		{ok + "&sip=10.0.0.1", "", "10.0.0.1"},
		{change(fakeSignature, "c2hvcnQ="), "", "does not look whole"},
	}
	for _, test := range tests {
		target, err := Parse("https://acc.blob.core.windows.net/c", env(EnvToken, test.token))
		must(t, err)
		warnings, err := target.Check(now, now.Add(time.Hour))
		if test.err == "" && err != nil || test.err != "" && (err == nil || !strings.Contains(err.Error(), test.err)) {
			t.Errorf("%s: error %v, want %q", test.token, err, test.err)
		}
		all := strings.Join(warnings, "; ")
		if test.err == "" && (test.warning == "" && all != "" || !strings.Contains(all, test.warning)) {
			t.Errorf("%s: warns %q, want %q", test.token, all, test.warning)
		}
		if err != nil {
			all += err.Error()
		}
		noSecret(t, fakeToken, all, t.TempDir())
	}
	target, err := Parse("http://127.0.0.1:1/acc/c", env(EnvToken, ok+"&spr=https"))
	must(t, err)
	if _, err := target.Check(now, now); err == nil || !strings.Contains(err.Error(), "https only") {
		t.Errorf("an https token for http: %v", err)
	}
	target, err = Parse("https://acc.blob.core.windows.net/c?"+ok, env())
	must(t, err)
	if warnings, err := target.Check(now, time.Time{}); err != nil || len(warnings) != 1 || !strings.Contains(warnings[0], "put it into SAS_TOKEN") {
		t.Errorf("a token in the URL: %q, %v", warnings, err)
	}
}

// FuzzParse: no input makes Parse panic, no error and no String shows a signature, what was parsed can be opened, and
// the token that is sent is one that parses to itself.
func FuzzParse(f *testing.F) {
	f.Add("https://acc.blob.core.windows.net/c", fakeToken)
	f.Add("https://acc.blob.core.windows.net/c"+fakeToken, "")
	f.Add("http://127.0.0.1:10000/devstoreaccount1/c/p", `"?sv=1&sig=a+b/c=`)
	f.Add("s3://bucket/prefix?region=r&endpoint=http://localhost:1", "")
	f.Add("file:///tmp", "")
	f.Add("https://u:p@h:x/%zz", "sig=%zz")
	f.Add("https://.blob./", "")
	f.Add("http://", "") // a signature where the host should be
	f.Fuzz(func(t *testing.T, rawURL, token string) {
		const mark = "MARKmarkMARKmark"
		target, err := Parse(rawURL+"&sig="+mark, env(EnvToken, token+"&sig="+mark, "AWS_ACCESS_KEY_ID", "k", "AWS_SECRET_ACCESS_KEY", mark))
		if err != nil {
			if strings.Contains(err.Error(), mark) {
				t.Errorf("the error shows the secret: %v", err)
			}
			return
		}
		if target.kind == "azure" && strings.Contains(target.String(), mark) {
			t.Errorf("it prints as %s", target)
		}
		if _, err := target.Check(time.Now(), time.Now()); err != nil && strings.Contains(err.Error(), mark) {
			t.Errorf("the error shows the secret: %v", err)
		}
		if target.sas != nil {
			again, err := parseSAS(target.sas.query.value())
			if err != nil || again.query.value() != target.sas.query.value() {
				t.Errorf("%q does not parse to itself: %v", target.sas.query.value(), err)
			}
		}
		if store, err := target.Open(); err == nil && store.String() != target.String() {
			t.Errorf("the store of %s calls itself %s", target, store)
		}
	})
}
