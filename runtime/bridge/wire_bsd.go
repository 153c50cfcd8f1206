//go:build darwin || freebsd

package bridge

// receipt is nothing: there are no receive timestamps for TCP.
type receipt struct{}

func (c *conn) askForStamps() {}

func (c *conn) receive(p []byte) (int, error) { return c.receivePlain(p) }

func (w *wire) doReceive(uintptr) bool { return true }
