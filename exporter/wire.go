package exporter

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// parallel is how many uploads run at once in the last flush, and so the most connections to a store that is written only.
const parallel = 3

// wire carries requests to a store: HTTP/1.1 on few connections of its own, so that the measured traffic shares nothing
// with it. It does not follow redirects, which would carry the signature elsewhere, and remembers what an answer said
// in the exchange of the request's context. What a store or a proxy says in a refusal is scrubbed before a library sees
// it, as libraries log it and put it into their errors, and it may quote the request.
type wire struct {
	*http.Transport
	scrub Scrubber
}

func newWire(scrub Scrubber, connections int) wire {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return wire{scrub: scrub, Transport: &http.Transport{
		Proxy:               http.ProxyFromEnvironment,
		DialContext:         (&net.Dialer{Timeout: tryTimeout, KeepAlive: 30 * time.Second}).DialContext,
		TLSHandshakeTimeout: tryTimeout,
		TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
		Protocols:           &http1,
		MaxConnsPerHost:     connections,
		MaxIdleConnsPerHost: connections,
		IdleConnTimeout:     90 * time.Second,
		DisableCompression:  true,
	}}
}

// RoundTrip is used by minio-go.
func (w wire) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := w.Transport.RoundTrip(r)
	if x, ok := r.Context().Value(exchangeKey{}).(*exchange); ok && err == nil {
		x.answered(resp, time.Now())
	}
	if err == nil && resp.StatusCode >= 300 {
		w.clean(resp)
	}
	return resp, err
}

// refusal is how much of a refusal's text is kept.
const refusal = 64 << 10

func (w wire) clean(resp *http.Response) {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, refusal)) // what is cut off is still worth reading
	_ = resp.Body.Close()
	body = []byte(w.scrub.Scrub(string(body)))
	resp.Body, resp.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	for _, values := range resp.Header {
		for i := range values {
			values[i] = w.scrub.Scrub(values[i])
		}
	}
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
}

// Do is used by azblob. Without an http.Client there is no *url.Error, whose text is the whole URL with its signature.
func (w wire) Do(r *http.Request) (*http.Response, error) { return w.RoundTrip(r) }

// exchange is what the answer to one request said. Libraries hide it.
type exchange struct {
	status     int           // 0 without an answer
	retryAfter time.Duration //
	skew       time.Duration // this machine's clock minus the store's
	date       dateFunc      // see WithDate
}

type exchangeKey struct{}

func (x *exchange) in(ctx context.Context) context.Context {
	x.date, _ = ctx.Value(dateKey{}).(dateFunc)
	return context.WithValue(ctx, exchangeKey{}, x)
}

func (x *exchange) answered(resp *http.Response, now time.Time) {
	x.status = resp.StatusCode
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		x.skew = now.Sub(date)
		if x.date != nil {
			x.date(date, time.Second)
		}
	}
	after := resp.Header.Get("Retry-After")
	if seconds, err := strconv.Atoi(after); err == nil && seconds > 0 {
		x.retryAfter = time.Duration(seconds) * time.Second
	} else if date, err := http.ParseTime(after); err == nil {
		x.retryAfter = max(0, date.Sub(now)-x.skew)
	}
}
