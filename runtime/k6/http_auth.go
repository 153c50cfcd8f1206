package k6

import (
	"encoding/base64"
	"net/http"
	"strings"

	"github.com/Azure/go-ntlmssp"

	"katydid/runtime/bridge"
)

// login answers a server that has asked who we are, if params.auth says how. What it has said until then was to be
// expected, and counts as requests of their own.
func (s *State) login(client *bridge.Client, x *exchange, done func(*exchange)) error {
	asked := x.request
	for step := 0; x.resp.Status == http.StatusUnauthorized; step++ {
		answer, err := x.credentials(step)
		if err != nil {
			x.dismiss()
			return err
		}
		if answer == "" {
			return nil
		}
		first := *x
		first.expect = &statuses{{http.StatusUnauthorized, http.StatusUnauthorized}}
		first.judge(nil)
		done(&first)
		x.request, x.turn = asked, x.turn.After()
		x.also("Authorization", answer)
		if err := do(client, x.request, &x.resp); err != nil {
			return err
		}
	}
	return nil
}

// credentials is the answer to a 401, of which step have come before; "" if there is nothing to say to it.
func (x *exchange) credentials(step int) (string, error) {
	for _, challenge := range x.resp.Header.Values("Www-Authenticate") {
		scheme, rest, _ := strings.Cut(strings.TrimSpace(challenge), " ")
		switch scheme = strings.ToLower(scheme); {
		case x.c.auth == "digest" && scheme == "digest" && step == 0:
			return x.c.user.digest(x.method, x.request.URI, rest)
		case x.c.auth == "ntlm" && (scheme == "ntlm" || scheme == "negotiate"):
			return x.c.user.ntlm(step, challenge[:len(scheme)], rest)
		}
	}
	return "", nil
}

// ntlm introduces the user in two steps, both on one connection: what the client can do, and the answer to the server's
// challenge. Negotiate is the same by another name.
func (u *userinfo) ntlm(step int, scheme, challenge string) (string, error) {
	var message []byte
	var err error
	switch step {
	case 0:
		message, err = ntlmssp.NewNegotiateMessage("", "")
	case 1:
		var text []byte
		if text, err = base64.StdEncoding.DecodeString(strings.TrimSpace(challenge)); err == nil {
			message, err = ntlmssp.NewAuthenticateMessage(text, u.name, u.password, nil)
		}
	default:
		return "", nil // it does not let us in
	}
	if err != nil {
		return "", &bridge.Error{Kind: bridge.InvalidResponse, Text: "NTLM: " + err.Error(), Err: err}
	}
	return scheme + " " + base64.StdEncoding.EncodeToString(message), nil
}
