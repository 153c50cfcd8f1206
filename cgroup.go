package main

import (
	"cmp"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// cgroups are the control groups of this process: the path by controller, such as "memory", and the one of version 2
// under "". Paths are as the process's own view has them, which in a container may not be where the files are.
type cgroups map[string]string

// parseCgroups reads /proc/self/cgroup: lines like "4:memory:/a/b" and, of version 2, "0::/a/b". What is not like that
// is passed over.
func parseCgroups(text string) cgroups {
	groups := cgroups{}
	for line := range strings.Lines(text) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		if len(fields) < 3 || !strings.HasPrefix(fields[2], "/") {
			continue
		}
		for controller := range strings.SplitSeq(fields[1], ",") {
			groups[controller] = fields[2]
		}
	}
	return groups
}

// folders are where the files of a controller may be, in a tree that is mounted at base: the group's own folder and
// those of all groups above it, whose limits count as well. The uppermost is always there: a container sees its own
// group as that, whatever the path says.
func (g cgroups) folders(base, controller string) (list []string) {
	for p := path.Clean(cmp.Or(g[controller], "/")); ; p = path.Dir(p) {
		list = append(list, path.Join(base, p))
		if p == "/" {
			return list
		}
	}
}

const (
	cgroupRoot = "sys/fs/cgroup" // of version 2; version 1 has a folder in it for each controller
	// cgroupMost tells a limit from the number that version 1 has for none: a page less than 2^63.
	cgroupMost = 1 << 50
)

// memory is the smallest limit on the memory of this process in bytes, 0 if there is none: the kernel kills at memory.max and
// memory.limit_in_bytes; at memory.high it makes the process wait, which would be measured as the target's time.
func (g cgroups) memory(root fs.FS) (limit int64) {
	look := func(file string) {
		n, err := strconv.ParseInt(content(root, file), 10, 64) // or "max"
		if err == nil && n > 0 && n < cgroupMost && (limit == 0 || n < limit) {
			limit = n
		}
	}
	for _, folder := range g.folders(cgroupRoot, "") {
		look(folder + "/memory.max")
		look(folder + "/memory.high")
	}
	for _, folder := range g.folders(cgroupRoot+"/memory", "memory") {
		look(folder + "/memory.limit_in_bytes")
	}
	return limit
}

// quota is how many processors' worth of time this process may take, 0 if there is no limit. When it is used up before
// its period is over, which is 100 ms as a rule, the kernel stops the process for the rest of it.
func (g cgroups) quota(root fs.FS) (limit float64) {
	look := func(text string) {
		if n := parseQuota(text); n > 0 && (limit == 0 || n < limit) {
			limit = n
		}
	}
	for _, folder := range g.folders(cgroupRoot, "") {
		look(content(root, folder+"/cpu.max"))
	}
	for _, folder := range g.folders(cgroupRoot+"/cpu", "cpu") {
		look(content(root, folder+"/cpu.cfs_quota_us") + " " + content(root, folder+"/cpu.cfs_period_us"))
	}
	return limit
}

// parseQuota takes the microseconds of a quota and of its period, as in cpu.max: 0 if there is no limit.
func parseQuota(text string) float64 {
	fields := strings.Fields(text)
	if len(fields) != 2 {
		return 0
	}
	quota, err := strconv.ParseInt(fields[0], 10, 64) // "max" and -1 are no limit
	period, err2 := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || err2 != nil || quota <= 0 || period <= 0 {
		return 0
	}
	return float64(quota) / float64(period)
}

// content is that of a small file, "" if it cannot be read.
func content(root fs.FS, file string) string {
	data, err := fs.ReadFile(root, file)
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}
