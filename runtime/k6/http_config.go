package k6

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"katydid/runtime/bridge"
	"katydid/runtime/k6/options"
)

// dialTimeout is how long connecting may take, whatever is left of a request's own time.
const dialTimeout = 30 * time.Second

// maxBody is how much of a body is kept: k6 knows no limit, but what is sent to it is not to end the process.
const maxBody = 256 << 20

// plainConfig are the settings while there are no options: those of native users who import k6/http.
func plainConfig() *bridge.Config {
	return &bridge.Config{
		NoAccept: true, KeepUnknown: true, LaxCookies: true, HTTPVersion: "auto", Proxy: bridge.EnvProxy(), MaxBody: maxBody,
	}
}

// HTTPConfig are the settings of all users that the options ask for.
func HTTPConfig(o *options.Resolved) (*bridge.Config, error) {
	cfg := plainConfig()
	if cfg.UserAgent = o.UserAgent.Value; o.UserAgent.Given() && cfg.UserAgent == "" {
		cfg.Header = []bridge.Field{{Name: "User-Agent"}} // none
	}
	cfg.NoKeepAlive = o.NoConnectionReuse
	if cfg.HTTPVersion = o.HTTPVersion; o.HTTPVersion == "" {
		cfg.HTTPVersion = "auto"
	}
	dialer := newDialer(o)
	if err := dialer.Check(); err != nil {
		return nil, err
	}
	cfg.Dial = dialer.DialContext
	cfg.TLS = tlsConfig(o)
	if name := os.Getenv("SSLKEYLOGFILE"); name != "" {
		keys, err := os.OpenFile(name, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			return nil, fmt.Errorf("the file for TLS keys that SSLKEYLOGFILE names: %w", err)
		}
		cfg.TLS.KeyLogWriter = keys // until the process ends
	}
	if len(o.TLSAuth) > 0 {
		var err error
		if cfg.ClientCerts, err = clientCerts(o.TLSAuth); err != nil {
			return nil, err
		}
	}
	return cfg, nil
}

func newDialer(o *options.Resolved) *bridge.Dialer {
	d := &bridge.Dialer{
		Hosts: map[string]string{}, BlockHostnames: o.BlockHostnames, Blacklist: o.BlacklistIPs, TTL: o.DNS.TTL,
		Select: bridge.Select(o.DNS.Select), Policy: bridge.Policy(o.DNS.Policy), Timeout: dialTimeout,
	}
	for _, h := range o.Hosts {
		from, to := h.Name, h.To.String()
		if h.Port != 0 {
			from += ":" + strconv.Itoa(int(h.Port))
		}
		if h.ToPort != 0 {
			to = netip.AddrPortFrom(h.To, h.ToPort).String()
		}
		d.Hosts[from] = to
	}
	for _, r := range o.LocalIPs {
		for ip := r.First; ip.IsValid() && ip.Compare(r.Last) <= 0 && len(d.LocalIPs) < maxLocalIPs; ip = ip.Next() {
			d.LocalIPs = append(d.LocalIPs, ip)
		}
	}
	return d
}

// maxLocalIPs bounds what a range of addresses is written out to.
const maxLocalIPs = 1 << 16

func tlsConfig(o *options.Resolved) *tls.Config {
	return &tls.Config{
		InsecureSkipVerify: o.InsecureSkipTLSVerify, //nolint:gosec // the script's wish
		MinVersion:         o.TLSVersion.Min, MaxVersion: o.TLSVersion.Max, CipherSuites: o.TLSCipherSuites,
		Renegotiation: tls.RenegotiateFreelyAsClient,
	}
}

// clientCerts chooses the client certificates for a server: those whose domains name it, or that name none.
func clientCerts(auths []options.TLSAuth) (func(server string) []tls.Certificate, error) {
	var all []tls.Certificate
	for i, auth := range auths {
		cert, err := auth.Certificate()
		if err != nil {
			return nil, fmt.Errorf("option tlsAuth[%d]: %w", i, err)
		}
		all = append(all, cert)
	}
	return func(server string) (fit []tls.Certificate) {
		for i, auth := range auths {
			if len(auth.Domains) == 0 || slices.ContainsFunc(auth.Domains, func(d string) bool { return names(d, server) }) {
				fit = append(fit, all[i])
			}
		}
		return fit
	}, nil
}

// names says that a domain, which may begin with a wildcard, names a server.
func names(domain, server string) bool {
	suffix, wild := strings.CutPrefix(strings.ToLower(domain), "*")
	server = strings.ToLower(server)
	return server == suffix || wild && strings.HasSuffix(server, suffix)
}

// tagged says that a system tag is switched on.
func (r *Run) tagged(name string) bool {
	if r.Options == nil {
		return slices.Contains(options.DefaultSystemTags, name)
	}
	return slices.Contains(r.Options.SystemTags, name)
}
