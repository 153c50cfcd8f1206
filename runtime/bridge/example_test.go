package bridge_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"

	"katydid/runtime/bridge"
)

// One user, one request.
func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "hello from ", r.URL)
	}))
	defer server.Close()
	host, err := bridge.ParseOrigin(server.URL) // once for all users
	if err != nil {
		fmt.Println(err)
		return
	}
	user := bridge.NewClient(&bridge.Config{})
	defer user.Close()

	origin, uri, _ := host.Resolve("/greeting?lang=en")
	var w bridge.Response
	if err := user.Do(&bridge.Request{Origin: origin, URI: uri}, &w); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(w.Status, w.Header.Get("content-type"), string(w.Body), w.Elapsed() > 0)
	// Output: 200 text/plain; charset=utf-8 hello from /greeting?lang=en true
}
