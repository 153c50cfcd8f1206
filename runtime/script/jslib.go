package script

import (
	"embed"
	"net/url"
	"regexp"
)

// jslibPrefix begins the names of the modules that take the places of well-known libraries for k6. They are written for
// katydid or come from npm, see jslib/NOTICE.
const jslibPrefix = "jslib/"

//go:embed jslib/*.js jslib/chai/chai.js jslib/papaparse/papaparse.js
var jslibs embed.FS

// replaced are the URLs of those libraries. Every version is answered by the one that is here.
var replaced = []struct {
	url  *regexp.Regexp
	name string // "" for the one in the URL
}{
	{regexp.MustCompile(`^https://jslib\.k6\.io/(k6-utils|k6-summary|k6chaijs|papaparse|formdata|url)/[^/]+/[^/]+\.js$`), ""},
	{regexp.MustCompile(`^https://jslib\.k6\.io/(httpx|jsonpath|totp|http-instrumentation-(?:tempo|pyroscope))/[^/]+/[^/]+\.js$`), ""},
	{regexp.MustCompile(`^https://(raw\.githubusercontent\.com|github\.com)/benc-uk/k6-reporter/.+\.js$`), "k6-reporter"},
	{regexp.MustCompile(`^https://cdn\.jsdelivr\.net/gh/benc-uk/k6-reporter(@[^/]+)?/.+\.js$`), "k6-reporter"},
}

// replacement names the module that takes a URL's place; "" if none does.
func (b *bundler) replacement(u *url.URL) string {
	if b.opts.NoReplacements {
		return ""
	}
	address := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path} // without what is after a ?
	for _, r := range replaced {
		if m := r.url.FindStringSubmatch(address.String()); m != nil {
			if r.name != "" {
				return jslibPrefix + r.name
			}
			return jslibPrefix + m[1]
		}
	}
	return ""
}

// jslib is the source of such a module.
func jslib(name string) string {
	text, err := jslibs.ReadFile(jslibPrefix + name + ".js")
	if err != nil {
		panic(err) // it is embedded
	}
	return string(text)
}
