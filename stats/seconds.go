package stats

// SecondFunc gets how many requests of a row ended in a unix second, and how many of them had failed.
type SecondFunc func(k Key, second, requests, failures int64)

// Seconds calls fn for the seconds of the last quarter of a minute, in no order, in which a row has counted something.
// What the last Collect has counted is in it, and perhaps more. Somebody who wants every second calls it every ten. A
// request whose second is older than that when it is counted is in none.
func (r *Recorder) Seconds(fn SecondFunc) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, row := range r.state.sorted {
		for i := range row.window {
			if slot := &row.window[i]; slot.n > 0 {
				fn(row.key, slot.second, int64(slot.n), int64(slot.failed))
			}
		}
	}
}
