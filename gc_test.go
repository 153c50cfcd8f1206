package main

import "testing"

func TestGCPercent(t *testing.T) {
	for _, test := range []struct {
		live uint64
		want int
	}{
		{0, 800}, {1 << 20, 800}, {4 << 20, 800}, {8 << 20, 400}, {32 << 20, 100}, {48 << 20, 66}, {64 << 20, 50}, {1 << 30, 50}, {1 << 60, 50},
	} {
		if got := gcPercent(test.live); got != test.want {
			t.Errorf("%d MB live: GOGC %d, want %d", test.live>>20, got, test.want)
		}
	}
}
