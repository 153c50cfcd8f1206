package bridge

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// resolver answers from a table and counts how often it is asked.
type resolver struct {
	known map[string]string
	any   string // for all other names
	asked atomic.Int32
	took  time.Duration
}

func (r *resolver) lookup(ctx context.Context, host string) (ips []netip.Addr, err error) {
	r.asked.Add(1)
	if r.took > 0 {
		time.Sleep(r.took)
	}
	answer, ok := r.known[host]
	if !ok {
		answer = r.any
	}
	for _, s := range strings.Fields(answer) {
		ips = append(ips, netip.MustParseAddr(s))
	}
	if len(ips) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	return ips, ctx.Err()
}

func TestDialerResolves(t *testing.T) {
	r := &resolver{known: map[string]string{"real.test": "10.0.0.9", "b.test": "10.0.0.8"}}
	d := &Dialer{Lookup: r.lookup, BlockHostnames: []string{"*.blocked.test", "Bad.test", "10.1.1.1"}, Hosts: map[string]string{
		"a.test": "10.0.0.1", "A.test:80": "10.0.0.2:8080", "*.w.test": "10.0.0.3", "*.x.w.test": "10.0.0.4", "*.p.test:81": "10.0.0.5:1",
		"y.x.w.test": "10.0.0.6", "six.test": "::1", "sixport.test": "[::1]:7", "b.blocked.test": "10.0.0.7", "10.9.9.9": "10.0.0.8",
	}}
	for addr, want := range map[string]string{
		"a.test:90": "10.0.0.1:90", "a.test:80": "10.0.0.2:8080", "A.TEST:80": "10.0.0.2:8080",
		"k.w.test:1": "10.0.0.3:1", "k.x.w.test:1": "10.0.0.4:1", "y.x.w.test:1": "10.0.0.6:1",
		"q.p.test:81": "10.0.0.5:1", "six.test:5": "[::1]:5", "sixport.test:5": "[::1]:7", "10.9.9.9:5": "10.0.0.8:5",
		"1.2.3.4:5": "1.2.3.4:5", "[::ffff:1.2.3.4]:5": "1.2.3.4:5", "[fe80::1]:5": "[fe80::1]:5", "real.test:443": "10.0.0.9:443",
		"b.test:443": "10.0.0.8:443", "w.test:1": "no such host", "q.p.test:82": "no such host",
		"a.blocked.test:80": "blocked", "b.blocked.test:80": "blocked", "bad.test:1": "blocked", "10.1.1.1:80": "blocked", "blocked.test:80": "no such host",
		"real.test:x": "invalid syntax", "real.test": "missing port",
	} {
		if err := d.Check(); err != nil {
			t.Fatal(err)
		}
		got, err := d.resolve(t.Context(), addr)
		if err != nil {
			contains(t, err.Error(), want)
		} else {
			equal(t, addr, got.String(), want)
		}
		equal(t, addr+": is blocked", errors.Is(err, ErrBlockedHost), want == "blocked")
	}
}

func TestDialerCheck(t *testing.T) {
	for want, d := range map[string]*Dialer{
		`hosts: "a" leads to "b", which is neither an IP address nor one with a port`:    {Hosts: map[string]string{"a": "b"}},
		`hosts: "a*" is not a host name; a * can stand only at its beginning`:            {Hosts: map[string]string{"a*": "1.2.3.4"}},
		`blocked host names: "" is not a host name; a * can stand only at its beginning`: {BlockHostnames: []string{""}},
		`dns: select is "x"; use first, random or roundRobin`:                            {Select: "x"},
		`dns: policy is "x"; use preferIPv4, preferIPv6, onlyIPv4, onlyIPv6 or any`:      {Policy: "x"},
	} {
		equal(t, "Check", d.Check().Error(), want)
		_, err := d.DialContext(t.Context(), "tcp", "127.0.0.1:1")
		contains(t, err.Error(), want)
	}
	equal(t, "zero", (&Dialer{}).Check(), nil)
}

func TestPolicyAndSelect(t *testing.T) {
	for _, tc := range []struct {
		policy Policy
		sel    Select
		ips    string
		want   string // of four
	}{
		{"", SelectRoundRobin, "::1 10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.2 10.0.0.1 10.0.0.2"},
		{PreferIPv4, SelectFirst, "::1 10.0.0.1 10.0.0.2", "10.0.0.1 10.0.0.1 10.0.0.1 10.0.0.1"},
		{PreferIPv4, SelectFirst, "::1", "::1 ::1 ::1 ::1"},
		{PreferIPv6, SelectFirst, "10.0.0.1 ::1", "::1 ::1 ::1 ::1"},
		{PreferIPv6, "", "10.0.0.1", "10.0.0.1 10.0.0.1 10.0.0.1 10.0.0.1"},
		{OnlyIPv4, SelectRoundRobin, "::1 ::ffff:10.0.0.1", "10.0.0.1 10.0.0.1 10.0.0.1 10.0.0.1"},
		{OnlyIPv4, "", "::1", "lookup a.test: no suitable address"},
		{OnlyIPv6, "", "10.0.0.1", "lookup a.test: no suitable address"},
		{AnyIP, SelectRoundRobin, "::1 10.0.0.1", "::1 10.0.0.1 ::1 10.0.0.1"},
	} {
		for _, ttl := range []time.Duration{0, time.Hour} {
			d := &Dialer{Policy: tc.policy, Select: tc.sel, TTL: ttl, Lookup: (&resolver{known: map[string]string{"a.test": tc.ips}}).lookup}
			var got []string
			for range 4 {
				ip, err := d.lookup(t.Context(), "a.test")
				if err != nil {
					got = []string{err.Error()}
					break
				}
				got = append(got, ip.String())
			}
			equal(t, string(tc.policy)+" "+string(tc.sel), strings.Join(got, " "), tc.want)
		}
	}
	d := &Dialer{Lookup: (&resolver{known: map[string]string{"a.test": "10.0.0.1 10.0.0.2"}}).lookup, TTL: time.Hour}
	seen := map[netip.Addr]bool{}
	for range 100 {
		ip, _ := d.lookup(t.Context(), "a.test")
		seen[ip] = true
	}
	equal(t, "addresses chosen at random", len(seen), 2)
}

