package k6crypto

import (
	"crypto/dsa" //nolint:staticcheck // Certificates with such keys can still be read.
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"time"

	"github.com/dop251/goja"

	"katydid/runtime/js"
)

// x509Export makes parse, getAltNames, getIssuer or getSubject: each takes a certificate in PEM.
func x509Export(rt *goja.Runtime, name string) goja.Value {
	var show func(*x509.Certificate) goja.Value
	switch name {
	case "parse":
		show = func(c *x509.Certificate) goja.Value { return certificate(rt, c) }
	case "getAltNames":
		show = func(c *x509.Certificate) goja.Value { return texts(rt, altNames(c)) }
	case "getIssuer":
		show = func(c *x509.Certificate) goja.Value { return issuer(rt, &c.Issuer) }
	case "getSubject":
		show = func(c *x509.Certificate) goja.Value { return subject(rt, &c.Subject) }
	}
	return js.Function(rt, name, 1, func(c goja.FunctionCall) goja.Value {
		block, _ := pem.Decode(bytesOf(rt, name+": the certificate", c.Argument(0)))
		if block == nil {
			js.Throw(rt, "%s: the certificate is not in PEM: no line -----BEGIN CERTIFICATE----- or no end of it", name)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			js.Throw(rt, "%s: not a certificate: %v", name, err)
		}
		return show(cert)
	})
}

func certificate(rt *goja.Runtime, c *x509.Certificate) goja.Value {
	sum := sha1.Sum(c.Raw)
	o := rt.NewObject()
	o.Set("subject", subject(rt, &c.Subject))
	o.Set("issuer", issuer(rt, &c.Issuer))
	o.Set("notBefore", c.NotBefore.UTC().Format(time.RFC3339))
	o.Set("notAfter", c.NotAfter.UTC().Format(time.RFC3339))
	o.Set("altNames", texts(rt, altNames(c)))
	o.Set("signatureAlgorithm", c.SignatureAlgorithm.String())
	o.Set("fingerPrint", numbers(rt, sum[:]))
	o.Set("publicKey", publicKey(rt, c))
	return o
}

// altNames lists the names of the certificate by kind: DNS, email, IP, URI.
func altNames(c *x509.Certificate) []string {
	list := append(append([]string{}, c.DNSNames...), c.EmailAddresses...)
	for _, ip := range c.IPAddresses {
		list = append(list, ip.String())
	}
	for _, uri := range c.URIs {
		list = append(list, uri.String())
	}
	return list
}

func subject(rt *goja.Runtime, n *pkix.Name) goja.Value {
	o := rt.NewObject()
	o.Set("commonName", n.CommonName)
	o.Set("country", first(n.Country))
	o.Set("postalCode", first(n.PostalCode))
	o.Set("stateOrProvinceName", first(n.Province))
	o.Set("localityName", first(n.Locality))
	o.Set("streetAddress", first(n.StreetAddress))
	o.Set("organizationName", first(n.Organization))
	o.Set("organizationalUnitName", texts(rt, n.OrganizationalUnit))
	o.Set("names", attributes(rt, n))
	return o
}

func issuer(rt *goja.Runtime, n *pkix.Name) goja.Value {
	o := rt.NewObject()
	o.Set("commonName", n.CommonName)
	o.Set("country", first(n.Country))
	o.Set("stateOrProvinceName", first(n.Province))
	o.Set("localityName", first(n.Locality))
	o.Set("organizationName", first(n.Organization))
	o.Set("names", attributes(rt, n))
	return o
}

// attributes are all parts of a name in their order, by their object identifiers: {type, value}.
func attributes(rt *goja.Runtime, n *pkix.Name) goja.Value {
	var list []any
	for _, a := range n.Names {
		o := rt.NewObject()
		o.Set("type", a.Type.String())
		o.Set("value", a.Value)
		list = append(list, o)
	}
	return rt.NewArray(list...)
}

// publicKey is {algorithm, key}. Big numbers are BigInts, as in k6; a curve is its name.
func publicKey(rt *goja.Runtime, c *x509.Certificate) goja.Value {
	var key goja.Value
	o := rt.NewObject()
	switch k := c.PublicKey.(type) {
	case *rsa.PublicKey:
		o.Set("n", k.N)
		o.Set("e", k.E)
		js.Method(rt, o, "size", 0, func(goja.FunctionCall) goja.Value { return rt.ToValue(k.Size()) })
		key = o
	case *ecdsa.PublicKey:
		o.Set("curve", k.Params().Name)
		o.Set("x", k.X) //nolint:staticcheck // Shown, not computed with.
		o.Set("y", k.Y) //nolint:staticcheck // The same.
		key = o
	case *dsa.PublicKey:
		parameters := rt.NewObject()
		parameters.Set("p", k.P)
		parameters.Set("q", k.Q)
		parameters.Set("g", k.G)
		o.Set("parameters", parameters)
		o.Set("y", k.Y)
		key = o
	case ed25519.PublicKey:
		key = numbers(rt, k)
	default:
		js.Throw(rt, "parse: the certificate's public key is of a kind that is not supported")
	}
	shown := rt.NewObject()
	shown.Set("algorithm", c.PublicKeyAlgorithm.String())
	shown.Set("key", key)
	return shown
}

func first(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[0]
}

func texts(rt *goja.Runtime, list []string) goja.Value {
	items := make([]any, len(list))
	for i, s := range list {
		items[i] = s
	}
	return rt.NewArray(items...)
}

func numbers(rt *goja.Runtime, b []byte) goja.Value {
	items := make([]any, len(b))
	for i, c := range b {
		items[i] = int64(c)
	}
	return rt.NewArray(items...)
}
