package k6_test

import (
	"errors"
	"strings"
	"testing"

	"katydid/runtime/k6"
)

func files(content map[string]string) func(string) ([]byte, error) {
	return func(path string) ([]byte, error) {
		if text, ok := content[path]; ok {
			return []byte(text), nil
		}
		return nil, errors.New(path + " is not there")
	}
}

// What is wrong with --secret-source is said without a word of what may be a secret.
func TestSecretSources(t *testing.T) {
	read := files(map[string]string{"good": "a=1\n\n# comment\n b = 2 = 3 \n", "bad": "a=1\nhush\n"})
	tests := []struct{ sources, want string }{
		{"file=good", ""},
		{"file=filename=good,name=x,default", ""},
		{"mock=a=1,b=2", ""},
		{"mock=a=1 file=good", ""},
		{"mock=name=x,a=1 mock=name=y,default,a=2", ""},
		{"file=bad", "--secret-source file=bad: bad, line 2: it must be KEY=VALUE"},
		{"file=none", "--secret-source file=none: none is not there"},
		{"file=filename=good,nome=x", `--secret-source file=filename=good,nome=x: unknown setting "nome": there are filename, name and default`},
		{"mock", "--secret-source mock: it has a part without =: each must be KEY=VALUE, name=NAME or default"},
		{"mock=a=1,hush", "--secret-source mock=...: it has a part without =: each must be KEY=VALUE, name=NAME or default"},
		{"url=http://a/", "--secret-source url=http://a/: secrets from a URL are not supported: use file=PATH"},
		{"vault=x", `--secret-source vault=x: unknown kind of source "vault": there are file=PATH and mock=KEY=VALUE`},
		{"mock=a=1 mock=b=1", `--secret-source mock=...: there is a source with the name "mock" already: give each a name=NAME of its own`},
		{"mock=default,a=1 file=filename=good,default", `--secret-source file=filename=good,default: the source "mock" is the default already`},
	}
	for _, tt := range tests {
		got := ""
		if err := k6.NewSecrets(strings.Fields(tt.sources), read).Err(); err != nil {
			got = err.Error()
		}
		if got != tt.want {
			t.Errorf("%s: %s, want %s", tt.sources, got, tt.want)
		}
	}
}

// Scripts get values by promises; what they have got is redacted from then on, the longest value first.
func TestSecrets(t *testing.T) {
	read := files(map[string]string{"f": "a=file\nb = x = y \n"})
	s := k6.NewSecrets([]string{"mock=default,pass=hush,longer=hushhush,empty=,other=silence", "file=f"}, read)
	p := session{secrets: s, script: `export default async function () {
		for (const get of [() => secrets.get("pass"), () => secrets.get("longer"), () => secrets.get("empty"), () => secrets.source("default").get("pass"),
			() => secrets.source("file").get("b"), () => secrets.get("none"), () => secrets.source("none").get("a"), () => secrets.get()])
			try { console.log(await get()) } catch (e) { console.log(String(e)) }
	}`}.run(t)
	heard(t, "secrets", p, "hush", "hushhush", "", "hush", "x = y", `Error: no value: the secret source "mock" has no key "none"`,
		`Error: no secret source with name "none" is configured: there are mock, file`, `Error: no value: the secret source "mock" has no key ""`)
	const want = "a ***SECRET_REDACTED*** b ***SECRET_REDACTED*** silence ***SECRET_REDACTED***"
	if got := s.Redact("a hushhush b hush silence x = y"); got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// Without a source, or without a default among several, get rejects and says what to do.
func TestNoSecrets(t *testing.T) {
	const script = `export default async function () { try { await secrets.get("a") } catch (e) { console.log(String(e)) } }`
	heard(t, "none", session{script: script}.run(t),
		"Error: no secret sources are configured: give one with --secret-source, as in --secret-source=file=PATH")
	two := k6.NewSecrets([]string{"mock=name=x,a=1", "mock=name=y,a=2"}, nil)
	heard(t, "two", session{script: script, secrets: two}.run(t),
		"Error: none of the secret sources x, y is the default: mark one, as in --secret-source=mock=default,KEY=VALUE")
	var nobody *k6.Secrets
	if got := nobody.Redact("as it is"); got != "as it is" {
		t.Error(got)
	}
}
