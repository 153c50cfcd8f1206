package options

import (
	"cmp"
	"strings"
	"time"
)

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
	dnsSelect = oneOf("first", "random", "roundRobin")
	dnsPolicy = oneOf("preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any")
	dnsTTL    = checked(text, func(s string) error { _, err := parseTTL(s); return err })
)

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
