package live

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// ownHost refuses requests for a name that is not ours. A foreign site may let its name point to this machine (DNS
// rebinding): to the browser, our answers are then its own, which it may read, and its page may start tests. Such a request
// carries the foreign name. An address in figures cannot be pointed elsewhere. Where a password is asked for, this is not
// needed: a browser gives it only to the name for which its user has typed it in.
func ownHost(allowed []string, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if host := hostName(r.Host); !knownHost(host, allowed) {
			http.Error(w, "This is katydid, and it does not know itself by the name "+printable(host)+
				". If the name is right, allow it: --web-allow-host NAME.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// hostName is the host of host:port, in lower case.
func hostName(hostPort string) string {
	host, _, err := net.SplitHostPort(hostPort)
	if err != nil {
		host = strings.TrimSuffix(strings.TrimPrefix(hostPort, "["), "]")
	}
	return strings.TrimSuffix(strings.ToLower(host), ".")
}

func knownHost(host string, allowed []string) bool {
	if host == "" || localName(host) { // browsers always send one
		return true
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	for _, a := range allowed {
		a = strings.ToLower(a)
		if below, any := strings.CutPrefix(a, "*."); any && strings.HasSuffix(host, "."+below) || host == a {
			return true
		}
	}
	return false
}

// localName says that browsers take the name for this machine without asking anybody.
func localName(host string) bool { return host == "localhost" || strings.HasSuffix(host, ".localhost") }

// ownSite refuses what a page of another site makes a browser ask for. Programs that are no browsers send none of these
// headers, and pass. mux gives HEAD to what is there for GET; it must not change anything.
func ownSite(method string, next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != method {
			w.Header().Set("Allow", method)
			http.Error(w, "Method Not Allowed", http.StatusMethodNotAllowed)
			return
		}
		if !fromOwnSite(r) {
			http.Error(w, "This would change the test, and the browser was asked for it by another site, or does not say by whom. "+
				"Use katydid's own page.", http.StatusForbidden)
			return
		}
		next(w, r)
	}
}

// fromOwnSite looks at what browsers say of the page behind a request. They say Sec-Fetch-Site only to https and to
// loopback; to other addresses at least Origin or Referer, and a page can leave out the latter. So a browser that says
// nothing at all is not believed.
func fromOwnSite(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "none": // none: typed in by the user
		return true
	case "":
	default:
		return false
	}
	from := r.Header.Get("Origin")
	if from == "" {
		from = r.Header.Get("Referer")
	}
	if from == "" {
		return !strings.HasPrefix(r.Header.Get("User-Agent"), "Mozilla/")
	}
	u, err := url.Parse(from)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}
