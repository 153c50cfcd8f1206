package main

import (
	"fmt"
	"io/fs"
	"math"
	"runtime"
	"strconv"
	"strings"

	"katydid/runtime/vu"
)

// limits are what the system lets this process have. 0 stands for no limit, or one that is not known.
type limits struct {
	processors int     // that Go uses at once
	quota      float64 // processors' worth of time
	memory     int64   // bytes
	files      int64   // open at once; what Go's runtime, which raises it at the start, got
	onDyno     bool
}

const (
	// smallDyno is the memory of the dynos that share their processors with others.
	smallDyno = 1 << 30
	// dynoProcessors is how many of them are used there: one is enough for the 10,000 requests a second that are
	// permitted, and each more costs memory.
	dynoProcessors = 2
)

// findLimits reads them. root is the file system, nproc the most processes and threads of the user.
func findLimits(root fs.FS, onDyno bool, files, nproc int64) limits {
	groups := parseCgroups(content(root, "proc/self/cgroup"))
	l := limits{processors: runtime.GOMAXPROCS(0), quota: groups.quota(root), memory: groups.memory(root), files: files, onDyno: onDyno}
	if l.memory == 0 && onDyno {
		l.memory = dynoMemory(nproc)
	}
	if free := memoryAvailable(content(root, "proc/meminfo")); free > 0 && (l.memory == 0 || free < l.memory) {
		l.memory = free
	}
	return l
}

// dynoMemory is what a dyno has that shows no limit of its memory: its size, told by the limit of its processes, as
// Heroku's own buildpacks did.
func dynoMemory(nproc int64) int64 {
	switch nproc {
	case 256:
		return 512 << 20
	case 512:
		return 1 << 30
	case 16384:
		return 2560 << 20
	case 32768:
		return 14 << 30
	}
	return 0
}

// memoryAvailable reads from /proc/meminfo what can be used without swapping; 0 if it does not say.
func memoryAvailable(meminfo string) int64 {
	for line := range strings.Lines(meminfo) {
		rest, ok := strings.CutPrefix(line, "MemAvailable:")
		fields := strings.Fields(rest)
		if !ok || len(fields) == 0 {
			continue
		}
		if kb, err := strconv.ParseInt(fields[0], 10, 64); err == nil && kb > 0 && kb < math.MaxInt64>>10 {
			return kb << 10
		}
	}
	return 0
}

// fit says how many processors Go should use: as many as the quota fills. Go sees to that itself, but looks at the
// innermost group only and takes two at least; two would use up a quota of one halfway through its period and stand
// still for the rest.
func (l limits) fit() int {
	n := l.processors
	if l.quota > 0 {
		n = min(n, int(math.Ceil(min(l.quota, float64(n)))))
	}
	if l.quota == 0 && l.onDyno && l.memory > 0 && l.memory <= smallDyno {
		n = min(n, dynoProcessors)
	}
	return n
}

// String names them for the log.
func (l limits) String() string {
	list := []string{count(int64(l.processors), "processor")}
	if l.quota > 0 {
		list[0] += fmt.Sprintf(" (a quota of %.2f)", l.quota)
	}
	if l.memory > 0 {
		list = append(list, fmt.Sprintf("%d MB of memory", l.memory>>20))
	}
	if l.files > 0 {
		list = append(list, count(l.files, "open file"))
	}
	return "the system gives " + strings.Join(list, ", ")
}

func count(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprintf("%d %s", n, what)
}

// filesReserve is how many open files are not for users' connections: streams, results, the export, the poller.
const filesReserve = 32

// checkFiles warns, once, if so many users need more connections than files may be open. The run goes on: users that
// send nothing at the time need none, and those that find none fail with that text. Call it from the goroutine of
// runTest.
func (r *run) checkFiles(users int) {
	limit := r.sys.limits.files
	need := connections(r.env.Classes, users)
	each := r.filesEach()
	if limit == 0 || r.filesTold || need == 0 || need*each+filesReserve <= limit {
		return
	}
	r.filesTold = true
	fit := max(0, int64(float64(users)*float64(limit-filesReserve)/float64(need*each)))
	r.log.warnf("%d users keep %d connections, which take %d open files, but the limit is %d: about %d users fit, and requests of the others will fail with \"too many open files\"; "+
		"raise the limit (ulimit -n), start fewer users, or spread them over several machines", users, need, need*each+filesReserve, limit, fit)
}

// filesEach is how many open files a connection takes.
func (r *run) filesEach() int64 {
	if r.embedded {
		return 2 // the target's end of it is in this process, too
	}
	return 1
}

// connections is how many of so many users keep a connection: those of classes that send requests, by fixed counts and
// then by weights. A user keeps one for each host that it talks to; that is one as a rule.
func connections(classes []vu.Class, users int) int64 {
	var fixed, fixedHTTP, weight, weightHTTP float64
	for _, c := range classes {
		f, w := float64(c.Fixed), c.Weight
		if c.Fixed > 0 {
			w = 0
		}
		fixed, weight = fixed+f, weight+w
		if c.HTTP != nil {
			fixedHTTP, weightHTTP = fixedHTTP+f, weightHTTP+w
		}
	}
	n := 0.0
	if fixed > 0 {
		n = fixedHTTP * min(1, float64(users)/fixed)
	}
	if rest := float64(users) - fixed; weight > 0 && rest > 0 {
		n += weightHTTP * rest / weight
	}
	return int64(math.Ceil(n))
}