func TestTTL(t *testing.T) {
	for ttl, want := range map[time.Duration][3]int32{0: {1, 2, 3}, time.Minute: {1, 1, 2}, -1: {1, 1, 1}} {
		synctest.Test(t, func(t *testing.T) {
			r := &resolver{known: map[string]string{"a.test": "10.0.0.1"}}
			d := &Dialer{TTL: ttl, Lookup: r.lookup}
			for i, pause := range []time.Duration{0, time.Minute - 1, 1} {
				time.Sleep(pause)
				if _, err := d.lookup(t.Context(), "a.test"); err != nil {
					t.Fatal(err)
				}
				equal(t, "asked", r.asked.Load(), want[i])
			}
			for range 2 {
				_, err := d.lookup(t.Context(), "none.test")
				equal(t, "no such host", err != nil, true)
			}
			equal(t, "failures are not kept", r.asked.Load(), want[2]+2)
			r.any = "10.0.0.2"
			for i := range 3 * maxNames {
				_, _ = d.names.get(t.Context(), d, strconv.Itoa(i))
				time.Sleep(time.Minute)
			}
			equal(t, "old answers are dropped", len(d.names.known) <= maxNames, ttl >= 0)
		})
	}
}

// Many users want one name at once; one of them gives up.
func TestOneLookupAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &resolver{known: map[string]string{"a.test": "10.0.0.1"}, took: time.Second}
		d := &Dialer{TTL: time.Hour, Lookup: r.lookup}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		_, err := d.lookup(ctx, "a.test")
		equal(t, "given up", errors.Is(err, context.DeadlineExceeded), true)
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				if ip, err := d.lookup(t.Context(), "a.test"); err != nil || ip.String() != "10.0.0.1" {
					t.Errorf("%v, %v", ip, err)
				}
			})
		}
		all.Wait()
		equal(t, "asked", r.asked.Load(), 1)
	})
}

func TestThroughDialer(t *testing.T) {
	addr := answering(t, ok)
	_, port, _ := net.SplitHostPort(addr)
	r := &resolver{known: map[string]string{"real.test": "127.0.0.1"}, took: 5 * time.Millisecond}
	d := &Dialer{Lookup: r.lookup, TTL: time.Hour, Hosts: map[string]string{"shop.test": addr}, BlockHostnames: []string{"*.bad.test"},
		Blacklist: []netip.Prefix{netip.MustParsePrefix("127.9.0.0/16")}, LocalIPs: []netip.Addr{netip.MustParseAddr("127.0.0.1")}}
	c := user(t, &Config{Dial: d.DialContext})
	equal(t, "override", do(t, c, get(t, "http://shop.test/")).RemoteAddr().String(), addr)
	w := do(t, c, get(t, "http://real.test:"+port+"/"))
	equal(t, "DNS phase", w.Phases.DNS >= r.took, true)
	equal(t, "local address", w.via.socket.LocalAddr().(*net.TCPAddr).IP.String(), "127.0.0.1")
	for url, want := range map[string]string{
		"http://a.bad.test/": "Refused('the host name is blocked: a.bad.test')",
		"http://127.9.1.1/":  "Refused('the IP address is blacklisted: 127.9.1.1')",
		"http://none.test/":  "DNSError('no such host: none.test')",
	} {
		got, _ := fails(t, c, get(t, url))
		equal(t, url, got, want)
	}
	slow := &Dialer{Timeout: 20 * time.Millisecond, Lookup: func(context.Context, string) ([]netip.Addr, error) {
		time.Sleep(100 * time.Millisecond)
		return nil, errors.New("too late")
	}}
	got, _ := fails(t, user(t, &Config{Dial: slow.DialContext}), get(t, "http://shop.test/"))
	equal(t, "timeout", got, "ConnectTimeout('no connection within 20ms')")
}

func TestLocalIPs(t *testing.T) {
	d := &Dialer{}
	four, six := netip.MustParseAddr("10.0.0.9"), netip.MustParseAddr("fd00::9")
	equal(t, "none", d.local(four), nil)
	for _, ip := range []string{"10.0.0.1", "fd00::1", "10.0.0.2"} {
		d.LocalIPs = append(d.LocalIPs, netip.MustParseAddr(ip))
	}
	var got []string
	for _, to := range []netip.Addr{four, four, four, six, six} {
		got = append(got, d.local(to).String())
	}
	equal(t, "in turn", strings.Join(got, " "), "10.0.0.1:0 10.0.0.2:0 10.0.0.1:0 [fd00::1]:0 [fd00::1]:0")
}
