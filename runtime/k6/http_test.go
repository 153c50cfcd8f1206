package k6_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"katydid/runtime/load"
)

// The functions of k6/http, and what each sends.
func TestHTTPFunctions(t *testing.T) {
	values(t, "", []value{
		{`http.get(H + '/echo').body`, `"GET /echo [] "`},
		{`http.head(H + '/echo').status`, `200`},
		{`http.head(H + '/echo').body`, `""`},
		{`http.post(H + '/echo', 'x').body`, `"POST /echo [Content-Length=1] x"`},
		{`http.post(H + '/echo').body`, `"POST /echo [Content-Length=0] "`},
		{`http.post(H + '/echo', null, { headers: { a: 'b' } }).body`, `"POST /echo [A=b; Content-Length=0] "`},
		{`http.put(H + '/echo', 'x').body`, `"PUT /echo [Content-Length=1] x"`},
		{`http.patch(H + '/echo', 'x').body`, `"PATCH /echo [Content-Length=1] x"`},
		{`http.del(H + '/echo').body`, `"DELETE /echo [] "`},
		{`http.del(H + '/echo', 'x', { headers: { a: 1 } }).body`, `"DELETE /echo [A=1; Content-Length=1] x"`},
		{`http.options(H + '/echo', 'x').body`, `"OPTIONS /echo [Content-Length=1] x"`},
		{`http.request('PURGE', H + '/echo').body`, `"PURGE /echo [] "`},
		{`http.request('GET', H + '/echo', 'x', { headers: { a: 1 } }).body`, `"GET /echo [A=1; Content-Length=1] x"`},
		{`http.request('post', H + '/echo', 'x').body`, `"post /echo [Content-Length=1] x"`},
		{`http.asyncRequest('POST', H + '/echo', { a: 1 }).then((r) => r.body)`, `"POST /echo [Content-Length=3; Content-Type=application/x-www-form-urlencoded] a=1"`},
		{`http.asyncRequest('GET', H + '/echo') instanceof Promise`, `true`},
		{`[http.TLS_1_0, http.TLS_1_1, http.TLS_1_2, http.TLS_1_3, http.OCSP_STATUS_GOOD, http.OCSP_REASON_KEY_COMPROMISE]`,
			`["tls1.0","tls1.1","tls1.2","tls1.3","good","key_compromise"]`},
		{`Object.keys(http).length`, `34`},
	})
}

