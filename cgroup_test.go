package main

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// tree is a file system with these files; paths begin below sys/fs/cgroup unless they begin with proc/.
func tree(files map[string]string) fstest.MapFS {
	t := fstest.MapFS{}
	for name, text := range files {
		if !strings.HasPrefix(name, "proc/") {
			name = cgroupRoot + "/" + name
		}
		t[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return t
}

func TestParseCgroups(t *testing.T) {
	tests := []struct {
		name, text string
		want       cgroups
	}{
		{"nothing", "", cgroups{}},
		{"version 2", "0::/user.slice/user-1000.slice/a.scope\n", cgroups{"": "/user.slice/user-1000.slice/a.scope"}},
		{"version 2 in a container", "0::/\n", cgroups{"": "/"}},
		{"outside of the namespace", "0::/../../init\n", cgroups{"": "/../../init"}},
		{"version 1", "4:memory:/docker/af\n1:cpu,cpuacct:/docker/af\n9:name=systemd:/\n",
			cgroups{"memory": "/docker/af", "cpu": "/docker/af", "cpuacct": "/docker/af", "name=systemd": "/"}},
		{"both", "2:memory:/m\n0::/\n", cgroups{"memory": "/m", "": "/"}},
		{"colons in the path", "0::/a:b:c\n", cgroups{"": "/a:b:c"}},
		{"no line end", "0::/a", cgroups{"": "/a"}},
		{"spoilt", "0:/a\n\n::\nx\n4:memory:relative\n0::/b\n", cgroups{"": "/b"}},
	}
	for _, test := range tests {
		if got := parseCgroups(test.text); !maps.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestCgroupFolders(t *testing.T) {
	tests := []struct {
		path string
		want string
	}{
		{"", "b"},
		{"/", "b"},
		{"/x/y", "b/x/y b/x b"},
		{"/x//y/", "b/x/y b/x b"},
		{"/../../x", "b/x b"}, // never above the mount
	}
	for _, test := range tests {
		groups := cgroups{}
		if test.path != "" {
			groups["memory"] = test.path
		}
		if got := strings.Join(groups.folders("b", "memory"), " "); got != test.want {
			t.Errorf("%q: %s, want %s", test.path, got, test.want)
		}
	}
}

func TestCgroupMemory(t *testing.T) {
	const none1 = "9223372036854771712\n" // version 1 says so
	tests := []struct {
		name   string
		groups cgroups
		files  map[string]string
		want   int64
	}{
		{"no groups", nil, nil, 0},
		{"no limit", cgroups{"": "/a"}, map[string]string{"a/memory.max": "max\n", "memory.max": "max\n"}, 0},
		{"its own", cgroups{"": "/a"}, map[string]string{"a/memory.max": "1000\n"}, 1000},
		{"of a group above", cgroups{"": "/a/b/c"}, map[string]string{"a/b/c/memory.max": "3000\n", "a/b/memory.max": "max\n", "a/memory.max": "2000\n"}, 2000},
		{"of another group", cgroups{"": "/a"}, map[string]string{"b/memory.max": "1000\n", "a/memory.max": "2000\n"}, 2000},
		{"high before max", cgroups{"": "/a"}, map[string]string{"a/memory.max": "2000\n", "a/memory.high": "1500\n"}, 1500},
		{"high but not max", cgroups{"": "/a"}, map[string]string{"a/memory.max": "max\n", "a/memory.high": "1500\n"}, 1500},
		{"container: path of the host", cgroups{"": "/docker/af"}, map[string]string{"memory.max": "1000\n"}, 1000},
		{"path unknown", nil, map[string]string{"memory.max": "1000\n"}, 1000},
		{"version 1", cgroups{"memory": "/a/b"}, map[string]string{"memory/a/b/memory.limit_in_bytes": none1, "memory/a/memory.limit_in_bytes": "536870912\n"}, 512 << 20},
		{"version 1, container", cgroups{"memory": "/docker/af"}, map[string]string{"memory/memory.limit_in_bytes": "536870912\n"}, 512 << 20},
		{"version 1, none", cgroups{"memory": "/"}, map[string]string{"memory/memory.limit_in_bytes": none1}, 0},
		{"nonsense", cgroups{"": "/"}, map[string]string{"memory.max": "1e3\n", "memory.high": "-1\n"}, 0},
		{"nothing at all is no limit", cgroups{"": "/"}, map[string]string{"memory.max": "0\n"}, 0},
	}
	for _, test := range tests {
		if got := test.groups.memory(tree(test.files)); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestCgroupQuota(t *testing.T) {
	tests := []struct {
		name   string
		groups cgroups
		files  map[string]string
		want   float64
	}{
		{"none", cgroups{"": "/a"}, map[string]string{"a/cpu.max": "max 100000\n"}, 0},
		{"its own", cgroups{"": "/a"}, map[string]string{"a/cpu.max": "150000 100000\n"}, 1.5},
		{"of a group above", cgroups{"": "/a/b"}, map[string]string{"a/b/cpu.max": "400000 100000\n", "a/cpu.max": "50000 100000\n"}, 0.5},
		{"version 1", cgroups{"cpu": "/a"}, map[string]string{"cpu/a/cpu.cfs_quota_us": "100000\n", "cpu/a/cpu.cfs_period_us": "50000\n"}, 2},
		{"version 1, none", cgroups{"cpu": "/a"}, map[string]string{"cpu/a/cpu.cfs_quota_us": "-1\n", "cpu/a/cpu.cfs_period_us": "100000\n"}, 0},
		{"version 1, above", cgroups{"cpu": "/a/b"}, map[string]string{"cpu/a/b/cpu.cfs_quota_us": "-1\n", "cpu/a/b/cpu.cfs_period_us": "100000\n",
			"cpu/a/cpu.cfs_quota_us": "300000\n", "cpu/a/cpu.cfs_period_us": "100000\n"}, 3},
		{"half of it is missing", cgroups{"cpu": "/a"}, map[string]string{"cpu/a/cpu.cfs_quota_us": "100000\n"}, 0},
		{"nonsense", cgroups{"": "/"}, map[string]string{"cpu.max": "100000 0\n"}, 0},
	}
	for _, test := range tests {
		if got := test.groups.quota(tree(test.files)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// Whatever the kernel says, nothing outside of the tree is read, and limits make sense.
func FuzzCgroups(f *testing.F) {
	f.Add("4:memory:/a/b\n1:cpu,cpuacct:/a\n0::/c\n", "100000 100000", "536870912")
	f.Add("0::/../../x\n", "max 100000", "max")
	f.Add("0::/a\x00b\n", "-1 100000", "9223372036854771712")
	f.Fuzz(func(t *testing.T, groups, quota, memory string) {
		g := parseCgroups(groups)
		for controller := range g {
			for _, folder := range g.folders(cgroupRoot, controller) {
				if folder != cgroupRoot && !strings.HasPrefix(folder, cgroupRoot+"/") || slices.Contains(strings.Split(folder, "/"), "..") {
					t.Errorf("%q leads to %q", g[controller], folder)
				}
			}
		}
		root := tree(map[string]string{"cpu.max": quota, "memory.max": memory, "memory/memory.limit_in_bytes": memory})
		if n := g.quota(root); n < 0 || n != n {
			t.Errorf("quota %v", n)
		}
		if n := g.memory(root); n < 0 || n >= cgroupMost {
			t.Errorf("memory %d", n)
		}
		memoryAvailable(groups)
		l := limits{processors: 8, quota: g.quota(root)}
		if n := l.fit(); n < 1 || n > 8 {
			t.Errorf("%d processors", n)
		}
	})
}
