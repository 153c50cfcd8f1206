package k6

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"katydid/runtime/bridge"
	"katydid/runtime/k6/options"
)

// dialTimeout is how long connecting may take, whatever is left of a request's own time.
const dialTimeout = 30 * time.Second

// plainConfig are the settings while there are no options: those of native users who import k6/http.
func plainConfig() *bridge.Config {
	return &bridge.Config{NoAccept: true, KeepUnknown: true, LaxCookies: true, HTTPVersion: "auto", Proxy: bridge.EnvProxy()}
}

// HTTPConfig are the settings of all users that the options ask for.
func HTTPConfig(o *options.Resolved) (*bridge.Config, error) {
	cfg := plainConfig()
	cfg.UserAgent = o.UserAgent.Value
	cfg.NoKeepAlive = o.NoConnectionReuse
	if cfg.HTTPVersion = o.HTTPVersion; o.HTTPVersion == "" {
		cfg.HTTPVersion = "auto"
	}
	dialer := newDialer(o)
	if err := dialer.Check(); err != nil {
		return nil, err
	}
	cfg.Dial = dialer.DialContext
	var err error
	cfg.TLS, err = tlsConfig(o)
	return cfg, err
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

func tlsConfig(o *options.Resolved) (*tls.Config, error) {
	c := &tls.Config{
		InsecureSkipVerify: o.InsecureSkipTLSVerify, //nolint:gosec // the script's wish
		MinVersion:         o.TLSVersion.Min, MaxVersion: o.TLSVersion.Max, CipherSuites: o.TLSCipherSuites,
		Renegotiation: tls.RenegotiateFreelyAsClient,
	}
	var certs []tls.Certificate
	for i, auth := range o.TLSAuth {
		cert, err := auth.Certificate()
		if err != nil {
			return nil, fmt.Errorf("option tlsAuth[%d]: %w", i, err)
		}
		certs = append(certs, cert)
	}
	if len(certs) > 0 {
		c.GetClientCertificate = nil
		c.Certificates = certs
	}
	return c, nil
}

// certFor chooses the client certificate for a server: the first whose domains name it, or that names none.
func certFor(auths []options.TLSAuth, certs []tls.Certificate, server string) *tls.Certificate {
	for i, auth := range auths {
		if len(auth.Domains) == 0 || slices.ContainsFunc(auth.Domains, func(d string) bool {
			suffix, wild := strings.CutPrefix(d, "*")
			return strings.EqualFold(d, server) || wild && strings.HasSuffix(strings.ToLower(server), strings.ToLower(suffix))
		}) {
			return &certs[i]
		}
	}
	return nil
}

// tagged says that a system tag is switched on.
func (r *Run) tagged(name string) bool {
	if r.Options == nil {
		return slices.Contains(options.DefaultSystemTags, name)
	}
	return slices.Contains(r.Options.SystemTags, name)
}
