package main

import (
	"testing"

	"katydid/runtime/bridge"
	"katydid/runtime/vu"
)

func TestFindMemory(t *testing.T) {
	const gb = 1 << 30
	meminfo := "MemTotal:       16000000 kB\nMemAvailable:    8388608 kB\n"
	tests := []struct {
		name   string
		files  map[string]string
		onDyno bool
		nproc  int64
		want   int64
	}{
		{"nothing is known", nil, false, 256, 0},
		{"the machine", map[string]string{"proc/meminfo": meminfo}, false, 256, 8 * gb},
		{"a group", map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a\n", "a/memory.max": "1073741824\n"}, false, 0, gb},
		{"a group that may have more than there is", map[string]string{"proc/meminfo": meminfo, "memory.max": "17179869184\n"}, false, 0, 8 * gb},
		{"a dyno with a limit", map[string]string{"proc/meminfo": meminfo, "memory/memory.limit_in_bytes": "536870912\n"}, true, 512, gb / 2},
		{"a small dyno without", map[string]string{"proc/meminfo": meminfo}, true, 256, gb / 2},
		{"a dyno of 1 GB without", map[string]string{"proc/meminfo": meminfo}, true, 512, gb},
		{"a large dyno without", map[string]string{"proc/meminfo": meminfo}, true, 16384, 2560 << 20},
		{"an unknown dyno", map[string]string{"proc/meminfo": meminfo}, true, 1000, 8 * gb},
	}
	for _, test := range tests {
		if got := findLimits(tree(test.files), test.onDyno, 0, test.nproc).memory; got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestMemoryAvailable(t *testing.T) {
	tests := []struct {
		meminfo string
		want    int64
	}{
		{"", 0},
		{"MemAvailable:       1024 kB\n", 1 << 20},
		{"MemFree: 5 kB\nMemAvailable: 7 kB", 7 << 10},
		{"MemAvailable:\n", 0},
		{"MemAvailable: x kB\n", 0},
		{"MemAvailable: -1 kB\n", 0},
		{"MemAvailable: 9223372036854775807 kB\n", 0},
	}
	for _, test := range tests {
		if got := memoryAvailable(test.meminfo); got != test.want {
			t.Errorf("%q: %d, want %d", test.meminfo, got, test.want)
		}
	}
}

func TestProcessors(t *testing.T) {
	tests := []struct {
		name string
		l    limits
		want int
	}{
		{"no quota", limits{processors: 8}, 8},
		{"half a processor", limits{processors: 8, quota: 0.5}, 1},
		{"one: not two, as Go has it", limits{processors: 2, quota: 1}, 1},
		{"one and a half", limits{processors: 8, quota: 1.5}, 2},
		{"more than there are", limits{processors: 4, quota: 1e300}, 4},
		{"a small dyno", limits{processors: 8, onDyno: true, memory: 512 << 20}, 2},
		{"a small dyno with a quota", limits{processors: 8, onDyno: true, memory: 512 << 20, quota: 4}, 4},
		{"a large dyno", limits{processors: 8, onDyno: true, memory: 2560 << 20}, 8},
		{"little memory elsewhere", limits{processors: 8, memory: 512 << 20}, 8},
	}
	for _, test := range tests {
		if got := test.l.fit(); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}

func TestLimitsInWords(t *testing.T) {
	tests := []struct {
		l    limits
		want string
	}{
		{limits{processors: 1}, "the system gives 1 processor"},
		{limits{processors: 2, quota: 1.5, memory: 512 << 20, files: 9999}, "the system gives 2 processors (a quota of 1.50), 512 MB of memory, 9999 open files"},
	}
	for _, test := range tests {
		if got := test.l.String(); got != test.want {
			t.Errorf("%s, want %s", got, test.want)
		}
	}
}

func TestConnections(t *testing.T) {
	http := func(weight float64, fixed int) vu.Class {
		return vu.Class{Weight: weight, Fixed: fixed, HTTP: &bridge.Config{}}
	}
	other := func(weight float64, fixed int) vu.Class { return vu.Class{Weight: weight, Fixed: fixed} }
	tests := []struct {
		name    string
		classes []vu.Class
		users   int
		want    int64
	}{
		{"one class", []vu.Class{http(1, 0)}, 100, 100},
		{"two classes", []vu.Class{http(1, 0), http(3, 0)}, 100, 100},
		{"no requests", []vu.Class{other(1, 0)}, 100, 0},
		{"a quarter", []vu.Class{http(1, 0), other(3, 0)}, 100, 25},
		{"rounded up", []vu.Class{http(1, 0), other(2, 0)}, 100, 34},
		{"a fixed one of others", []vu.Class{http(1, 0), other(1, 10)}, 100, 90},
		{"a fixed one that sends", []vu.Class{http(1, 10), other(1, 0)}, 100, 10},
		{"fixed ones only", []vu.Class{http(1, 10), other(1, 10)}, 100, 10},
		{"too few for the fixed ones", []vu.Class{http(1, 30), other(1, 10)}, 20, 15},
		{"weight 0", []vu.Class{http(0, 0), other(1, 0)}, 100, 0},
	}
	for _, test := range tests {
		if got := connections(test.classes, test.users); got != test.want {
			t.Errorf("%s: %d, want %d", test.name, got, test.want)
		}
	}
}
