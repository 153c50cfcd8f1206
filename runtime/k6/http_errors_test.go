package k6_test

import (
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// What is wrong with a request is its error: no exception, and k6's number and text.
func TestHTTPErrors(t *testing.T) {
	slow := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	top := fmt.Sprintf(`const SLOW = %q, TLS = %q; const e = (r) => [r.status, r.error_code, r.error, r.body];`, slow, serveTLS(t))
	p := values(t, top, []value{
		{`e(http.get('http://127.0.0.1:1/'))`, `[0,1212,"dial: connection refused",null]`},
		{`e(http.get(H + '/reset'))`, `[0,1220,"read: connection reset by peer",null]`},
		{`e(http.post(H + '/short'))`, `[0,1000,"unexpected EOF",null]`},
		{`e(http.get(H + '/badgzip'))`, `[0,1701,"error decompressing response body (unexpected EOF)",null]`},
		{`e(http.get(SLOW, { timeout: 50 }))`, `[0,1050,"request timeout",null]`},
		{`e(http.get(SLOW, { timeout: '50ms' }))`, `[0,1050,"request timeout",null]`},
		{`e(http.get(SLOW, { timeout: 0 }))`, `[0,1050,"request timeout",null]`},
		{`e(http.get(TLS))`, `[0,1310,"x509: unknown authority",null]`},
		{`e(http.get(H.replace('http', 'https')))`, `[0,1301,"tls: first record does not look like a TLS handshake",null]`},
		{`e(http.get('ftp://x/'))`, `[0,1000,"unsupported protocol scheme \"ftp\"",null]`},
		{`e(http.get('/x'))`, `[0,1000,"unsupported protocol scheme \"\"",null]`},
		{`e(http.get('http:///x'))`, `[0,1000,"http: no Host in request URL",null]`},
		{`e(http.request('B AD', H))`, `[0,1000,"the method is not a token: \"B AD\"",null]`},
		{`e(http.get(H, { headers: { 'a b': 1 } }))`, `[0,1000,"header \"a b\" holds characters that cannot be sent",null]`},
		// From here on k6 sends and counts nothing.
		{`e(http.get('http://a b/'))`, `[0,1020,"invalid URL: parse \"http://a b/\": invalid character \" \" in host name",null]`},
		{`e(http.get(H + '/%zz')).slice(0, 2)`, `[0,1020]`},
		{`e(http.get('http://me:se cret@a b/'))[2].includes('cret')`, `false`},
		{`e(http.get())`, `[0,1020,"invalid URL: it must be text, not undefined",null]`},
		{`e(http.get(5))`, `[0,1020,"invalid URL: it must be text, not 5",null]`},
		{`e(http.post(H, 5))`, `[0,0,"unknown request body type number",null]`},
		{`e(http.post(H, [1])).slice(0, 2)`, `[0,0]`},
		{`e(http.post(H, new Map())).slice(0, 2)`, `[0,0]`},
		{`e(http.post(H, http.file('x'))).slice(0, 2)`, `[0,0]`},
		{`e(http.get(H, { responseType: 'json' }))`, `[0,0,"params.responseType is \"json\": it must be text, binary or none",null]`},
		{`e(http.get(H, { timeout: 'soon' }))`, `[0,0,"params.timeout is \"soon\": it must be a number of milliseconds, or a text like 10s",null]`},
		{`e(http.get(H, { tags: { a: {} } }))`, `[0,0,"params.tags: the value of \"a\" must be a string, a number or a boolean, not [object Object]",null]`},
		{`e(http.get(H, { responseCallback: 5 }))`, `[0,0,"a response callback must be made by http.expectedStatuses, or be null",null]`},
		{`e(http.post(H, 'x', { compression: 'lzma' }))`, `[0,0,"params.compression: unknown compression algorithm \"lzma\": known are gzip, deflate, br, zstd",null]`},
		{`http.asyncRequest('GET', 'http://a b/').then((r) => r.error_code)`, `1020`},
		{`http.asyncRequest('GET', '/x').then((r) => r.error_code)`, `1000`},
		{`http.batch(['http://a b/', H + '/host', 'ftp://x/']).map((r) => [r.status, r.error_code])`, `[[0,1020],[200,0],[0,1000]]`},
		{`http.get('http://127.0.0.1:1/', { throw: true })`, `threw Error: dial: connection refused`},
		{`http.asyncRequest('GET', 'http://127.0.0.1:1/', null, { throw: true })`, `threw Error: dial: connection refused`},
		{`http.batch([['GET', 'http://127.0.0.1:1/', null, { throw: true }]])`, `threw Error: dial: connection refused`},
		{`http.get(H + '/status/500', { throw: true }).status`, `500`},
		{`http.expectedStatuses('200')`, `threw TypeError: expectedStatuses: 200 is neither a whole number nor an object with whole numbers min and max`},
		{`http.expectedStatuses({ min: 1 })`, `threw TypeError: expectedStatuses: [object Object] is neither a whole number nor an object with whole numbers min and max`},
		{`http.setResponseCallback(() => true)`, `threw TypeError: setResponseCallback: a response callback must be made by http.expectedStatuses, or be null`},
		{`http.batch()`, `threw TypeError: http.batch needs an array or an object of requests, not undefined`},
	})
	p.counts(t, map[string]int64{"http_reqs": 14 + 1 + 2 + 3 + 1})
	if got := p.state.Find("http_req_failed").Values.Passes; got != 14+1+1+3+1 {
		t.Errorf("%d requests failed", got)
	}
}

// serveTLS is a target with a certificate that nobody knows.
func serveTLS(t *testing.T) (url string) {
	s := httptest.NewUnstartedServer(target())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

// With the option throw what is wrong with a request is thrown, whether it was sent or not.
func TestThrowOption(t *testing.T) {
	const top = "export const options = { throw: true };"
	values(t, top, []value{
		{`http.get('http://127.0.0.1:1/')`, `threw Error: dial: connection refused`},
		{`http.get('http://a b/')`, `threw Error: invalid URL: parse "http://a b/": invalid character " " in host name`},
		{`http.post(H, 5)`, `threw Error: unknown request body type number`},
		{`http.batch([H + '/host', 'http://a b/'])`, `threw Error: invalid URL: parse "http://a b/": invalid character " " in host name`},
		{`http.get('http://127.0.0.1:1/', { throw: false }).error_code`, `1212`},
	})
}

// What of a batch is thrown keeps none of its requests from being counted.
func TestBatchThrows(t *testing.T) {
	p := values(t, "", []value{
		{`http.batch([['GET', 'http://127.0.0.1:1/', null, { throw: true }], H + '/hop1', '/x'])`, `threw Error: dial: connection refused`},
	})
	p.counts(t, map[string]int64{"http_reqs": 5})
}

// A dead target says so once, and a thousand names that are dead do not fill the log.
func TestWarningsAreFew(t *testing.T) {
	p := play{script: "export default function () { for (let i = 0; i < 300; i++) { http.get('http://127.0.0.1:1/' + (i % 150)); } }"}.do(t)
	got := p.said("WARNING")
	if len(got) != 101 || got[0] != "Request Failed: GET http://127.0.0.1:1/0: dial: connection refused" || !strings.HasPrefix(got[100], "further warnings") {
		t.Errorf("%d warnings, %q", len(got), got)
	}
	p.counts(t, map[string]int64{"http_reqs": 300})
}

// Nothing is sent by the top level.
func TestNoRequestsAtTopLevel(t *testing.T) {
	for _, call := range []string{"http.get('http://127.0.0.1:1/')", "http.batch(['http://127.0.0.1:1/'])", "http.asyncRequest('GET', 'http://127.0.0.1:1/')", "http.cookieJar()"} {
		p := play{script: "try { " + call + " } catch (e) { console.log(e.message.replace(/.* cannot/, 'cannot')); }\nexport default function () {}"}.do(t)
		const want = "cannot be used at the top level of the script: use it in the default function, setup or teardown"
		p.wants(t, want, want) // in the main VM, too
		p.counts(t, map[string]int64{"http_reqs": 0})
	}
}

// The time of a request counts from its beginning, redirects included.
func TestTimeoutOfRedirects(t *testing.T) {
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		time.Sleep(30 * time.Millisecond)
		http.Redirect(w, r, "/", http.StatusFound)
	}))
	p := play{
		script:  "export default function () { const r = http.get(__ENV.TARGET, { timeout: 100, redirects: 50 }); console.log(r.status, r.error_code); }",
		environ: []string{"TARGET=" + url},
	}.do(t)
	p.wants(t, "0 1050")
	if n := p.count("http_reqs"); n > 5 {
		t.Errorf("%d requests", n)
	}
}