// The members of a response, in k6's order, are there for JSON, for keys and for spreading.
func TestResponse(t *testing.T) {
	const keys = `"remote_ip","remote_port","url","status","status_text","proto","headers","cookies","body","timings","tls_version",` +
		`"tls_cipher_suite","ocsp","error","error_code","request"`
	values(t, "let r;", []value{
		{`Object.keys(r = http.get(H + '/multi'))`, `[` + keys + `,"clickLink","html","json","submitForm"]`},
		{`Object.keys(JSON.parse(JSON.stringify(r)))`, `[` + keys + `]`},
		{`Object.keys({ ...r }).length`, `20`},
		{`[r.status, r.status_text, r.proto, r.body, r.error, r.error_code, r.url]`, `[200,"200 OK","HTTP/1.1","multi","",0,"H/multi"]`},
		{`[r.remote_ip, String(r.remote_port) === P, r.tls_version, r.tls_cipher_suite]`, `["127.0.0.1",true,"",""]`},
		{`[r.headers['X-A'], r.headers['Content-Type'], r.headers['x-a']]`, `["1, 2","text/plain; charset=utf-8",null]`},
		{`r.cookies.a`, `[{"name":"a","value":"1","domain":"","path":"/","http_only":true,"secure":true,"max_age":100,"expires":-6795364578871}]`},
		{`r.cookies.b.map((c) => [c.value, c.domain, c.expires])`, `[["2","example.com",2139722880000],["3","",-6795364578871]]`},
		{`r.ocsp`, `{"produced_at":0,"this_update":0,"next_update":0,"revoked_at":0,"revocation_reason":"","status":""}`},
		{`Object.keys(r.timings)`, `["duration","blocked","looking_up","connecting","tls_handshaking","sending","waiting","receiving"]`},
		{`r.timings.duration > 0 && Math.abs(r.timings.duration - r.timings.sending - r.timings.waiting - r.timings.receiving) < 1e-9`, `true`},
		{`[r.timings.connecting > 0, r.timings.blocked >= r.timings.connecting, r.timings.tls_handshaking, r.timings.looking_up]`, `[true,true,0,0]`},
		{`http.get(H + '/multi').timings.connecting`, `0`}, // on the same connection
		{`['status' in r, 'nope' in r, r.nope === undefined, typeof r, typeof r.json]`, `[true,false,true,"object","function"]`},
		{`http.get(H + '/odd').status_text`, `"299 Weird Thing"`},
		{`http.get(H + '/odd').headers`, `{"Content-Length":"0","X-Lower":"v"}`},
	})
	values(t, "let r;", []value{
		{`(r = http.get(H + '/status/404'), [r.status, r.status_text, r.error, r.error_code])`, `[404,"404 Not Found","",1404]`},
		{`(r = http.get(H + '/status/503'), [r.status, r.error, r.error_code])`, `[503,"",1503]`},
		{`[204, 304].map((s) => http.get(H + '/status/' + s).body)`, `[null,null]`},
		{`http.get(H + '/status/200').body`, `""`},
		{`http.get(H + '/upgrade')`, `threw Error: unsupported response status: 101 Switching Protocols`},
		{`http.post(H + '/echo?x=1#f', 'body', { headers: { 'x-b': 3, 'User-Agent': 'me' }, cookies: { c: 'v' } }).request`,
			`{"method":"POST","url":"H/echo?x=1#f","headers":{"X-B":["3"],"User-Agent":["me"],"Cookie":["c=v"]},"body":"body",` +
				`"cookies":{"c":[{"name":"c","value":"v","replace":false}]}}`},
		{`(http.get(H + '/hop303'), http.get(H + '/echo').request)`,
			`{"method":"GET","url":"H/echo","headers":{"User-Agent":["katydid"],"Cookie":["hop303=x"]},"body":"",` +
				`"cookies":{"hop303":[{"name":"hop303","value":"x","replace":false}]}}`},
		{`(r = http.get(H + '/host'), r.extra = 1, r.body = 'mine', [r.extra, r.body])`, `[1,"mine"]`},
	})
}

