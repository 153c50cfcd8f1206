//go:build linux && !race

package bridge

func received(uintptr) {}
