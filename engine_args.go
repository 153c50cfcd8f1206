package main

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"katydid/exporter"
)

// mostShards bounds the processes of one run.
const mostShards = 10_000

// engineArgs are the arguments of a command that prints how an engine is to run a script in several processes.
type engineArgs struct {
	shards     int
	rendezvous string // a URL without a secret
	runID      string // "" if it is left to the engine
	others     []string
}

// An ownOption is an option of such a command that katydid run does not have. All take a value.
type ownOption struct {
	name string
	set  func(value string) error
}

// options are those that all of these commands have.
func (a *engineArgs) options() []ownOption {
	return []ownOption{
		{"shards", asWhole(&a.shards, 1, mostShards)},
		{"rendezvous", a.setRendezvous},
		{"run-id", a.setRunID},
	}
}

// take sets own from args and keeps the others: the script and the options of katydid run. What stands behind "--" is left
// alone.
func (a *engineArgs) take(args []string, own []ownOption) error {
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			a.others = append(a.others, args[i:]...)
			break
		}
		name, value, hasValue := strings.Cut(strings.TrimPrefix(args[i], "--"), "=")
		at := slices.IndexFunc(own, func(o ownOption) bool { return o.name == strings.ReplaceAll(name, "_", "-") })
		if at < 0 || !strings.HasPrefix(args[i], "--") {
			a.others = append(a.others, args[i])
			continue
		}
		if !hasValue {
			if i++; i == len(args) || isOption(args[i]) {
				return fmt.Errorf("--%s needs a value", own[at].name)
			}
			value = args[i]
		}
		if value == "" {
			return fmt.Errorf("--%s is empty: is a shell variable in it not set?", own[at].name)
		}
		if err := own[at].set(value); err != nil {
			return fmt.Errorf("--%s %w", own[at].name, err)
		}
	}
	switch {
	case a.shards == 0:
		return errors.New("--shards is missing: how many processes share the load?")
	case a.rendezvous == "":
		return errors.New("--rendezvous is missing: the URL in blob storage at which they meet")
	}
	return nil
}

// script takes the script out of the others.
func (a *engineArgs) script(command string) (string, error) {
	name, others, ok := scriptOf(a.others)
	if !ok {
		return "", fmt.Errorf("there is no script: katydid %s SCRIPT --shards N --rendezvous URL [options]", command)
	}
	a.others = others
	return name, nil
}

// setRendezvous judges the form of the URL. Credentials may be elsewhere than on this machine, so any do.
func (a *engineArgs) setRendezvous(value string) error {
	u, err := url.Parse(value)
	if err == nil && u.RawQuery != "" && u.Scheme != "s3" {
		return errors.New("holds a token, which would be printed: leave out everything from ? on and keep it in " + exporter.EnvToken)
	}
	if err == nil && u.Scheme == "file" {
		return errors.New("file:// is a folder of one machine, and these processes run on others: give a URL in blob storage")
	}
	if _, err := exporter.Parse(value, anyCredentials); err != nil {
		return fmt.Errorf("%s: %w", withoutUser(value), err)
	}
	a.rendezvous = value
	return nil
}

// anyCredentials stands for the environment of a machine that has all that a store may need.
func anyCredentials(name string) string {
	switch name {
	case exporter.EnvToken:
		return "sv=2021-12-02&sr=c&sp=rcwl&se=2999-01-01T00:00Z&sig=c2lnbmF0dXJl"
	case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY":
		return "anything"
	case "AWS_REGION":
		return "us-east-1"
	}
	return ""
}

// isLocal says that the URL's host is the machine itself, whichever that is.
func isLocal(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// credentials are the variables that the store of a URL needs, those that may be missing apart.
func credentials(address string) (needed, optional []string) {
	if strings.HasPrefix(address, "s3:") {
		return []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}, []string{"AWS_SESSION_TOKEN", "AWS_REGION", "AWS_ENDPOINT_URL"}
	}
	return []string{exporter.EnvToken}, nil
}

func (a *engineArgs) setRunID(s string) error {
	if err := asRunID(&a.runID)(s); err != nil {
		return fmt.Errorf("%s %w", s, err)
	}
	return nil
}

// asRunID takes the name of a run, which is that of its folder in the store. Its error goes behind what was given.
func asRunID(p *string) func(string) error {
	return func(s string) error {
		ok := s != "" && len(s) <= 100 && strings.Trim(s[:1], ".-_") != ""
		for _, c := range s {
			ok = ok && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("._-", c))
		}
		if !ok {
			return errors.New("is no name of a run: it takes 1 to 100 letters, digits, dots, dashes and underscores, letter or digit first")
		}
		*p = s
		return nil
	}
}
