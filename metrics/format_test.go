package metrics

import (
	"math"
	"testing"
)

// Each line was compared with what k6 shows for the value, but for percentages, which it cuts before it has rounded.
func TestDurations(t *testing.T) {
	for _, test := range []struct {
		ms            float64
		auto, s, m, u string
	}{
		{0, "0s", "0.00s", "0.00ms", "0.00µs"},
		{1e-7, "0ns", "0.00s", "0.00ms", "0.00µs"},
		{0.00005, "50ns", "0.00s", "0.00ms", "0.05µs"},
		{0.0001234, "123ns", "0.00s", "0.00ms", "0.12µs"},
		{0.00099999, "999ns", "0.00s", "0.00ms", "1.00µs"},
		{0.001, "1µs", "0.00s", "0.00ms", "1.00µs"},
		{0.0123456, "12.34µs", "0.00s", "0.01ms", "12.35µs"},
		{0.5, "500µs", "0.00s", "0.50ms", "500.00µs"},
		{0.999999, "999.99µs", "0.00s", "1.00ms", "1000.00µs"},
		{1.005, "1ms", "0.00s", "1.00ms", "1005.00µs"},
		{1.239, "1.23ms", "0.00s", "1.24ms", "1239.00µs"},
		{999.999, "999.99ms", "1.00s", "1000.00ms", "999999.00µs"},
		{1234.5678, "1.23s", "1.23s", "1234.57ms", "1234567.80µs"},
		{59999.9, "59.99s", "60.00s", "59999.90ms", "59999900.00µs"},
		{60000, "1m0s", "60.00s", "60000.00ms", "60000000.00µs"},
		{123456, "2m3s", "123.46s", "123456.00ms", "123456000.00µs"},
		{3599999, "59m59s", "3600.00s", "3599999.00ms", "3599999000.00µs"},
		{3661234, "1h1m1s", "3661.23s", "3661234.00ms", "3661234000.00µs"},
		{86400000, "24h0m0s", "86400.00s", "86400000.00ms", "86400000000.00µs"},
		{1e21, "277777777777777h46m40s", "1000000000000000000.00s", "1e+21ms", "1e+24µs"},
		{-1, "-1000000ns", "-0.00s", "-1.00ms", "-1000.00µs"},
		{-61000, "-61000000000ns", "-61.00s", "-61000.00ms", "-61000000.00µs"},
	} {
		for unit, want := range map[TimeUnit]string{"": test.auto, "s": test.s, "ms": test.m, "us": test.u} {
			if got := unit.duration(test.ms); got != want {
				t.Errorf("%v ms in %q: %s, want %s", test.ms, unit, got, want)
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", -1: "-1", 0.123456789: "0.123457", 1e6: "1000000", 1e-7: "0", -1e-9: "0", 123456.789: "123456.789",
		1e20: "100000000000000000000", 1e21: "1e+21", 1.23456789e22: "1.23456789e+22", 2.0000001: "2", 1.0 / 3: "0.333333",
		1000000.5: "1000000.5", 0.0000012345: "0.000001", 999999.9999999: "1000000", 5e-324: "0", -2.5555555: "-2.555556",
		math.Inf(1): "Infinity", math.Inf(-1): "-Infinity",
	} {
		if got := plain(v); got != want {
			t.Errorf("plain(%v) = %s, want %s", v, got, want)
		}
	}
	if plain(math.NaN()) != "NaN" || fixed(math.NaN(), 2) != "NaN" {
		t.Error("NaN is a number")
	}
	if got := scriptNumber(1.5e-7); got != "1.5e-7" {
		t.Errorf("1.5e-7 is %s", got)
	}
}

func TestByteSizes(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0 B", 4.621067206384819: "4.621067206384819 B", 10: "10 B", 61.497: "62 B", 116.345: "116 B", 584: "584 B", 999.4: "999 B",
		1044: "1.0 kB", 1050: "1.1 kB", 7300: "7.3 kB", 9949: "9.9 kB", 9960: "10 kB", 12345: "12 kB", 999477: "1000 kB",
		1.25e6: "1.3 MB", 123456789: "124 MB", 1e9: "1.0 GB", 1.5e12: "1.5 TB", 1e30: "1000000 YB",
	} {
		if got := byteSize(v); got != want {
			t.Errorf("byteSize(%v) = %s, want %s", v, got, want)
		}
	}
}

func TestPercentagesAreCut(t *testing.T) {
	for _, test := range []struct {
		part, of float64
		want     string
	}{
		{0, 1, "0.00%"}, {1, 1, "100.00%"}, {2, 3, "66.66%"}, {10, 11, "90.90%"}, {29, 100, "29.00%"}, {57, 100, "57.00%"},
		{58, 100, "58.00%"}, {999_999, 1_000_000, "99.99%"}, {1, 30_000, "0.00%"}, {1e9 - 1, 1e9, "99.99%"},
	} {
		if got := percent(test.part / test.of); got != test.want {
			t.Errorf("%v of %v: %s, want %s", test.part, test.of, got, test.want)
		}
	}
	for part := range 10_001 {
		if got, want := percent(float64(part)/10_000), fixed(float64(part)/100, 2)+"%"; got != want {
			t.Errorf("%d of 10000: %s, want %s", part, got, want)
		}
	}
}
