//go:build darwin || freebsd

package bridge

import "time"

// receipt is nothing: there are no receive timestamps for TCP.
type receipt struct{}

func (c *conn) askForStamps() {}

// heardLate cannot be told here.
func (c *conn) heardLate(time.Duration) time.Duration { return 0 }

func (c *conn) receive(p []byte) (int, error) { return c.receivePlain(p) }

func (w *wire) doReceive(uintptr) bool { return true }