// Bodies are text, bytes or nothing; json takes them apart.
func TestResponseBodies(t *testing.T) {
	const deep = `http.get(H + '/json').json('slideshow.title')`
	values(t, "let r;", []value{
		{`http.get(H + '/bytes').body`, "\"A\ufffdB\""},
		{`Array.from(new Uint8Array(http.get(H + '/bytes', { responseType: 'binary' }).body))`, `[65,200,66]`},
		{`http.get(H + '/bytes', { responseType: 'none' }).body`, `null`},
		{`http.get(H + '/bytes', { responseType: 'text' }).body.length`, `3`},
		{`http.get(H + '/gzip').json().gzipped`, `true`},
		{`http.get(H + '/gzip').headers['Content-Encoding']`, `"gzip"`},
		{`http.get(H + '/deflate').json('deflated')`, `true`},
		{deep, `"Sample Slide Show"`},
		{`http.get(H + '/json').json().slideshow.title`, `"Sample Slide Show"`},
		{`http.get(H + '/json').json('slideshow.slides.#.type')`, `["all","all"]`},
		{`http.get(H + '/json').json('nope') === undefined`, `true`},
		{`http.get(H + '/host').json('a') === undefined`, `true`},
		{`http.get(H + '/multi').json()`, `threw Error: cannot parse json due to an error at line 1, character 1, error: invalid character 'm' looking for beginning of value`},
		{`http.get(H + '/json', { responseType: 'none' }).json()`, `threw Error: res.json(): the body is null: the request has failed, or its body was discarded`},
		{`http.get(H + '/json', { responseType: 'none' }).json('a')`, `threw Error: res.json(): the body is null: the request has failed, or its body was discarded`},
		{`http.get(H + '/json', { responseType: 'binary' }).json('slideshow.title')`, `"Sample Slide Show"`},
		{`(r = http.get(H + '/json'), r.json() === r.json())`, `true`},
		{`http.get(H + '/page').html('h1').text()`, `"Title"`},
		{`http.get(H + '/page').html().find('a').size()`, `2`},
		{`http.get(H + '/page').clickLink().body`, `"GET /echo?l=1 [Cookie=a=1; b=3] "`},
		{`http.get(H + '/page').clickLink({ selector: 'a.x', params: { redirects: 0 } }).status`, `302`},
		{`http.get(H + '/page').submitForm({ fields: { a: 2, b: [3, 4] }, params: { headers: { X: 'y' }, cookies: { hop1: { value: 'z', replace: true } } } }).body`,
			`"POST /echo [Content-Length=16; Content-Type=application/x-www-form-urlencoded; Cookie=hop1=z; a=1; b=3; X=y] a=2&b=3&b=4&s=go"`},
		{`http.get(H + '/page').submitForm({ formSelector: '#g', fields: { q: 'a b' } }).url`, `"H/echo?q=a+b"`},
		{`http.get(H + '/page').submitForm({ formSelector: '#no' })`, `threw Error: submitForm: there is no form "#no" in the page H/page`},
		{`http.get(H + '/page').clickLink({ selector: '#no' })`, `threw Error: clickLink: there is no element "#no" in the page H/page`},
	})
}

