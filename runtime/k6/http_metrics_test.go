package k6_test

import (
	"slices"
	"strings"
	"testing"
)

// counting is a script, and how many samples with a tag it makes.
type counting struct {
	script string // of the iteration
	want   map[string]int64
}

// counted runs scripts, each with the submetrics that it is to be asked for.
func counted(t *testing.T, top string, tests []counting) {
	t.Helper()
	url := serve(t, target())
	secure := serveTLS(t)
	for _, test := range tests {
		want := map[string]int64{}
		var series []string
		for key, n := range test.want {
			key = strings.ReplaceAll(strings.ReplaceAll(key, "H/", url+"/"), "MASKED/", strings.Replace(url, "//", "//****:****@", 1)+"/")
			want[key] = n
			if strings.Contains(key, "{") {
				series = append(series, key)
			}
		}
		p := play{
			script: "const H = __ENV.TARGET, S = __ENV.SECURE;\n" + top + "\nexport default async function () { " + test.script + " }",
			series: series, environ: []string{"TARGET=" + url, "SECURE=" + secure},
		}.do(t)
		p.calm(t)
		for key, n := range want {
			if got := p.count(key); got != n {
				t.Errorf("%s\nhas %d samples of %s, want %d", test.script, got, key, n)
			}
		}
	}
}

// The tags of a request. What the request itself knows counts before what the script says, but for the name.
func TestTags(t *testing.T) {
	counted(t, "export const options = { tags: { run: 'r' }, insecureSkipTLSVerify: true };", []counting{
		{`http.get(H + '/host')`, map[string]int64{
			"http_reqs{method:GET}": 1, "http_reqs{status:200}": 1, "http_reqs{name:H/host}": 1, "http_reqs{url:H/host}": 1, "http_reqs{proto:HTTP/1.1}": 1,
			"http_reqs{expected_response:true}": 1, "http_reqs{scenario:default}": 1, "http_reqs{run:r}": 1, "http_reqs{ip:127.0.0.1}": 0,
			"http_req_duration{status:200}": 1, "http_req_waiting{method:GET}": 1, "http_req_failed{status:200}": 1,
		}},
		{`http.get(S + '/host')`, map[string]int64{"http_reqs{tls_version:tls1.3}": 1, "http_reqs{proto:HTTP/2.0}": 1}},
		{`http.get(H + '/status/404')`, map[string]int64{"http_reqs{error_code:1404}": 1, "http_reqs{expected_response:false}": 1}},
		{`http.get('http://127.0.0.1:1/')`, map[string]int64{
			"http_reqs{error_code:1212}": 1, "http_reqs{error:dial: connection refused}": 1, "http_reqs{status:0}": 1, "http_reqs{proto:HTTP/1.1}": 0,
		}},
		{`http.get(H + '/host', { tags: { name: 'N', my: 5, no: false } })`, map[string]int64{
			"http_reqs{name:N}": 1, "http_reqs{url:N}": 1, "http_reqs{my:5}": 1, "http_reqs{no:false}": 1,
		}},
		{"http.get(http.url`${H}/host?${1}`)", map[string]int64{"http_reqs{name:${}/host?${}}": 1, "http_reqs{url:${}/host?${}}": 1}},
		{"http.get(http.url`${H}/host?${1}`, { tags: { name: 'N' } })", map[string]int64{"http_reqs{name:N}": 1, "http_reqs{url:N}": 1}},
		{`http.get(H + '/host', { tags: { url: 'U', status: 'S', method: 'M', error: 'E', tls_version: 'T', scenario: 'C', group: 'G' } })`, map[string]int64{
			"http_reqs{url:U}": 0, "http_reqs{status:S}": 0, "http_reqs{method:M}": 0, "http_reqs{status:200}": 1,
			"http_reqs{error:E}": 1, "http_reqs{tls_version:T}": 1, "http_reqs{scenario:C}": 1, "http_reqs{group:G}": 1,
		}},
		{`exec.vu.metrics.tags.a = 'b'; exec.vu.metrics.tags.name = 'N'; http.get(H + '/host'); http.get(H + '/host', { tags: { a: 'c' } })`, map[string]int64{
			"http_reqs{a:b}": 1, "http_reqs{a:c}": 1, "http_reqs{name:N}": 2, "http_reqs{url:N}": 2,
		}},
		{`group('g', () => { http.get(H + '/host'); group('h', () => http.batch([H + '/host', H + '/host'])) })`, map[string]int64{
			"http_reqs{group:::g}": 1, "http_reqs{group:::g::h}": 2,
		}},
		{`http.get(H.replace('//', '//me:secret@') + '/host')`, map[string]int64{"http_reqs{name:MASKED/host}": 1, "http_reqs{url:MASKED/host}": 1}},
	})
}

// Which tags there are is what the option systemTags says.
func TestSystemTags(t *testing.T) {
	counted(t, "export const options = { systemTags: ['status', 'ip'] };", []counting{
		{`http.get(H + '/host', { tags: { method: 'mine' } })`, map[string]int64{
			"http_reqs{status:200}": 1, "http_reqs{ip:127.0.0.1}": 1, "http_reqs{proto:HTTP/1.1}": 0, "http_reqs{method:GET}": 0, "http_reqs{method:mine}": 1,
		}},
	})
}

