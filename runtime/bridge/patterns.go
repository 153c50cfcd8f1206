package bridge

import (
	"fmt"
	"net/netip"
	"strings"
)

// patterns finds the value of a host name: by itself, or by a wildcard, with or without a port.
type patterns[T any] struct {
	exact map[string]T // "host" or "host:port"
	wild  []wildcard[T]
}

type wildcard[T any] struct {
	suffix, port string
	value        T
}

// add takes "host", "host:port", "*.suffix" or "*.suffix:port".
func (p *patterns[T]) add(pattern string, value T) error {
	pattern = strings.ToLower(pattern)
	if strings.LastIndexByte(pattern, '*') > 0 || pattern == "" {
		return fmt.Errorf("%q is not a host name; a * can stand only at its beginning", pattern)
	}
	if suffix, ok := strings.CutPrefix(pattern, "*"); ok {
		suffix, port, _ := strings.Cut(suffix, ":")
		p.wild = append(p.wild, wildcard[T]{suffix, port, value})
		return nil
	}
	if p.exact == nil {
		p.exact = map[string]T{}
	}
	p.exact[pattern] = value
	return nil
}

func (p *patterns[T]) find(host, port string) (value T, ok bool) {
	host = strings.ToLower(host)
	if port != "" {
		if v, ok := p.exact[host+":"+port]; ok {
			return v, true
		}
	}
	if v, ok := p.exact[host]; ok {
		return v, true
	}
	best := wildcard[T]{}
	for _, w := range p.wild {
		longer := !ok || len(w.suffix) > len(best.suffix) || len(w.suffix) == len(best.suffix) && best.port == ""
		if strings.HasSuffix(host, w.suffix) && (w.port == "" || w.port == port) && longer {
			best, ok = w, true
		}
	}
	return best.value, ok
}

func (d *Dialer) compile() error {
	for name, to := range d.Hosts {
		addr, err := netip.ParseAddrPort(to)
		if err != nil {
			var ip netip.Addr
			if ip, err = netip.ParseAddr(strings.Trim(to, "[]")); err != nil {
				return fmt.Errorf("hosts: %q leads to %q, which is neither an IP address nor one with a port", name, to)
			}
			addr = netip.AddrPortFrom(ip, 0)
		}
		if err := d.hosts.add(name, netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())); err != nil {
			return fmt.Errorf("hosts: %w", err)
		}
	}
	for _, name := range d.BlockHostnames {
		if err := d.blocked.add(name, true); err != nil {
			return fmt.Errorf("blocked host names: %w", err)
		}
	}
	switch d.Select {
	case "", SelectRandom, SelectFirst, SelectRoundRobin:
	default:
		return fmt.Errorf("dns: select is %q; use first, random or roundRobin", d.Select)
	}
	switch d.Policy {
	case "", PreferIPv4, PreferIPv6, OnlyIPv4, OnlyIPv6, AnyIP:
		return nil
	}
	return fmt.Errorf("dns: policy is %q; use preferIPv4, preferIPv6, onlyIPv4, onlyIPv6 or any", d.Policy)
}
