package bridge

import (
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"testing"

	"go.uber.org/goleak"
)

var quiet = log.New(io.Discard, "", 0)

// asServer in the environment makes the test binary a server for BenchmarkUsers.
const asServer = "KATYDID_TEST_SERVER"

func TestMain(m *testing.M) {
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
