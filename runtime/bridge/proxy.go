package bridge

import (
	"bufio"
	"context"
	"errors"
	"net"
	"net/url"
	"strconv"

	"github.com/valyala/fasthttp"
	"golang.org/x/net/http/httpproxy"
	"golang.org/x/net/proxy"
)

// EnvProxy reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY (either case) once and returns a Config.Proxy. As everywhere,
// loopback addresses are never proxied.
func EnvProxy() func(*url.URL) (*url.URL, error) { return httpproxy.FromEnvironment().ProxyFunc() }

// FixedProxy returns a Config.Proxy that sends everything through one proxy: http://, https:// or socks5:// with
// optional user:password@. Its error says what is wrong with the address.
func FixedProxy(addr string) (func(*url.URL) (*url.URL, error), error) {
	u, err := url.Parse(addr)
	if err != nil {
		return nil, invalidURL(addr, cause(addr, err))
	}
	if _, err := newRoute(u); err != nil {
		return nil, err
	}
	return func(*url.URL) (*url.URL, error) { return u, nil }, nil
}

// route is the way to an origin. The zero route is the direct one.
type route struct {
	proxy *url.URL
	addr  string // host:port of the proxy
}

func (c *Config) route(o *Origin) (route, error) {
	if c.Proxy == nil {
		return route{}, nil
	}
	u, err := c.Proxy(&url.URL{Scheme: o.Scheme, Host: o.Host})
	if err != nil {
		return route{}, &Error{Kind: ProxyError, Text: shown(hideUser(err.Error()), maxShown), Err: err}
	}
	if u == nil {
		return route{}, nil
	}
	return newRoute(u)
}

func newRoute(u *url.URL) (route, error) {
	port := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	if port == "" || u.Hostname() == "" {
		return route{}, &Error{Kind: ProxyError, Text: "proxy address must be http://, https:// or socks5://host:port"}
	}
	if u.Port() != "" {
		port = u.Port()
	}
	return route{u, net.JoinHostPort(u.Hostname(), port)}, nil
}

// open connects to addr, or to the proxy that will pass things on to it.
func (v route) open(ctx context.Context, dial dialFunc, addr string) (net.Conn, error) {
	if v.proxy == nil {
		return dial(ctx, "tcp", addr)
	}
	if v.proxy.Scheme == "http" || v.proxy.Scheme == "https" {
		return dial(ctx, "tcp", v.addr)
	}
	var auth *proxy.Auth
	if v.proxy.User != nil {
		password, _ := v.proxy.User.Password()
		auth = &proxy.Auth{User: v.proxy.User.Username(), Password: password}
	}
	d, err := proxy.SOCKS5("tcp", v.addr, auth, dial)
	if err != nil {
		return nil, err
	}
	return d.(proxy.ContextDialer).DialContext(ctx, "tcp", addr)
}

// Dial and DialContext make a dialFunc what x/net/proxy wants for a way to the proxy.
func (d dialFunc) Dial(network, addr string) (net.Conn, error) {
	return d(context.Background(), network, addr)
}

func (d dialFunc) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return d(ctx, network, addr)
}

// greet does what has to be said to an HTTP proxy before the origin can be talked to.
func (v route) greet(cn *conn, h *hop) error {
	if v.proxy == nil || v.proxy.Scheme != "http" && v.proxy.Scheme != "https" {
		return nil
	}
	auth := ""
	if v.proxy.User != nil {
		password, _ := v.proxy.User.Password()
		auth = BasicAuth(v.proxy.User.Username(), password)
	}
	if v.proxy.Scheme == "https" {
		outer := newConn(cn.Conn, "")
		outer.deadline, outer.armed = cn.deadline, cn.armed
		if err := outer.startTLS(h.cfg.tlsFor(v.proxy.Hostname(), true)); err != nil {
			return h.proxyFailure(err)
		}
		// Reads and writes of cn go through the proxy's TLS from here on; the socket stays what is peeked at
		// and closed.
		cn.Conn = outer.rw
	}
	if h.origin.Scheme == "http" {
		cn.absolute, cn.proxyAuth = true, auth
		return nil
	}
	return tunnel(cn, h, auth)
}

// tunnel asks for a connection through the proxy (RFC 9110, 9.3.6).
func tunnel(cn *conn, h *hop, auth string) error {
	ask := "CONNECT " + h.origin.Addr + " HTTP/1.1\r\nHost: " + h.origin.Addr + "\r\n"
	if auth != "" {
		ask += "Proxy-Authorization: " + auth + "\r\n"
	}
	if _, err := cn.Write([]byte(ask + "\r\n")); err != nil {
		return h.proxyFailure(err)
	}
	var head fasthttp.ResponseHeader
	if err := head.Read(bufio.NewReader(cn)); closedByPeer(err) || isTimeout(err) {
		return h.proxyFailure(err)
	} else if err != nil { // its text holds bytes of the answer
		return &Error{Kind: ProxyError, Text: "no valid answer to CONNECT", Err: err}
	}
	if s := head.StatusCode(); s < 200 || s > 299 {
		return &Error{Kind: ProxyError, Text: "CONNECT was answered with " + strconv.Itoa(s), Err: errors.New(string(head.StatusMessage()))}
	}
	return nil
}
