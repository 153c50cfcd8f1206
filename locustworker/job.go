package locustworker

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Job is what the master wants to run here from now on.
type Job struct {
	// First says that a run begins with this job; the others of a run change the number of its users.
	First bool
	// Users is how many users of each class there are to be on this worker.
	Users map[string]int
	// Host is the host of all classes; "" leaves each its own.
	Host string
	// StopTimeout is how long users may take to finish their task at the end.
	StopTimeout time.Duration
	// Options are all options of the master, the script's own included, by their names with _ for -. A value is nil, a
	// bool, int64, float64, string, []any or map[string]any.
	Options map[string]any
}

// most bounds the users of a class, and longest the stop timeout: beyond them the message is wrong.
const (
	most    = 10_000_000
	longest = 10 * 365 * 24 * time.Hour
)

// readJob reads the data of a spawn message, and its time by the master's clock in seconds.
func readJob(data any) (j Job, at float64, err error) {
	m, ok := data.(map[string]any)
	if !ok {
		return j, 0, errors.New("it has no data")
	}
	if at, ok = number(m["timestamp"]); !ok || math.IsNaN(at) {
		return j, 0, errors.New("it has no timestamp")
	}
	if j.Users, err = readCounts(m["user_classes_count"]); err != nil {
		return j, 0, err
	}
	j.Host, _ = m["host"].(string)
	j.Options, _ = m["parsed_options"].(map[string]any)
	seconds, _ := number(m["stop_timeout"]) // none is 0
	if !(seconds >= 0) || seconds > longest.Seconds() {
		return j, 0, fmt.Errorf("its stop timeout is %v seconds", seconds)
	}
	j.StopTimeout = time.Duration(seconds * float64(time.Second))
	return j, at, nil
}

// readCounts reads numbers of users by class.
func readCounts(v any) (map[string]int, error) {
	m, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("it does not say which users")
	}
	counts := make(map[string]int, len(m))
	for class, v := range m {
		n, ok := v.(int64)
		if !ok || n < 0 || n > most {
			return nil, fmt.Errorf("it asks for %v users of class %s", v, class)
		}
		counts[class] = int(n)
	}
	return counts, nil
}
