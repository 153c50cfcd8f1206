package options

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
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

var (
	hosts     = kind[[]Host]{decode: decodeHosts, parse: parseJSON(decodeHosts), show: showHosts}
	hostnames = checked(words, checkHostnames)
	prefixes  = kind[[]netip.Prefix]{decode: decodePrefixes, parse: parsePrefixes, join: concat[netip.Prefix]}
	ranges    = kind[[]IPRange]{parse: parseRanges, show: showRanges}
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
		// An empty one, as from "".split(","), is no host.
		if name != "" && !hostPattern.MatchString(h.Name) {
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
		// An empty one, as from "".split(","), is no host.
		if name != "" && !hostPattern.MatchString(name) {
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
