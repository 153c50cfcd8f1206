package bridge

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// Dialer opens TCP connections for all users of a run: it overrides addresses, refuses some, caches what the resolver
// says and sets local addresses. Its DialContext fits Config.Dial, and clients of other protocols. The zero value looks
// names up for each connection. It must not be changed after its first use; any number of goroutines may then use it.
type Dialer struct {
	// Hosts leads names elsewhere: "host", "host:port", "*.suffix" or "*.suffix:port" to "ip" or "ip:port". What names the
	// port counts before what does not, and of several wildcards the longest.
	Hosts map[string]string
	// BlockHostnames are names, or wildcards such as "*.suffix", to which no connection is made: ErrBlockedHost.
	BlockHostnames []string
	// Blacklist are networks to which no connection is made, however their address came about: ErrBlacklistedIP.
	Blacklist []netip.Prefix
	// LocalIPs are used in turn as the local address.
	LocalIPs []netip.Addr
	// TTL is how long an answer of the resolver counts; 0 asks for every connection, < 0 never again.
	TTL time.Duration
	// Select chooses among the addresses of a name, after Policy has sorted some out.
	Select Select
	Policy Policy
	// Timeout limits one connecting, name look-up included; 0 leaves that to the context.
	Timeout time.Duration
	// Lookup is asked in place of the system's resolver; for tests.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)

	once    sync.Once
	invalid error // what Check says
	hosts   patterns[netip.AddrPort]
	blocked patterns[bool]
	names   names
	turn    atomic.Uint32 // of LocalIPs
}

// Select is which of the addresses of a name is used.
type Select string

// The zero Select is SelectRandom.
const (
	SelectRandom     Select = "random"
	SelectFirst      Select = "first"
	SelectRoundRobin Select = "roundRobin"
)

// Policy is which family of addresses is used.
type Policy string

// The zero Policy is PreferIPv4.
const (
	PreferIPv4 Policy = "preferIPv4"
	PreferIPv6 Policy = "preferIPv6"
	OnlyIPv4   Policy = "onlyIPv4"
	OnlyIPv6   Policy = "onlyIPv6"
	AnyIP      Policy = "any"
)

// What a Dialer refuses; in the chain of errors of kind Refused.
var (
	ErrBlockedHost   = errors.New("the host name is blocked")
	ErrBlacklistedIP = errors.New("the IP address is blacklisted")
)

// Check says what is wrong with Hosts, BlockHostnames, Select or Policy. Otherwise every connection fails with that.
func (d *Dialer) Check() error {
	d.once.Do(func() { d.invalid = d.compile() })
	return d.invalid
}

// DialContext connects to addr, "host:port". Errors about the address are *Error or *net.DNSError, all others *net.OpError.
func (d *Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	if err := d.Check(); err != nil {
		return nil, &Error{Kind: InvalidRequest, Text: err.Error(), Err: err}
	}
	limited := ctx
	if d.Timeout > 0 {
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, d.Timeout)
		defer cancel()
	}
	nc, err := d.dial(limited, network, addr)
	if err != nil && isTimeout(err) && ctx.Err() == nil {
		err = &Error{Kind: ConnectTimeout, Text: "no connection within " + span(d.Timeout), Err: dialTimeout{err}}
	}
	return nc, err
}

// dialTimeout marks that it was Dialer.Timeout that was over, and not the time of the whole request.
type dialTimeout struct{ error }

func (t dialTimeout) Unwrap() error { return t.error }

func (d *Dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	to, err := d.resolve(ctx, addr)
	if err != nil {
		return nil, err
	}
	for _, p := range d.Blacklist {
		if p.Contains(to.Addr()) {
			return nil, &Error{Kind: Refused, Text: ErrBlacklistedIP.Error() + ": " + to.Addr().String(), Err: ErrBlacklistedIP}
		}
	}
	// No keep-alive probes: see Config.dialer.
	return (&net.Dialer{KeepAlive: -1, LocalAddr: d.local(to.Addr())}).DialContext(ctx, network, to.String())
}

// resolve makes an address of host:port.
func (d *Dialer) resolve(ctx context.Context, addr string) (netip.AddrPort, error) {
	host, service, err := net.SplitHostPort(addr)
	if err != nil {
		return netip.AddrPort{}, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return netip.AddrPort{}, &net.OpError{Op: "dial", Net: "tcp", Err: err}
	}
	if blocked, _ := d.blocked.find(host, ""); blocked {
		return netip.AddrPort{}, &Error{Kind: Refused, Text: ErrBlockedHost.Error() + ": " + shown(host, maxShown), Err: ErrBlockedHost}
	}
	if to, ok := d.hosts.find(host, service); ok {
		if to.Port() == 0 {
			to = netip.AddrPortFrom(to.Addr(), uint16(port))
		}
		return to, nil
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return netip.AddrPortFrom(ip.Unmap(), uint16(port)), nil
	}
	ip, err := d.lookup(ctx, host)
	return netip.AddrPortFrom(ip, uint16(port)), err
}

// lookup tells a trace in ctx how long it takes: the resolver itself knows of no trace, since it works for several callers.
func (d *Dialer) lookup(ctx context.Context, host string) (netip.Addr, error) {
	if t := httptrace.ContextClientTrace(ctx); t != nil && t.DNSStart != nil && t.DNSDone != nil {
		t.DNSStart(httptrace.DNSStartInfo{Host: host})
		defer t.DNSDone(httptrace.DNSDoneInfo{})
	}
	e, err := d.names.get(ctx, d, host)
	if err != nil {
		return netip.Addr{}, err
	}
	return e.choose(d.Select), nil
}

// local is the next local address of the family of to; nil leaves the choice to the system.
func (d *Dialer) local(to netip.Addr) net.Addr {
	for range d.LocalIPs {
		ip := d.LocalIPs[int(d.turn.Add(1)-1)%len(d.LocalIPs)]
		if ip.Is4() == to.Is4() {
			return net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip, 0))
		}
	}
	return nil
}
