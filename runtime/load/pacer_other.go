//go:build !linux

package load

// NewPacer returns the most precise pacer that there is on this system.
func NewPacer() Pacer { return newTimerPacer() }