// What is sent for the forms of a body, and for params.
func TestRequests(t *testing.T) {
	const form = "Content-Type=application/x-www-form-urlencoded"
	p := values(t, "const send = (body, params) => http.post(H + '/echo', body, params).body;", []value{
		{`send({ b: 1, a: [1, 2], n: null, u: undefined, t: true, e: '', 'k &': 'v =é', f: 1.5 })`,
			`"POST /echo [Content-Length=51; ` + form + `] a=1&a=2&b=1&e=&f=1.5&k+%26=v+%3D%C3%A9&n=&t=true&u="`},
		{`send({ o: { x: 1 } })`, `"POST /echo [Content-Length=2; ` + form + `] o="`},
		{`send({ a: 1 }, { headers: { 'content-type': 'x/y' } })`, `"POST /echo [Content-Length=3; Content-Type=x/y] a=1"`},
		{`send({})`, `"POST /echo [Content-Length=0; ` + form + `] "`},
		{`send(new Uint8Array([65, 66]).buffer)`, `"POST /echo [Content-Length=2] AB"`},
		{`send(new Uint8Array([65, 66]))`, `"POST /echo [Content-Length=2] AB"`},
		{`send('hé')`, `"POST /echo [Content-Length=3] hé"`},
		{`send('abc', { headers: { 'Content-Length': '7', 'Transfer-Encoding': 'chunked' } })`, `"POST /echo [Content-Length=3] abc"`},
		{`send('x', { headers: { A: 1, B: true, C: null, D: [1, 2], E: 1.5 } })`, `"POST /echo [A=1; B=true; C=null; Content-Length=1; D=1,2; E=1.5] x"`},
		{`send('x', { headers: null, tags: null, cookies: null, jar: null, auth: null, timeout: null, nope: 1 })`, `"POST /echo [Content-Length=1] x"`},
		{`send('x', { headers: 'none' })`, `"POST /echo [Content-Length=1] x"`},
		{`http.get(H + '/host', { headers: { host: 'example.com' } }).body`, `"example.com"`},
		{`http.get(H + '/get', { headers: { 'User-Agent': 'me' } }).json('headers.User-Agent.0')`, `"me"`},
		{`http.get(H + '/get', { headers: { 'User-Agent': '' } }).json('headers.User-Agent') === undefined`, `true`},
		{`http.get(H + '/get').json('headers.Accept-Encoding') === undefined`, `true`},
		{`http.post(H + '/post', 'aaa', { compression: 'gzip' }).request.headers['Content-Encoding']`, `["gzip"]`},
		{`http.post(H + '/post', 'aaa', { compression: 'deflate, br, zstd' }).request.headers['Content-Encoding']`, `["deflate, br, zstd"]`},
		{`http.post(H + '/post', 'aaa', { compression: 'gzip', headers: { 'content-encoding': 'x' } }).request.headers['Content-Encoding']`, `["x"]`},
		{`http.get(H + '/echo', { compression: 'gzip' }).body`, `"GET /echo [] "`},
		{`http.post(H + '/post', { f: http.file('data', 'n.txt', 'text/plain'), a: 1 }).json('files.f')`, `["data"]`},
		{`http.post(H + '/post', { f: http.file(new Uint8Array([65]).buffer), a: 1 }).json('form.a')`, `["1"]`},
		{`http.file('data', 'n.txt', 'text/plain')`, `{"data":"data","filename":"n.txt","content_type":"text/plain"}`},
		{`((f) => [/^\d+$/.test(f.filename), f.content_type])(http.file('x'))`, `[true,"application/octet-stream"]`},
		{`http.file(5)`, `threw TypeError: http.file: the data must be text or an ArrayBuffer, not 5`},
		{"http.url`${H}/a/${1}/b/${null}`", `{"name":"${}/a/${}/b/${}","url":"H/a/1/b/","clean_url":"H/a/1/b/"}`},
		{"http.get(http.url`${H}/echo?${1}`).body", `"GET /echo?1 [] "`},
		{"http.get(new URL(H + '/echo')).body", `"GET /echo [] "`},
		{`http.get(H + '/echo/é?q=ü').url`, `"H/echo/%C3%A9?q=ü"`},
		{`http.get(H).url`, `"H"`},
		{`http.get(H + '/echo', null, { headers: { a: 1 } }).body`, `"GET /echo [] "`},
	})
	want := []string{
		`the value of "o" in the body of a request is an object, which a form cannot hold: it is sent empty; use JSON.stringify`,
		`the header Content-Length of a request, "7", is not the length of its body, 3: it is not sent`,
		`params.headers is ignored: it must be an object, not none`,
		`the header Content-Encoding of a request is "x", and its body was compressed as params.compression says, "gzip"`,
		`http.get takes a URL and params, and has no body: further arguments are ignored`,
	}
	if got := p.said("WARNING"); !slices.Equal(got, want) {
		t.Errorf("warnings:\n%s", strings.Join(got, "\n"))
	}
}

