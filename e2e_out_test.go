//go:build unix

package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// outScript makes samples of all kinds.
const outScript = `import http from "k6/http";
import exec from "k6/execution";
import { check, group, sleep } from "k6";
import { Counter, Gauge, Rate, Trend } from "k6/metrics";
const counter = new Counter("my_counter"), gauge = new Gauge("my_gauge"), rate = new Rate("my_rate"), trend = new Trend("my_trend", true);
const T = __ENV.T, S = __ENV.S;
export const options = { insecureSkipTLSVerify: true, tags: { run: "one" }, scenarios: {
  a: { executor: "per-vu-iterations", vus: 1, iterations: 1, exec: "first", tags: { sc: "x", scenario: "hidden" } },
  b: { executor: "constant-arrival-rate", rate: 4, duration: "1s", preAllocatedVUs: 1, exec: "second", tags: { sc: "y" } },
} };
export function setup() { http.get(T + "/"); check(1, { fine: true }); counter.add(5); }
export function teardown() { http.get(T + "/"); }
export function first() {
  exec.vu.metrics.tags.own = "mine";
  http.get(T + "/missing", { tags: { custom: "c", name: "named", status: "999", proto: "P" } });
  exec.vu.metrics.metadata.note = "meta";
  http.get(T + "/redirect");
  http.get("http://user:pw@" + T.slice(7) + "/u");
  http.get(S + "/");
  http.get(__ENV.NOBODY + "/", { tags: { proto: "P" } });
  http.get("http://no host/");
  http.get(T + "/x", { responseCallback: null });
  http.get(T + "/slow", { timeout: 500 });
  http.batch([T + "/b"]);
  group("g", () => group("h", () => {
    check(1, { ok: true, "not ok": false }, { ct: "1", check: "hidden" });
    counter.add(1.5, { mt: "v", group: "over" });
    http.get(http.url` + "`${T}/${1}`" + `);
  }));
  gauge.add(3); rate.add(true); trend.add(1.5);
}
export function second() { sleep(1.2); }
`

// outOfK6 is what digest makes of the file that k6 2.2 writes for outScript.
const outOfK6 = `
checks: check=fine group=::setup run=one
checks: check=not ok ct=1 group=::g::h own=mine run=one sc=x scenario=a #note=meta
checks: check=ok ct=1 group=::g::h own=mine run=one sc=x scenario=a #note=meta
data_received data_sent iteration_duration iterations my_gauge my_rate my_trend: group= own=mine run=one sc=x scenario=a #note=meta
data_received data_sent iteration_duration iterations: group= run=one sc=y scenario=b
data_received data_sent my_counter: group=::setup run=one
data_received data_sent: group=::teardown run=one
dropped_iterations: run=one scenario=b
group_duration: group=::g own=mine run=one sc=x scenario=a #note=meta
group_duration: group=::g::h own=mine run=one sc=x scenario=a #note=meta
http http_req_failed: custom=c error_code=1404 expected_response=false group= method=GET name=named own=mine proto=HTTP/1.1 run=one sc=x scenario=a status=404 url=named
http http_req_failed: error=dial: connection refused error_code=1212 expected_response=false group= method=GET name=NOBODY/ own=mine proto=P run=one sc=x scenario=a status=0 url=NOBODY/ #note=meta
http http_req_failed: error=request timeout error_code=1050 expected_response=false group= method=GET name=T/slow own=mine run=one sc=x scenario=a status=0 url=T/slow #note=meta
http http_req_failed: expected_response=true group= method=GET name=S/ own=mine proto=HTTP/2.0 run=one sc=x scenario=a status=200 tls_version=tls1.3 url=S/ #note=meta
http http_req_failed: expected_response=true group= method=GET name=T/ own=mine proto=HTTP/1.1 run=one sc=x scenario=a status=200 url=T/ #note=meta
http http_req_failed: expected_response=true group= method=GET name=T/b own=mine proto=HTTP/1.1 run=one sc=x scenario=a status=200 url=T/b #note=meta
http http_req_failed: expected_response=true group= method=GET name=T/redirect own=mine proto=HTTP/1.1 run=one sc=x scenario=a status=302 url=T/redirect #note=meta
http http_req_failed: expected_response=true group= method=GET name=http://****:****@T/u own=mine proto=HTTP/1.1 run=one sc=x scenario=a status=200 url=http://****:****@T/u #note=meta
http http_req_failed: expected_response=true group=::g::h method=GET name=${}/${} own=mine proto=HTTP/1.1 run=one sc=x scenario=a status=200 url=${}/${} #note=meta
http http_req_failed: expected_response=true group=::setup method=GET name=T/ proto=HTTP/1.1 run=one status=200 url=T/
http http_req_failed: expected_response=true group=::teardown method=GET name=T/ proto=HTTP/1.1 run=one status=200 url=T/
http: group= method=GET name=T/x own=mine proto=HTTP/1.1 run=one sc=x scenario=a status=200 url=T/x #note=meta
my_counter: group=over mt=v own=mine run=one sc=x scenario=a #note=meta
vus vus_max: run=one
`

