package bridge

import (
	"errors"
	"net"
	"strings"
	"syscall"
)

// generator: what this machine ran out of; nil if it is not to blame.
func generator(err error) error {
	text := ""
	switch errno := errnoOf(err); errno {
	case syscall.EMFILE:
		text = "too many open files: raise the limit with ulimit -n, or use fewer users"
	case syscall.ENFILE:
		text = "too many open files in the system"
	case syscall.EADDRNOTAVAIL:
		text = "no free local port or address"
	case syscall.ENOBUFS:
		text = "no buffer space"
	case syscall.ENOMEM:
		text = "out of memory"
	default:
		return nil
	}
	return &Error{Kind: GeneratorError, Text: text, Err: err}
}

// system gives a failed system call its text, without the addresses; "" for other errors.
func system(err error) string {
	switch errnoOf(err) {
	case syscall.ECONNREFUSED:
		return "connection refused"
	case syscall.ECONNRESET, syscall.EPIPE:
		return "connection reset by peer"
	case syscall.ECONNABORTED:
		return "connection aborted"
	case syscall.ENETUNREACH:
		return "network is unreachable"
	case syscall.EHOSTUNREACH:
		return "no route to host"
	case syscall.ETIMEDOUT:
		return "connection timed out"
	case syscall.EACCES, syscall.EPERM:
		return "permission denied"
	}
	return ""
}

// errnoOf finds the error of the system call; 0 if there was none. The resolver flattens its errors to texts.
func errnoOf(err error) syscall.Errno {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno
	}
	var dns *net.DNSError
	if errors.As(err, &dns) && strings.Contains(dns.Err, syscall.EMFILE.Error()) {
		return syscall.EMFILE
	}
	return 0
}
