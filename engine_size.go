package main

import (
	"fmt"
	"math"
)

// What load costs, as docs/cost.md has measured it.
const (
	baseMiB       = 32   // memory of a process without users
	userKiB       = 24.2 // memory of a user
	requestMicros = 13.8 // processor time of a request
)

// spare is the factor to what was measured: TLS, what a script keeps and does itself, and a slower processor come on top.
const spare = 2

// demand is what a run asks of all its processes together, at its peak.
type demand struct {
	users    int
	requests float64 // a second
	guessed  bool    // requests is a guess: one a second for each user
}

// share is what falls to the largest of n processes.
func (d demand) share(n int) demand {
	d.users = (d.users + n - 1) / n
	d.requests /= float64(n)
	return d
}

// memory in MiB, in steps of 64, which also leaves room for results.
func (d demand) memory() int {
	need := spare * (baseMiB + float64(d.users)*userKiB/1024)
	return max(128, int(math.Ceil(need/64))*64)
}

// cpu in thousandths of a processor, in steps of 50. Below the least, a process would start slowly and wait for its turn.
func (d demand) cpu() int {
	need := spare * d.requests * requestMicros / 1e6 * 1000
	return max(250, int(math.Ceil(need/50))*50)
}

// memorySum shows how memory comes about.
func (d demand) memorySum() string {
	return fmt.Sprintf("%d x (%d MiB + %s x %.1f KiB)", spare, baseMiB, count(int64(d.users), "user"), userKiB)
}

// cpuSum shows how cpu comes about.
func (d demand) cpuSum() string {
	guess := ""
	if d.guessed {
		guess = ", if each user sends one a second"
	}
	return fmt.Sprintf("%d x %.4g requests a second x %.1f us%s", spare, d.requests, requestMicros, guess)
}