// Each request of a chain counts in full.
func TestChains(t *testing.T) {
	counted(t, "", []counting{
		{`http.get(H + '/hop1')`, map[string]int64{
			"http_reqs": 3, "http_req_duration": 3, "http_reqs{status:302}": 1, "http_reqs{status:307}": 1, "http_reqs{status:200}": 1,
			"http_reqs{name:H/hop1}": 1, "http_reqs{name:H/hop2}": 1, "http_reqs{name:H/echo}": 1, "http_reqs{url:H/hop2}": 1, "http_reqs{error_code:1302}": 0,
		}},
		{`http.post(H + '/hop1', 'x', { tags: { name: 'N' } })`, map[string]int64{
			"http_reqs{name:N}": 3, "http_reqs{url:N}": 3, "http_reqs{method:POST}": 1, "http_reqs{method:GET}": 2,
		}},
		{`await http.asyncRequest('GET', H + '/hop1')`, map[string]int64{"http_reqs": 3, "http_reqs{name:H/hop2}": 1}},
		{`http.batch([H + '/hop1', H + '/hop1'])`, map[string]int64{"http_reqs": 6, "http_reqs{name:H/hop2}": 2}},
		{`http.get(H + '/nowhere')`, map[string]int64{"http_reqs": 2, "http_reqs{status:302}": 1, "http_reqs{status:0}": 1}},
		{`http.get(H + '/redirect-to?url=ftp://x/')`, map[string]int64{"http_reqs": 2, "http_reqs{status:302}": 1, "http_reqs{name:ftp://x/}": 1, "http_req_failed": 2}},
		{`http.get(H.replace('//', '//a:b@') + '/hop1')`, map[string]int64{"http_reqs": 3, "http_reqs{name:MASKED/hop2}": 1, "http_reqs{name:MASKED/echo}": 1}},
		{`http.get(H + '/badloc')`, map[string]int64{"http_reqs": 1, "http_reqs{status:0}": 1, "http_reqs{error_code:1000}": 1}},
		{`http.get(H.replace('//', '//user:pass@') + '/digest-auth/auth/user/pass', { auth: 'digest' })`, map[string]int64{
			"http_reqs": 2, "http_reqs{status:401}": 1, "http_reqs{expected_response:true}": 2, "http_reqs{name:H/digest-auth/auth/user/pass}": 2,
		}},
		{`http.get(H.replace('//', '//user:pass@') + '/digest-auth/auth/user/pass', { auth: 'digest', responseCallback: null })`, map[string]int64{
			"http_reqs": 2, "http_reqs{expected_response:true}": 1, "http_req_failed": 1,
		}},
	})
}

// What is expected is what http_req_failed and expected_response are about.
func TestExpectedStatuses(t *testing.T) {
	counted(t, "", []counting{
		{`http.get(H + '/status/404', { responseCallback: http.expectedStatuses(404, { min: 500, max: 599 }) })`, map[string]int64{"http_reqs{expected_response:true}": 1, "http_req_failed": 1}},
		{`http.get(H + '/host', { responseCallback: http.expectedStatuses(404) })`, map[string]int64{"http_reqs{expected_response:false}": 1, "http_req_failed": 1}},
		{`http.get(H + '/host', { responseCallback: null })`, map[string]int64{"http_reqs{expected_response:true}": 0, "http_reqs{expected_response:false}": 0, "http_req_failed": 0, "http_reqs": 1}},
		{`http.setResponseCallback(null); http.get(H + '/host'); http.get('http://127.0.0.1:1/')`, map[string]int64{"http_req_failed": 0, "http_reqs": 2}},
	})
	counted(t, "http.setResponseCallback(http.expectedStatuses(418));", []counting{
		{`http.get(H + '/status/418'); http.get(H + '/host')`, map[string]int64{"http_reqs{expected_response:true}": 1, "http_reqs{expected_response:false}": 1}},
	})
}

// The rows of Locust's table have the name that k6's metrics have, and fail where http_req_failed does.
func TestRows(t *testing.T) {
	url := serve(t, target())
	p := play{environ: []string{"TARGET=" + url}, script: `const H = __ENV.TARGET;
export default function () {
  http.get(H + '/hop1');
  http.post(H + '/echo', 'x', { tags: { name: 'echo' } });
  http.get(http.url` + "`${H}/status/${404}`" + `);
  http.get(H + '/status/404', { tags: { name: 'expected' }, responseCallback: http.expectedStatuses(404) });
  http.get(H + '/status/500', { tags: { name: 'nobody minds' }, responseCallback: null });
  http.get(H + '/host', { tags: { name: 'unexpected' }, responseCallback: http.expectedStatuses(404) });
  http.get('http://127.0.0.1:1/', { tags: { name: 'dead' } });
  http.get('/relative');
  http.get('http://a b/');
}`}.do(t)
	p.calm(t)
	want := []string{
		"GET ${}/status/${} 1/1", "GET /relative 1/1", "GET dead 1/1", "POST echo 1/0", "GET expected 1/0",
		"GET H/echo 1/0", "GET H/hop1 1/0", "GET H/hop2 1/0", "GET nobody minds 1/0", "GET unexpected 1/1",
	}
	got := p.rows()
	for i, row := range got {
		got[i] = strings.ReplaceAll(row, url, "H")
	}
	if !slices.Equal(got, want) {
		t.Errorf("rows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var faults []string
	for _, f := range p.Failures {
		faults = append(faults, f.Name+": "+f.Text)
	}
	slices.Sort(faults)
	want = []string{
		"${}/status/${}: HTTPError('404 Client Error: Not Found for url: ${}/status/${}')",
		`/relative: InvalidURL('unsupported protocol scheme ""')`,
		"dead: ConnectionError('connection refused')",
		"unexpected: HTTPError('unexpected status 200 OK for url: unexpected')",
	}
	if !slices.Equal(faults, want) {
		t.Errorf("failures\n%s\nwant\n%s", strings.Join(faults, "\n"), strings.Join(want, "\n"))
	}
}
