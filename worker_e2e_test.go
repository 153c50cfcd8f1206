//go:build unix

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A headless master runs a test here: classes by its dispatch, its options, its counts the server's.
func TestWorkerOfHeadlessMaster(t *testing.T) {
	withLocusts(t, func(t *testing.T, v locustVersion) {
		server := newCounted(t)
		m := newMaster(t, v, server.url, "--headless", "--expect-workers", "1", "-u", "8", "-r", "4", "-t", "6s", "-s", "10", "--tenant-id", "acme", "--page-size", "41")
		p := m.worker(t)
		p.expect(0)
		m.expect(1) // there were failures
		want := server.take()
		requests, failures := m.table()
		sum := requests["Aggregated"]
		delete(requests, "Aggregated")
		if sum == 0 || !maps.Equal(requests, want) || failures["/missing"] != want["/missing"] || failures["/shop"] != 0 {
			t.Errorf("master %v of %d, failures %v, server %v\n%s", requests, sum, failures, want, m.stderr)
		}
		if sum != want["/shop"]+want["/admin"]+want["/missing"] || !p.said(fmt.Sprintf("the test has ended here: %d requests were reported", sum)) {
			t.Errorf("the master's sum is %d, server %v, worker:\n%s", sum, want, p.stderr)
		}
		t.Logf("master %v, server %v", requests, want)
		if !server.queries["acme"] || !p.said("test of acme 42") {
			t.Errorf("the options did not arrive: %v\n%s", server.queries, p.stderr)
		}
		if !m.said(`All users spawned: {"Admin": 2, "Shopper": 6} (8 total users)`) {
			t.Errorf("other users:\n%s", m.stderr)
		}
		if !strings.Contains(m.stderr.String()+m.stdout.String(), "HTTPError('404 Client Error: Not Found for url: /missing')") {
			t.Errorf("no error report:\n%s", m.stderr)
		}
		if !v.old && !p.said("complete with 8") {
			t.Errorf("no spawningComplete:\n%s", p.stderr)
		}
	})
}

// The page starts, changes and stops tests, one after another; each has its own counts.
func TestWorkerSteeredByPage(t *testing.T) {
	withLocusts(t, func(t *testing.T, v locustVersion) {
		server := newCounted(t)
		m := newMaster(t, v, server.url, "-s", "10")
		p := m.worker(t)
		m.ready(1)
		for range 2 {
			m.swarm(8, server.url)
			until(t, "8 users", func() bool { return slices.Equal(m.report().workerUsers(), []int{8}) })
			m.swarm(20, server.url)
			until(t, "20 users", func() bool { return slices.Equal(m.report().workerUsers(), []int{20}) })
			m.swarm(4, server.url)
			until(t, "4 users", func() bool { return slices.Equal(m.report().workerUsers(), []int{4}) })
			until(t, "some requests a second", func() bool {
				for _, row := range m.report().Stats {
					if row.Name == "Aggregated" && row.Rate > 20 && row.Rate < 60 { // 3 shoppers and 1 admin with two requests, ten times a second
						return true
					}
				}
				return false
			})
			m.stopTest()
			until(t, "stopped", func() bool { return m.report().State == "stopped" })
			r := m.agreesWith(server.take())
			for _, row := range r.Stats {
				if row.Max < row.Min || row.Average < row.Min-1 || row.Average > row.Max+1 || row.Average <= 0 || row.Length != 5 { // some are rounded
					t.Errorf("%+v", row)
				}
				if row.Name == "/missing" && row.Failures != row.Requests {
					t.Errorf("%+v", row)
				}
			}
			if len(r.Errors) != 1 || r.Errors[0].Occurrences != r.counts()["/missing"] {
				t.Errorf("%+v", r.Errors)
			}
			if x := m.exceptions(); len(x) != 1 || x[0].Message != "of an admin" || !strings.Contains(x[0].Traceback, "s.js:") || x[0].Count != r.counts()["/admin"] {
				t.Errorf("%d requests of admins, exceptions: %+v", r.counts()["/admin"], x)
			}
			m.ready(1)
		}
		if w := m.report().Workers; w[0].Memory < 1<<20 || w[0].CPU < 0 || w[0].CPU > 100 {
			t.Errorf("%+v", w)
		}
		if !v.old {
			until(t, "the log of the worker is on the page", func() bool { return strings.Contains(m.ask("/logs", nil), "joined the Locust master") })
		}
		if strings.Contains(m.stderr.String(), "Unknown message") || strings.Contains(m.stderr.String(), "Traceback") {
			t.Errorf("%s", m.stderr)
		}
		m.signal(syscall.SIGTERM)
		p.expect(0)
	})
}

// A worker in JavaScript and one in Python share the users; master, workers and server agree.
func TestWorkerBesidePython(t *testing.T) {
	withLocusts(t, func(t *testing.T, v locustVersion) {
		server := newCounted(t)
		m := newMaster(t, v, server.url, "-s", "10")
		p, python := m.worker(t), m.python(t)
		m.ready(2)
		m.swarm(16, server.url)
		until(t, "8 users each", func() bool { return slices.Equal(m.report().workerUsers(), []int{8, 8}) })
		until(t, "both have sent something", func() bool { return server.count("/python") > 50 && server.count("/shop") > 50 })
		m.stopTest()
		until(t, "stopped", func() bool { return m.report().State == "stopped" })
		want := server.take()
		m.agreesWith(want)
		p.says(fmt.Sprintf("the test has ended here: %d requests were reported", want["/shop"]+want["/admin"]+want["/missing"]))
		m.ready(2)
		m.signal(syscall.SIGTERM)
		p.expect(0)
		python.wait()
	})
}

