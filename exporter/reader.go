package exporter

import (
	"context"
	"errors"
	"os"
	"time"
)

// Reader is a store that can be read as well: with a token that permits to read and to list (sp=rcwl in Azure).
// Its methods may be called from several goroutines; one attempt, no retries; errors are *Error and hold no secret.
type Reader interface {
	Store
	// Get gives a file; an error of class Absent if there is no such name.
	Get(ctx context.Context, name string) ([]byte, error)
	// List gives the names in a folder ("run/claim/") and below it, in ascending order; nothing if there is no such folder.
	List(ctx context.Context, folder string) ([]string, error)
}

// largest bounds what Get reads, in bytes: whoever can write there could fill this machine's memory.
const largest = 64 << 20

// errLarge is a file that is larger.
var errLarge = errors.New("it is larger than 64 MiB, which nothing of katydid's is")

type dateFunc = func(date time.Time, step time.Duration)

type dateKey struct{}

// WithDate has fn called with the store's clock at each answer: at some time between the call and its return the clock
// was at date or later, but before date+step. It is called before the method of the store returns.
func WithDate(ctx context.Context, fn func(date time.Time, step time.Duration)) context.Context {
	return context.WithValue(ctx, dateKey{}, fn)
}

// coarse is how far the time of a change lags behind the clock: kernels take the time of their last tick.
const coarse = 10 * time.Millisecond

// tellDate calls WithDate's function with the time at which a file was last changed, by the clock of whoever keeps it.
func tellDate(ctx context.Context, path string) {
	fn, ok := DateOf(ctx)
	if !ok {
		return
	}
	if info, err := os.Stat(path); err == nil {
		fn(info.ModTime(), coarse)
	}
}

// readDenied says what a refusal to read means.
func readDenied(err error) error {
	if e := (*Error)(nil); errors.As(err, &e) && e.Class == Denied {
		switch e.Code {
		case "AuthorizationPermissionMismatch":
			e.Text = "the token does not permit to read and to list; make one with the permissions read, create, write and list (sp=rcwl)"
		case "AuthorizationResourceTypeMismatch":
			e.Text = "the account token is not for containers and objects; make one for the container with sp=rcwl"
		case "AccessDenied":
			e.Text = "the keys do not permit to read and to list there"
		}
	}
	return err
}

// DateOf is the function of WithDate, for stores of others.
func DateOf(ctx context.Context) (fn func(date time.Time, step time.Duration), ok bool) {
	fn, ok = ctx.Value(dateKey{}).(dateFunc)
	return fn, ok
}
