package exporter

import (
	"context"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"hash"
	"io"
	"time"
)

// Store takes files. There is no way to list or to look: the token may be good for writing only. Who has a better one
// asks for a Reader.
type Store interface {
	// Put stores the size bytes of r as name ("run/scene_1_stats.csv", slashes, no colons), all or nothing: a reader
	// sees the old content or the new. One attempt, no retries. r is read from its start. Errors are *Error and hold no
	// secret. May be called from several goroutines.
	Put(ctx context.Context, name string, r io.ReadSeeker, size int64, o PutOptions) error
	// String says where files go, without secrets: it may be printed.
	String() string
}

// PutOptions say how a file is stored.
type PutOptions struct {
	ContentType string
	CreateOnly  bool // fail with class Exists if there is such a name already
	Sums        Sums // of the size bytes; a store refuses a body that differs
}

// Sums identify a content.
type Sums struct {
	MD5    [md5.Size]byte    // what stores verify
	SHA256 [sha256.Size]byte // what the journal and run.json hold
}

// SumsOf reads r to its end.
func SumsOf(r io.Reader) (Sums, error) {
	m, s := md5.New(), sha256.New()
	_, err := io.Copy(io.MultiWriter(m, s), r)
	return Sums{MD5: [md5.Size]byte(sum(m)), SHA256: [sha256.Size]byte(sum(s))}, err
}

func sum(h hash.Hash) []byte { return h.Sum(nil) }

// Class says what can be done about an error.
type Class uint8

// Classes of errors.
const (
	Retry   Class = iota // may be over soon: network, throttling, server trouble
	Denied               // the credentials are refused (401, 403)
	Missing              // no such container, bucket or folder (404)
	Exists               // CreateOnly and there is one (409, 412)
	Skew                 // refused, and this machine's clock is wrong by more than 5 minutes
	Fatal                // will not succeed by trying again: bad request, disk full, certificate
	Absent               // Get: there is no such name
)

// String is the class in lower case.
func (c Class) String() string {
	names := [...]string{"retry", "denied", "missing", "exists", "skew", "fatal", "absent"}
	if int(c) < len(names) {
		return names[c]
	}
	return fmt.Sprintf("class %d", c)
}

// Error is a failed Put, Get or List. Its text has no query and no secret.
type Error struct {
	Op         string        // "put NAME", "get NAME", "list PREFIX"
	Store      string        // where to, without secrets
	Status     int           // of the HTTP answer, 0 if there was none
	Code       string        // the store's own word: AuthenticationFailed, NoSuchBucket
	Class      Class         //
	RetryAfter time.Duration // the store asks to wait so long; 0 if it does not
	Text       string        // what was wrong and what to do
	cause      error         // errno, DNS or context error: nothing that can hold a URL
}

// Error is one line: where, what, the store's words, what to do.
func (e *Error) Error() string {
	said := ""
	if e.Status != 0 {
		said = fmt.Sprintf("%d ", e.Status)
		if e.Code != "" {
			said += e.Code + " "
		}
		said = said[:len(said)-1] + ": "
	}
	return fmt.Sprintf("%s: %s: %s%s", e.Store, e.Op, said, e.Text)
}

// Unwrap gives the errno, *net.DNSError or context error behind, if any.
func (e *Error) Unwrap() error { return e.cause }
