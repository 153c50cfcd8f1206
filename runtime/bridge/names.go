package bridge

import (
	"context"
	"math/rand/v2"
	"net"
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// names is what the resolver has said. The zero value is ready.
type names struct {
	mu    sync.Mutex
	known map[string]*entry
}

// maxNames is how many names are kept before those whose time is over are looked for.
const maxNames = 1024

// entry is one look-up: under way until ready is closed, and not changed after that.
type entry struct {
	ready chan struct{}
	ips   []netip.Addr // none only with an error
	err   error
	at    time.Time
	turn  atomic.Uint32 // of SelectRoundRobin
}

// get gives the answer for host, asking the resolver if there is none or it is too old. Callers who ask while a look-up
// of the same name is under way wait for that one. It goes on when the caller who began it gives up, for the others.
func (n *names) get(ctx context.Context, d *Dialer, host string) (*entry, error) {
	n.mu.Lock()
	e := n.known[host]
	if e != nil && e.old(d.TTL) {
		e = nil
	}
	if e == nil {
		e = &entry{ready: make(chan struct{})}
		n.add(host, e, d.TTL)
		go n.ask(d, host, e)
	}
	n.mu.Unlock()
	select {
	case <-e.ready:
		return e, e.err
	case <-ctx.Done():
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: ctx.Err()}
	}
}

// old reports whether the answer is there and its time is over.
func (e *entry) old(ttl time.Duration) bool {
	select {
	case <-e.ready:
		return ttl >= 0 && time.Since(e.at) >= ttl
	default:
		return false
	}
}

// add needs mu.
func (n *names) add(host string, e *entry, ttl time.Duration) {
	if n.known == nil {
		n.known = map[string]*entry{}
	}
	if len(n.known) >= maxNames {
		for name, e := range n.known {
			if e.old(ttl) {
				delete(n.known, name)
			}
		}
	}
	if old := n.known[host]; old != nil {
		e.turn.Store(old.turn.Load())
	}
	n.known[host] = e
}

func (n *names) ask(d *Dialer, host string, e *entry) {
	lookup := d.Lookup
	if lookup == nil {
		lookup = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	ips, err := lookup(context.Background(), host)
	if ips = d.Policy.of(ips); err == nil && len(ips) == 0 {
		err = &net.DNSError{Err: "no suitable address", Name: host, IsNotFound: true}
	}
	e.ips, e.err, e.at = ips, err, time.Now()
	n.mu.Lock()
	defer n.mu.Unlock()
	if err != nil && n.known[host] == e { // the next one asks again
		delete(n.known, host)
	}
	close(e.ready)
}

// of gives those of ips that may be used, as plain IPv4 or IPv6.
func (p Policy) of(ips []netip.Addr) []netip.Addr {
	var v4, v6, all []netip.Addr
	for _, ip := range ips {
		ip = ip.Unmap()
		all = append(all, ip)
		if ip.Is4() {
			v4 = append(v4, ip)
		} else {
			v6 = append(v6, ip)
		}
	}
	switch {
	case p == AnyIP:
		return all
	case p == OnlyIPv4, len(v4) > 0 && (p == PreferIPv4 || p == ""):
		return v4
	case p == OnlyIPv6, p == PreferIPv6 && len(v6) > 0:
		return v6
	}
	return slices.Concat(v4, v6) // preferred, but there is none; one of the two is empty
}

func (e *entry) choose(s Select) netip.Addr {
	switch s {
	case SelectFirst:
		return e.ips[0]
	case SelectRoundRobin:
		return e.ips[int(e.turn.Add(1)-1)%len(e.ips)]
	}
	return e.ips[rand.IntN(len(e.ips))]
}