// What is on its way when the master stops the test is waited for, as long as its stop timeout says, and counts.
func TestWorkerStopsInMidRequest(t *testing.T) {
	withLocusts(t, func(t *testing.T, v locustVersion) {
		server := newCounted(t)
		m := newMaster(t, v, server.url, "-s", "30")
		writeFile(t, m.dir, "s.js", strings.ReplaceAll(workerScript, `"/admin"`, `"/late"`))
		m.worker(t)
		m.ready(1)
		m.swarm(8, server.url)
		until(t, "two requests wait", func() bool { return server.count("/late") == 2 })
		stopped := make(chan struct{})
		go func() { defer close(stopped); m.stopTest() }()
		time.Sleep(4 * time.Second) // longer than a master waits for a silent worker
		select {
		case <-stopped:
			t.Errorf("it did not wait\n%s", m.stderr)
		default:
		}
		if m.said("failed to send heartbeat") {
			t.Errorf("no heartbeats while it stopped:\n%s", m.stderr)
		}
		close(server.release)
		<-stopped
		m.agreesWith(server.take())
	})
}

// Without a stop timeout it is cut off, and said.
func TestWorkerStopsAtOnce(t *testing.T) {
	withLocusts(t, func(t *testing.T, v locustVersion) {
		server := newCounted(t)
		m := newMaster(t, v, server.url)
		writeFile(t, m.dir, "s.js", strings.ReplaceAll(workerScript, `"/admin"`, `"/late"`))
		p := m.worker(t)
		m.ready(1)
		m.swarm(8, server.url)
		until(t, "two requests wait", func() bool { return server.count("/late") == 2 })
		m.stopTest()
		until(t, "stopped", func() bool { return m.report().State == "stopped" })
		p.says("requests were on their way when their users were stopped")
		m.ready(1)
	})
}

// A master that is killed and started anew gets its worker back, which has stopped what the first one had begun.
func TestWorkerOutlivesMaster(t *testing.T) {
	withLocusts(t, func(t *testing.T, v locustVersion) {
		server := newCounted(t)
		m := newMaster(t, v, server.url, "-s", "10")
		p := m.worker(t)
		m.ready(1)
		m.swarm(8, server.url)
		until(t, "requests", func() bool { return server.count("/shop") > 50 })
		m.signal(syscall.SIGKILL)
		m.expect(128 + 9)
		p.says("the connection to the master was lost")
		before := server.count("/shop")
		until(t, "the users go on for now", func() bool { return server.count("/shop") > before+20 })
		m.start(t, server.url, "-s", "10")
		p.says("what is running here is stopped")
		p.says("could not be reported to the master and are in none of its figures")
		m.ready(1)
		server.take()
		m.swarm(4, server.url)
		until(t, "requests again", func() bool { return server.count("/shop") > 50 })
		m.stopTest()
		until(t, "stopped", func() bool { return m.report().State == "stopped" })
		m.agreesWith(server.take())
		m.signal(syscall.SIGTERM)
		p.expect(0)
	})
}

// A worker that is told to end takes nothing with it, and the others get its users.
func TestWorkerLeavesAndJoinsInMidRun(t *testing.T) {
	withLocusts(t, func(t *testing.T, v locustVersion) {
		server := newCounted(t)
		m := newMaster(t, v, server.url, "-s", "10", "--enable-rebalancing")
		first := m.worker(t)
		m.ready(1)
		m.swarm(8, server.url)
		until(t, "8 users", func() bool { return slices.Equal(m.report().workerUsers(), []int{8}) })
		second := m.worker(t)
		until(t, "4 users each", func() bool { return slices.Equal(m.report().workerUsers(), []int{4, 4}) })
		first.signal(syscall.SIGTERM)
		first.expect(0)
		until(t, "8 users on the one that is left", func() bool { return slices.Equal(m.report().workerUsers(), []int{8}) })
		m.stopTest()
		until(t, "stopped", func() bool { return m.report().State == "stopped" })
		m.agreesWith(server.take())
		second.signal(syscall.SIGINT)
		second.expect(0)
	})
}

// What makes no sense is said before there is a connection, or ends the worker.
func TestWorkerRefuses(t *testing.T) {
	t.Parallel()
	dir := folder(t, map[string]string{"s.js": workerScript, "k6.js": `import http from "k6/http"; export default function () { http.get("/"); }`})
	p := katydid(t, dir, "-f", "k6.js", "--worker")
	p.expect(2)
	if !p.said("a k6 script cannot be steered by a Locust master") {
		t.Errorf("%s", p.stderr)
	}
	p = newProcess(t, dir, "-f", "s.js", "--worker", "--master-port", freePort(t), "-u", "5", "--csv", "x").start()
	p.says("there is no Locust master at 127.0.0.1")
	p.signal(syscall.SIGTERM)
	p.expect(0)
	for _, text := range []string{"--users is ignored: on a worker it is the master's business", "--csv is ignored"} {
		if !p.said(text) {
			t.Errorf("%q was not said:\n%s", text, p.stderr)
		}
	}
}
