// Package bridge sends HTTP requests for virtual users and measures them.
//
// A Client is one virtual user: its own connections (one for each origin), its own cookies. It knows nothing of
// scripts, names or statistics. Requests speak HTTP/1.1, or HTTP/2 where Config.HTTPVersion allows it.
package bridge

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"sync"
	"time"
)

// Defaults of the zero Config.
const (
	DefaultTimeout        = 60 * time.Second
	DefaultMaxRedirects   = 30
	DefaultMaxBody        = 32 << 20
	DefaultAcceptEncoding = "gzip, deflate, br, zstd"
	DefaultUserAgent      = "katydid"
)

// Config is what all users of a class have in common. The zero value is ready to use. After the first NewClient it
// must be neither changed nor copied; any number of goroutines may then use it.
type Config struct {
	// TLS is used for https; nil verifies against the system's roots. See TLSFiles.
	TLS *tls.Config
	// ClientCerts, if there is one, gives the certificates to show to a server of that name besides those of TLS. It is
	// asked once for each name.
	ClientCerts func(serverName string) []tls.Certificate
	// Timeout limits one Do from its Sent to the last byte of the answer: name look-up, connecting, retry and
	// redirects included. 0 means DefaultTimeout, < 0 no limit.
	Timeout time.Duration
	// MaxRedirects is how many redirects one Do follows. 0 means DefaultMaxRedirects, < 0 none.
	MaxRedirects int
	// MaxBody is how many bytes of a decoded body are kept. Longer bodies are read to their end, counted and
	// measured, but cut; Response.Truncated tells. 0 means DefaultMaxBody.
	MaxBody int64
	// UserAgent is sent unless the request has its own. "" means DefaultUserAgent.
	UserAgent string
	// AcceptEncoding is sent unless the request has its own. "" means DefaultAcceptEncoding; "identity" asks for
	// plain bodies. What arrives encoded is decoded in any case.
	AcceptEncoding string
	// NoAccept sends neither Accept nor Accept-Encoding but what a request has of its own.
	NoAccept bool
	// KeepUnknown takes a body whose Content-Encoding is unknown as it is; otherwise that is an error.
	KeepUnknown bool
	// LaxCookies makes the jars of users lax, see NewJar.
	LaxCookies bool
	// Header is sent with every request that does not set a field of the same name.
	Header []Field
	// Proxy chooses the proxy for a URL; nil, or a nil answer, is a direct connection. See EnvProxy and FixedProxy.
	Proxy func(*url.URL) (*url.URL, error)
	// NoKeepAlive makes every request open a connection of its own.
	NoKeepAlive bool
	// HTTPVersion: "" and "1.1" speak HTTP/1.1 only; "auto" speaks what an https server chooses by ALPN, HTTP/2 before
	// HTTP/1.1; "2" speaks HTTP/2 only, over http without asking first (RFC 9113, 3.3).
	HTTPVersion string
	// Dial opens TCP connections in place of net.Dialer; see Dialer.
	Dial func(ctx context.Context, network, addr string) (net.Conn, error)

	flights  sync.Pool // *flight: buffers of requests on their way
	decoders decoders
	tls      sync.Map // server name (string) -> *tls.Config; a copy for each connection would be 400 bytes a user
}

func (c *Config) timeout(r *Request) time.Duration {
	t := r.Timeout
	if t == 0 {
		t = c.Timeout
	}
	if t == 0 {
		t = DefaultTimeout
	}
	return max(t, 0)
}

// maxRedirects resolves the defaults; 0 means that redirects are answers like any other.
func (c *Config) maxRedirects(r *Request) int {
	n := r.MaxRedirects
	if n == 0 && r.Method == "HEAD" {
		return 0
	}
	if n == 0 {
		n = c.MaxRedirects
	}
	if n == 0 {
		n = DefaultMaxRedirects
	}
	return max(n, 0)
}

func (c *Config) maxBody() int64 {
	if c.MaxBody > 0 {
		return c.MaxBody
	}
	return DefaultMaxBody
}

func (c *Config) userAgent() string {
	if c.UserAgent != "" {
		return c.UserAgent
	}
	return DefaultUserAgent
}

func (c *Config) acceptEncoding() string {
	if c.AcceptEncoding != "" {
		return c.AcceptEncoding
	}
	return DefaultAcceptEncoding
}
