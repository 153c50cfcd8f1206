//go:build !linux && !darwin && !freebsd

package bridge

import "time"

type wire struct{}

func (c *conn) unwire() {}

func (c *conn) askForStamps() {}

// direct is false: there is no way to the descriptor.
func (c *conn) direct() bool { return false }

// stale cannot look here; a closed connection is then found by the request that fails on it and is sent again.
func (c *conn) stale() bool { return false }

// transmit is not called, because nothing is direct.
func (c *conn) transmit(*Config, *flight) (time.Time, error) { return time.Time{}, nil }

// await leaves the waiting to Read.
func (c *conn) await() {}

// heardLate cannot be told here.
func (c *conn) heardLate(time.Duration) time.Duration { return 0 }

func (c *conn) receive(p []byte) (int, error) { return c.receivePlain(p) }
