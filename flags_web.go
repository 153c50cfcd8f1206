package main

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"katydid/web/live"
)

// webOptions are those of the web UI, which is there unless --headless is given.
func (o *options) webOptions() []*option {
	o.webHost, o.webPort, o.autoquit = "127.0.0.1", 8089, -1
	return []*option{
		{name: "web-host", env: "WEB_HOST", meta: "IP", def: "127.0.0.1", group: groupWeb, set: asWebHost(&o.webHost),
			help: "Where the web UI listens. Any other address than that of this machine itself needs --web-auth or --web-no-auth; * is all addresses."},
		{name: "web-port", short: "P", env: "WEB_PORT", meta: "N", def: "8089", group: groupWeb, set: asWhole(&o.webPort, 0, 65535),
			help: "Its port; 0 is any that is free."},
		{name: "web-base-path", env: "WEB_BASE_PATH", meta: "PATH", group: groupWeb, set: asText(&o.webBase),
			help: "A path that all its addresses begin with."},
		{name: "web-auth", env: "WEB_AUTH", meta: "USER:PASSWORD", secret: true, group: groupWeb, set: o.setWebAuth,
			help: "Who may use it. The variable keeps the password out of the list of processes."},
		{name: "web-no-auth", env: "WEB_NO_AUTH", group: groupWeb, set: asSwitch(&o.webNoAuth),
			help: "Let everybody who can reach the address of --web-host use it, and so send load with it."},
		{name: "web-allow-host", env: "WEB_ALLOW_HOST", meta: "NAME", many: true, group: groupWeb, set: asWords(&o.webNames),
			help: "Names, besides localhost and IP addresses, under which browsers may call it."},
		{name: "web-host-display-name", env: "WEB_HOST_DISPLAY_NAME", meta: "NAME", group: groupWeb, set: asText(&o.webTitle),
			help: "A name to show in the web UI."},
		{name: "tls-cert", env: "TLS_CERT", meta: "FILE", group: groupWeb, set: asText(&o.tlsCert),
			help: "A certificate (PEM) for https:// in the web UI; with --tls-key."},
		{name: "tls-key", env: "TLS_KEY", meta: "FILE", group: groupWeb, set: asText(&o.tlsKey), help: "Its key."},
		{name: "lock-host", env: "LOCK_HOST", group: groupWeb, set: asSwitch(&o.lockHost),
			help: "Load only the host that --host or the script names, whatever is asked for in the web UI."},
		{name: "class-picker", env: "USERCLASS_PICKER", group: groupWeb, set: asSwitch(&o.classPicker),
			help: "Let user classes be chosen in the web UI."},
		{name: "autostart", env: "AUTOSTART", group: groupWeb, set: asSwitch(&o.autostart), help: "Start a test at once, with the web UI."},
		{name: "autoquit", env: "AUTOQUIT", meta: "TIME", group: groupWeb, set: asTimespan(&o.autoquit),
			help: "Exit so long after a test has ended; written as for --run-time."},
	}
}

// asWebHost takes an address to listen on; * and 0.0.0.0 are all.
func asWebHost(p *string) func(string) error {
	return func(s string) error {
		if strings.ContainsAny(s, "/ \t\r\n") {
			return errors.New("must be an IP address or the name of this machine, without a scheme or a port: see --web-port")
		}
		*p = strings.Trim(s, "[]")
		if s == "*" {
			*p = ""
		}
		return nil
	}
}

func (o *options) setWebAuth(s string) error {
	user, password, ok := strings.Cut(s, ":")
	if !ok || user == "" || password == "" {
		return errors.New("must be USER:PASSWORD, neither of them empty")
	}
	o.webUser, o.webPassword = user, password
	return nil
}

// listen makes the server of the web UI for a test, and opens its port. dir is the folder of relative file names.
func (o *options) listen(dir string, t live.Test, redact func(string) string, warn func(string)) (*live.Server, *failure) {
	within := func(name string) string {
		if name == "" {
			return ""
		}
		return absolute(dir, name)
	}
	server, err := live.New(live.Options{
		Addr: net.JoinHostPort(o.webHost, strconv.Itoa(o.webPort)), BasePath: o.webBase, User: o.webUser, Password: o.webPassword, NoAuth: o.webNoAuth,
		CertFile: within(o.tlsCert), KeyFile: within(o.tlsKey), Hosts: o.webNames, Redact: redact, RunTime: parseTimespan, Warn: warn,
	}, t)
	if err != nil {
		return nil, usage(err)
	}
	if err := server.Listen(); err != nil {
		return nil, broken(fmt.Errorf("the web UI cannot be opened: %w", err))
	}
	return server, nil
}
