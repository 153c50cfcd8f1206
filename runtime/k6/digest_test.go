package k6

import (
	"strings"
	"testing"
)

// The examples of RFC 2617, section 3.5, and of RFC 7616, section 3.9.1, and what no RFC has an example of.
func TestDigest(t *testing.T) {
	const new7616 = `realm="http-auth@example.org", qop="auth, auth-int", nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`
	const cnonce7616 = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
	tests := []struct{ name, user, password, challenge, cnonce, want string }{
		{"RFC 2617", "Mufasa", "Circle Of Life", `realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"`,
			"0a4f113b", `response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"`},
		{"RFC 7616, MD5", "Mufasa", "Circle of Life", new7616 + ", algorithm=MD5", cnonce7616, `response="8ca523f5e9506fed4657c9700eebdbec"`},
		{"RFC 7616, SHA-256", "Mufasa", "Circle of Life", new7616 + ", algorithm=SHA-256", cnonce7616,
			`response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"`},
		{"without qop", "Mufasa", "Circle Of Life", `realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093"`, "0a4f113b",
			`response="670fd8c2df070c60b045671b8b24ff02"`},
	}
	for _, tt := range tests {
		u := &userinfo{tt.user, tt.password}
		got, err := u.answer("GET", "/dir/index.html", tt.challenge, tt.cnonce)
		if err != nil || !strings.HasPrefix(got, `Digest username="Mufasa", realm="`) || !strings.Contains(got, tt.want) {
			t.Errorf("%s: %s, %v, want %s", tt.name, got, err, tt.want)
		}
	}
	u := &userinfo{"me", "pass"}
	if got, err := u.digest("GET", "/", `realm="r", nonce="n", algorithm=SHA-512-256`); err == nil {
		t.Errorf("an algorithm that is not known: %s", got)
	}
	one, err := u.digest("GET", "/", `realm="r", nonce="n", qop=auth`)
	two, err2 := u.digest("GET", "/", `realm="r", nonce="n", qop=auth`)
	if err != nil || err2 != nil || one == two {
		t.Errorf("the client's nonce is the same twice: %s, %s", one, two)
	}
}
