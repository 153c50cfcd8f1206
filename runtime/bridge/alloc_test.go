//go:build !race

package bridge

import (
	"testing"
	"unsafe"
)

// What a request may allocate on a kept connection: the head of the answer and its body, which the caller keeps.
// (Not under the race detector, which makes pools forget.)
func TestAllocations(t *testing.T) {
	addr := answering(t, benchAnswer)
	if n := allocations(t, get(t, "http://"+addr+"/")); n > 2 {
		t.Errorf("GET allocates %v times", n)
	}
	post := request(t, "POST", "http://"+addr+"/")
	post.Body, post.Header = []byte("a=b"), []Field{{"Content-Type", FormType}}
	if n := allocations(t, post); n > 3 { // and the look at the connection
		t.Errorf("POST allocates %v times", n)
	}
}

func allocations(t *testing.T, r *Request) float64 {
	c, w := user(t, &Config{}), &Response{}
	return testing.AllocsPerRun(200, func() {
		if err := c.Do(r, w); err != nil {
			t.Error(err)
		}
	})
}

func TestClientIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Client{}); n > 128 {
		t.Errorf("an idle user costs %d bytes", n)
	}
}
