package bridge

import (
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"go.uber.org/goleak"
)

var quiet = log.New(io.Discard, "", 0)

// asServer in the environment makes the test binary a server for BenchmarkUsers, or, if it is "h2", for BenchmarkHTTP2Users.
const asServer = "KATYDID_TEST_SERVER"

func TestMain(m *testing.M) {
	if os.Getenv(asServer) == "h2" {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "Server OK") }))
		s.EnableHTTP2 = true
		s.StartTLS()
		fmt.Println(s.Listener.Addr())
		select {}
	}
	if os.Getenv(asServer) != "" {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(l.Addr())
		accept(l, answer(benchAnswer))
		return
	}
	goleak.VerifyTestMain(m, // but for what fasthttp's client, with which the benchmarks compare, leaves behind
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*HostClient).connsCleaner"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*TCPDialer).tcpAddrsClean"))
}
