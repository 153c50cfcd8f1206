package module

import (
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/text/encoding/unicode"
)

var utf8Encoding = unicode.UTF8

// domains maps and checks names as https://url.spec.whatwg.org/#concept-domain-to-ascii
// wants it: browsers are laxer than DNS.
var domains = idna.New(
	idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false), idna.CheckHyphens(false),
	idna.CheckJoiners(true), idna.BidiRule(), idna.VerifyDNSLength(false),
)

// parseHost returns the host as it is written in a URL.
func parseHost(s string, special bool) (string, bool) {
	if strings.HasPrefix(s, "[") {
		if !strings.HasSuffix(s, "]") {
			return "", false
		}
		return parseIPv6(s[1 : len(s)-1])
	}
	if !special {
		if strings.ContainsAny(s, forbiddenHost) {
			return "", false
		}
		return controlSet.encode(s), true
	}
	name, err := domains.ToASCII(wellFormed(percentDecode(s)))
	if err != nil || name == "" || strings.ContainsFunc(name, forbiddenDomain) {
		return "", false
	}
	if endsInNumber(name) {
		return parseIPv4(name)
	}
	return name, true
}

const forbiddenHost = "\x00\t\n\r #/:<>?@[\\]^|"

func forbiddenDomain(r rune) bool {
	return r <= ' ' || r == '%' || r == 0x7f || strings.ContainsRune(forbiddenHost, r)
}

func parseIPv6(s string) (string, bool) {
	ip, err := netip.ParseAddr(s)
	if err != nil || !ip.Is6() || ip.Zone() != "" {
		return "", false
	}
	b := ip.As16()
	var pieces [8]uint16
	for i := range pieces {
		pieces[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
	}
	from, to := longestZeros(pieces)
	var out strings.Builder
	out.WriteByte('[')
	for i := 0; i < 8; i++ {
		if i == from {
			out.WriteString("::")
			i = to - 1
			continue
		}
		if i > 0 && i != to {
			out.WriteByte(':')
		}
		out.WriteString(strconv.FormatUint(uint64(pieces[i]), 16))
	}
	out.WriteByte(']')
	return out.String(), true
}

// longestZeros is the first longest run of two or more zeros, or -1, -1.
func longestZeros(pieces [8]uint16) (from, to int) {
	from, to = -1, -1
	for i := 0; i < 8; i++ {
		j := i
		for j < 8 && pieces[j] == 0 {
			j++
		}
		if j-i >= 2 && j-i > to-from {
			from, to = i, j
		}
		i = max(i, j-1)
	}
	return from, to
}

func endsInNumber(host string) bool {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	last := parts[len(parts)-1]
	if last == "" {
		return false
	}
	if strings.Trim(last, "0123456789") == "" {
		return true
	}
	_, ok := parseIPv4Number(last)
	return ok
}

// parseIPv4 reads one to four numbers, decimal, octal or hexadecimal; the last
// fills what is left.
func parseIPv4(host string) (string, bool) {
	parts := strings.Split(strings.TrimSuffix(host, "."), ".")
	if len(parts) > 4 {
		return "", false
	}
	var ip uint64
	for i, part := range parts {
		n, ok := parseIPv4Number(part)
		if !ok {
			return "", false
		}
		if i < len(parts)-1 {
			if n > 255 {
				return "", false
			}
			ip |= n << (8 * (3 - i))
		} else if n >= 1<<(8*(5-len(parts))) {
			return "", false
		} else {
			ip |= n
		}
	}
	return netip.AddrFrom4([4]byte{byte(ip >> 24), byte(ip >> 16), byte(ip >> 8), byte(ip)}).String(), true
}

func parseIPv4Number(s string) (uint64, bool) {
	base := 10
	switch {
	case s == "":
		return 0, false
	case strings.HasPrefix(s, "0x") || strings.HasPrefix(s, "0X"):
		s, base = s[2:], 16
	case len(s) > 1 && s[0] == '0':
		s, base = s[1:], 8
	}
	if s == "" {
		return 0, true
	}
	if s[0] == '+' || s[0] == '-' || strings.Contains(s, "_") {
		return 0, false
	}
	n, err := strconv.ParseUint(s, base, 64)
	if err != nil && strings.Trim(strings.ToLower(s), "0123456789abcdef"[:base]) == "" {
		return 1 << 40, true // a number, but too large for any place
	}
	return n, err == nil
}
