//go:build linux

// Command pacer compares ways to wait for planned moments: how late a goroutine begins that was to be woken then, and
// what that costs. Pin it to one core to see what saturation does:
//
//	go build -o /tmp/pacer ./bench/pacer && taskset -c 1 /tmp/pacer -busy 4
package main

import (
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"katydid/runtime/load"
)

func main() {
	rates := []float64{200, 1000, 5000}
	length := flag.Duration("for", 4*time.Second, "length of each measurement")
	busy := flag.Int("busy", 0, "goroutines that compute, 10 µs at a time, and so keep the processors busy")
	flag.Parse()
	fmt.Printf("%d processors, %d busy goroutines; lag from the planned moment to a woken goroutine, µs\n", runtime.GOMAXPROCS(0), *busy)
	fmt.Println("| pacer | starts/s | p50 | p99 | max | CPU ms/s |")
	fmt.Println("|---|---|---|---|---|---|")
	var stop atomic.Bool
	for range *busy {
		go compute(&stop)
	}
	for _, rate := range rates {
		for _, c := range candidates {
			p := c.make()
			lags, cpu := measure(p, rate, *length)
			p.Close()
			q := func(f float64) float64 { return lags[int(f*float64(len(lags)-1))].Seconds() * 1e6 }
			fmt.Printf("| %s | %.0f | %.0f | %.0f | %.0f | %.1f |\n", c.name, rate, q(.5), q(.99), q(1), cpu)
		}
	}
	stop.Store(true)
	os.Exit(0)
}

var candidates = []struct {
	name string
	make func() load.Pacer
}{
	{"timerfd and Go's timer, learnt spin", load.NewPacer},
	{"Go's timer", func() load.Pacer { return newGoTimer() }},
	{"own thread, nanosleep, 60 µs spin", func() load.Pacer { return &thread{ahead: 60 * time.Microsecond} }},
	{"own thread, nanosleep", func() load.Pacer { return &thread{} }},
}

// measure wakes a goroutine at each moment of the plan, as load.Open does, and gives the lags in order and the
// milliseconds of processor time in a second.
func measure(p load.Pacer, rate float64, length time.Duration) (lags []time.Duration, cpu float64) {
	shape := load.Constant(rate, length)
	starts := make(chan time.Time, 1)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for due := range starts {
			lags = append(lags, time.Since(due))
		}
	}()
	before := processorTime()
	begin := time.Now()
	for n := int64(0); ; n++ {
		due, ok := shape.Due(n)
		if !ok {
			break
		}
		p.Until(begin.Add(due))
		starts <- begin.Add(due)
	}
	close(starts)
	<-done
	cpu = float64((processorTime() - before).Microseconds()) / 1000 / length.Seconds()
	slices.Sort(lags)
	return lags, cpu
}

// compute is the work of users who never wait.
func compute(stop *atomic.Bool) {
	for !stop.Load() {
		for end := time.Now().Add(10 * time.Microsecond); time.Now().Before(end); {
		}
		runtime.Gosched()
	}
}

func processorTime() time.Duration {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u) // cannot fail with valid arguments
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
