package azurite

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// The emulator verifies what is signed: a token is good for what it says and for nothing else.
func TestTokens(t *testing.T) {
	s := Start(t)
	mine, other := s.Container(t), s.Container(t)
	later := time.Now().Add(time.Hour)
	tests := []struct {
		name, token string
		status      int
	}{
		{"container", s.ContainerSAS(mine, "cw", later), http.StatusCreated},
		{"account", s.AccountSAS(later), http.StatusCreated},
		{"expired", s.ContainerSAS(mine, "cw", time.Now().Add(-time.Hour)), http.StatusForbidden},
		{"read only", s.ContainerSAS(mine, "r", later), http.StatusForbidden},
		{"other container", s.ContainerSAS(other, "cw", later), http.StatusForbidden},
		{"tampered", strings.Replace(s.ContainerSAS(mine, "r", later), "sp=r", "sp=cw", 1), http.StatusForbidden},
	}
	for _, test := range tests {
		req, err := http.NewRequest(http.MethodPut, s.URL+"/"+mine+"/a/b.txt?"+test.token, strings.NewReader(test.name))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("x-ms-blob-type", "BlockBlob")
		req.Header.Set("x-ms-version", version)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if err := resp.Body.Close(); err != nil || resp.StatusCode != test.status {
			t.Errorf("%s: %s, want %d (%v)", test.name, resp.Status, test.status, err)
		}
	}
	if blobs := s.Blobs(t, mine); len(blobs) != 1 || blobs["a/b.txt"] != "account" {
		t.Errorf("%q", blobs)
	}
}