// Redirects are followed by the rules of Go's client.
func TestRedirects(t *testing.T) {
	p := values(t, "const plain = { jar: new http.CookieJar() }; let r;", []value{
		{`(r = http.get(H + '/hop1'), [r.status, r.url, r.body, r.cookies])`, `[200,"H/echo","GET /echo [Cookie=hop1=x; hop2=x; Referer=H/hop2] ",{}]`},
		{`http.post(H + '/hop1', 'body', { headers: { 'Content-Type': 'a/b', X: 1 } }).body`, `"GET /echo [Cookie=hop1=x; hop2=x; Referer=H/hop2; X=1] "`},
		{`(r = http.put(H + '/hop303', 'body'), [r.body, r.request.method, r.request.url, r.request.body])`,
			`["GET /echo [Cookie=hop1=x; hop2=x; hop303=x; Referer=H/hop303] ","PUT","H/hop303","body"]`},
		{`http.post(H + '/hop308', 'body', { headers: { Referer: 'me' } }).body`,
			`"POST /echo [Content-Length=4; Cookie=hop1=x; hop2=x; hop303=x; hop308=x; Referer=me] body"`},
		{`http.head(H + '/hop1').status`, `200`},
		{`(r = http.get(H + '/hop1', { redirects: 0 }), [r.status, r.url, r.error_code])`, `[302,"H/hop1",0]`},
		{`(r = http.get(H + '/hop1', { redirects: 1 }), [r.status, r.url])`, `[307,"H/hop2"]`},
		{`(r = http.get(H + '/redirect/11'), [r.status, r.url])`, `[302,"H/relative-redirect/1"]`},
		{`http.get(H + '/redirect/11', { redirects: 11 }).status`, `200`},
		{`(r = http.get(H + '/badloc'), [r.status, r.error_code, r.url])`, `[0,1000,"H/badloc"]`},
		{`(r = http.get(H + '/redirect-to?url=ftp://x/'), [r.status, r.error_code, r.error, r.url])`, `[0,1000,"unsupported protocol scheme \"ftp\"","ftp://x/"]`},
		{`(r = http.get(H + '/nowhere'), [r.status, r.error_code, r.url])`, `[0,1212,"http://127.0.0.1:1/x"]`},
		{`http.get(H + '/hop1', { cookies: { mine: 'y' }, ...plain }).body`, `"GET /echo [Cookie=mine=y; hop1=x; hop2=x; Referer=H/hop2] "`},
		{`http.get(H + '/hop1', { cookies: { hop1: { value: 'y', replace: true } } }).body`,
			`"GET /echo [Cookie=hop1=y; hop2=x; hop303=x; hop308=x; nowhere=x; Referer=H/hop2] "`},
	})
	want := []string{
		"a redirect was not followed: there were 10 already, see maxRedirects",
		"Request Failed: GET H/badloc: failed to parse Location header: http://%zz/: invalid URL escape \"%zz\"",
		"Request Failed: GET ftp://x/: unsupported protocol scheme \"ftp\"",
		"Request Failed: GET http://127.0.0.1:1/x: dial: connection refused",
	}
	for i, line := range p.said("WARNING") {
		if i >= len(want) || line != strings.ReplaceAll(want[i], "H", p.url) {
			t.Errorf("warning %s", line)
		}
	}
}

// Cookies: those of the user, of a request, of a jar.
func TestCookies(t *testing.T) {
	values(t, "const send = (params) => http.get(H + '/echo', params).body; let j;", []value{
		{`(http.get(H + '/cookies/set?k=v'), http.cookieJar().cookiesForURL(H))`, `{"k":["v"]}`},
		{`send()`, `"GET /echo [Cookie=k=v] "`},
		{`http.batch([H + '/echo'])[0].body`, `"GET /echo [Cookie=k=v] "`},
		{`http.asyncRequest('GET', H + '/echo').then((r) => r.body)`, `"GET /echo [Cookie=k=v] "`},
		{`send({ cookies: { k: 'new', l: 1, n: null } })`, `"GET /echo [Cookie=k=new; l=1; k=v] "`},
		{`send({ cookies: { k: { value: 'new', replace: true }, l: { value: 'x' } } })`, `"GET /echo [Cookie=k=new; l=x] "`},
		{`send()`, `"GET /echo [Cookie=k=v] "`},
		{`(j = http.cookieJar(), j.set(H, 'a', 1), j.set(H, 'p', 'x', { path: '/echo', max_age: 100 }), j.set(H + '/x', 's', '1', { secure: true, path: '/' }))`, `true`},
		{`[j.cookiesForURL(H), j.cookiesForURL(H + '/echo')]`, `[{"k":["v"],"a":["1"],"s":["1"]},{"p":["x"],"k":["v"],"a":["1"],"s":["1"]}]`},
		{`(j.delete(H, 'a'), j.delete(H, 's'), j.cookiesForURL(H))`, `{"k":["v"]}`},
		{`(j.clear(H), [j.cookiesForURL(H), send()])`, `[{},"GET /echo [Cookie=p=x] "]`},
		{`(j = new http.CookieJar(), j.set(H, 'own', 1), [send({ jar: j }), send()])`, `["GET /echo [Cookie=own=1] ","GET /echo [Cookie=p=x] "]`},
		{`(http.get(H + '/cookies/set?in=jar', { jar: j }), [j.cookiesForURL(H), http.cookieJar().cookiesForURL(H)])`, `[{"own":["1"],"in":["jar"]},{}]`},
		{`j.set(H, 'e', '1', { expires: 'Mon, 02 Jan 2006 15:04:05 MST' }) && j.cookiesForURL(H).e === undefined`, `true`},
		{`j.set(H, 'e', '1', { expires: 'tomorrow' })`, `threw Error: jar.set: expires is "tomorrow": it must be like Mon, 02 Jan 2006 15:04:05 MST`},
		{`j.set('::bad', 'a', 'b')`, `threw Error: jar.set: "::bad" is no URL: invalid URL: parse "::bad": missing protocol scheme`},
		{`send({ headers: { Cookie: 'z=1' }, cookies: { y: 2 } })`, `"GET /echo [Cookie=z=1; y=2; p=x] "`},
	})
}

