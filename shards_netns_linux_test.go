package main

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// island is a network of its own, from which two cables lead to this machine: one to the store, one to the target.
type island struct {
	t      *testing.T
	name   string
	store  net.Listener
	target net.Listener
}

// newIsland makes island n of this process and removes it after the test. It takes root; without, a test that may be
// skipped is.
func newIsland(t *testing.T, n int) *island {
	t.Helper()
	if _, err := exec.LookPath("ip"); os.Geteuid() != 0 || err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("network namespaces take root and ip (Debian's iproute2)")
		}
		t.Skip("network namespaces take root and ip (Debian's iproute2)")
	}
	i := &island{t: t, name: fmt.Sprintf("katydid-%d-%d", os.Getpid(), n)}
	i.ip("netns", "add", i.name)
	t.Cleanup(func() { i.ip("netns", "del", i.name) })
	i.inside("link", "set", "lo", "up")
	i.store, i.target = i.cable("store", 2*n), i.cable("target", 2*n+1)
	return i
}

func (i *island) ip(args ...string) {
	i.t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		i.t.Fatalf("ip %s: %v %s", strings.Join(args, " "), err, out)
	}
}

func (i *island) inside(args ...string) {
	i.t.Helper()
	i.ip(append([]string{"-n", i.name}, args...)...)
}

// cable lays one and listens at this end of it, in the addresses that are set aside for tests of networks (RFC 2544).
func (i *island) cable(name string, number int) net.Listener {
	i.t.Helper()
	here := fmt.Sprintf("kd%d-%d", os.Getpid()%100_000, number) // 15 characters at most
	subnet := fmt.Sprintf("198.18.%d.%%d", (os.Getpid()*8+number)%256)
	i.ip("link", "add", here, "type", "veth", "peer", "name", name, "netns", i.name)
	i.t.Cleanup(func() { i.ip("link", "del", here) })
	i.ip("addr", "add", fmt.Sprintf(subnet+"/24", 1), "dev", here)
	i.ip("link", "set", here, "up")
	i.inside("addr", "add", fmt.Sprintf(subnet+"/24", 2), "dev", name)
	i.inside("link", "set", name, "up")
	l, err := net.Listen("tcp", fmt.Sprintf(subnet+":0", 1))
	if err != nil {
		i.t.Fatal(err)
	}
	return l
}

// cuts are the ways in which the cable to the store is cut and mended: one that the shard's system knows of, and one on
// which everything is just lost, as it is behind a firewall.
var cuts = map[string]struct{ off, on func(i *island) }{
	"link down": {
		func(i *island) { i.inside("link", "set", "store", "down") },
		func(i *island) { i.inside("link", "set", "store", "up") },
	},
	"silence": {
		func(i *island) {
			host, _, _ := net.SplitHostPort(i.store.Addr().String())
			i.inside("neigh", "replace", host, "lladdr", "02:00:00:00:00:01", "dev", "store", "nud", "permanent")
		},
		func(i *island) {
			host, _, _ := net.SplitHostPort(i.store.Addr().String())
			i.inside("neigh", "del", host, "dev", "store")
		},
	},
}

// islandFleet starts two shards beside the test and one on an island, whose target counts with theirs.
func islandFleet(t *testing.T, i *island, args ...string) (shards []*process, target *pathTally) {
	t.Helper()
	backend := s3mem.New()
	if err := backend.CreateBucket("results"); err != nil {
		t.Fatal(err)
	}
	serve := func(l net.Listener, h http.Handler) {
		server := &httptest.Server{Listener: l, Config: &http.Server{Handler: h}}
		server.Start()
		t.Cleanup(server.Close)
	}
	target = newPathTally(t)
	serve(i.store, gofakes3.New(backend).Server())
	serve(i.target, target)
	url, env := "s3://results/loads?endpoint=http://"+i.store.Addr().String(), []string{"AWS_ACCESS_KEY_ID=AKIATEST", "AWS_SECRET_ACCESS_KEY=secretsecret", "KATYDID_EXPORT_INSECURE=1"}
	args = append(args, "-H", "http://"+i.target.Addr().String(), "-u", "6", "-r", "100", "-s", "10s")
	for index := range 3 {
		shards = append(shards, shardOf(t, index, 3, user(""), url, env, args...))
	}
	shards[2].cmd.Path, _ = exec.LookPath("ip")
	shards[2].cmd.Args = append([]string{"ip", "netns", "exec", i.name}, shards[2].cmd.Args...)
	for _, p := range shards {
		p.start()
	}
	for _, p := range shards {
		p.says("all users spawned")
	}
	return shards, target
}

// A shard that cannot reach the store for a while, over a real network that is cut, costs nothing.
func TestShardsCutOffForAWhile(t *testing.T) {
	t.Parallel()
	n := 0
	for name, cut := range cuts {
		island := n
		n++
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newIsland(t, island)
			shards, target := islandFleet(t, i, "-t", "15s")
			time.Sleep(time.Second)
			cut.off(i)
			shards[2].says("cannot be reached: what is measured waits here")
			time.Sleep(10 * time.Second)
			cut.on(i)
			for _, p := range shards {
				p.expect(exitOK)
			}
			if !shards[2].said("can be reached again; nothing is missing") {
				t.Errorf("%s", shards[2].stderr)
			}
			total := target.of("/")
			if sum := lastOf(t, shards, "out/x_stats.csv", 2); sum != total || total < 200 {
				t.Errorf("the shards count %d requests, the server %d", sum, total)
			}
			for _, p := range shards {
				if !p.said(fmt.Sprintf("all shards together: %d requests", total)) {
					t.Errorf("the server counts %d requests: %s", total, p.stderr)
				}
			}
		})
	}
}

// allTogether is what a shard says of the whole run when a part of it is missing.
var allTogether = regexp.MustCompile(`all shards together: (\d+) requests, .*PARTIAL: shard 2 died, so [0-9.]+ % of the load is missing`)

// One that is cut off for longer is dead to the others, who end without it and say so. It goes on, has its own files, and
// hears, once it is back, what was decided.
func TestShardsCutOffForLong(t *testing.T) {
	t.Parallel()
	i := newIsland(t, len(cuts))
	shards, target := islandFleet(t, i, "-t", "12s")
	time.Sleep(6 * time.Second) // something of it is stored
	cuts["silence"].off(i)
	for _, p := range shards[:2] {
		p.expect(exitPartial)
		if !p.said("PARTIAL: shard 2 died") {
			t.Errorf("%s", p.stderr)
		}
	}
	cuts["silence"].on(i)
	shards[2].expect(exitPartial)
	sum, total := lastOf(t, shards, "out/x_stats.csv", 2), target.of("/")
	if sum != total || total < 200 {
		t.Errorf("the files of the shards have %d requests, the server %d", sum, total)
	}
	words := allTogether.FindStringSubmatch(shards[0].stderr.String())
	if words == nil || !shards[2].said(words[0]) {
		t.Fatalf("it does not say what the others do: %q, %s", words, shards[2].stderr)
	}
	if counted := number(t, words[1]); counted >= total || counted < total*2/3 {
		t.Errorf("%q, and the server had %d", words[0], total)
	}
}
