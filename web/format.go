package web

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"katydid/stats"
)

// millis is a time in milliseconds with three or four digits; n/a for nil.
func millis(v any) string {
	var d stats.Millis
	switch v := v.(type) {
	case stats.Millis:
		d = v
	case *stats.Millis:
		if v == nil {
			return "n/a"
		}
		d = *v
	}
	return decimal(float64(d) / float64(time.Millisecond))
}

// decimal is a number with about three digits, more if it is large.
func decimal(f float64) string {
	switch a := math.Abs(f); {
	case a >= 100 || f == 0:
		return grouped(int64(math.Round(f)))
	case a >= 10:
		return strconv.FormatFloat(f, 'f', 1, 64)
	case a >= 1:
		return strconv.FormatFloat(f, 'f', 2, 64)
	}
	return strconv.FormatFloat(f, 'f', 3, 64)
}

// grouped is a whole number with commas between thousands.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, s = "-", s[1:]
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return sign + s
}

// percent is a share from 0 to 1.
func percent(f any) string {
	switch f := f.(type) {
	case *float64:
		if f == nil {
			return "n/a"
		}
		return percent(*f)
	case float64:
		return strconv.FormatFloat(100*f, 'f', 1, 64) + " %"
	}
	return "n/a"
}

func byteSize(n int64) string {
	f, unit := float64(n), "B"
	for _, next := range []string{"kB", "MB", "GB", "TB"} {
		if f < 1000 {
			break
		}
		f, unit = f/1000, next
	}
	return decimal(f) + " " + unit
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// duration is a number of seconds as 1h02m03s.
func duration(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	if d < time.Minute {
		return d.Round(100 * time.Millisecond).String()
	}
	text := d.Round(time.Second).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// figuresTimes are the times that a page shows of a row: from the planned start on where there is a plan. Not nil.
func figuresTimes(f stats.SummaryFigures) *stats.SummaryTimes {
	switch {
	case f.ResponseMS != nil:
		return f.ResponseMS
	case f.ServiceMS != nil:
		return f.ServiceMS
	}
	return &stats.SummaryTimes{}
}

func pillClass(v stats.Verdict) string {
	if v == "" {
		return "none"
	}
	return strings.ToLower(fmt.Sprint(v))
}

// shareFailed is the share of a row's requests that failed.
func shareFailed(f stats.SummaryFigures) string { return percent(failedShare(&f)) }

// broken is how many thresholds do not hold.
func broken(list []stats.SummaryThreshold) (n int) {
	for _, t := range list {
		if !t.OK {
			n++
		}
	}
	return n
}

// holding is how many of them hold.
func holding(list []stats.SummaryThreshold) int { return len(list) - broken(list) }

// failing is how often a check failed.
func failing(list []stats.SummaryCheck) (n int64) {
	for _, c := range list {
		n += c.Fails
	}
	return n
}

// passing is the share of the checks that passed. It is 100 % only if all of them did.
func passing(list []stats.SummaryCheck) string {
	var passes int64
	for _, c := range list {
		passes += c.Passes
	}
	fails := failing(list)
	share := float64(passes) / float64(max(passes+fails, 1))
	if fails > 0 {
		share = min(share, 0.999)
	}
	return percent(share)
}
