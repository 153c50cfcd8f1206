package bridge

import "time"

// Field is one header field of a request, sent as written.
type Field struct{ Name, Value string }

// Request is what to send. Do only reads it; it may be used again and by several clients.
type Request struct {
	Method string  // "" is GET; sent as written
	Origin *Origin // where to; see ParseURL and Origin.Resolve
	URI    string  // path and query in the form Origin.Resolve gives; "" is "/"
	// Header comes before Config.Header; a Host, Cookie, Accept-Encoding... here replaces what would be sent, and an empty
	// User-Agent keeps it from being sent.
	Header []Field
	Body   []byte

	Timeout time.Duration // 0: Config.Timeout; < 0: no limit
	// MaxRedirects: 0 takes Config's limit, and none for HEAD; n > 0 follows at most n, for HEAD too; < 0 follows none.
	MaxRedirects int
	// NoCookies neither sends the user's cookies nor keeps those of the answer.
	NoCookies bool
	// Jar is used in place of the user's.
	Jar *Jar
	// Discard reads the body to its end, measures and counts it, but neither decodes nor keeps it: Body is nil, and Size
	// is the length as transferred.
	Discard bool

	crossed, bodyGone bool // see hop
}
