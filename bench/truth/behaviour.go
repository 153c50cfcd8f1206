package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// behaviour says when a request that the server read at a time is due to be answered. Times count from the first
// request. It is called once a request, in the order of reading, by one goroutine.
type behaviour func(read time.Duration) (due time.Duration)

// behaviours are what "serve --behaviour NAME:ARGUMENTS" knows. Arguments are separated by commas.
var behaviours = map[string]func(args []string, rng *rand.Rand) (behaviour, error){
	"none":      noDelay,
	"constant":  constantDelay,
	"lognormal": logNormalDelay,
	"freeze":    freezing,
	"fifo":      fifoWorker,
	"mix":       mixedDelay,
	"uniform":   uniformDelay,
}

// parseBehaviour makes a behaviour of its text, such as "lognormal:5ms,0.8". All chance in it comes from the seed.
func parseBehaviour(text string, seed uint64) (behaviour, error) {
	name, rest, _ := strings.Cut(text, ":")
	create, ok := behaviours[name]
	if !ok {
		return nil, fmt.Errorf("no behaviour %q", name)
	}
	var args []string
	if rest != "" {
		args = strings.Split(rest, ",")
	}
	b, err := create(args, rand.New(rand.NewPCG(seed, 0)))
	if err != nil {
		return nil, fmt.Errorf("behaviour %q: %w", text, err)
	}
	return b, nil
}

// durations parses exactly n durations.
func durations(args []string, n int) ([]time.Duration, error) {
	if len(args) != n {
		return nil, fmt.Errorf("%d arguments, want %d", len(args), n)
	}
	all := make([]time.Duration, n)
	for i, arg := range args {
		d, err := time.ParseDuration(arg)
		if err != nil {
			return nil, err
		}
		all[i] = d
	}
	return all, nil
}

func noDelay(args []string, _ *rand.Rand) (behaviour, error) {
	_, err := durations(args, 0)
	return func(read time.Duration) time.Duration { return read }, err
}

func constantDelay(args []string, _ *rand.Rand) (behaviour, error) {
	d, err := durations(args, 1)
	return func(read time.Duration) time.Duration { return read + d[0] }, err
}

// logNormalDelay has the arguments MEDIAN,SIGMA.
func logNormalDelay(args []string, rng *rand.Rand) (behaviour, error) {
	if len(args) != 2 {
		return nil, fmt.Errorf("%d arguments, want MEDIAN,SIGMA", len(args))
	}
	median, err := time.ParseDuration(args[0])
	if err != nil {
		return nil, err
	}
	sigma, err := strconv.ParseFloat(args[1], 64)
	return func(read time.Duration) time.Duration {
		return read + time.Duration(float64(median)*math.Exp(sigma*rng.NormFloat64()))
	}, err
}

// freezing has the arguments FIRST,LENGTH,PERIOD: from FIRST on, and again every PERIOD (0: never again), nothing is
// answered for LENGTH. What came meanwhile is answered at the end of the freeze. The server goes on reading, so that
// its log has the true times of arrival.
func freezing(args []string, _ *rand.Rand) (behaviour, error) {
	d, err := durations(args, 3)
	if err != nil {
		return nil, err
	}
	first, length, period := d[0], d[1], d[2]
	return func(read time.Duration) time.Duration {
		since := read - first
		if since < 0 {
			return read
		}
		if period > 0 {
			since %= period
		}
		return read + max(0, length-since)
	}, nil
}

// fifoWorker has the argument MEAN: one worker takes the requests one after the other, each for an exponential time.
func fifoWorker(args []string, rng *rand.Rand) (behaviour, error) {
	mean, err := durations(args, 1)
	var free time.Duration
	return func(read time.Duration) time.Duration {
		free = max(free, read) + time.Duration(float64(mean[0])*rng.ExpFloat64())
		return free
	}, err
}

// mixedDelay has arguments DELAY*PERCENT: each delay has that share of the requests. The shares have to add up to 100.
func mixedDelay(args []string, rng *rand.Rand) (behaviour, error) {
	var delays []time.Duration
	var upTo []float64
	sum := 0.0
	for _, arg := range args {
		delay, share, _ := strings.Cut(arg, "*")
		d, err := time.ParseDuration(delay)
		if err != nil {
			return nil, err
		}
		percent, err := strconv.ParseFloat(share, 64)
		if err != nil {
			return nil, err
		}
		sum += percent
		delays, upTo = append(delays, d), append(upTo, sum)
	}
	if math.Abs(sum-100) > 1e-9 {
		return nil, fmt.Errorf("the shares add up to %g %%", sum)
	}
	return func(read time.Duration) time.Duration {
		drawn := 100 * rng.Float64()
		for i, limit := range upTo {
			if drawn < limit {
				return read + delays[i]
			}
		}
		return read + delays[len(delays)-1]
	}, nil
}

// uniformDelay has the arguments FROM,TO.
func uniformDelay(args []string, rng *rand.Rand) (behaviour, error) {
	d, err := durations(args, 2)
	if err == nil && d[1] <= d[0] {
		err = fmt.Errorf("%v is not before %v", d[0], d[1])
	}
	return func(read time.Duration) time.Duration {
		return read + d[0] + time.Duration(rng.Int64N(int64(d[1]-d[0])))
	}, err
}
