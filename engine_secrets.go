package main

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"katydid/exporter"
	"katydid/runtime/module"
)

// refuseSecrets says which option on the command line holds what must not be printed. remedy says how a process gets its
// variable otherwise; NAME in it stands for the variable.
func (r *run) refuseSecrets(remedy string) error {
	p := newOptionParser(nil)
	if r.k6 != nil {
		p = newOptionParser(&k6Levels{})
	} else if err := p.addCustom(r.custom); err != nil {
		return err
	}
	given, err := p.fromArgs(r.sys.args)
	if err != nil {
		return err
	}
	for _, s := range given {
		opt := p.lookup(s.name)
		if !holdsSecret(opt, s.value) {
			continue
		}
		names := opt.variables()
		if opt.name == "secret-source" {
			names = []string{"K6_SECRET_SOURCE"}
		}
		if len(names) == 0 {
			return fmt.Errorf("--%s holds a secret, which would be printed", s.name)
		}
		return fmt.Errorf("--%s holds a secret, which would be printed: %s", s.name, strings.ReplaceAll(remedy, "NAME", names[0]))
	}
	return nil
}

// holdsSecret says that a value of an option must not be shown. A URL to export to is a secret only if there is a token or
// a password in it.
func holdsSecret(opt *option, value string) bool {
	return opt.secret && opt.name != "export" || opt.name == "secret-source" ||
		withoutUser(value) != value || exporter.Scrubber{}.Scrub(value) != value
}

// shortestSecret is the least length of a value that is looked for in texts: what is shorter is found in innocent words.
const shortestSecret = 8

// hideSecrets keeps the values of the script's secret options out of the log, the pages and the reports, wherever the script
// puts them: the address of a request, say, is the name of a row.
func (r *run) hideSecrets(values map[string]any) {
	secrets := r.k6Run().Secrets
	for _, a := range r.custom {
		if !a.secret {
			continue
		}
		list, ok := values[a.long()].([]any)
		if !ok {
			list = []any{values[a.long()]}
		}
		for _, v := range list {
			if text := fmt.Sprint(v); v != nil && len(text) >= shortestSecret {
				secrets.Hide(text)
				secrets.Hide(url.QueryEscape(text))
				secrets.Hide(url.PathEscape(text))
			}
		}
	}
}

// refuseLeak is the last look at what is to be printed: no credential of this machine may be in it, wherever it came from.
func refuseLeak(environ []string, text string) error {
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !module.Credential(name) || publicCredential[name] {
			continue
		}
		forms := []string{strings.TrimPrefix(value, "?")}
		if query, err := url.ParseQuery(forms[0]); err == nil {
			forms = append(forms, query.Get("sig"), url.QueryEscape(query.Get("sig")))
		}
		if slices.ContainsFunc(forms, func(form string) bool { return len(form) >= shortestSecret && strings.Contains(text, form) }) {
			return errors.New("the value of " + name + " would be printed: it is in an option, in the script or in one of its files; take it out")
		}
	}
	return nil
}

// publicCredential are the variables that scripts must not see but that hold no secret.
var publicCredential = map[string]bool{"KATYDID_EXPORT": true, "LOCUST_EXPORT": true, "AWS_REGION": true, "AWS_DEFAULT_REGION": true, "AWS_ENDPOINT_URL": true, "AWS_PROFILE": true}
