package options

import (
	"crypto/tls"
	"strconv"
)

// TLSVersion are the lowest and the highest version; 0 is Go's default.
type TLSVersion struct{ Min, Max uint16 }

var (
	tlsVersion = kind[TLSVersion]{decode: decodeTLSVersion, show: showTLSVersion}
	ciphers    = kind[[]uint16]{decode: decodeCiphers, parse: parseCiphers, show: showCiphers,
		given: func(list []uint16) bool { return len(list) > 0 }}
)

var tlsVersions = map[string]uint16{
	"": 0, "tls1.0": tls.VersionTLS10, "tls1.1": tls.VersionTLS11, "tls1.2": tls.VersionTLS12, "tls1.3": tls.VersionTLS13,
}

func decodeVersion(raw []byte) (uint16, error) {
	s, err := decodeText(raw)
	if err != nil {
		return 0, err
	}
	v, ok := tlsVersions[s]
	if !ok {
		return 0, bad("must be one of tls1.0, tls1.1, tls1.2, tls1.3, not %s", brief(s))
	}
	return v, nil
}

// decodeTLSVersion reads one version, or an object with min and max.
func decodeTLSVersion(raw []byte) (v TLSVersion, err error) {
	list, err := members(raw)
	if err != nil {
		v.Min, err = decodeVersion(raw)
		v.Max = v.Min
		return v, err
	}
	for _, m := range list {
		var one uint16
		if !isNull(m.raw) {
			if one, err = decodeVersion(m.raw); err != nil {
				return v, within("."+m.key, err)
			}
		}
		switch fold(m.key) {
		case "min":
			v.Min = one
		case "max":
			v.Max = one
		default:
			return v, bad("has min and max, not %s", brief(m.key))
		}
	}
	if v.Max != 0 && v.Min > v.Max {
		return v, bad("has a min above its max")
	}
	return v, nil
}

func showTLSVersion(v TLSVersion) any {
	var shown struct {
		Min string `json:"min"`
		Max string `json:"max"`
	}
	for name, version := range tlsVersions {
		if version == v.Min {
			shown.Min = name
		}
		if version == v.Max {
			shown.Max = name
		}
	}
	return shown
}

func decodeCiphers(raw []byte) ([]uint16, error) {
	list, err := decodeWords(raw)
	if err != nil {
		return nil, err
	}
	return asCiphers(list)
}

func parseCiphers(s string) ([]uint16, error) {
	list, err := parseWords(s)
	if err != nil {
		return nil, err
	}
	return asCiphers(list)
}

func asCiphers(names []string) ([]uint16, error) {
	known := map[string]uint16{}
	for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
		known[suite.Name] = suite.ID
	}
	var found []uint16
	for i, name := range names {
		id, ok := known[name]
		if !ok {
			return nil, within("["+strconv.Itoa(i)+"]", bad("must be a cipher suite that Go knows, like TLS_AES_128_GCM_SHA256, not %s", brief(name)))
		}
		found = append(found, id)
	}
	return found, nil
}

func showCiphers(list []uint16) any {
	var names []string
	for _, id := range list {
		names = append(names, tls.CipherSuiteName(id))
	}
	return names
}
