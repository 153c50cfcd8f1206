package options

import (
	"cmp"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Host says where connections to Name go instead. Name is in lower case and
// may be an address, or begin with * for any prefix.
type Host struct {
	Name   string
	Port   uint16 // of the URL; 0 is any
	To     netip.Addr
	ToPort uint16 // 0: that of the URL
}

// An IPRange is a range of addresses, both ends included.
type IPRange struct{ First, Last netip.Addr }

// DNSOptions are given one by one, also over several levels.
type DNSOptions struct {
	TTL    Opt[string]
	Select Opt[string]
	Policy Opt[string]
}

// DNS says how names are resolved.
type DNS struct {
	TTL    time.Duration // how long an answer is kept; 0 not at all, -1 for ever
	Select string        // "first", "random" or "roundRobin"
	Policy string        // "preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6" or "any"
}

var (
	hosts     = kind[[]Host]{decode: decodeHosts, parse: parseJSON(decodeHosts), show: showHosts}
	hostnames = checked(words, checkHostnames)
	prefixes  = kind[[]netip.Prefix]{decode: decodePrefixes, parse: parsePrefixes, join: concat[netip.Prefix]}
	ranges    = kind[[]IPRange]{parse: parseRanges, show: showRanges}

	dnsSelect = oneOf("first", "random", "roundRobin")
	dnsPolicy = oneOf("preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any")
	dnsTTL    = checked(text, func(s string) error { _, err := parseTTL(s); return err })
)

var hostPattern = regexp.MustCompile(`^(\*|\*?[a-zA-Z0-9._-]+)$`)

// parseJSON is for options whose environment variable holds JSON.
func parseJSON[T any](decode func([]byte) (T, error)) func(string) (T, error) {
	return func(s string) (T, error) { return decode([]byte(s)) }
}

func decodeHosts(raw []byte) ([]Host, error) {
	list, err := members(raw)
	if err != nil {
		return nil, err
	}
	found := []Host{}
	for _, m := range list {
		to, err := decodeText(m.raw)
		if err != nil {
			return nil, within("."+m.key, err)
		}
		h, err := parseHost(strings.ToLower(m.key), to)
		if err != nil {
			return nil, within("."+m.key, err)
		}
		found = append(found, h)
	}
	return found, nil
}

func parseHost(name, to string) (h Host, err error) {
	h.Name = name
	if at, err := netip.ParseAddrPort(name); err == nil {
		h.Name, h.Port = at.Addr().String(), at.Port()
	} else if addr, err := netip.ParseAddr(name); err == nil {
		h.Name = addr.String()
	} else {
		host, port, hasPort := strings.Cut(name, ":")
		if hasPort {
			n, err := strconv.ParseUint(port, 10, 16)
			if err != nil {
				return h, bad("must be named host, *.host or host:port")
			}
			h.Name, h.Port = host, uint16(n)
		}
		if !hostPattern.MatchString(h.Name) {
			return h, bad("must be named host, *.host or host:port")
		}
	}
	if at, err := netip.ParseAddrPort(to); err == nil {
		h.To, h.ToPort = at.Addr(), at.Port()
		return h, nil
	}
	if h.To, err = netip.ParseAddr(to); err != nil {
		return h, bad("must be an IP address like 127.0.0.1, 127.0.0.1:8080 or [::1]:8080, not %s", brief(to))
	}
	return h, nil
}

func showHosts(list []Host) any {
	shown := map[string]string{}
	for _, h := range list {
		name, to := h.Name, h.To.String()
		if h.Port != 0 {
			name += ":" + strconv.Itoa(int(h.Port))
		}
		if h.ToPort != 0 {
			to = netip.AddrPortFrom(h.To, h.ToPort).String()
		}
		shown[name] = to
	}
	return shown
}

func checkHostnames(list []string) error {
	for i, name := range list {
		if !hostPattern.MatchString(name) {
			return within("["+strconv.Itoa(i)+"]", bad("must be a host name, or one that begins with *, not %s", brief(name)))
		}
	}
	return nil
}

func decodePrefixes(raw []byte) ([]netip.Prefix, error) {
	list, err := decodeWords(raw)
	if err != nil {
		return nil, err
	}
	return asPrefixes(list)
}

func parsePrefixes(s string) ([]netip.Prefix, error) {
	list, err := parseWords(s)
	if err != nil {
		return nil, err
	}
	return asPrefixes(list)
}

func asPrefixes(list []string) ([]netip.Prefix, error) {
	found := []netip.Prefix{}
	for i, s := range list {
		p, err := netip.ParsePrefix(s)
		if addr, single := netip.ParseAddr(s); single == nil {
			p, err = addr.Prefix(addr.BitLen())
		}
		if err != nil {
			return nil, within("["+strconv.Itoa(i)+"]", bad("must be a range of addresses like 10.0.0.0/8, not %s", brief(s)))
		}
		found = append(found, p.Masked())
	}
	return found, nil
}

// parseRanges reads addresses, first-last and CIDR ranges, separated by commas.
func parseRanges(s string) ([]IPRange, error) {
	var found []IPRange
	for item := range strings.SplitSeq(s, ",") {
		item = strings.TrimSpace(item)
		first, last, isRange := strings.Cut(item, "-")
		if !isRange {
			last = first
		}
		var r IPRange
		var err1, err2 error
		if p, err := netip.ParsePrefix(item); err == nil {
			r = IPRange{p.Masked().Addr(), lastOf(p)}
		} else {
			r.First, err1 = netip.ParseAddr(first)
			r.Last, err2 = netip.ParseAddr(last)
		}
		if err1 != nil || err2 != nil || r.First.BitLen() != r.Last.BitLen() || r.Last.Less(r.First) {
			return nil, bad("must be addresses like 10.0.0.1, 10.0.0.1-10.0.0.9 or 10.0.0.0/28, separated by commas, not %s", brief(item))
		}
		found = append(found, r)
	}
	return found, nil
}

func lastOf(p netip.Prefix) netip.Addr {
	bytes := p.Masked().Addr().AsSlice()
	for bit := p.Bits(); bit < len(bytes)*8; bit++ {
		bytes[bit/8] |= 1 << (7 - bit%8)
	}
	addr, _ := netip.AddrFromSlice(bytes)
	return addr
}

func showRanges(list []IPRange) any {
	var shown []string
	for _, r := range list {
		s := r.First.String()
		if r.Last != r.First {
			s += "-" + r.Last.String()
		}
		shown = append(shown, s)
	}
	return strings.Join(shown, ",")
}

// parseTTL reads how long answers are kept; -1 is for ever.
func parseTTL(s string) (time.Duration, error) {
	switch s {
	case "":
		return 5 * time.Minute, nil
	case "inf":
		return -1, nil
	}
	d, err := parseDuration(s)
	if err != nil || d < 0 {
		return 0, bad(`must be "inf", "0" or a length of time like 30s, not %s`, brief(s))
	}
	return d, nil
}

// dnsParts are the options of DNS by their names.
var dnsParts = []row[DNSOptions]{
	{key: "ttl", access: cell[DNSOptions, string]{dnsTTL, func(o *DNSOptions) *Opt[string] { return &o.TTL }}},
	{key: "select", access: cell[DNSOptions, string]{dnsSelect, func(o *DNSOptions) *Opt[string] { return &o.Select }}},
	{key: "policy", access: cell[DNSOptions, string]{dnsPolicy, func(o *DNSOptions) *Opt[string] { return &o.Policy }}},
}

// dnsAccess makes one option of the three parts.
type dnsAccess struct{}

func (dnsAccess) takesJSON() bool { return true }
func (dnsAccess) takesText() bool { return true }

func (dnsAccess) fromJSON(o *Options, raw []byte, from string) error {
	list, err := members(raw)
	if err != nil {
		return err
	}
	for _, m := range list {
		if part := find(dnsParts, m.key); part != nil {
			if err := part.access.fromJSON(&o.DNS, m.raw, from); err != nil {
				return within("."+part.key, err)
			}
		}
	}
	return nil
}

// fromText reads ttl=5m,select=random,policy=any.
func (dnsAccess) fromText(o *Options, text, from string) error {
	for item := range strings.SplitSeq(text, ",") {
		if strings.TrimSpace(item) == "" {
			continue
		}
		key, value, _ := strings.Cut(strings.TrimSpace(item), "=")
		part := find(dnsParts, key)
		if part == nil {
			return bad("must be like ttl=5m,select=random,policy=preferIPv4, not %s", brief(text))
		}
		if err := part.access.fromText(&o.DNS, value, from); err != nil {
			return within("."+part.key, err)
		}
	}
	return nil
}

func (dnsAccess) merge(weak, strong *Options) {
	for _, part := range dnsParts {
		part.access.merge(&weak.DNS, &strong.DNS)
	}
}

func (dnsAccess) shown(o *Options) any { return showRows(dnsParts, &o.DNS) }

func (dnsAccess) origin(o *Options) string {
	return cmp.Or(o.DNS.TTL.From, o.DNS.Select.From, o.DNS.Policy.From)
}