// Each iteration begins without cookies, unless noCookiesReset is set.
func TestCookiesOfIterations(t *testing.T) {
	const script = "export default function () { console.log(http.get(__ENV.TARGET + '/cookies').body.length > 20, http.get(__ENV.TARGET + '/cookies/set?a=b').json('cookies.a')); }"
	url := serve(t, target())
	play{script: script, iterations: 2, environ: []string{"TARGET=" + url}}.do(t).wants(t, "false b", "false b")
	play{script: script + "\nexport const options = { noCookiesReset: true };", iterations: 2, environ: []string{"TARGET=" + url}}.do(t).wants(t, "false b", "true b")
}

func TestAuth(t *testing.T) {
	p := values(t, "const as = (who) => H.replace('//', '//' + who + '@'); let r;", []value{
		{`http.get(as('user:pass') + '/basic-auth/user/pass').status`, `200`},
		{`http.get(as('user:pass') + '/basic-auth/user/pass', { auth: 'basic' }).status`, `200`},
		{`http.get(as('user:no') + '/basic-auth/user/pass').error_code`, `1401`},
		{`http.get(as('us%40er:p%3As') + '/echo').body`, `"GET /echo [Authorization=Basic dXNAZXI6cDpz] "`},
		{`http.get(as('user:pass') + '/echo', { headers: { Authorization: 'X' } }).body`, `"GET /echo [Authorization=X] "`},
		{`(r = http.get(as('user:pass') + '/digest-auth/auth/user/pass', { auth: 'digest' }), [r.status, r.url])`, `[200,"H/digest-auth/auth/user/pass"]`},
		{`http.get(as('user:pass') + '/digest-auth/auth/user/pass/SHA-256', { auth: 'digest' }).status`, `200`},
		{`http.get(as('user:no') + '/digest-auth/auth/user/pass', { auth: 'digest' }).status`, `401`},
		{`http.get(H + '/digest-auth/auth/user/pass', { auth: 'digest' }).status`, `401`},
		{`http.get(as('user:pass') + '/host', { auth: 'digest' }).status`, `200`},
	})
	// Two requests for each digest that was asked for; only the second one can fail.
	p.counts(t, map[string]int64{"http_reqs": 5 + 2 + 2 + 2 + 1 + 1})
	if got := p.state.Find("http_req_failed").Values.Passes; got != 3 {
		t.Errorf("%d requests failed, want 3", got)
	}
}

// Bodies longer than what is kept throw when they are read, and not before.
func TestLongBodies(t *testing.T) {
	const size, most = 5000, 4000
	url := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", size)) }))
	st := play{
		script:  "export default function () { const r = http.get(__ENV.TARGET); try { console.log(r.status, r.body.length); } catch (e) { console.log(e.message); } }",
		environ: []string{"TARGET=" + url},
	}.setup(t)
	st.p.run.HTTP.MaxBody = most
	w := st.sc.Take(0)
	w.Iterate(load.Iteration{})
	st.sc.Put(w)
	p := st.end()
	p.wants(t, fmt.Sprintf("the body of GET %s has %d bytes, and only %d are kept: use responseType: 'none'", url, size, most))
	p.counts(t, map[string]int64{"http_reqs": 1})
}
