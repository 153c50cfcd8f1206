package live

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"
)

// Of each address so many wrong passwords are looked at in that time; then no more, right or wrong, until it is over.
const (
	maxTries  = 10
	triesTime = time.Minute
	wrongTime = 500 * time.Millisecond // before a wrong one is answered
	maxWrong  = 64                     // of these that wait at the same time
	maxKnown  = 1000                   // addresses
)

// gatekeeper asks for user and password (HTTP Basic).
type gatekeeper struct {
	user, password [sha256.Size]byte
	wrong          chan struct{}
	now            func() time.Time
	wait           func(time.Duration)

	mu    sync.Mutex
	tries map[netip.Prefix]*tries
}

type tries struct {
	n     int
	until time.Time
}

func newGatekeeper(user, password string) *gatekeeper {
	return &gatekeeper{
		user: sha256.Sum256([]byte(user)), password: sha256.Sum256([]byte(password)),
		wrong: make(chan struct{}, maxWrong), now: time.Now, wait: time.Sleep, tries: map[netip.Prefix]*tries{},
	}
}

// guard lets those through who know the password.
func (g *gatekeeper) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, given := r.BasicAuth()
		if !given {
			askPassword(w)
			return
		}
		from := addressOf(r)
		if left := g.blocked(from); left > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int((left+time.Second-1)/time.Second)))
			http.Error(w, "Too many wrong passwords.", http.StatusTooManyRequests)
			return
		}
		if !g.right(user, password) {
			g.count(from)
			select {
			case g.wrong <- struct{}{}:
				g.wait(wrongTime)
				<-g.wrong
			default:
			}
			askPassword(w)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func askPassword(w http.ResponseWriter) {
	w.Header().Set("WWW-Authenticate", `Basic realm="katydid", charset="UTF-8"`)
	http.Error(w, "User and password, please.", http.StatusUnauthorized)
}

// right compares in a time that depends on nothing: of both sides the hashes, which are of equal length, and always both.
func (g *gatekeeper) right(user, password string) bool {
	u, p := sha256.Sum256([]byte(user)), sha256.Sum256([]byte(password))
	return subtle.ConstantTimeCompare(u[:], g.user[:])&subtle.ConstantTimeCompare(p[:], g.password[:]) == 1
}

// blocked is how long nothing from there is looked at.
func (g *gatekeeper) blocked(from netip.Prefix) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.tries[from]
	if t == nil || t.n < maxTries {
		return 0
	}
	return t.until.Sub(g.now())
}

// count counts a wrong password.
func (g *gatekeeper) count(from netip.Prefix) {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := g.now()
	t := g.tries[from]
	if t == nil || now.After(t.until) {
		if len(g.tries) >= maxKnown {
			g.forget(now)
		}
		t = &tries{until: now.Add(triesTime)}
		g.tries[from] = t
	}
	t.n++
}

// forget makes room: those whose time is over go, and if there are none, all.
func (g *gatekeeper) forget(now time.Time) {
	for from, t := range g.tries {
		if now.After(t.until) {
			delete(g.tries, from)
		}
	}
	if len(g.tries) >= maxKnown {
		clear(g.tries)
	}
}

// addressOf is whom a request comes from: an address, or of IPv6 the network that one household has.
func addressOf(r *http.Request) netip.Prefix {
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}
	}
	ip = ip.Unmap().WithZone("")
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	network, _ := ip.Prefix(bits) // fails only for other lengths
	return network
}
