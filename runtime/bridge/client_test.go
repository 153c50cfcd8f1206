package bridge

import (
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

func TestDescriptors(t *testing.T) {
	open := func() int {
		list, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			return 0 // not Linux
		}
		return len(list)
	}
	url := "http://" + serve(t, script("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")) + "/"
	before := open()
	for range 100 {
		c := NewClient(&Config{})
		_ = c.Do(get(t, url), &Response{})
		c.Close()
	}
	c := user(t, &Config{})
	for range 100 {
		_ = c.Do(get(t, url), &Response{})
	}
	if n := open() - before; n > 10 { // what the server has not closed yet
		t.Errorf("%d descriptors are left", n)
	}
}

// A user who wanders keeps the connections used last.
func TestManyOrigins(t *testing.T) {
	c := user(t, &Config{})
	urls := make([]string, maxConns+8)
	for i := range urls {
		urls[i] = "http://" + answering(t, ok) + "/"
		do(t, c, get(t, urls[i]))
	}
	equal(t, "connections", len(c.conns), maxConns)
	equal(t, "newest is kept", do(t, c, get(t, urls[len(urls)-1])).Reused, true)
	equal(t, "oldest is not", do(t, c, get(t, urls[0])).Reused, false)
}

// A connection that was idle for long is looked at before it is used.
func TestIdleCheck(t *testing.T) {
	closed := make(chan bool, 3)
	c := user(t, &Config{})
	r := get(t, "http://"+serve(t, func(nc net.Conn) {
		script(ok)(nc)
		_ = nc.Close()
		closed <- true
	})+"/")
	do(t, c, r)
	<-closed
	c.conns[0].lastRead = time.Now().Add(-time.Minute)
	w := do(t, c, r)
	equal(t, "reused", w.Reused, false)
	equal(t, "retried", w.Retried, false)
}

// Siblings work in parallel with the same cookies.
func TestSiblings(t *testing.T) {
	o := bin(t)
	c := user(t, &Config{})
	var all sync.WaitGroup
	for i := range 4 {
		twin := c.Sibling()
		r := at(t, o, "GET", "/cookies/set?k"+string(rune('0'+i))+"=v")
		all.Go(func() {
			defer twin.Close()
			for range 10 {
				if err := twin.Do(r, &Response{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	equal(t, "cookies", len(c.Cookies(o, "/")), 4)
}
