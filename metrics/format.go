package metrics

import (
	"math"
	"strconv"
	"strings"
)

// scriptNumber is a number as JavaScript writes it.
func scriptNumber(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	case v == 0:
		return "0"
	case math.Abs(v) >= 1e21:
		return strconv.FormatFloat(v, 'e', -1, 64)
	case math.Abs(v) < 1e-6:
		mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', -1, 64), "e-")
		return mantissa + "e-" + strings.TrimLeft(exponent, "0")
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

// fixed is a number with so many decimals; without, if it is too large for them to mean anything.
func fixed(v float64, decimals int) string {
	if math.Abs(v) >= 1e21 || math.IsNaN(v) {
		return scriptNumber(v)
	}
	return strconv.FormatFloat(v, 'f', decimals, 64)
}

// plain is a number with up to six decimals.
func plain(v float64) string {
	if math.Abs(v) < 1e21 {
		v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'f', 6, 64), 64)
	}
	return scriptNumber(v)
}

// percent is a share in percent with two decimals, cut, not rounded: only what is whole is 100.00%.
func percent(share float64) string {
	const rounding = 1e-9 // of the division that gave the share, so that 29 of 100 are not 28.99%
	return fixed(math.Trunc(share*10_000+rounding)/100, 2) + "%"
}

// byteSize is a number of bytes with its unit, of 1000.
func byteSize(v float64) string {
	if v < 10 {
		return scriptNumber(v) + " B"
	}
	units := []string{"B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"}
	unit := 0
	for scale := v; scale >= 1000 && unit < len(units)-1; scale /= 1000 {
		unit++
	}
	v = math.Floor(v/math.Pow(1000, float64(unit))*10+0.5) / 10
	if v < 10 {
		return fixed(v, 1) + " " + units[unit]
	}
	return fixed(math.Floor(v+0.5), 0) + " " + units[unit]
}

// duration is a time of so many milliseconds in the unit.
func (u TimeUnit) duration(ms float64) string {
	switch u {
	case "s":
		return fixed(ms/1000, 2) + "s"
	case "ms":
		return fixed(ms, 2) + "ms"
	case "us":
		return fixed(ms*1000, 2) + "µs"
	}
	switch {
	case ms == 0:
		return "0s"
	case ms < 0.001: // all that is negative, too
		return scriptNumber(math.Trunc(ms*1e6)) + "ns"
	case ms < 1:
		return cut(ms*1000) + "µs"
	case ms < 1000:
		return cut(ms) + "ms"
	case ms < 60_000:
		return cut(ms/1000) + "s"
	}
	seconds := math.Trunc(ms / 1000)
	text := scriptNumber(math.Trunc(math.Mod(seconds, 3600)/60)) + "m" + scriptNumber(math.Mod(seconds, 60)) + "s"
	if hours := math.Trunc(seconds / 3600); hours > 0 {
		return scriptNumber(hours) + "h" + text
	}
	return text
}

// cut is a number without what lies beyond its second decimal.
func cut(v float64) string { return scriptNumber(math.Trunc(v*100) / 100) }

// quantity is a value of a metric with its unit.
func (u TimeUnit) quantity(v float64, c Contains) string {
	switch c {
	case Time:
		return u.duration(v)
	case Data:
		return byteSize(v)
	}
	return plain(v)
}