// Metrics, tags and metadata are those of k6's own output for the same script; both forms have the same samples.
func TestK6OutIsThatOfK6(t *testing.T) {
	t.Parallel()
	plain, tls, nobody := outServers(t)
	dir := t.TempDir()
	writeIn(t, dir, "a.js", outScript)
	p := katydid(t, dir, "run", "-e", "T="+plain, "-e", "S="+tls, "-e", "NOBODY="+nobody, "--out", "json=r/a.json", "-o", "csv=r/a.csv", "a.js")
	p.expect(0)
	urls := strings.NewReplacer(plain, "T", strings.TrimPrefix(plain, "http://"), "T", tls, "S", nobody, "NOBODY")
	got, samples := digest(t, filepath.Join(dir, "r/a.json"), urls)
	want := strings.Split(strings.TrimSpace(outOfK6), "\n")
	for _, line := range want {
		if !slices.Contains(got, line) {
			t.Errorf("k6 has, we have not: %s", line)
		}
	}
	for _, line := range got {
		if !slices.Contains(want, line) {
			t.Errorf("we have, k6 has not: %s", line)
		}
	}
	f, err := os.Open(filepath.Join(dir, "r/a.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) != samples+1 {
		t.Errorf("%d rows below the head of the CSV file, %d lines of JSON, %v", len(rows)-1, samples, err)
	}
}

// outServers are a server without and one with TLS, and an address where nobody listens.
func outServers(t *testing.T) (plain, tls, nobody string) {
	mux := http.NewServeMux()
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "ok") })
	mux.HandleFunc("/missing", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) })
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	mux.Handle("/redirect", http.RedirectHandler("/", http.StatusFound))
	first, second := httptest.NewServer(mux), httptest.NewUnstartedServer(mux)
	second.EnableHTTP2 = true
	second.StartTLS()
	t.Cleanup(first.Close)
	t.Cleanup(second.Close)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	return first.URL, second.URL, "http://" + l.Addr().String()
}

// digest is the labels of a file's samples, sorted, each with the metrics that have them: "http" is those that every
// request has. The second result is the number of samples.
func digest(t *testing.T, name string, urls *strings.Replacer) (lines []string, samples int) {
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	found := map[string]map[string]bool{}
	for s := bufio.NewScanner(f); s.Scan(); {
		var line struct {
			Metric, Type string
			Data         struct{ Tags, Metadata map[string]string }
		}
		if err := json.Unmarshal(s.Bytes(), &line); err != nil {
			t.Fatalf("%s: %v", s.Text(), err)
		}
		if line.Type != "Point" {
			continue
		}
		samples++
		labels := ""
		for i, list := range []map[string]string{line.Data.Tags, line.Data.Metadata} {
			for _, name := range slices.Sorted(maps.Keys(list)) {
				labels += " " + []string{"", "#"}[i] + name + "=" + urls.Replace(list[name])
			}
		}
		if found[labels] == nil {
			found[labels] = map[string]bool{}
		}
		found[labels][line.Metric] = true
	}
	all := []string{"http_req_blocked", "http_req_connecting", "http_req_duration", "http_req_receiving", "http_req_sending",
		"http_req_tls_handshaking", "http_req_waiting", "http_reqs"}
	for labels, metrics := range found {
		if !slices.ContainsFunc(all, func(name string) bool { return !metrics[name] }) {
			maps.DeleteFunc(metrics, func(name string, _ bool) bool { return slices.Contains(all, name) })
			metrics["http"] = true
		}
		lines = append(lines, strings.Join(slices.Sorted(maps.Keys(metrics)), " ")+":"+labels)
	}
	slices.Sort(lines)
	return lines, samples
}

// An output that there is not, or that cannot be written, refuses the run.
func TestK6OutChoice(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writeIn(t, dir, "a.js", "export default function () { console.log('run'); }\n")
	writeIn(t, dir, "file", "")
	for _, tt := range []struct {
		out, says string
		code      int
		runs      bool
	}{
		{"influxdb=http://localhost:8086/k6", `option out (from --out): output "influxdb" is not here`, 104, false},
		{"web-dashboard", "--csv PREFIX", 104, false},
		{"csv=timeFormat=iso", `"iso" is none of`, 104, false},
		{"json=file/a.json", "--out json=file/a.json: not a directory", 3, false},
		{"json", `{"metric":"iterations","type":"Point","data":{"time":"2`, 0, true},
		{"csv=-", "\niterations,", 0, true},
	} {
		p := katydid(t, dir, "run", "--out", tt.out, "a.js")
		p.expect(tt.code)
		if !p.said(tt.says) || p.said("INFO/katydid: run\n") != tt.runs {
			t.Errorf("%s: runs %v, does not say %q:\n%s%s", tt.out, tt.runs, tt.says, p.stdout, p.stderr)
		}
	}
}
